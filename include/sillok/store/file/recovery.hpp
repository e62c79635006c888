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
#include "sillok/store/file/later_segment.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/schema_book.hpp"

namespace sillok::detail {

class recovery {
public:
    // What is found goes into the view, and the acts into `kept` and `schemas`.
    recovery(file_log& log, log_view& view, kept_streams& kept, schema_book& schemas, std::optional<durable_mark> mark,
             open_report& report) noexcept
        : log_(log),
          view_(view),
          kept_(kept),
          schemas_(schemas),
          mark_(mark),
          report_(report),
          named_(mark ? mark->sequence : 0) {}

    // Looks at all segments: at those that are durable, sealed and have an index, at header and seal; at the others from end to
    // end. A writer takes in all that is whole; a reader takes in only what is durable, which is known when all was looked at.
    // Damage is described in the report and ends the reading.
    //
    // Errors: io, unsupported_format
    result<void> read(open_mode mode) {
        auto listed = segment_numbers(log_.files());
        if (!listed) return std::move(listed).error();
        numbers_ = *std::move(listed);
        if (!numbers_.empty())
            if (auto named = ask_last_header(); !named) return named;
        log_end& end = log_.end();
        for (std::size_t i = 0; i < numbers_.size() && report_.damage.empty() && !is_over_; ++i) {
            if (numbers_[i] != i + 1) {
                report_.damage = missing(i + 1, end.next.position);
                break;
            }
            if (auto more = read_segment(i, mode); !more) return more;
        }
        if (view_.extents.empty() && report_.damage.empty()) report_.damage = missing(1, 1);
        if (report_.damage.empty() && mark_ && end.next.sequence <= mark_->sequence)
            report_.damage =
                "the log ends before " + place_text(mark_->segment, mark_->end) + ", up to where it was durable";
        if (!view_.extents.empty()) find_durable();
        if (mode == open_mode::read)
            if (auto taken = take_in_durable(); !taken) return taken;
        report_.segments = view_.extents.size();
        return {};
    }

    // Cuts off what is torn, and writes again what is not proven: afterwards the whole log is durable.
    //
    // Errors: io, no_space
    result<void> mend() {
        const log_end& end = log_.end();
        const directory& files = log_.files();
        remove_unfinished(files);
        for (std::size_t i = numbers_.size(); i > 0 && numbers_[i - 1] > log_.segment()->number(); --i)
            if (const io_outcome gone = files.remove(segment_name(numbers_[i - 1])); !gone.ok())
                return io_error("cannot be removed", segment_name(numbers_[i - 1]), gone.error);
        if (has_tail_)
            if (const io_outcome cut = files.truncate(log_.file(), end.offset); !cut.ok())
                return io_error("the torn tail cannot be cut", log_.segment()->file.name(), cut.error);
        for (const looked_through& each : looked_through_) {
            const bool is_last = each.in->segment == log_.segment();
            if (each.proven < each.end || (is_last && end.frames == 0)) {
                const std::string& name = each.in->segment->file.name();
                if (auto again = write_again(files, *each.file, name, 0, segment_header_bytes); !again) return again;
                if (auto again = write_again(files, *each.file, name, each.proven, each.end); !again) return again;
                report_.bytes_proven += each.end - each.proven;
            } else if (!is_last) {
                continue;
            }
            if (const io_outcome synced = files.sync(*each.file); !synced.ok())
                return io_error("cannot be synced", each.in->segment->file.name(), synced.error);
        }
        if (const io_outcome synced = files.sync(); !synced.ok())
            return io_error("cannot be synced", "the directory", synced.error);
        log_.note_durable(end.next.sequence - 1, end.next.position - 1);
        return {};
    }

private:
    // A segment that was read from end to end.
    struct looked_through {
        std::shared_ptr<extent> in;
        std::shared_ptr<const owned_file> file;
        std::uint64_t bytes = 0;                      // of the file
        std::uint64_t proven = segment_header_bytes;  // up to where it is known to be on the disk
        std::uint64_t end = segment_header_bytes;     // behind the last frame
    };
    struct frame_end {
        std::uint64_t sequence;
        std::uint64_t offset;
        std::uint64_t position;
        std::size_t in;  // the number of the segment that was looked through
    };
    static constexpr std::uint64_t no_limit = (std::numeric_limits<std::uint64_t>::max)();

    // The last segment knows best what was durable before it.
    result<void> ask_last_header() {
        auto file = log_.files().open_file(segment_name(numbers_.back()), open_mode::read);
        if (!file) return {};  // which is said when its turn comes
        auto header = read_header(log_.files(), *file, segment_name(numbers_.back()));
        if (!header) return std::move(header).error();
        if (*header) name_durable((*header)->durable);
        return {};
    }
    void name_durable(std::uint64_t sequence) noexcept {
        if (sequence > named_) named_ = sequence;
    }

    result<void> read_segment(std::size_t index, open_mode mode) {
        const directory& files = log_.files();
        const std::uint64_t number = numbers_[index];
        const bool is_last = index + 1 == numbers_.size();
        const std::string name = segment_name(number);
        auto opened = files.open_file(name, mode);
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
            is_over_ = is_last && number > 1 && end.is_sealed && !view_.extents.back()->is_archived &&
                       behind->end <= segment_header_bytes && !was_used;
            if (!is_over_)
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
                             header.position == end.next.position && header.previous == end.joint;
        if (!follows) {
            report_.damage = place_text(number, 0) + ": the segment does not continue the one before it, at position " +
                             std::to_string(end.next.position);
            return {};
        }
        if (header.is_archived != 0) return take_in_archived(header, is_last);
        const auto segment = std::make_shared<log_segment>(log_.reading(), header);
        segment->file.adopt(file);
        log_.resume(segment, file);
        end.begin(header);
        has_tail_ = false;
        name_durable(header.durable);
        if (header.sequence - 1 <= named_) log_.note_durable(header.sequence - 1, header.position - 1);
        if (auto indexed = find_index(segment, window); !indexed || *indexed)
            return indexed ? result<void>() : result<void>(std::move(indexed).error());

        auto in = std::make_shared<extent>();
        in->segment = segment;
        in->covered = covered_of(header);
        in->postings = std::make_shared<segment_postings>(hash_seed(header.store));
        view_.extents.push_back(in);
        looked_through_.push_back({in, file, window.file_bytes()});
        auto read = read_frames(window, *in, end, no_limit, mode == open_mode::write);
        looked_through_.back().end = end.offset;
        return read ? judge_end(window, index, mode) : std::move(read);
    }

    // Whether a segment is durable, sealed, and has an index that goes up to the seal. If so it is in the view.
    //
    // Errors: io
    result<bool> find_index(const std::shared_ptr<log_segment>& segment, file_window& window) {
        auto found = indexed_extent(segment, log_.reading(), window);
        if (!found) return std::move(found).error();
        if (found->in == nullptr || found->seal.sequence > named_) return false;
        const frame_header& seal = found->seal;
        if (is_another(seal, segment->header)) return false;
        auto acts = found->in->index->acts();
        if (!acts) return acts.error() == error_kind::damaged ? result<bool>(false) : std::move(acts).error();
        name_durable(seal.durable);
        has_tail_ = window.file_bytes() > found->in->covered.end;
        take_in(std::move(found->in), *acts, found->joint);
        return true;
    }
    // A sealed segment that is durable as a whole.
    void take_in(std::shared_ptr<extent> in, bytes_view acts, std::uint32_t joint) {
        take_in(acts);
        log_.end().pass(in->covered, joint);
        log_.note_durable(in->covered.sequence, in->covered.position);
        view_.extents.push_back(std::move(in));
    }
    void take_in(bytes_view acts) {
        kept_.take_in(acts);
        schemas_.take_in(acts);
    }
    // A segment whose frames are in another directory, which may not be there now.
    result<void> take_in_archived(const segment_header& left, bool is_last) {
        if (is_last) {
            report_.damage = segment_name(left.number) + ": was archived, and no segment follows it";
            return {};
        }
        auto in = archived_extent(log_, left);
        if (!in) return std::move(in).error();
        auto acts = acts_of(**in);
        if (!acts) return std::move(acts).error();
        ++report_.archived;
        has_tail_ = false;
        take_in(*std::move(in), *acts, left.joint);
        return {};
    }

    // Whether it is not the frame that was durable there. A scrub changes the checksums of frames, and the mark may be older.
    bool is_another(const frame_header& frame, const segment_header& of) const noexcept {
        return mark_ && frame.sequence == mark_->sequence && frame.checksum != mark_->checksum && of.generation == 0;
    }

    // Reads frames from `end` on, up to one that is not valid or to that sequence.
    result<void> read_frames(file_window& window, extent& in, log_end& end, std::uint64_t upto, bool takes_in) {
        const std::uint64_t number = in.segment->number();
        while (end.next.sequence <= upto) {
            auto found = find_frame(window, end.offset, in.segment->header.checksum, end.next);
            if (!found) return std::move(found).error();
            if (found->state == frame_state::unsupported) return unsupported_frame(number, end.offset, found->header);
            if (found->state != frame_state::valid) {
                stop_ = {found->unreadable, found->state == frame_state::end ? "" : found->why};
                return {};
            }
            const frame_header& frame = found->header;
            if (end.is_sealed) return damaged(number, end.offset, end.next.position, "a frame behind the seal");
            if (is_another(frame, in.segment->header))
                return damaged(number, end.offset, frame.first, "it is not the frame that was durable there");
            if (takes_in) {
                if (!in.postings->restore(in.segment->header.store, frame, found->body, end.offset, guard_))
                    return damaged(number, end.offset, frame.first, "its events do not continue their streams");
                if (frame.kind == frame_kind::acts) take_in(found->body);
                cover(in.covered, frame, end.offset);
                in.is_sealed = frame.kind == frame_kind::seal;
            }
            name_durable(frame.durable);
            end.pass(frame, before_scrub_of(*found));
            if (upto == no_limit)
                frames_.push_back({frame.sequence, end.offset, end.next.position - 1, looked_through_.size() - 1});
        }
        return {};
    }

    // What follows the last valid frame of a segment is its end, a torn tail, which the log then ends with, or damage.
    result<void> judge_end(file_window& window, std::size_t index, open_mode mode) {
        if (!report_.damage.empty()) return {};
        log_end& end = log_.end();
        const std::uint64_t number = numbers_[index];
        const bool is_last = index + 1 == numbers_.size();
        auto behind = look_behind(window, end.offset, log_.segment()->header.checksum, end.next.sequence);
        if (!behind) return std::move(behind).error();
        const bool is_clean = behind->end == end.offset;
        if (end.is_sealed && !is_last)
            return is_clean ? result<void>() : damaged(number, end.offset, end.next.position, "bytes behind the seal");
        name_durable(behind->durable);
        constexpr const char* unsealed = "there is no seal, though another segment follows";
        std::uint64_t dropped = behind->end - end.offset;
        for (std::size_t i = index + 1; i < numbers_.size(); ++i) {
            auto later = look_into(log_.files(), log_.identity().store, numbers_[i], end.next.sequence);
            if (!later) return std::move(later).error();
            // The last one may be the beginning of a segment, which never got a header.
            if (!later->is_known && (later->bytes != 0 || i + 1 != numbers_.size()))
                return damaged(number, end.offset, end.next.position, unsealed);
            name_durable(later->durable);
            dropped += later->bytes;
        }
        if (named_ >= end.next.sequence) {
            const char* const missing = is_last ? "the log ends too early" : unsealed;
            const char* const why = stop_.why[0] != 0 ? stop_.why : missing;
            if (mode == open_mode::write) return damaged(number, end.offset, stop_.unreadable, why);
            return look_again(window, number, why);
        }
        is_over_ = true;
        has_tail_ = window.file_bytes() > end.offset;
        if (dropped != 0) {
            report_.torn_segment = number;
            report_.torn_offset = end.offset;
            report_.bytes_dropped = dropped;
        }
        return {};
    }
    // A writer may have gone on since a reader read these bytes. What says that the frame was durable was read after that, so the
    // frame is there now, or damaged.
    result<void> look_again(file_window& window, std::uint64_t number, const char* why) {
        const log_end& end = log_.end();
        const io_outcome size = log_.files().size_of(log_.file());
        if (!size.ok()) return io_error("cannot be examined", segment_name(number), size.error);
        window.look_again(static_cast<std::uint64_t>(size.value));
        auto found = find_frame(window, end.offset, log_.segment()->header.checksum, end.next);
        if (!found) return std::move(found).error();
        if (found->state != frame_state::valid) return damaged(number, end.offset, stop_.unreadable, why);
        is_over_ = true;  // the follower goes on from here
        return {};
    }
    static std::string missing(std::uint64_t number, std::uint64_t position) {
        return segment_name(number) + " is missing; it would begin with position " + std::to_string(position);
    }
    result<void> damaged(std::uint64_t number, std::uint64_t offset, std::uint64_t position, const char* why) {
        report_.damage = place_text(number, offset) + ", position " + std::to_string(position) + ": " + why;
        return {};
    }

    // Whole frames before damage were durable as it was.
    void find_durable() {
        if (!report_.damage.empty()) named_ = log_.end().next.sequence - 1;
        for (const frame_end& each : frames_)
            if (each.sequence <= named_) {
                looked_through_[each.in].proven = each.offset;
                log_.note_durable(each.sequence, each.position);
            }
        report_.was_closed = mark_ && mark_->is_closed != 0 && mark_->sequence == log_.end().next.sequence - 1 &&
                             mark_->end == log_.end().offset;
    }

    // Takes in what is durable of the segments that were looked through; the log ends where that ends.
    result<void> take_in_durable() {
        for (const looked_through& each : looked_through_) {
            extent& in = *each.in;
            log_end end;
            end.begin(in.segment->header);
            file_window window(log_.files(), *each.file, each.bytes);
            if (auto read = read_frames(window, in, end, named_, true); !read) return read;
            const std::size_t number = view_.index_of(in.segment->number());
            const bool is_last = number + 1 == view_.extents.size();
            if (is_last || !end.is_sealed) {
                log_.end() = end;
                log_.resume(in.segment, each.file);
                view_.extents.resize(number + 1);
                return {};
            }
        }
        return {};
    }

    file_log& log_;
    log_view& view_;
    kept_streams& kept_;
    schema_book& schemas_;
    std::optional<durable_mark> mark_;
    open_report& report_;
    std::vector<std::uint64_t> numbers_;  // of the segments that are there
    std::uint64_t named_;                 // the greatest durable mark that the mark, a header or a valid frame names
    std::vector<looked_through> looked_through_;
    std::vector<frame_end> frames_;  // in them
    monitor guard_;                  // nobody else knows what is found here
    bool has_tail_ = false;          // something, if only zeros, follows the last frame
    bool is_over_ = false;           // the log ends here, whatever other segments there are
    struct {
        std::uint64_t unreadable = 0;
        const char* why = "";
    } stop_;  // why no frame follows the last one
};

}  // namespace sillok::detail
