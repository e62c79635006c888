#pragma once
// The segments of a store while it is open: frames go to the end of the last one, and a new one is begun when it is full.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/store/file/archive.hpp"
#include "sillok/store/file/durability.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// Where the log ends.
struct log_end {
    chain next;                    // what the next frame continues
    std::uint32_t last_frame = 0;  // checksum of the last frame, which `next.previous` is not at the start of a segment
    std::uint32_t joint = 0;       // what a segment that follows names as that
    std::uint64_t offset = 0;      // behind the last frame of the last segment
    std::uint64_t frames = 0;      // in the last segment
    std::uint64_t events = 0;      // in the last segment
    bool is_sealed = false;        // the last segment has its seal

    // A frame of the last segment stands there. `before_scrub` is of a seal.
    void pass(const frame_header& frame, std::uint32_t before_scrub = 0) noexcept {
        offset += frame.length;
        ++frames;
        events += frame.count;
        last_frame = frame.checksum;
        joint = before_scrub != 0 ? before_scrub : frame.checksum;
        is_sealed = frame.kind == frame_kind::seal;
        advance(next, frame);
    }
    // A sealed segment stands there whose frames are known by its index.
    void pass(const index_header& covered, std::uint32_t named_by_next) noexcept {
        next = {covered.sequence + 1, covered.position + 1, covered.last_frame, covered.time};
        offset = covered.end;
        frames = covered.frames;
        events = covered.events;
        last_frame = covered.last_frame;
        joint = named_by_next;
        is_sealed = true;
    }
    // The next frame is the first one of a segment.
    void begin(const segment_header& header) noexcept {
        next = first_of(header);
        offset = segment_header_bytes;
        frames = 0;
        events = 0;
        is_sealed = false;
    }
};

// A state of the log: how far a sync that begins now makes it durable.
struct log_tip {
    std::shared_ptr<const owned_file> file;
    durable_mark mark;
    std::uint64_t position = 0;  // of the last event
};

// Errors:  After a sync that failed, or a write that could not be undone, `is_poisoned` is true and nothing is written any more.
//          no_space leaves the log as it was.
// Threads: one writer; `sync`, `durable_position`, `durable_sequence` and `is_poisoned` any number at once
class file_log {
public:
    file_log(directory within, const store_identity& identity, durability promised = durable{},
             std::size_t cached_bytes = 0)
        : within_(std::move(within)),
          identity_(identity),
          durability_(promised),
          reading_(within_, files_open_max, cached_bytes),
          archives_(within_.device(), cached_bytes) {}
    file_log(const file_log&) = delete;
    file_log& operator=(const file_log&) = delete;
    ~file_log() = default;

    const directory& files() const noexcept { return within_; }
    open_files& reading() noexcept { return reading_; }
    archives& other_places() noexcept { return archives_; }
    const store_identity& identity() const noexcept { return identity_; }
    log_end& end() noexcept { return end_; }
    const log_end& end() const noexcept { return end_; }
    bool is_poisoned() const noexcept { return poisoned_.load(std::memory_order_acquire); }
    // The last event that is known to be on the disk.
    std::uint64_t durable_position() const noexcept { return durable_position_.load(std::memory_order_acquire); }
    std::uint64_t durable_sequence() const noexcept { return durable_sequence_.load(std::memory_order_relaxed); }
    log_tip tip() const noexcept {
        return {file_,
                {identity_.store, end_.next.sequence - 1, segment_->number(), end_.offset, end_.last_frame},
                end_.next.position - 1};
    }

    // The segment that is written, or that was written last.
    const std::shared_ptr<log_segment>& segment() const noexcept { return segment_; }
    const owned_file& file() const noexcept { return *file_; }

    // Goes on in a segment that is there, at `end()`.
    void resume(std::shared_ptr<log_segment> segment, std::shared_ptr<const owned_file> file) noexcept {
        if (segment_) segment_->file.pin(nullptr);
        segment_ = std::move(segment);
        file_ = std::move(file);
        segment_->file.pin(file_);
        prepared_ = 0;
    }

    // Whether a frame of that length fits into the segment.
    bool has_room(std::size_t length) const noexcept {
        return !end_.is_sealed && (end_.frames == 0 || end_.offset + length + seal_bytes <= identity_.segment_bytes);
    }

    // Writes a frame whose body stands behind room for its header.
    //
    // Requires: make_room(bytes)
    // Errors:   no_space, outcome_unknown
    result<void> write_frame(std::byte* frame, std::size_t bytes, const frame_header& header) {
        framed one[] = {{bytes, header}};
        return write_frames(frame, one);
    }
    // The same for frames that stand one behind the other: by one write.
    struct framed {
        std::size_t bytes;
        frame_header header;
    };
    result<void> write_frames(std::byte* frames, std::span<framed> list) {
        log_end after = end_;
        std::size_t bytes = 0;
        for (framed& each : list) {
            frame_header& header = each.header;
            header.length = static_cast<std::uint32_t>(each.bytes);
            header.sequence = after.next.sequence;
            header.durable = durable_sequence();
            header.first = after.next.position;
            header.previous = after.next.previous;
            header.encode(frames + bytes, segment_->header.checksum);
            bytes += each.bytes;
            after.pass(header);
        }
        if (auto ready = prepare(after.offset); !ready) return ready;
        if (const io_outcome written = within_.write(*file_, {frames, bytes}, end_.offset); !written.ok())
            return take_back(written.error);
        end_ = after;
        return {};
    }

    // Makes durable what was written before `tip()` was asked. One sync at a time: the system says once that it failed, and
    // a second one would believe that all is well.
    //
    // Errors: outcome_unknown
    result<void> sync(const log_tip& tip) {
        const monitor_lock hold(syncing_);
        if (is_poisoned()) return poisoned();
        for (;;) {  // first the segments that were sealed without a sync
            std::shared_ptr<const owned_file> sealed;
            {
                const monitor_lock noting(noting_);
                if (unsynced_.empty()) break;
                sealed = unsynced_.front();
            }
            if (const io_outcome synced = within_.sync_data(*sealed); !synced.ok())
                return unknown("sync failed", synced.error);
            const monitor_lock noting(noting_);
            unsynced_.erase(unsynced_.begin());
        }
        if (const io_outcome synced = within_.sync_data(*tip.file); !synced.ok())
            return unknown("sync failed", synced.error);
        note_durable(tip.mark.sequence, tip.position);
        publish(tip.mark);
        return {};
    }
    // What was written up to there is on the disk.
    void note_durable(std::uint64_t sequence, std::uint64_t position) noexcept {
        const monitor_lock hold(noting_);
        if (sequence < durable_sequence()) return;
        durable_sequence_.store(sequence, std::memory_order_relaxed);
        durable_position_.store(position, std::memory_order_release);
    }

    // Says in the file `mark`, for readers in other processes and for the next open, how far the log is durable. It is not
    // synced and may fail: what it says is true whenever it is read.
    void publish(const durable_mark& mark) {
        const monitor_lock hold(noting_);
        if (mark.sequence < published_) return;
        published_ = mark.sequence;
        static_cast<void>(put(mark));
    }

    // Makes durable what the mark says, for readers that come before the next writer: else they do not know of what is last.
    //
    // Errors: outcome_unknown
    result<void> sync_mark() {
        const monitor_lock hold(noting_);
        if (!mark_.is_open()) return {};
        io_outcome synced = within_.sync(mark_);
        if (synced.ok()) synced = within_.sync();
        if (synced.ok()) return {};
        return error(error_kind::outcome_unknown, io_error("cannot be synced", "mark", synced.error).text());
    }

    // Gives back the room that was prepared for frames to come.
    void trim() {
        if (prepared_ <= end_.offset) return;
        static_cast<void>(within_.truncate(*file_, end_.offset));  // zeros behind the end are as good
        prepared_ = 0;
    }

    // Leaves a note, outside the log, that it was closed here.
    //
    // Requires: all of it is durable
    result<void> write_mark() {
        durable_mark mark = tip().mark;
        mark.is_closed = 1;
        const monitor_lock hold(noting_);
        if (auto written = put(mark); !written) return written;
        if (const io_outcome synced = within_.sync(mark_); !synced.ok())
            return io_error("cannot be synced", "mark", synced.error);
        if (const io_outcome synced = within_.sync(); !synced.ok())
            return io_error("cannot be synced", "the directory", synced.error);
        return {};
    }

    // Begins a segment behind the last one.
    //
    // Errors: no_space, io: nothing changed; outcome_unknown
    result<void> begin_segment(std::uint64_t number, timestamp now) {
        const std::string name = segment_name(number);
        io_outcome opened = within_.open(name, open_mode::create);
        if (opened.error == EEXIST) {  // what an attempt that failed has left behind: it never held a frame
            static_cast<void>(within_.remove(name));
            opened = within_.open(name, open_mode::create);
        }
        if (!opened.ok()) return io_error("cannot be made", name, opened.error);
        auto file = std::make_shared<const owned_file>(within_.device(), static_cast<int>(opened.value));

        segment_header header;
        header.store = identity_.store;
        header.number = number;
        header.position = end_.next.position;
        header.sequence = end_.next.sequence;
        header.salt = salt(now);
        header.created = now;
        header.before = end_.next.time;
        header.previous = end_.joint;
        header.durability = durability_.code();
        header.durable = durable_sequence();
        auto block = std::make_unique<std::byte[]>(segment_header_bytes);
        header.encode(block.get());
        auto fresh = std::make_shared<log_segment>(reading_, header);
        fresh->end.store(segment_header_bytes, std::memory_order_relaxed);
        const io_outcome written = within_.write(*file, {block.get(), segment_header_bytes}, 0);
        if (!written.ok()) {
            static_cast<void>(within_.remove(name));
            return io_error("cannot be written", name, written.error);
        }
        if (const io_outcome synced = within_.sync(*file); !synced.ok()) return unknown("sync failed", synced.error);
        if (const io_outcome synced = within_.sync(); !synced.ok())
            return unknown("sync of the directory failed", synced.error);

        end_.begin(header);
        resume(std::move(fresh), std::move(file));
        return {};
    }

    // Ends the segment: what follows goes into another one. Where an append waits for the disk, all of it is durable then.
    //
    // Errors:  no_space, outcome_unknown
    result<void> seal(timestamp now) {
        if (!durability_.is_durable()) {
            const monitor_lock hold(noting_);
            unsynced_.reserve(unsynced_.size() + 1);
        }
        std::byte frame[seal_bytes];
        seal_body{end_.offset, end_.frames, end_.events, end_.next.position - 1}.encode(frame + frame_header_bytes);
        frame_header header;
        header.kind = frame_kind::seal;
        header.time = now;
        header.body_checksum = crc32c({frame + frame_header_bytes, seal_body_bytes});
        if (auto written = write_frame(frame, seal_bytes, header); !written) return written;
        trim();
        if (durability_.is_durable()) return sync(tip());
        const monitor_lock hold(noting_);
        unsynced_.push_back(file_);
        return {};
    }

private:
    static constexpr std::uint64_t ahead_max = std::uint64_t{4} << 20;
    static constexpr std::size_t files_open_max = 128;

    // Writes the mark in its place, where readers in other processes watch it.
    //
    // Requires: `noting_` is held
    result<void> put(const durable_mark& mark) {
        if (!mark_.is_open()) {
            const io_outcome opened = within_.open("mark", open_mode::either);
            if (!opened.ok()) return io_error("cannot be opened", "mark", opened.error);
            mark_ = owned_file(within_.device(), static_cast<int>(opened.value));
            static_cast<void>(within_.truncate(mark_, mark_bytes));
        }
        std::byte bytes[mark_bytes];
        mark.encode(bytes);
        const io_outcome written = within_.write(mark_, bytes, 0);
        return written.ok() ? result<void>() : io_error("cannot be written", "mark", written.error);
    }

    // Where an append waits for the disk, zeros are written ahead of it: a sync of bytes within the file has no size and no
    // place of blocks to record, and takes half the time. Without space for them it is slower, and no more.
    //
    // Errors: outcome_unknown
    result<void> prepare(std::uint64_t end) {
        if (!durability_.is_durable() || end <= prepared_) return {};
        static constexpr std::byte zeros[std::size_t{64} << 10] = {};
        std::uint64_t wanted = end + (end / 4 < ahead_max ? end / 4 : ahead_max);
        if (wanted > identity_.segment_bytes) wanted = identity_.segment_bytes;
        for (std::uint64_t at = prepared_ > end_.offset ? prepared_ : end_.offset; at < wanted;) {
            const std::uint64_t step = wanted - at < sizeof zeros ? wanted - at : sizeof zeros;
            const io_outcome written = within_.write(*file_, {zeros, static_cast<std::size_t>(step)}, at);
            if (!written.ok() && !is_no_space(written.error)) return unknown("write failed", written.error);
            if (!written.ok()) {
                static_cast<void>(within_.truncate(*file_, end_.offset));
                prepared_ = end;
                return {};
            }
            at += step;
        }
        prepared_ = wanted;
        return {};
    }

    // After a write that failed: no_space if what it wrote could be cut off again.
    result<void> take_back(int number) {
        prepared_ = 0;
        if (is_no_space(number) && within_.truncate(*file_, end_.offset).ok())
            return io_error("nothing was recorded", segment_->file.name(), number);
        return unknown("write failed", number);
    }
    static error poisoned() {
        return error(error_kind::outcome_unknown,
                     "an earlier write or sync failed; reopen the store to see what is recorded");
    }
    result<void> unknown(const char* what, int number) {
        poisoned_.store(true, std::memory_order_release);
        return error(error_kind::outcome_unknown,
                     io_error(what, "the log", number).text() + "; reopen the store to see what is recorded");
    }
    std::uint64_t salt(timestamp now) const noexcept {
        std::byte seed[24];
        store_uuid(seed, uuid_generator()(now));
        store_le(seed + 16, end_.next.sequence);
        return load_le<std::uint64_t>(seed + 8) ^ (std::uint64_t{crc32c(seed)} << 13);
    }

    directory within_;
    store_identity identity_;
    durability durability_;
    open_files reading_;
    archives archives_;
    std::shared_ptr<log_segment> segment_;
    std::shared_ptr<const owned_file> file_;  // of the segment, to write to
    log_end end_;
    std::uint64_t prepared_ = 0;  // up to where the last segment holds zeros behind its end
    monitor syncing_;
    monitor noting_;
    std::vector<std::shared_ptr<const owned_file>> unsynced_;  // of segments that are sealed; guarded by `noting_`
    owned_file mark_;                                          // guarded by `noting_`
    std::uint64_t published_ = 0;                              // likewise
    std::atomic<std::uint64_t> durable_sequence_{0};
    std::atomic<std::uint64_t> durable_position_{0};
    std::atomic<bool> poisoned_{false};
};

}  // namespace sillok::detail
