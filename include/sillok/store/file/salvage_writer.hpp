#pragma once
// Writes what is left of a damaged log into a new one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/file/damage_walk.hpp"
#include "sillok/store/file/durability.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/salvage_plan.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok {

// What stands in the place of an event that is lost. No catalogue has it, so that whoever loads its stream is told.
inline constexpr event_type lost_event_type{"sillok.lost", 1};

}  // namespace sillok

namespace sillok::detail {

// Writes what a walk finds into a new log, with placeholders where the plan has them. Until it is closed, its directory is not a store.
//
// Errors:     no_space, io; outcome_unknown, where a sync or a write failed
// Complexity: O(bytes); the postings of one segment of memory
class salvage_writer {
public:
    salvage_writer(directory into, const store_identity& identity, const salvage_plan& plan, salvage_report& report,
                   bool clusters)
        : log_(std::move(into), identity, lose_unsynced{}), plan_(plan), report_(report), clusters_(clusters) {}

    // Errors: no_space, io
    result<void> open() { return begin_segment(1); }

    static void begin(const segment_header&) noexcept {}
    static result<void> end(std::uint64_t, bool) { return {}; }
    static void note(const finding&) noexcept {}
    static void torn(std::uint64_t) noexcept {}
    static bool ends_where_torn() noexcept { return false; }
    static result<void> unsupported(std::uint64_t segment, std::uint64_t offset, const frame_header& frame) {
        return unsupported_frame(segment, offset, frame);
    }

    result<void> frame(const frame_header& frame, bytes_view body, std::uint64_t) {
        if (frame.kind == frame_kind::seal) return {};
        if (auto filled = fill(frame.first, frame.time); !filled) return filled;
        std::uint64_t events = 0;
        for (bytes_view rest = frame.kind == frame_kind::batch ? body.subspan(frame.records_at()) : bytes_view();
             !rest.empty(); ++events) {
            const record_view record(rest.data());
            if (plan_.leaves_out(record) || plan_.is_hidden(record)) return assemble(frame, body, true);
            rest = rest.subspan(record.size());
        }
        start_frame();
        frame_.append(body);
        header_ = frame;
        next_ += frame.count;
        report_.events += events;
        report_.batches += frame.kind == frame_kind::batch ? 1U : 0U;
        return put(frame.body_checksum);
    }
    result<void> pieces(const frame_header& frame, bytes_view body, std::uint64_t) {
        return assemble(frame, body, false);
    }

    // Ends the log as a store that is closed does, and makes it one.
    //
    // Errors: no_space, io
    result<void> close(std::uint64_t end, std::uint64_t seen) {
        if (auto filled = fill(end, time_.value_or(log_.identity().created)); !filled) return filled;
        if (next_ != end || report_.events + left_out_ != seen)
            return error(error_kind::io, "the store changed while it was read");
        if (log_.end().offset > unsealed_bytes_max) {
            if (auto sealed = seal(); !sealed) return sealed;
        } else if (auto synced = log_.sync(log_.tip()); !synced) {
            return synced;
        }
        if (auto marked = log_.write_mark(); !marked) return marked;
        std::byte block[identity_bytes];
        log_.identity().encode(block);
        return log_.files().replace("store", block);
    }

private:
    static constexpr std::uint64_t unsealed_bytes_max = std::uint64_t{4} << 20;
    static constexpr std::uint64_t placeholders_per_frame_max = 1000;

    void start_frame() {
        frame_.clear();
        frame_.extend(frame_header_bytes);
        header_ = frame_header{};
    }
    result<void> begin_segment(std::uint64_t number) {
        if (auto begun = log_.begin_segment(number, log_.identity().created); !begun) return begun;
        postings_ = std::make_shared<segment_postings>(hash_seed(log_.identity().store));
        return {};
    }
    // Ends the segment, with its index.
    result<void> seal() {
        if (auto sealed = log_.seal(log_.end().next.time); !sealed) return sealed;
        if (auto synced = log_.sync(log_.tip()); !synced) return synced;
        extent written;
        written.segment = log_.segment();
        written.postings = std::move(postings_);
        extent sealed;
        describe(sealed, written, log_.end());
        static_cast<void>(put_into_file(log_.reading(), sealed, clusters_));  // else the next writer makes it
        return {};
    }
    // Writes the frame that was put together.
    result<void> put(std::uint32_t body_checksum) {
        if (!log_.has_room(frame_.size())) {
            const std::uint64_t number = log_.segment()->number();
            if (auto sealed = seal(); !sealed) return sealed;
            if (auto begun = begin_segment(number + 1); !begun) return begun;
        }
        header_.first = log_.end().next.position;
        header_.body_checksum = body_checksum;
        const std::uint64_t offset = log_.end().offset;
        if (auto written = log_.write_frame(frame_.data(), frame_.size(), header_); !written) return written;
        const bytes_view body = frame_.view().subspan(frame_header_bytes);
        if (!postings_->restore(log_.identity().store, header_, body, offset, guard_))
            return damaged_at(log_.segment()->number(), offset, header_.first,
                              "its events do not continue their streams");
        if (header_.kind == frame_kind::batch) time_ = header_.time;
        if (frame_.size() > frame_bytes_kept) frame_ = byte_buffer{};
        return {};
    }
    result<void> put_records() {
        const std::uint32_t sum = sum_;
        sum_ = 0;
        return put(sum);
    }
    void add(bytes_view record) {
        frame_.append(record);
        sum_ = crc32c(record.subspan(record_layout::checksum, 4), sum_);
        ++header_.count;
        ++next_;
    }
    // The next position has a record that is not kept.
    void add_gap() noexcept {
        ++header_.count;
        ++next_;
    }
    // The placeholder of the next position.
    void add_placeholder(const salvage_plan::run& as, timestamp time) {
        const uuid id = ids_(time);
        const version continues{as.version != 0 ? as.version : ++lost_version_};
        const record_fields fields{.position = {next_},
                                   .version = continues,
                                   .time = time,
                                   .id = id,
                                   .correlation = id,
                                   .type = lost_event_type,
                                   .stream = as.stream};
        placeholder_.clear();
        write_record(placeholder_.extend(record_bytes(fields)), fields);
        add(placeholder_.view());
        ++report_.lost_events;
    }

    // Placeholders for all positions up to one, that one not among them: a frame for those of one stream that adjoin.
    result<void> fill(std::uint64_t end, timestamp otherwise) {
        const timestamp time = time_.value_or(otherwise);
        while (next_ < end) {
            salvage_plan::run run = plan_.run_at(next_);
            const std::uint64_t rest = (std::min)(run.count, (std::min)(end - next_, placeholders_per_frame_max));
            start_frame();
            header_.time = time;
            for (std::uint64_t i = 0; i < rest; ++i) {
                add_placeholder(run, time);
                if (run.version != 0) ++run.version;
            }
            if (auto written = put_records(); !written) return written;
        }
        return {};
    }

    // Begins a frame of a batch; a scrubbed one where records of it are not kept.
    void start_part(const frame_header& batch, std::optional<std::uint64_t> receipt) {
        start_frame();
        header_.time = batch.time;
        if (!receipt) return;
        header_.flags = frame_scrubbed;
        std::byte* const head = frame_.extend(scrubbed_head_bytes);
        store_le(head, *receipt);
        store_le(head + 8, crc32c({head, 8}));
        store_le(head + 12, std::uint32_t{0});
        sum_ = crc32c({head + 8, 4});
    }
    // The version of a batch's receipt, as far as it is known.
    static std::uint64_t receipt_version(const frame_header& frame, bytes_view body) {
        if (frame.is_scrubbed() && body.size() >= scrubbed_head_bytes &&
            crc32c(body.first(8)) == load_le<std::uint32_t>(body.data() + 8))
            return load_le<std::uint64_t>(body.data());
        std::uint64_t version = 0;
        std::optional<stream_view> stream;
        for_each_intact(frame, body, [&](const record_view& record) {
            if (!stream) stream = record.stream();
            if (*stream == record.stream()) version = record.version().value;
        });
        return version;
    }

    // A batch of which some events are lost, left out, or not kept; it is whole where the last are all that is missing. It keeps its
    // id, since what is there was acknowledged; where a placeholder would part the events of a stream, the batch with the id ends
    // before.
    result<void> assemble(const frame_header& frame, bytes_view body, bool is_whole) {
        bool is_any = false;
        bool is_cut = is_whole && frame.is_scrubbed();
        for_each_intact(frame, body, [&](const record_view& record) {
            const bool is_hidden = plan_.is_hidden(record);
            const bool is_out = !is_hidden && plan_.leaves_out(record);
            left_out_ += is_out ? 1U : 0U;
            is_cut = is_cut || is_hidden;
            is_any = is_any || (!is_out && !is_hidden);
        });
        if (!is_any && !is_cut) return {};  // then it is lost as a whole, and so is its id
        if (auto filled = fill(frame.first, frame.time); !filled) return filled;

        std::optional<std::uint64_t> receipt;
        if (is_cut) receipt = receipt_version(frame, body);
        std::set<std::pair<std::string, std::string>> streams;
        std::pair<std::string, std::string> last;
        const std::uint64_t lost_before = report_.lost_events;
        start_part(frame, receipt);
        header_.batch = frame.batch;
        header_.content = frame.content;
        const auto make_room = [&](stream_view stream, std::size_t bytes) -> result<void> {
            std::pair<std::string, std::string> name(stream.category, stream.key);
            const bool is_parted = name != last && streams.contains(name);
            if (is_parted || frame_.size() + bytes > frame_bytes_max) {
                if (auto written = put_records(); !written) return written;
                streams.clear();
                start_part(frame, receipt);
            }
            streams.insert(name);
            last = std::move(name);
            return {};
        };
        const auto miss_up_to = [&](std::uint64_t end) -> result<void> {
            while (next_ < end) {
                if (is_whole) {
                    add_gap();
                    continue;
                }
                const salvage_plan::run run = plan_.run_at(next_);
                if (auto room = make_room(run.stream, placeholder_bytes_max); !room) return room;
                add_placeholder(run, frame.time);
            }
            return {};
        };
        result<void> done;
        for_each_intact(frame, body, [&](const record_view& record) {
            if (done) done = miss_up_to(record.position().value);
            if (!done) return;
            if (plan_.is_hidden(record)) return add_gap();
            if (plan_.leaves_out(record)) {
                const salvage_plan::run run = plan_.run_at(next_);
                done = make_room(run.stream, placeholder_bytes_max);
                if (done) add_placeholder(run, frame.time);
                return;
            }
            done = make_room(record.stream(), record.size());
            if (!done) return;
            add(record.bytes());
            ++report_.events;
        });
        if (done) done = miss_up_to(frame.first + frame.count);
        if (!done) return done;
        ++(report_.lost_events == lost_before ? report_.batches : report_.partial_batches);
        return put_records();
    }

    static constexpr std::size_t frame_bytes_kept = std::size_t{4} << 20;
    static constexpr std::size_t placeholder_bytes_max = 2048;

    file_log log_;
    const salvage_plan& plan_;
    salvage_report& report_;
    bool clusters_;
    std::shared_ptr<segment_postings> postings_;
    monitor guard_;  // nobody else knows what is made here
    uuid_generator ids_;
    byte_buffer frame_;
    byte_buffer placeholder_;
    frame_header header_;
    std::uint32_t sum_ = 0;           // of the records' checksums
    std::uint64_t next_ = 1;          // position of the record to come
    std::uint64_t lost_version_ = 0;  // of the stream of those that are of no other
    std::uint64_t left_out_ = 0;
    std::optional<timestamp> time_;  // of the last event
};

}  // namespace sillok::detail
