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
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/archiver.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/log_walk.hpp"
#include "sillok/store/file/open_state.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/options.hpp"
#include "sillok/store/file/past.hpp"
#include "sillok/store/file/scrub.hpp"
#include "sillok/store/file/state.hpp"
#include "sillok/store/file/stream_walk.hpp"
#include "sillok/store/file/writing.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/log_filter.hpp"
#include "sillok/store/record_gatherer.hpp"
#include "sillok/store/retention.hpp"

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
        auto opened = detail::open_state(std::string(path), options);
        if (!opened) return std::move(opened).error().within(path);
        return file_store(*std::move(opened));
    }

    file_store(file_store&&) noexcept = default;
    file_store& operator=(file_store&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    // Closes the store without saying whether that worked.
    ~file_store() {
        try {
            if (state_) static_cast<void>(close());
        } catch (const std::bad_alloc&) {  // the next open will take it for one that crashed
        }
    }

    result<receipt> append(const append_request& request) {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        auto written = detail::write(s, request);
        if (s.has_unfiled.exchange(false, std::memory_order_relaxed)) s.view.file_indexes();
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
        const bool forwards = range.order == direction::forwards;
        if (!forwards && !s.report.damage.empty()) return s.unreadable();
        detail::log_reader reader(stream_chunk(s));
        std::uint64_t next = range.from.value;  // 0: where the stream begins, or backwards where it ends
        std::uint64_t left = range.limit;
        bool is_cut = !s.report.damage.empty();
        const auto look = [&](const detail::log_view& view) -> result<void> {
            detail::stream_walk walk(view, stream, reader);
            auto count = walk.last();
            if (!count) return std::move(count).error();
            const auto first = s.first_kept(stream);
            if (!first) return first.error();
            const std::uint64_t end = s.last(range.upto);
            if (forwards && next < first->value) next = first->value;
            if (!forwards && (next == 0 || next > *count)) next = *count;
            while (next >= first->value && next <= *count && left > 0) {
                auto record = walk.at(next);
                if (!record) return std::move(record).error();
                if (s.is_hidden(*record)) {  // cut meanwhile
                    if (const auto kept = s.first_kept(stream); !kept) return kept.error();
                    next = forwards ? next + 1 : 0;
                    continue;
                }
                const bool is_beyond = record->position().value > end;
                if (is_beyond && forwards) return {};
                if (!is_beyond) --left;
                if (!is_beyond && !visit(*record)) {
                    is_cut = false;
                    return {};
                }
                next = forwards ? next + 1 : next - 1;
            }
            if (left == 0) is_cut = false;
            return {};
        };
        if (auto looked = s.looking(look); !looked) return looked;
        return is_cut ? result<void>(s.unreadable()) : result<void>();
    }

    result<position> read_all(const log_range& range, record_visitor visit) const { return walk(range, visit); }
    result<position> read_many(const log_range& range, records_visitor visit) const {
        detail::record_gatherer gather(visit);
        auto reached = walk(range, gather);
        return gather.is_stopped() ? gather.last() : reached;
    }

    result<version> version_of(stream_view stream) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        if (!s.report.damage.empty()) return s.unreadable();
        return s.looking([&](const detail::log_view& view) -> result<version> {
            detail::log_reader reader(stream_chunk(s));
            auto count = view.earlier(view.extents.size(), view.stream(stream), reader);
            if (!count) return std::move(count).error();
            if (const auto first = s.first_kept(stream); !first) return first.error();
            if (s.hides_events()) {  // the last event that is to be seen has to be looked for
                const std::uint64_t end = s.last(horizon::visible);
                detail::stream_walk walk(view, stream, reader);
                count = walk.last();
                for (bool is_seen = false; count && *count > 0 && !is_seen; *count -= is_seen ? 0 : 1) {
                    auto record = walk.at(*count);
                    if (!record) return std::move(record).error();
                    is_seen = record->position().value <= end;
                }
                if (!count) return std::move(count).error();
            }
            return version{*count};
        });
    }

    // Where the store is opened for reading only, this looks how far the writer is.
    position last(horizon upto) const noexcept {
        try {
            static_cast<void>(state_->follow());  // what fails here, fails again where it can be said
        } catch (const std::bad_alloc&) {}
        return {state_->last(upto)};
    }

    result<position> wait(position after, horizon upto, timeout patience) const {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        if (s.read_only) return s.await_writer(after, patience);
        if (last(upto) > after) return last(upto);
        const detail::monitor_lock hold(s.indexing);
        s.indexing.wait(patience.nanoseconds, [&] { return s.is_ended() || last(upto) > after; });
        if (last(upto) <= after && s.is_ended()) return s.ended();
        return last(upto);
    }

    result<std::optional<recorded_batch>> find_batch(const uuid& batch) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        auto found = detail::file_past(s).batch(batch);
        if (!found || !*found) return found;
        if ((*found)->receipt.last > last(horizon::visible)) return std::optional<recorded_batch>();
        (*found)->receipt.repeated = true;
        return found;
    }

    result<void> read_schemas(schema_visitor visit) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        if (auto followed = s.follow(); !followed) return followed;
        std::vector<recorded_schema> noted;
        {
            const detail::monitor_lock hold(s.indexing);
            noted = s.schemas.all();
        }
        for (const recorded_schema& each : noted)
            if (!visit(each)) break;
        return {};
    }
    // Where the store is opened for reading only, of what it has taken in.
    std::uint64_t schema_count() const noexcept { return state_->schemas.count(); }

    // As `retaining_store` says.
    result<void> retain(const retention_request& request) {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        auto written = write(request);
        if (s.has_unfiled.exchange(false, std::memory_order_relaxed)) s.view.file_indexes();
        if (!written) return written;
        auto synced = s.sync();  // an act has no position to wait for
        if (synced) synced = s.log.sync_mark();
        return synced ? result<void>() : result<void>(std::move(synced).error().within(s.path));
    }
    result<version> first_kept(stream_view stream) const { return state_->first_kept(stream); }
    result<void> read_acts(act_visitor visit) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        byte_buffer acts;
        auto looked = s.looking([&](const detail::log_view& view) { return view.acts(acts); });
        if (looked) detail::for_each_act(acts.view(), visit);
        return looked;
    }

    // Gives back the room of events that are not kept: segments that have such are written anew without them, one after the other,
    // while readers and appends go on. Positions and versions stay as they are. The segment that is written is ended first, if it
    // has such.
    //
    // Errors:     no_space, io, damaged: the segments before are done, and the store goes on; outcome_unknown, closed
    // Durability: a crash leaves each segment as it was or as it is to be
    // Threads:    one at a time; others wait
    // Complexity: O(bytes of the segments that are written), and O(streams that were cut) for each segment; room for one segment
    result<scrub_report> scrub(const scrub_options& options = {}) {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        const detail::monitor_lock hold(s.scrubbing);
        return detail::store_scrubber(s).run(options);
    }

    // Moves the full segments whose events are not behind a position to another directory, oldest first: each is copied, the copy is
    // synced and read again, and then all of it but its header goes from here. Readers find the events there as long as the
    // directory is where it was; else what needs them fails, and says where they are. What an archive holds can be opened for
    // reading as a store that ends early.
    //
    // Errors:     invalid_argument: a path that does not begin with /, or where something else is; no_space, io, damaged: the
    //             segments before are moved, and the store goes on; outcome_unknown, closed
    // Durability: a crash leaves each segment here, there, or both
    // Threads:    one at a time; others wait
    // Complexity: O(bytes of the segments that are moved)
    result<archive_report> archive(position upto, std::string_view path) {
        state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        const detail::monitor_lock hold(s.scrubbing);
        return detail::store_archiver::run(s, upto, path);
    }

    // What opening found and did.
    const open_report& report() const noexcept { return state_->report; }
    // The store's own id, random, given when it was created.
    uuid id() const noexcept { return state_->log.identity().store; }

    // Notes that the store was closed in order, so that the next open can tell a cut from a crash, and frees the lock.
    // Reading goes on; appends fail.
    //
    // Errors: io, no_space: the store is closed, but the next open will take it for one that crashed; outcome_unknown: so it is,
    //         and what was not synced may be lost
    result<void> close() {
        state& s = *state_;
        if (s.is_foreign()) return {};
        s.closing = true;
        const detail::monitor_lock maintaining(s.scrubbing);
        const detail::monitor_lock hold(s.appending);
        if (s.closed) return {};
        result<void> marked;
        if (!s.read_only && s.log.is_poisoned() && s.log.durable_position() < s.visible.load(std::memory_order_acquire))
            marked = error(error_kind::outcome_unknown,
                           "an earlier write or sync failed; reopen the store to see what is recorded");
        if (!s.read_only && !s.log.is_poisoned() && !s.damaged.load()) {
            const bool seals = !s.log.end().is_sealed && s.log.end().offset > unsealed_bytes_max;
            if (!seals) s.log.trim();
            if (seals) marked = s.seal();
            if (marked) marked = s.log.sync(s.log.tip());
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
    template <class Visit>
    result<position> walk(const log_range& range, Visit& visit) const {
        const state& s = *state_;
        if (s.is_foreign()) return s.foreign();
        const std::uint64_t end = last(range.upto).value;
        const std::uint64_t before = range.from.value == 0 ? 0 : range.from.value - 1;
        if (range.limit == 0 || before > end) return position{before};
        std::uint64_t given = 0;
        bool is_stopped = false;
        const auto take = [&](const record_view& record) {
            if (!detail::is_asked_for(record, range) || s.is_hidden(record)) return true;
            is_stopped = !visit(record) || ++given >= range.limit;
            return !is_stopped;
        };
        const auto let_go = [&] {
            if constexpr (requires { visit.let_go(); }) is_stopped = !visit.let_go() || is_stopped;
            return !is_stopped;
        };
        detail::log_taker<decltype(take), decltype(let_go)> give{take, let_go};
        detail::log_walk walk(range.from.value, end);
        const auto look = [&](const detail::log_view& view) {
            return range.tags.empty() ? walk.all(view, give) : walk.tagged(view, range.tags, give);
        };
        if (auto looked = s.looking(look); !looked) return std::move(looked).error();
        if (!is_stopped && !s.report.damage.empty()) return s.unreadable();
        return position{walk.next() - 1};
    }
    // How much is read at once of a stream, whose events mostly lie apart: from the cache a copy, from the file a call.
    static std::size_t stream_chunk(const detail::file_state& s) noexcept {
        return s.log.reading().cache().is_on() ? 320 : 4096;
    }
    // A segment that is longer when the store is closed gets its seal, so that the next open need not read it.
    static constexpr std::uint64_t unsealed_bytes_max = std::uint64_t{4} << 20;

    using state = detail::file_state;

    explicit file_store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}

    // The act up to the write; afterwards it holds, and is not yet durable.
    result<void> write(const retention_request& request) {
        state& s = *state_;
        const detail::monitor_lock hold(s.appending);
        if (auto able = s.may_write(); !able) return able;
        const timestamp now = s.ledger.now();
        s.frame.clear();
        s.frame.extend(detail::frame_header_bytes);
        const auto at = [&](const stream_view& stream) { return version_of(stream); };
        if (auto fit = detail::plan_acts(request, s.kept, s.ledger.last(), now, at, s.frame); !fit) return fit;
        result<void> written;
        if (s.frame.size() > detail::frame_header_bytes && !s.log.has_room(s.frame.size()))
            written = s.begin_segment(now);
        if (written && s.frame.size() > detail::frame_header_bytes) written = detail::write_acts(s, now);
        if (written) return {};
        s.announce();
        return std::move(written).error().within(s.path);
    }

    std::unique_ptr<state> state_;
};

static_assert(retaining_store<file_store>);

}  // namespace sillok
