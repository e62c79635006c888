#pragma once
// What a store finds when it is opened: how far the log is whole, what is proven, what is torn and what is damaged.
// docs/format.md#recovery

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log.hpp"

namespace sillok {

// What opening a store found and did.
struct open_report {
    bool created = false;
    bool was_closed = false;  // the writer before closed it; otherwise it crashed, or never wrote
    std::uint64_t segments = 0;
    std::uint64_t torn_segment = 0;  // 0: nothing was torn
    std::uint64_t torn_offset = 0;
    std::uint64_t bytes_dropped = 0;  // of the torn tail: never acknowledged as durable
    std::uint64_t bytes_proven = 0;   // whole batches whose sync was not proven, written and synced again
    bool mark_ignored = false;        // the file `mark` was there and not well-formed
    std::string damage;               // only where it was opened read_only: what is damaged, and where
};

}  // namespace sillok

namespace sillok::detail {

// Takes a valid frame with its segment's index and its offset; returns whether it fits what came before.
using frame_visitor = function_ref<bool(const found_frame&, std::size_t, std::uint64_t)>;

inline std::string place_text(std::uint64_t segment, std::uint64_t offset) {
    return segment_name(segment) + " at offset " + std::to_string(offset);
}

class recovery {
public:
    recovery(file_log& log, std::optional<durable_mark> mark, open_report& report) noexcept
        : log_(log), mark_(mark), report_(report) {}

    // Reads all segments. Damage is described in the report and ends the reading.
    //
    // Errors: io, unsupported_format
    result<void> read(open_mode mode, frame_visitor visit) {
        auto numbers = list_segments();
        if (!numbers) return std::move(numbers).error();
        log_end& end = log_.end();
        for (std::size_t i = 0; i < numbers->size() && report_.damage.empty(); ++i) {
            const bool is_last = i + 1 == numbers->size();
            const std::uint64_t number = (*numbers)[i];
            if (number != i + 1) {
                report_.damage = segment_name(i + 1) + " is missing; it would begin with position " +
                                 std::to_string(end.next.position);
                break;
            }
            auto more = read_segment(number, is_last, mode, visit);
            if (!more) return std::move(more).error();
        }
        if (log_.segment_count() == 0 && report_.damage.empty())
            report_.damage = segment_name(1) + " is missing; it would begin with position 1";
        if (report_.damage.empty() && mark_ && end.next.sequence <= mark_->sequence)
            report_.damage =
                "the log ends before " + place_text(mark_->segment, mark_->end) + ", up to where it was durable";
        report_.segments = log_.segment_count();
        if (log_.segment_count() != 0) find_durable();
        return {};
    }

    // Cuts off what is torn, and writes again what is not proven: afterwards the whole log is durable.
    //
    // Errors: io, no_space
    result<void> mend() {
        log_end& end = log_.end();
        log_segment& last = log_.last_segment();
        const directory& files = log_.files();
        const std::string name = segment_name(last.header.number);
        if (has_tail_)
            if (const io_outcome cut = files.truncate(last.file, end.offset); !cut.ok())
                return io_error("the torn tail cannot be cut", name, cut.error);
        if (proven_end_ < end.offset || end.frames == 0) {
            if (auto again = write_again(last, 0, segment_header_bytes); !again) return again;
            if (auto again = write_again(last, proven_end_, end.offset); !again) return again;
            report_.bytes_proven = end.offset - proven_end_;
        }
        if (const io_outcome synced = files.sync(last.file); !synced.ok())
            return io_error("cannot be synced", name, synced.error);
        if (const io_outcome synced = files.sync(); !synced.ok())
            return io_error("cannot be synced", "the directory", synced.error);
        log_.note_durable(end.next.sequence - 1, end.next.position - 1);
        return {};
    }

private:
    struct frame_end {
        std::uint64_t sequence;
        std::uint64_t offset;
        std::uint64_t position;
    };

    result<std::vector<std::uint64_t>> list_segments() const {
        std::vector<std::uint64_t> numbers;
        const io_outcome listed = log_.files().list([&](std::string_view name) {
            const std::uint64_t number = segment_number(name);
            if (number == 0) return;
            auto at = numbers.begin();
            while (at != numbers.end() && *at < number) ++at;
            numbers.insert(at, number);
        });
        if (!listed.ok()) return io_error("cannot be listed", "the directory", listed.error);
        return numbers;
    }

    result<void> read_segment(std::uint64_t number, bool is_last, open_mode mode, frame_visitor visit) {
        const directory& files = log_.files();
        const std::string name = segment_name(number);
        auto file = files.open_file(name, mode);
        if (!file) return std::move(file).error();
        auto segment = std::make_unique<log_segment>();
        segment->file = std::move(*file);
        const io_outcome size = files.size_of(segment->file);
        if (!size.ok()) return io_error("cannot be examined", name, size.error);
        file_window window(files, segment->file, static_cast<std::uint64_t>(size.value));

        auto head = window.at(0, segment_header_bytes);
        if (!head) return std::move(head).error();
        log_end& end = log_.end();
        const bool is_whole = head->size() == segment_header_bytes;
        const block_state state = is_whole ? state_of(*head, segment_magic) : block_state::invalid;
        if (state == block_state::newer)
            return error(error_kind::unsupported_format,
                         name + " has format " + std::to_string(format_version_of(*head)) +
                             "; this library reads up to " + std::to_string(file_format_version));
        if (state == block_state::invalid) {
            auto behind = look_behind(window, segment_header_bytes, 0, 0);
            if (!behind) return std::move(behind).error();
            const bool was_used = mark_ && mark_->segment >= number;
            if (is_last && number > 1 && end.is_sealed && behind->end <= segment_header_bytes && !was_used) {
                if (mode == open_mode::read) return {};
                if (const io_outcome gone = files.remove(name); !gone.ok())
                    return io_error("cannot be removed", name, gone.error);
                return {};
            }
            report_.damage = place_text(number, 0) +
                             ": the segment's header is not well-formed; it begins with position " +
                             std::to_string(end.next.position);
            return {};
        }
        segment->header = segment_header::decode(head->data());
        const segment_header header = segment->header;
        if (header.store != log_.identity().store)
            return error(error_kind::unsupported_format, name + " belongs to store " + to_string(header.store) +
                                                             ", not to " + to_string(log_.identity().store));
        const bool follows = header.number == number && header.sequence == end.next.sequence &&
                             header.position == end.next.position && header.previous == end.last_frame;
        if (!follows) {
            report_.damage = place_text(number, 0) + ": the segment does not continue the one before it, at position " +
                             std::to_string(end.next.position);
            return {};
        }
        end.next.previous = header.checksum;
        end.offset = segment_header_bytes;
        end.frames = 0;
        end.events = 0;
        end.is_sealed = false;
        frames_.clear();
        frames_.push_back({header.sequence - 1, end.offset, header.position - 1});
        if (header.sequence - 1 > named_) named_ = header.sequence - 1;
        log_.add_segment(std::move(segment));
        return read_frames(window, number, is_last, mode, visit);
    }

    result<void> read_frames(file_window& window, std::uint64_t number, bool is_last, open_mode mode,
                             frame_visitor visit) {
        log_end& end = log_.end();
        const std::uint32_t seed = log_.last_segment().header.checksum;
        for (;;) {
            auto found = find_frame(window, end.offset, seed, end.next);
            if (!found) return std::move(found).error();
            if (found->state == frame_state::unsupported)
                return error(error_kind::unsupported_format,
                             place_text(number, end.offset) + ": a frame of kind " +
                                 std::to_string(static_cast<unsigned>(found->header.kind)) + " and flags " +
                                 std::to_string(found->header.flags) + ", which this library does not know");
            if (found->state != frame_state::valid) {
                auto judged = judge_tail(window, number, is_last, *found);
                if (!judged || report_.damage.empty() || mode == open_mode::write) return judged;
                // A writer may have gone on since these bytes were read. What says that the frame was durable was read after
                // that, so the frame is there now, or damaged.
                const io_outcome size = log_.files().size_of(log_.last_segment().file);
                if (!size.ok()) return io_error("cannot be examined", segment_name(number), size.error);
                window.look_again(static_cast<std::uint64_t>(size.value));
                found = find_frame(window, end.offset, seed, end.next);
                if (!found) return std::move(found).error();
                if (found->state != frame_state::valid) return {};
                report_.damage.clear();
            }

            const frame_header& frame = found->header;
            if (end.is_sealed) return damaged(number, end.offset, end.next.position, "a frame behind the seal");
            if (mark_ && frame.sequence == mark_->sequence && frame.checksum != mark_->checksum)
                return damaged(number, end.offset, frame.first, "it is not the frame that was durable there");
            if (!visit(*found, log_.segment_count() - 1, end.offset))
                return damaged(number, end.offset, frame.first, "its events do not continue their streams");
            if (frame.durable > named_) named_ = frame.durable;
            end.is_sealed = frame.kind == frame_kind::seal;
            end.offset += frame.length;
            ++end.frames;
            end.events += frame.count;
            end.last_frame = frame.checksum;
            end.next = {frame.sequence + 1, frame.first + frame.count, frame.checksum,
                        frame.kind == frame_kind::batch ? frame.time : end.next.time};
            frames_.push_back({frame.sequence, end.offset, end.next.position - 1});
        }
    }

    // What follows the last valid frame of a segment is its end, a torn tail, or damage.
    result<void> judge_tail(file_window& window, std::uint64_t number, bool is_last, const found_frame& found) {
        const log_end& end = log_.end();
        auto behind = look_behind(window, end.offset, log_.last_segment().header.checksum, end.next.sequence);
        if (!behind) return std::move(behind).error();
        const bool is_clean = behind->end == end.offset;
        if (!is_last) {
            if (end.is_sealed && is_clean) return {};
            const char* const unsealed =
                found.state == frame_state::end ? "there is no seal, though another segment follows" : found.why;
            return damaged(number, end.offset, found.unreadable, end.is_sealed ? "bytes behind the seal" : unsealed);
        }
        const std::uint64_t marked = mark_ ? mark_->sequence : 0;
        std::uint64_t durable = named_ > behind->durable ? named_ : behind->durable;
        if (marked > durable) durable = marked;
        if (durable >= end.next.sequence)
            return damaged(number, end.offset, found.unreadable, is_clean ? "the log ends too early" : found.why);
        has_tail_ = window.file_bytes() > end.offset;
        if (!is_clean) {
            report_.torn_segment = number;
            report_.torn_offset = end.offset;
            report_.bytes_dropped = behind->end - end.offset;
        }
        return {};
    }

    result<void> damaged(std::uint64_t number, std::uint64_t offset, std::uint64_t position, const char* why) {
        report_.damage = place_text(number, offset) + ", position " + std::to_string(position) + ": " + why;
        return {};
    }

    void find_durable() {
        std::uint64_t durable = mark_ && mark_->sequence > named_ ? mark_->sequence : named_;
        if (!report_.damage.empty())
            durable = log_.end().next.sequence - 1;  // whole frames before damage were durable as it was
        for (const frame_end& each : frames_)
            if (each.sequence <= durable) {
                proven_end_ = each.offset;
                log_.note_durable(each.sequence, each.position);
            }
        report_.was_closed = mark_ && mark_->is_closed != 0 && mark_->sequence == log_.end().next.sequence - 1 &&
                             mark_->end == log_.end().offset;
    }

    result<void> write_again(log_segment& segment, std::uint64_t from, std::uint64_t to) {
        file_window window(log_.files(), segment.file, to);
        constexpr std::size_t step = std::size_t{256} << 10;
        while (from < to) {
            const std::size_t wanted = to - from < step ? static_cast<std::size_t>(to - from) : step;
            auto bytes = window.at(from, wanted);
            if (!bytes) return std::move(bytes).error();
            if (bytes->size() < wanted)
                return io_error("cannot be read again", segment_name(segment.header.number), EIO);
            if (const io_outcome written = log_.files().write(segment.file, *bytes, from); !written.ok())
                return io_error("cannot be written again", segment_name(segment.header.number), written.error);
            from += wanted;
        }
        return {};
    }

    file_log& log_;
    std::optional<durable_mark> mark_;
    open_report& report_;
    std::uint64_t named_ = 0;  // the greatest durable mark in a valid frame or implied by a segment's existence
    std::uint64_t proven_end_ = segment_header_bytes;
    bool has_tail_ = false;          // something, if only zeros, follows the last frame
    std::vector<frame_end> frames_;  // of the last segment
};

}  // namespace sillok::detail
