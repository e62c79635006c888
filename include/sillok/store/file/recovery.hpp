#pragma once
// What a store finds when it is opened: how far the log is whole, what is proven, what is torn and what is damaged.
// docs/format.md#recovery

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/file/segment_postings.hpp"

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

class recovery {
public:
    // What is found goes into the view.
    recovery(file_log& log, log_view& view, std::optional<durable_mark> mark, open_report& report) noexcept
        : log_(log), view_(view), mark_(mark), report_(report) {}

    // Looks at all segments: at those that are sealed and have an index, at header and seal; at the others from end to end.
    // Damage is described in the report and ends the reading.
    //
    // Errors: io, unsupported_format
    result<void> read(open_mode mode) {
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
            auto more = read_segment(number, is_last, mode);
            if (!more) return std::move(more).error();
        }
        if (view_.extents.empty() && report_.damage.empty())
            report_.damage = segment_name(1) + " is missing; it would begin with position 1";
        if (report_.damage.empty() && mark_ && end.next.sequence <= mark_->sequence)
            report_.damage =
                "the log ends before " + place_text(mark_->segment, mark_->end) + ", up to where it was durable";
        report_.segments = view_.extents.size();
        if (!view_.extents.empty()) find_durable();
        return {};
    }

    // Cuts off what is torn, and writes again what is not proven: afterwards the whole log is durable.
    //
    // Errors: io, no_space
    result<void> mend() {
        log_end& end = log_.end();
        const directory& files = log_.files();
        const std::string& name = log_.segment()->file.name();
        if (has_tail_)
            if (const io_outcome cut = files.truncate(log_.file(), end.offset); !cut.ok())
                return io_error("the torn tail cannot be cut", name, cut.error);
        if (proven_end_ < end.offset || end.frames == 0) {
            if (auto again = write_again(0, segment_header_bytes); !again) return again;
            if (auto again = write_again(proven_end_, end.offset); !again) return again;
            report_.bytes_proven = end.offset - proven_end_;
        }
        if (const io_outcome synced = files.sync(log_.file()); !synced.ok())
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

    result<void> read_segment(std::uint64_t number, bool is_last, open_mode mode) {
        const directory& files = log_.files();
        const std::string name = segment_name(number);
        auto opened = files.open_file(name, is_last ? mode : open_mode::read);
        if (!opened) return std::move(opened).error();
        auto file = std::make_shared<const owned_file>(*std::move(opened));
        const io_outcome size = files.size_of(*file);
        if (!size.ok()) return io_error("cannot be examined", name, size.error);
        file_window window(files, *file, static_cast<std::uint64_t>(size.value));

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
        const segment_header header = segment_header::decode(head->data());
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
        const auto segment = std::make_shared<log_segment>(log_.reading(), header);
        segment->file.adopt(file);
        log_.resume(segment, file);
        begin(header);
        if (auto indexed = find_index(segment, window); !indexed || *indexed) return forget(indexed);
        if (is_last) return read_frames(window, segment, mode);

        auto fresh = reindex(segment);
        if (!fresh && fresh.error() == error_kind::damaged) {
            report_.damage = fresh.error().text();
            return {};
        }
        if (!fresh) return std::move(fresh).error();
        pass((*fresh)->covered);
        view_.extents.push_back(*std::move(fresh));
        return {};
    }
    static result<void> forget(result<bool>& answer) {
        return answer ? result<void>() : result<void>(std::move(answer).error());
    }

    // The log ends before the first frame of a segment.
    void begin(const segment_header& header) {
        log_.end().begin(header);
        frames_.clear();
        frames_.push_back({header.sequence - 1, segment_header_bytes, header.position - 1});
        if (header.sequence - 1 > named_) named_ = header.sequence - 1;
    }
    // The log ends with the seal of a segment.
    void pass(const index_header& covered) {
        log_end& end = log_.end();
        end.next = {covered.sequence + 1, covered.position + 1, covered.last_frame, covered.time};
        end.offset = covered.end;
        end.frames = covered.frames;
        end.events = covered.events;
        end.last_frame = covered.last_frame;
        end.is_sealed = true;
        frames_.push_back({covered.sequence, covered.end, covered.position});
    }

    // Whether a segment is sealed and has an index that goes up to the seal. If so it is in the view.
    //
    // Errors: io
    result<bool> find_index(const std::shared_ptr<log_segment>& segment, file_window& window) {
        auto found = indexed_extent(segment, log_.reading(), window);
        if (!found) return std::move(found).error();
        if (found->in == nullptr) return false;
        const frame_header& seal = found->seal;
        if (mark_ && mark_->sequence == seal.sequence && mark_->checksum != seal.checksum) return false;
        if (seal.durable > named_) named_ = seal.durable;
        pass(found->in->covered);
        has_tail_ = window.file_bytes() > found->in->covered.end;
        view_.extents.push_back(std::move(found->in));
        return true;
    }

    // Reads the last segment. A writer takes in all that is whole and proves it; a reader takes in only what is durable, which is
    // known when all of it was looked at.
    result<void> read_frames(file_window& window, const std::shared_ptr<log_segment>& segment, open_mode mode) {
        auto in = std::make_shared<extent>();
        in->segment = segment;
        in->covered = covered_of(segment->header);
        in->postings = std::make_shared<segment_postings>(hash_seed(segment->header.store));
        view_.extents.push_back(in);
        constexpr std::uint64_t all = (std::numeric_limits<std::uint64_t>::max)();
        if (mode == open_mode::write) return read_upto(window, *in, mode, all, true);
        if (auto looked = read_upto(window, *in, mode, all, false); !looked) return looked;
        const std::uint64_t durable = durable_sequence();
        begin(segment->header);
        return read_upto(window, *in, mode, durable, true);
    }
    result<void> read_upto(file_window& window, extent& in, open_mode mode, std::uint64_t sequence, bool takes_in) {
        log_end& end = log_.end();
        const std::uint64_t number = in.segment->number();
        const std::uint32_t seed = in.segment->header.checksum;
        while (end.next.sequence <= sequence) {
            auto found = find_frame(window, end.offset, seed, end.next);
            if (!found) return std::move(found).error();
            if (found->state == frame_state::unsupported) return unsupported_frame(number, end.offset, found->header);
            if (found->state != frame_state::valid) {
                auto judged = judge_tail(window, number, *found);
                if (!judged || report_.damage.empty() || mode == open_mode::write) return judged;
                // A writer may have gone on since these bytes were read. What says that the frame was durable was read after
                // that, so the frame is there now, or damaged.
                const io_outcome size = log_.files().size_of(log_.file());
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
            if (takes_in) {
                if (!in.postings->restore(in.segment->header.store, frame, found->body, end.offset, guard_))
                    return damaged(number, end.offset, frame.first, "its events do not continue their streams");
                cover(in.covered, frame, end.offset);
                in.is_sealed = frame.kind == frame_kind::seal;
            }
            if (frame.durable > named_) named_ = frame.durable;
            end.pass(frame);
            frames_.push_back({frame.sequence, end.offset, end.next.position - 1});
        }
        return {};
    }
    // What follows the last valid frame of the last segment is its end, a torn tail, or damage.
    result<void> judge_tail(file_window& window, std::uint64_t number, const found_frame& found) {
        const log_end& end = log_.end();
        auto behind = look_behind(window, end.offset, log_.segment()->header.checksum, end.next.sequence);
        if (!behind) return std::move(behind).error();
        const bool is_clean = behind->end == end.offset;
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

    // Whole frames before damage were durable as it was.
    std::uint64_t durable_sequence() const noexcept {
        if (!report_.damage.empty()) return log_.end().next.sequence - 1;
        return mark_ && mark_->sequence > named_ ? mark_->sequence : named_;
    }
    void find_durable() {
        const std::uint64_t durable = durable_sequence();
        for (const frame_end& each : frames_)
            if (each.sequence <= durable) {
                proven_end_ = each.offset;
                log_.note_durable(each.sequence, each.position);
            }
        report_.was_closed = mark_ && mark_->is_closed != 0 && mark_->sequence == log_.end().next.sequence - 1 &&
                             mark_->end == log_.end().offset;
    }

    result<void> write_again(std::uint64_t from, std::uint64_t to) {
        const std::string& name = log_.segment()->file.name();
        file_window window(log_.files(), log_.file(), to);
        constexpr std::size_t step = std::size_t{256} << 10;
        while (from < to) {
            const std::size_t wanted = to - from < step ? static_cast<std::size_t>(to - from) : step;
            auto bytes = window.at(from, wanted);
            if (!bytes) return std::move(bytes).error();
            if (bytes->size() < wanted) return io_error("cannot be read again", name, EIO);
            if (const io_outcome written = log_.files().write(log_.file(), *bytes, from); !written.ok())
                return io_error("cannot be written again", name, written.error);
            from += wanted;
        }
        return {};
    }

    file_log& log_;
    log_view& view_;
    std::optional<durable_mark> mark_;
    open_report& report_;
    std::uint64_t named_ = 0;  // the greatest durable mark in a valid frame or implied by a segment's existence
    std::uint64_t proven_end_ = segment_header_bytes;
    monitor guard_;                  // nobody else knows what is found here
    bool has_tail_ = false;          // something, if only zeros, follows the last frame
    std::vector<frame_end> frames_;  // of the last segment
};

}  // namespace sillok::detail
