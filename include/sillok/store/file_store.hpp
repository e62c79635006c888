#pragma once
// Events in files: durable when append returns, or later where that is asked for; whole after a crash; and checked whenever
// they are read.
//
//     auto store = sillok::file_store::open("bank.sillok").value();
//     auto accounts = sillok::repository<account>(store);
//
// The format is in docs/format.md.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/lock.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/recovery.hpp"
#include "sillok/store/file/state.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/log_filter.hpp"

namespace sillok {

// A store in a directory.
//
// Ensures:    bytes other than those that were written are never given out as an event.
// Errors:     append: those of every store, and no_space (nothing was recorded; works again when there is space),
//             outcome_unknown (a write or sync failed: nothing more is written until the store is opened again), damaged (bytes
//             changed below the durable mark: nothing is written), closed. Reading: damaged, io, closed. After a fork the
//             child's handle is closed. std::bad_alloc: nothing was recorded.
// Durability: as chosen; by default what append acknowledged is on the device (fdatasync returned 0). This process sees its
//             own tip at the horizon `visible`; `durable` ends where a sync has returned, and after a failure both do.
// Threads:    any number at once; appends are serialised up to the write and share their syncs, and do not hold up
//             readers. A visitor may call the store.
// Complexity: append: O(bytes), one write, and one sync at most. read_stream: O(1) to any version. read_all: O(1) to any position.
class file_store {
public:
    // Opens the store in the directory `path`, and creates it where there is none and the options do not forbid it.
    //
    // Ensures: whole batches are kept, a torn tail is cut, what was not proven durable is; `report` says what was done.
    // Errors:  no_such_store, where one must exist; locked (names the owner), unsupported_format (newer, of another store, or no store at all), damaged, no_space,
    //          io, invalid_argument
    static result<file_store> open(std::string_view path, const file_options& options = {}) {
        if (path.empty()) return error(error_kind::invalid_argument, "the path of a store is empty");
        auto opened = open_unnamed(std::string(path), options);
        if (!opened) return std::move(opened).error().within(path);
        return opened;
    }

    file_store(file_store&&) noexcept = default;
    file_store& operator=(file_store&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    // Closes the store without saying whether that worked.
    ~file_store() {
        if (state_) static_cast<void>(close());
    }

    result<receipt> append(const append_request& request) {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        auto written = write(request);
        if (written)
            if (auto settled = s.settle(written->last.value); !settled) return std::move(settled).error();
        return written;
    }

    // Waits for the sync of what is recorded up to there, where the durability that was chosen says that appends do.
    //
    // Errors: outcome_unknown: it may be lost; closed
    result<void> settle(position upto) const {
        if (state_->is_foreign()) return state_->foreign();
        return state_->settle(upto.value);
    }

    // Makes durable all that was appended, whatever durability was chosen.
    //
    // Errors: outcome_unknown: nothing more is written until the store is opened again; closed
    result<void> sync() {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        return s.make_durable(s.visible.load(std::memory_order_acquire));
    }

    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        const detail::posting_list events = s.stream(stream, range.upto);
        const bool forwards = range.order == direction::forwards;
        if (!forwards && !s.report.damage.empty()) return s.unreadable();
        std::uint64_t at = range.from.value != 0 ? range.from.value : forwards ? 1 : events.count;
        if (!forwards && at > events.count) at = events.count;
        detail::log_reader reader(s.log, stream_chunk);
        std::uint64_t given = 0;
        for (; at >= 1 && at <= events.count && given < range.limit; ++given) {
            auto record = s.read(reader, events.at[at - 1]);
            if (!record) return std::move(record).error();
            if (!visit(*record)) return {};
            at = forwards ? at + 1 : at - 1;
        }
        if (given < range.limit && !s.report.damage.empty()) return s.unreadable();
        return {};
    }

    result<position> read_all(const log_range& range, record_visitor visit) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        const std::uint64_t first = range.from.value == 0 ? 0 : range.from.value - 1;
        const std::uint64_t end = last(range.upto).value;
        if (range.limit == 0) return position{first};
        std::uint64_t given = 0;
        detail::log_reader reader(s.log, log_chunk);
        std::optional<error> failed;
        const auto take = [&](std::uint64_t ordinal) {
            auto record = s.read(reader, ordinal);
            if (!record) {
                failed = std::move(record).error();
                return false;
            }
            return !detail::is_asked_for(*record, range) || (visit(*record) && ++given < range.limit);
        };
        const auto stopped = [&](std::uint64_t ordinal) -> result<position> {
            if (failed) return std::move(*failed);
            return position{ordinal + 1};
        };
        if (range.tags.empty()) {
            for (std::uint64_t ordinal = first; ordinal < end; ++ordinal)
                if (!take(ordinal)) return stopped(ordinal);
        } else {
            detail::posting_union carriers = s.tags(range.tags, first);
            for (std::uint64_t ordinal = carriers.next(); ordinal < end; ordinal = carriers.next())
                if (!take(ordinal)) return stopped(ordinal);
        }
        if (!s.report.damage.empty()) return s.unreadable();
        return position{end > first ? end : first};
    }

    result<version> version_of(stream_view stream) const {
        if (state_->is_foreign()) return state_->foreign();
        if (!state_->report.damage.empty()) return state_->unreadable();
        return version{state_->stream(stream, horizon::visible).count};
    }

    position last(horizon upto) const noexcept { return {state_->last(upto)}; }

    result<position> wait(position after, horizon upto, timeout patience) const {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        if (last(upto) > after) return last(upto);
        const detail::monitor_lock hold(s.indexing);
        s.indexing.wait(patience.nanoseconds, [&] { return s.is_ended() || last(upto) > after; });
        if (last(upto) <= after && s.is_ended()) return s.ended();
        return last(upto);
    }

    std::optional<recorded_batch> find_batch(const uuid& batch) const {
        if (state_->is_foreign()) return std::nullopt;
        const detail::monitor_lock hold(state_->indexing);
        const recorded_batch* const found = state_->ledger.find_batch(batch);
        if (found == nullptr || found->receipt.last > last(horizon::visible)) return std::nullopt;
        recorded_batch copy = *found;
        copy.receipt.repeated = true;
        return copy;
    }

    // What opening found and did.
    const open_report& report() const noexcept { return state_->report; }
    // The store's own id, random, given when it was created.
    uuid id() const noexcept { return state_->log.identity().store; }

    // Notes that the store was closed in order, so that the next open can tell a cut from a crash, and frees the lock.
    // Reading goes on; appends fail.
    //
    // Errors: io, no_space: the store is closed, but the next open will take it for one that crashed
    result<void> close() {
        state& s = *state_;
        if (s.is_foreign()) return {};
        const detail::monitor_lock hold(s.appending);
        if (s.closed) return {};
        result<void> marked;
        if (!s.read_only && !s.log.is_poisoned() && !s.damaged.load()) {
            s.log.trim();
            marked = s.log.sync(s.log.tip());
            if (marked) marked = s.log.write_mark();
        }
        {
            const detail::monitor_lock index(s.indexing);
            s.closed = true;
            s.indexing.announce();
        }
        s.lock.release();
        if (!marked) return std::move(marked).error().within(s.path);
        return {};
    }

private:
    static constexpr std::size_t stream_chunk = std::size_t{4} << 10;
    static constexpr std::size_t log_chunk = std::size_t{256} << 10;
    static constexpr std::size_t frame_bytes_kept = std::size_t{4} << 20;

    using state = detail::file_state;
    using staged_append = detail::staged_append;

    explicit file_store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}

    // The act of an append up to the write: afterwards its events are visible, and not yet durable.
    result<receipt> write(const append_request& request) {
        state& s = *state_;
        const detail::monitor_lock hold(s.appending);
        if (auto able = s.may_write(); !able) return std::move(able).error();
        auto admitted = s.ledger.admit(request);
        if (!admitted) return std::move(admitted).error();
        if (admitted->receipt.repeated) return admitted->receipt;

        const std::size_t bytes = detail::frame_header_bytes + admitted->bytes;
        s.frame.clear();
        std::byte* const frame = s.frame.extend(bytes);
        if (auto room = s.log.make_room(bytes, admitted->receipt.time); !room) {
            s.announce();
            return std::move(room).error().within(s.path);
        }

        staged_append staged(s, request, *admitted);
        detail::frame_header header;
        s.ledger.write(request, *admitted, frame + detail::frame_header_bytes, [&](const std::byte* record) {
            ++header.count;
            header.body_checksum = crc32c({record + detail::record_layout::checksum, 4}, header.body_checksum);
        });
        header.time = admitted->receipt.time;
        header.batch = request.batch;
        header.content = admitted->content;

        const std::uint64_t offset = s.log.end().offset;
        if (auto written = s.log.write_frame(frame, bytes, header); !written) {
            s.announce();
            return std::move(written).error().within(s.path);
        }
        staged.commit(frame, offset);
        if (bytes > frame_bytes_kept) s.frame = byte_buffer{};
        return admitted->receipt;
    }

    static result<file_store> open_unnamed(const std::string& path, const file_options& options) {
        const bool may_create = !options.must_exist && !options.read_only;
        if (may_create && (options.segment_bytes < segment_bytes_min || options.segment_bytes > segment_bytes_max))
            return error(error_kind::invalid_argument, "segments of " + std::to_string(options.segment_bytes) +
                                                           " bytes; " + std::to_string(segment_bytes_min) + " to " +
                                                           std::to_string(segment_bytes_max) + " are possible");
        auto files = detail::open_store_directory(options.device, path, may_create);
        if (!files) return std::move(files).error();
        auto found = detail::survey(*files);
        if (!found) return std::move(found).error();
        if (!found->has_identity) {
            if (!may_create) return error(error_kind::no_such_store, "there is no store in the directory");
            if (auto vacant = detail::check_is_vacant(*files, *found); !vacant) return std::move(vacant).error();
        }
        timestamp now = clock_ref(options.clock).now();
        detail::writer_lock lock;
        if (!options.read_only) {
            auto locked = detail::writer_lock::take(*files, now);
            if (!locked) return std::move(locked).error();
            lock = std::move(*locked);
            found = detail::survey(*files);  // what another writer did before it left
            if (!found) return std::move(found).error();
        }
        return found->has_identity ? open_existing(path, std::move(*files), *found, std::move(lock), options)
                                   : create(path, std::move(*files), std::move(lock), options, now);
    }

    static result<file_store> create(const std::string& path, detail::directory files, detail::writer_lock lock,
                                     const file_options& options, timestamp now) {
        const detail::store_identity identity{uuid_generator()(now), options.segment_bytes, now};
        auto fresh = std::make_unique<state>(path, std::move(files), identity, options);
        fresh->lock = std::move(lock);
        if (auto created = detail::create_store(fresh->log, identity); !created) return std::move(created).error();
        fresh->report.created = true;
        fresh->report.segments = 1;
        return file_store(std::move(fresh));
    }

    static result<file_store> open_existing(const std::string& path, detail::directory files,
                                            const detail::directory_survey& found, detail::writer_lock lock,
                                            const file_options& options) {
        auto identity = detail::read_identity(files);
        if (!identity) return std::move(identity).error();
        auto opened = std::make_unique<state>(path, std::move(files), *identity, options);
        state& s = *opened;
        s.lock = std::move(lock);
        if (found.has_damage && !options.read_only)
            return error(error_kind::damaged,
                         "damage was found earlier (see the file damage); until it is salvaged, the "
                         "store can be opened for reading only");
        std::optional<detail::durable_mark> mark;
        if (found.has_mark) {
            auto read = detail::read_mark(s.log.files(), identity->store, s.report);
            if (!read) return std::move(read).error();
            mark = *read;
        }
        detail::recovery recovery(s.log, mark, s.report);
        auto read = recovery.read(options.read_only ? open_mode::read : open_mode::write,
                                  [&](const detail::found_frame& frame, std::size_t segment, std::uint64_t offset) {
                                      return restore(s, frame, segment, offset);
                                  });
        if (!read) return std::move(read).error();
        if (!options.read_only) {
            if (!s.report.damage.empty()) return error(error_kind::damaged, s.report.damage);
            if (auto mended = recovery.mend(); !mended) return std::move(mended).error();
        }
        s.visible.store(s.log.durable_position(), std::memory_order_release);
        return file_store(std::move(opened));
    }

    static bool restore(state& s, const detail::found_frame& frame, std::size_t segment, std::uint64_t offset) {
        if (frame.header.kind != detail::frame_kind::batch) return true;
        s.places.reserve(frame.header.count);
        receipt first{.first = {frame.header.first},
                      .last = {frame.header.first + frame.header.count - 1},
                      .version = {},
                      .time = frame.header.time};
        const stream_view stream = record_view(frame.body.data()).stream();
        bool is_first_stream = true;
        for (std::size_t at = 0; at < frame.body.size();) {
            const record_view record(frame.body.data() + at);
            if (!s.ledger.restore(record)) return false;
            s.places.push_back({segment, offset + detail::frame_header_bytes + at});
            is_first_stream = is_first_stream && record.stream() == stream;
            if (is_first_stream) first.version = record.version();
            at += record.size();
        }
        if (!frame.header.batch.is_nil()) s.ledger.restore(frame.header.batch, {first, frame.header.content});
        return true;
    }

    std::unique_ptr<state> state_;
};

static_assert(event_store<file_store>);

}  // namespace sillok
