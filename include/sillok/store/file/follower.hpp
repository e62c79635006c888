#pragma once
// Reads on where another process writes: what the file `mark` says is durable is taken in, frame by frame.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/current_view.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/schema_book.hpp"

namespace sillok::detail {

// Threads: any number at once
class log_follower {
public:
    // `guard` is that of the view, of `kept` and of `schemas`, and is announced when there is more.
    log_follower(file_log& log, current_view& view, kept_streams& kept, schema_book& schemas, monitor& guard) noexcept
        : log_(log), view_(view), kept_(kept), schemas_(schemas), guard_(guard) {}

    // Takes in what has become durable. A look at the mark, where nothing has.
    //
    // Errors: damaged, io, unsupported_format; std::bad_alloc. What was taken in before stays.
    result<void> advance() {
        const monitor_lock hold(following_);
        auto mark = read_mark();
        if (!mark) return std::move(mark).error();
        if (!*mark || (*mark)->sequence <= log_.durable_sequence()) return {};
        while (log_.end().next.sequence <= (*mark)->sequence) {
            auto went_on = log_.end().is_sealed ? enter_segment() : take_in_frames(**mark);
            if (!went_on) return went_on;
        }
        return {};
    }

    // Waits until the mark has changed, or the time is over; where the system cannot tell, for 10 ms at most.
    class watch {
    public:
        explicit watch(const log_follower& of) noexcept : device_(of.log_.files().device()) {
            const monitor_lock hold(of.following_);
            if (!of.mark_.is_open()) return;
            const io_outcome made = device_.watch(of.mark_.number());
            if (made.ok()) number_ = static_cast<int>(made.value);
        }
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch() {
            if (number_ >= 0) static_cast<void>(device_.close(number_));
        }
        void await(std::int64_t nanoseconds) const noexcept {
            if (number_ >= 0 && device_.await(number_, nanoseconds).ok()) return;
            constexpr std::int64_t longest = 10'000'000;
            ::usleep(static_cast<::useconds_t>((nanoseconds < longest ? nanoseconds : longest) / 1000 + 1));
        }

    private:
        device_ref device_;
        int number_ = -1;
    };

private:
    // The mark as it is now; nothing where it is not there yet, or was caught while it was written.
    result<std::optional<durable_mark>> read_mark() {
        const directory& files = log_.files();
        if (!mark_.is_open()) {
            const io_outcome opened = files.open("mark", open_mode::read);
            if (opened.error == ENOENT) return std::optional<durable_mark>();
            if (!opened.ok()) return io_error("cannot be opened", "mark", opened.error);
            mark_ = owned_file(files.device(), static_cast<int>(opened.value));
        }
        std::byte block[mark_bytes];
        const io_outcome read = files.read(mark_, block, sizeof block, 0);
        if (!read.ok()) return io_error("cannot be read", "mark", read.error);
        if (read.value != sizeof block || state_of(block, mark_magic) != block_state::valid)
            return std::optional<durable_mark>();
        const durable_mark mark = durable_mark::decode(block);
        return mark.store == log_.identity().store ? std::optional<durable_mark>(mark) : std::optional<durable_mark>();
    }

    // Takes in the frames of the segment up to the mark or the seal, and shows them.
    result<void> take_in_frames(const durable_mark& mark) {
        log_end& end = log_.end();
        const extent& in = *view_.now()->extents.back();
        const std::uint64_t number = in.segment->number();
        const io_outcome size = log_.files().size_of(log_.file());
        if (!size.ok()) return io_error("cannot be examined", in.segment->file.name(), size.error);
        file_window window(log_.files(), log_.file(), static_cast<std::uint64_t>(size.value));
        while (!end.is_sealed && end.next.sequence <= mark.sequence) {
            auto found = find_frame(window, end.offset, in.segment->header.checksum, end.next);
            if (!found) return std::move(found).error();
            if (found->state == frame_state::unsupported) return unsupported_frame(number, end.offset, found->header);
            if (found->state != frame_state::valid)
                return damaged_at(number, end.offset, found->unreadable,
                                  found->state == frame_state::end ? "the log ends too early" : found->why);
            const bool is_another = found->header.sequence == mark.sequence && found->header.checksum != mark.checksum;
            if (is_another &&
                in.segment->header.generation == 0)  // a scrub changes checksums, and the mark may be older
                return damaged_at(number, end.offset, found->header.first,
                                  "it is not the frame that was durable there");
            in.segment->end.store(end.offset + found->header.length, std::memory_order_release);
            if (!in.postings->restore(in.segment->header.store, found->header, found->body, end.offset, guard_))
                return damaged_at(number, end.offset, found->header.first, "its events do not continue their streams");
            if (found->header.kind == frame_kind::acts) take_in(found->body);
            end.pass(found->header, before_scrub_of(*found));
            log_.note_durable(found->header.sequence, end.next.position - 1);
        }
        const monitor_lock hold(guard_);
        guard_.announce();
        return {};
    }
    // Goes on to the segment behind one that is sealed.
    result<void> enter_segment() {
        const auto now = view_.now();
        const extent& last = *now->extents.back();
        const std::uint64_t number = last.segment->number() + 1;
        auto opened = log_.files().open_file(segment_name(number), open_mode::read);
        if (!opened) return std::move(opened).error();
        auto file = std::make_shared<const owned_file>(*std::move(opened));
        auto read = read_header(log_.files(), *file, segment_name(number));
        if (!read) return std::move(read).error();
        if (!*read) return damaged_at(number, 0, log_.end().next.position, "the segment's header is not well-formed");
        const segment_header header = **read;
        if (header.is_archived != 0) return enter_archived(header, *now);
        if (!continues(header, log_.identity().store, number))
            return damaged_at(number, 0, log_.end().next.position, "the segment does not continue the one before it");

        auto fresh = std::make_shared<extent>();
        fresh->segment = std::make_shared<log_segment>(log_.reading(), header);
        fresh->segment->end.store(segment_header_bytes, std::memory_order_relaxed);
        fresh->postings = std::make_shared<segment_postings>(hash_seed(header.store));
        std::shared_ptr<extent> sealed;
        if (!last.is_sealed) {
            sealed = std::make_shared<extent>();
            describe(*sealed, last, log_.end());
        }
        auto next = std::make_shared<log_view>(*now);
        if (sealed) next->extents.back() = std::move(sealed);
        next->extents.push_back(fresh);
        view_.install(std::move(next));
        log_.resume(fresh->segment, std::move(file));
        log_.end().begin(header);
        leave_memory();
        return {};
    }
    // Goes on over a segment that was archived while this reader was not looking.
    result<void> enter_archived(const segment_header& left, const log_view& now) {
        if (!continues(left, log_.identity().store, left.number))
            return damaged_at(left.number, 0, log_.end().next.position,
                              "the segment does not continue the one before it");
        auto in = archived_extent(log_, left);
        if (!in) return std::move(in).error();
        auto acts = acts_of(**in);
        if (!acts) return std::move(acts).error();
        auto next = std::make_shared<log_view>(now);
        next->extents.push_back(*in);
        take_in(*acts);
        view_.install(std::move(next));
        log_.end().pass((*in)->covered, left.joint);
        log_.note_durable((*in)->covered.sequence, (*in)->covered.position);
        return {};
    }
    void take_in(bytes_view acts) {
        const monitor_lock hold(guard_);
        kept_.take_in(acts);
        schemas_.take_in(acts);
    }
    bool continues(const segment_header& header, const uuid& store, std::uint64_t number) const noexcept {
        const log_end& end = log_.end();
        return header.store == store && header.number == number && header.sequence == end.next.sequence &&
               header.position == end.next.position && header.previous == end.joint;
    }
    // Takes the indexes that the writer has put into files for those of its own. It may not have come to the last one yet.
    void leave_memory() {
        const auto now = view_.now();
        for (const std::shared_ptr<const extent>& each : now->extents) {
            if (!each->is_sealed || !each->postings) continue;
            auto file = each->segment->file.open();
            if (!file) continue;
            const io_outcome size = log_.files().size_of(**file);
            if (!size.ok()) continue;
            file_window window(log_.files(), **file, static_cast<std::uint64_t>(size.value));
            auto found = indexed_extent(each->segment, log_.reading(), window);
            if (found && found->in) view_.replace(std::move(found->in));
        }
    }

    file_log& log_;
    current_view& view_;
    kept_streams& kept_;
    schema_book& schemas_;
    monitor& guard_;
    mutable monitor following_;
    owned_file mark_;
};

}  // namespace sillok::detail
