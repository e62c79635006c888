#pragma once
// The log as a reader sees it from one moment on: its segments, and what each of them holds by stream, tag and batch id.
// A writer that goes on puts a new view in its place; those who have the old one keep it as long as they read.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// A segment and its index, which is either in memory or in a file.
struct extent {
    std::shared_ptr<log_segment> segment;
    bool is_sealed = false;
    bool is_archived = false;  // the frames are in another directory
    index_header covered;      // of a sealed one
    std::shared_ptr<segment_postings> postings;
    std::unique_ptr<segment_index> index;
    std::unique_ptr<record_file> clustered;       // where the index says so: the records once more, by stream
    mutable std::atomic<bool> is_suspect{false};  // what the index says was not found in the segment

    // Whether one of its files was found to be another one: a scrub has been there.
    bool was_replaced() const noexcept {
        return segment->file.is_another() || (index && index->file().is_another()) ||
               (clustered && clustered->file.is_another());
    }
    std::uint64_t first() const noexcept { return segment->header.position; }
    // Where the places of streams are.
    record_file& stream_records() const noexcept { return clustered ? *clustered : *segment; }
};

// The events of a key in one segment.
struct found_key {
    const extent* in = nullptr;
    std::uint64_t before = 0;  // events of the key in earlier segments
    std::uint32_t count = 0;   // in this one; 0: the key is not there
    posting_list list;         // of an index in memory
    index_entry entry;         // of an index in a file

    std::uint64_t total() const noexcept { return before + count; }
};

struct log_name {
    keys kind;
    stream_view name;
    std::uint64_t hash;
};

// Errors:  damaged: of a segment, or of an index, whose extent is then suspect; io
// Threads: any number at once
class log_view {
public:
    // `guard` is held for moments where an index in memory is asked; a writer changes it under the same one.
    log_view(const uuid& store, monitor& guard) noexcept : store_(store), guard_(guard) {}
    log_view(const log_view&) = default;

    std::vector<std::shared_ptr<const extent>> extents;  // of adjoining segments, ascending

    log_name stream(stream_view name) const noexcept {
        return {keys::streams, name, hash_name(hash_seed(store_), name)};
    }
    log_name tag(std::string_view name) const noexcept {
        return {keys::tags, {{}, name}, hash_name(hash_seed(store_), {{}, name})};
    }

    // The number of a segment's extent; behind the last one where there is none.
    std::size_t index_of(std::uint64_t number) const noexcept {
        if (extents.empty() || number < extents.front()->segment->number()) return extents.size();
        const std::uint64_t index = number - extents.front()->segment->number();
        return index < extents.size() ? static_cast<std::size_t>(index) : extents.size();
    }
    // The number of the extent with a position, or of the one where it will be.
    std::size_t at_position(std::uint64_t position) const noexcept {
        std::size_t low = 0;
        for (std::size_t high = extents.size(); low + 1 < high;) {
            const std::size_t middle = low + (high - low) / 2;
            (extents[middle]->first() <= position ? low : high) = middle;
        }
        return low;
    }

    result<found_key> find(const extent& in, const log_name& name, log_reader& reader) const {
        found_key found;
        found.in = &in;
        if (in.postings) {
            const monitor_lock hold(guard_);
            const posting_index& postings = name.kind == keys::streams ? in.postings->streams : in.postings->tags;
            if (const posting* const entry = postings.find(name.name, name.hash);
                entry != nullptr && entry->count != 0) {
                found.before = entry->before;
                found.count = entry->count;
                found.list = entry->list();
            }
            return found;
        }
        auto may = in.index->may_have(name.kind, name.hash);
        if (!may) return suspect(in, std::move(may).error());
        if (!*may) return found;
        std::optional<error> failed;
        auto looked = in.index->find(name.kind, name.hash, [&](const index_entry& entry) {
            auto is_it = is_of(in, name, entry, reader);  // another name may have the same hash
            if (!is_it) {
                failed = std::move(is_it).error();
                return false;
            }
            if (!*is_it) return true;
            found.before = entry.before;
            found.count = entry.count;
            found.entry = entry;
            return false;
        });
        if (!looked) return suspect(in, std::move(looked).error());
        if (failed) return suspect(in, *std::move(failed));
        return found;
    }

    // The last extent before one, by number, that has a key; none where `count` is 0.
    result<found_key> find_before(std::size_t number, const log_name& name, log_reader& reader) const {
        found_key found;
        while (number-- > 0) {
            auto here = find(*extents[number], name, reader);
            if (!here || here->count != 0) return here;
        }
        return found;
    }
    // How many events a stream has before an extent, by number.
    result<std::uint64_t> earlier(std::size_t number, const log_name& name, log_reader& reader) const {
        auto found = find_before(number, name, reader);
        if (!found) return std::move(found).error();
        return found->count == 0 ? 0 : found->total();
    }
    // The events of a key before those that were found.
    result<found_key> before(const found_key& later, const log_name& name, log_reader& reader) const {
        auto found = find_before(index_of(later.in->segment->number()), name, reader);
        if (!found) return found;
        if (found->count == 0) return suspect(*later.in, inconsistent(*later.in));
        if (found->total() != later.before) return suspect(*found->in, inconsistent(*found->in));
        return found;
    }

    // The offsets of a key's records in its segment, from the `from`-th on: as many as there are, up to the room for them.
    result<std::size_t> places(const found_key& of, keys kind, std::uint32_t from,
                               std::span<std::uint32_t> into) const {
        if (of.in->postings) {
            std::size_t count = 0;
            for (; count < into.size() && from + count < of.count; ++count) into[count] = of.list.at[from + count];
            return count;
        }
        auto read = of.in->index->places(kind, of.entry, from, into);
        if (!read) return suspect(*of.in, std::move(read).error());
        return read;
    }

    // The batch of that id, among the last `window` of those that have one at least.
    result<std::optional<recorded_batch>> find_batch(const uuid& id, std::uint64_t window, log_reader& reader) const {
        const std::uint64_t hash = hash_batch(store_, id);
        std::uint64_t looked_through = 0;
        for (std::size_t i = extents.size(); i-- > 0 && looked_through < window;) {
            const extent& in = *extents[i];
            std::vector<std::uint32_t> frames;
            if (in.postings) {
                const monitor_lock hold(guard_);
                in.postings->batches.find(hash, [&](std::uint32_t place) {
                    frames.push_back(place);
                    return true;
                });
                looked_through += in.postings->batches.size();
            } else {
                if (auto read = frames_of(in, hash, frames); !read) return suspect(in, std::move(read).error());
                looked_through += in.index->header().batches;
            }
            for (const std::uint32_t place : frames) {
                auto batch = batch_at(in, id, offset_of(place), reader);
                if (!batch) return suspect(in, std::move(batch).error());
                if (*batch) return batch;
            }
        }
        return std::optional<recorded_batch>();
    }

    // Where to begin to read frames, to find a position.
    result<std::uint64_t> frame_before(const extent& in, std::uint64_t position) const {
        if (in.postings) {
            const monitor_lock hold(guard_);
            std::uint64_t best = segment_header_bytes;
            for (std::size_t low = 0, high = in.postings->steps.size(); low < high;) {
                const std::size_t middle = low + (high - low) / 2;
                const index_step& step = in.postings->steps[middle];
                if (step.position <= position) {
                    best = step.offset;
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return best;
        }
        auto step = in.index->step_before({position});
        if (!step) return suspect(in, std::move(step).error());
        return step->offset;
    }

    // Notes, where the index of an extent may be to blame for damage that was found, that it may be.
    static error suspect(const extent& in, error why) {
        if (in.index) in.is_suspect.store(true, std::memory_order_relaxed);
        return why;
    }

    // All acts, one behind the other.
    result<void> acts(byte_buffer& into) const {
        into.clear();
        for (const std::shared_ptr<const extent>& each : extents) {
            if (each->postings) {
                const monitor_lock hold(guard_);
                into.append(each->postings->acts.view());
                continue;
            }
            auto filed = each->index->acts();
            if (!filed) return suspect(*each, std::move(filed).error());
            into.append(*filed);
        }
        return {};
    }

private:
    static error inconsistent(const extent& in) {
        return error(error_kind::damaged, "the index of " + in.segment->file.name() + " does not fit its segment");
    }

    // Whether an entry with the hash of a name has that name: its first record says so.
    static result<bool> is_of(const extent& in, const log_name& name, const index_entry& entry, log_reader& reader) {
        if (entry.count == 0) return inconsistent(in);
        auto record = reader.at(name.kind == keys::streams ? in.stream_records() : *in.segment, offset_of(entry.place));
        if (!record) return std::move(record).error();
        if (name.kind == keys::streams) {
            if (record->stream() != name.name) return false;
            if (record->version().value != entry.before + 1) return inconsistent(in);
            return true;
        }
        for (const std::string_view each : record->tags())
            if (each == name.name.key) return true;
        return false;
    }

    static result<void> frames_of(const extent& in, std::uint64_t hash, std::vector<std::uint32_t>& frames) {
        auto may = in.index->may_have(keys::batches, hash);
        if (!may) return std::move(may).error();
        if (!*may) return {};
        return in.index->find(keys::batches, hash, [&](const index_entry& entry) {
            frames.push_back(entry.place);
            return true;
        });
    }
    // The batch whose frame is there, if it has that id.
    static result<std::optional<recorded_batch>> batch_at(const extent& in, const uuid& id, std::uint64_t offset,
                                                          log_reader& reader) {
        auto head = reader.bytes_at(*in.segment, offset, frame_header_bytes);
        if (!head) return std::move(head).error();
        if (!is_frame_header(head->data(), in.segment->header.checksum)) return inconsistent(in);
        const frame_header frame = frame_header::decode(head->data());
        if (frame.batch != id) return std::optional<recorded_batch>();
        recorded_batch batch{
            {.first = {frame.first}, .last = {frame.first + frame.count - 1}, .version = {}, .time = frame.time},
            frame.content};
        std::vector<std::byte> stream;  // category and key of the first record
        std::size_t category_bytes = 0;
        if (frame.is_scrubbed()) {
            auto version = reader.bytes_at(*in.segment, offset + frame_header_bytes, scrubbed_head_bytes);
            if (!version) return std::move(version).error();
            if (crc32c(version->first(8)) != load_le<std::uint32_t>(version->data() + 8)) return inconsistent(in);
            batch.receipt.version = {load_le<std::uint64_t>(version->data())};
            return std::optional<recorded_batch>(batch);
        }
        std::uint64_t at = offset + frame_header_bytes;
        for (std::uint32_t i = 0; i < frame.count; ++i) {
            auto record = reader.at(*in.segment, at);
            if (!record) return std::move(record).error();
            const stream_view name = record->stream();
            if (i == 0) {
                category_bytes = name.category.size();
                stream.insert(stream.end(), as_bytes(name.category).begin(), as_bytes(name.category).end());
                stream.insert(stream.end(), as_bytes(name.key).begin(), as_bytes(name.key).end());
            }
            const std::string_view first = as_text(stream);
            if (name != stream_view{first.substr(0, category_bytes), first.substr(category_bytes)}) break;
            batch.receipt.version = record->version();
            at += record->size();
        }
        return std::optional<recorded_batch>(batch);
    }

    uuid store_;
    monitor& guard_;
};

}  // namespace sillok::detail
