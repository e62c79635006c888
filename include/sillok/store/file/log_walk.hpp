#pragma once
// The events of the log by their positions, of all streams or with certain tags.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/log_filter.hpp"

namespace sillok::detail {

// Takes the records of a walk, and is told before the bytes of those that it was given go. Both say whether to go on.
template <class Take, class LetGo>
struct log_taker {
    Take take;
    LetGo let_go;

    bool operator()(const record_view& record) { return take(record); }
};

// Walks from a position up to another, and knows where it is, so that it can be resumed in a newer view.
//
// Errors:  as those of log_view
// Threads: one at a time
class log_walk {
public:
    // The positions are inclusive.
    log_walk(std::uint64_t from, std::uint64_t upto) noexcept : next_(from == 0 ? 1 : from), upto_(upto) {}

    // The next position to look at.
    std::uint64_t next() const noexcept { return next_; }

    // Calls `visit` with each event until it returns false, or none is left.
    template <class Visit>
    result<void> all(const log_view& view, Visit& visit) {
        return each_extent(view, [&](const extent& in) { return frames(view, in, visit); });
    }
    // With each that carries one of the tags.
    template <class Visit>
    result<void> tagged(const log_view& view, std::span<const std::string_view> tags, Visit& visit) {
        return each_extent(view, [&](const extent& in) { return carriers(view, in, tags, visit); });
    }

private:
    template <class Look>
    result<void> each_extent(const log_view& view, Look look) {
        for (std::size_t i = view.at_position(next_); i < view.extents.size() && next_ <= upto_ && !stopped_; ++i) {
            if (auto looked = look(*view.extents[i]); !looked) return looked;
            if (stopped_) break;
            const bool is_last = i + 1 == view.extents.size();
            const std::uint64_t behind = is_last ? upto_ + 1 : view.extents[i + 1]->first();
            next_ = behind <= upto_ ? behind : upto_ + 1;
        }
        return {};
    }

    // Gives a record to the visitor, if it is of those to look at. Returns whether to go on.
    template <class Visit>
    bool give(const record_view& record, Visit& visit) {
        const std::uint64_t at = record.position().value;
        if (at < next_) return true;
        if (at > upto_) return false;
        next_ = at + 1;
        stopped_ = !visit(record);
        return !stopped_;
    }

    template <class Visit>
    bool let_go(Visit& visit) {
        if constexpr (requires { visit.let_go(); })
            if (!visit.let_go()) stopped_ = true;
        return !stopped_;
    }

    template <class Visit>
    result<void> frames(const log_view& view, const extent& in, Visit& visit) {
        auto start = view.frame_before(in, next_);
        if (!start) return std::move(start).error();
        auto file = in.segment->file.open();
        if (!file) return std::move(file).error();
        const directory& within = in.segment->file.within();
        const io_outcome size = within.size_of(**file);
        if (!size.ok()) return io_error("cannot be examined", in.segment->file.name(), size.error);
        file_window window(within, **file, static_cast<std::uint64_t>(size.value));
        std::uint64_t offset = *start;
        const std::uint32_t seed = in.segment->header.checksum;
        chain expected = first_of(in.segment->header);
        if (offset != segment_header_bytes) {
            auto head = window.at(offset, frame_header_bytes);
            if (!head) return std::move(head).error();
            if (head->size() < frame_header_bytes || !is_frame_header(head->data(), seed))
                return log_view::suspect(in, damaged_at(in.segment->number(), offset, next_, "there is no frame"));
            const frame_header frame = frame_header::decode(head->data());
            expected = {frame.sequence, frame.first, frame.previous, frame.time};
        }
        for (;;) {
            auto rest = window.from(offset, frame_header_bytes);
            if (rest && rest->size() >= frame_header_bytes) {
                const std::size_t length = load_le<std::uint32_t>(rest->data() + 8);
                if (length > rest->size() && length <= frame_bytes_max) rest = window.from(offset, length);
            }
            if (!rest) return std::move(rest).error();
            const std::size_t given = give_batches(*rest, seed, expected, visit);
            offset += given;
            if (!let_go(visit) || next_ > upto_ || expected.position > upto_) return {};
            if (given != 0) continue;

            // No batch of the usual kind, or something is wrong with it: this says what.
            auto found = find_frame(window, offset, seed, expected);
            if (!found) return std::move(found).error();
            if (found->state != frame_state::valid)
                return damaged_at(in.segment->number(), offset, found->unreadable,
                                  found->state == frame_state::end ? "the file is shorter than it was" : found->why);
            if (found->header.kind == frame_kind::seal) return {};
            if (found->header.kind == frame_kind::batch) {
                const bool goes_on = give_records(*found, visit);
                if (!let_go(visit) || !goes_on) return {};
            }
            advance(expected, found->header);
            offset += found->header.length;
        }
    }

    // Returns whether to go on.
    template <class Visit>
    bool give_records(const found_frame& batch, Visit& visit) {
        for (std::size_t at = batch.header.records_at(); at < batch.body.size();) {
            const record_view record(batch.body.data() + at);
            if (!give(record, visit)) return false;
            at += record.size();
        }
        return true;
    }

    // Gives the events of the batches that the bytes begin with, as far as these are whole and every record is intact.
    // Returns how many bytes they have.
    template <class Visit>
    std::size_t give_batches(bytes_view bytes, std::uint32_t seed, chain& expected, Visit& visit) {
        std::size_t done = 0;
        while (bytes.size() - done >= frame_header_bytes) {
            const std::byte* const head = bytes.data() + done;
            const std::size_t length = load_le<std::uint32_t>(head + 8);
            if (length < frame_header_bytes || length % 8 != 0 || length > bytes.size() - done) return done;
            if (!is_frame_header(head, seed)) return done;
            const frame_header frame = frame_header::decode(head);
            if (frame.kind != frame_kind::batch || frame.flags != 0 || frame.sequence != expected.sequence ||
                frame.previous != expected.previous || frame.first != expected.position)
                return done;
            std::uint64_t position = frame.first;
            for (std::size_t at = frame_header_bytes; at < length; ++position) {
                const bytes_view rest{head + at, length - at};
                if (!is_record(rest)) return done;
                const record_view record(rest.data());
                if (!record.is_intact() || record.position().value != position) return done;
                if (!give(record, visit)) return done + length;
                at += record.size();
            }
            if (position != frame.first + frame.count) return done;
            advance(expected, frame);
            done += length;
        }
        return done;
    }

    template <class Visit>
    result<void> carriers(const log_view& view, const extent& in, std::span<const std::string_view> tags,
                          Visit& visit) {
        log_reader reader(tag_chunk);
        std::vector<std::vector<std::uint32_t>> lists;
        for (const std::string_view tag : tags) {
            const log_name name = view.tag(tag);
            auto found = view.find(in, name, reader);
            if (!found) return std::move(found).error();
            std::vector<std::uint32_t> places(found->count);
            auto read = view.places(*found, keys::tags, 0, places);
            if (!read) return std::move(read).error();
            places.resize(*read);
            lists.push_back(std::move(places));
        }
        posting_union all(lists.size());
        auto start = view.frame_before(in, next_);
        if (!start) return std::move(start).error();
        for (std::size_t i = 0; i < lists.size(); ++i)
            all.set(i, {lists[i].data(), static_cast<std::uint32_t>(lists[i].size())}, place_of(*start));
        for (std::uint64_t place = all.next(); place != posting_union::end; place = all.next()) {
            const std::uint64_t offset = offset_of(static_cast<std::uint32_t>(place));
            auto record = reader.at(*in.segment, offset);
            if (!record) return log_view::suspect(in, std::move(record).error());
            if (!carries(*record, tags))
                return log_view::suspect(in, damaged_at(in.segment->number(), offset, record->position().value,
                                                        "another event is in its place"));
            const bool goes_on = give(*record, visit);
            if (!let_go(visit) || !goes_on) return {};
        }
        return {};
    }
    static bool carries(const record_view& record, std::span<const std::string_view> tags) {
        for (const std::string_view own : record.tags())
            for (const std::string_view each : tags)
                if (own == each) return true;
        return false;
    }

    static constexpr std::size_t tag_chunk = std::size_t{4} << 10;

    std::uint64_t next_;
    std::uint64_t upto_;
    bool stopped_ = false;
};

}  // namespace sillok::detail
