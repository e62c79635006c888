#pragma once
// What a segment holds, by stream and by tag, as a file beside it: so that a closed segment need not be in memory. Derived
// from the segment, and never the only truth: whoever finds a place here looks at the record that is there.
// docs/format.md#index

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/key_filter.hpp"

namespace sillok::detail {

// The part of a segment that an index covers: from its first frame up to one that the log's own chain identifies.
struct index_header {
    uuid store;
    std::uint64_t segment = 0;
    std::uint32_t segment_checksum = 0;
    std::uint32_t last_frame = 0;  // checksum of the last frame that is covered
    std::uint64_t sequence = 0;    // of that frame
    std::uint64_t end = 0;         // behind that frame
    std::uint64_t position = 0;    // of the last event that is covered
    timestamp time;                // of that event
    std::uint64_t frames = 0;
    std::uint64_t events = 0;
};

// A key of a segment: how many events it has there, and where their places begin.
struct index_entry {
    std::uint64_t hash = 0;
    std::uint64_t before = 0;    // events of the key in earlier segments
    std::uint32_t count = 0;     // in this one
    std::uint32_t first = 0;     // of its places among the table's
    std::uint32_t previous = 0;  // the segment with the key's events before these; 0: none
};

// A batch with an id, for the window in which it is remembered.
struct index_batch {
    uuid id;
    recorded_batch batch;
};

// Where a frame begins, every so often: to find a position by reading on from there.
struct index_step {
    std::uint64_t position = 0;
    std::uint64_t offset = 0;
};

namespace index_layout {
inline constexpr std::string_view magic{"SILLOKIX", 8};
inline constexpr std::size_t header_bytes = 256;
inline constexpr std::size_t bucket_bytes = 512;
inline constexpr std::size_t bucket_header_bytes = 8;
inline constexpr std::size_t entry_bytes = 28;
inline constexpr std::size_t bucket_entries = (bucket_bytes - bucket_header_bytes) / entry_bytes;
inline constexpr std::size_t batch_bytes = 64;
inline constexpr std::size_t step_bytes = 16;
inline constexpr std::size_t sections_at = 112;
enum section : std::uint8_t {
    streams,
    stream_places,
    tags,
    tag_places,
    steps,
    batches,
    stream_filter,
    tag_filter,
    section_count
};
static_assert(sections_at + section_count * 16 <= header_bytes);
}  // namespace index_layout

// Home of a hash among so many buckets.
inline std::size_t bucket_of(std::uint64_t hash, std::size_t buckets) noexcept {
    return static_cast<std::size_t>((hash >> 32) * static_cast<std::uint64_t>(buckets) >> 32);
}

// Collects what goes into an index, and lays it out.
class index_builder {
public:
    // A key with the places of its records in the segment, in units of 8 bytes, in the order of the log.
    void add_stream(index_entry key, std::span<const std::uint32_t> places) { streams_.add(key, places); }
    void add_tag(index_entry key, std::span<const std::uint32_t> places) { tags_.add(key, places); }
    void add_step(const index_step& step) { steps_.push_back(step); }
    void add_batch(const index_batch& batch) { batches_.push_back(batch); }

    std::vector<std::byte> build(const index_header& header) const {
        using namespace index_layout;
        std::vector<std::byte> out(header_bytes);
        const auto append = [&](section which, std::size_t bytes, bool is_checked, auto&& fill) {
            const std::size_t start = out.size();
            out.resize(start + bytes + (is_checked ? 8 : 0));
            fill(out.data() + start);
            if (is_checked) store_le(out.data() + start + bytes, crc32c({out.data() + start, bytes}));
            store_le(out.data() + sections_at + 16 * which, static_cast<std::uint64_t>(start));
            store_le(out.data() + sections_at + 16 * which + 8, static_cast<std::uint64_t>(bytes));
        };
        const auto append_table = [&](const table& of, section buckets, section places, section filter) {
            const auto laid = of.lay_out();
            append(buckets, laid.size(), false, [&](std::byte* to) { store_bytes(to, laid); });
            append(places, of.places.size() * 4, false, [&](std::byte* to) {
                for (const std::uint32_t each : of.places) to = store_le(to, each);
            });
            key_filter keys(of.entries.size());
            for (const index_entry& each : of.entries) keys.add(each.hash);
            append(filter, keys.bytes(), true, [&](std::byte* to) { keys.store(to); });
        };
        append_table(streams_, streams, stream_places, stream_filter);
        append_table(tags_, tags, tag_places, tag_filter);
        append(steps, steps_.size() * step_bytes, true, [&](std::byte* to) {
            for (const index_step& each : steps_) to = store_le(store_le(to, each.position), each.offset);
        });
        append(batches, batches_.size() * batch_bytes, true, [&](std::byte* to) {
            for (const index_batch& each : batches_) to = store_batch(to, each);
        });
        store_header(out.data(), header);
        return out;
    }

private:
    struct table {
        std::vector<index_entry> entries;
        std::vector<std::uint32_t> places;

        void add(index_entry key, std::span<const std::uint32_t> at) {
            key.first = static_cast<std::uint32_t>(places.size());
            key.count = static_cast<std::uint32_t>(at.size());
            entries.push_back(key);
            places.insert(places.end(), at.begin(), at.end());
        }

        // Buckets, three quarters full; what does not fit into its home stands in the next that has room.
        std::vector<std::byte> lay_out() const {
            using namespace index_layout;
            const std::size_t buckets = (entries.size() * 4 + 3 * bucket_entries - 1) / (3 * bucket_entries);
            std::vector<std::byte> out(buckets * bucket_bytes);
            std::vector<std::uint16_t> counts(buckets);
            for (const index_entry& each : entries) {
                std::size_t home = bucket_of(each.hash, buckets);
                for (; counts[home] == bucket_entries; home = home + 1 == buckets ? 0 : home + 1)
                    store_le(out.data() + home * bucket_bytes + 6, std::uint16_t{1});
                std::byte* to = out.data() + home * bucket_bytes + bucket_header_bytes + counts[home]++ * entry_bytes;
                to = store_le(to, each.hash);
                to = store_le(to, each.before);
                to = store_le(to, each.count);
                to = store_le(to, each.first);
                store_le(to, each.previous);
            }
            for (std::size_t i = 0; i < buckets; ++i) {
                std::byte* const bucket = out.data() + i * bucket_bytes;
                store_le(bucket + 4, counts[i]);
                store_le(bucket, crc32c({bucket + 4, bucket_bytes - 4}));
            }
            return out;
        }
    };

    static std::byte* store_batch(std::byte* to, const index_batch& each) {
        const receipt& first = each.batch.receipt;
        store_uuid(to, each.id);
        to = store_le(to + 16, each.batch.content);
        to = store_le(to, first.first.value);
        to = store_le(to, first.last.value);
        to = store_le(to, first.version.value);
        to = store_le(to, first.time.nanoseconds);
        return store_le(to, std::uint64_t{0});
    }
    static void store_header(std::byte* to, const index_header& header) {
        store_uuid(to + 16, header.store);
        store_le(to + 32, header.segment);
        store_le(to + 40, header.segment_checksum);
        store_le(to + 44, header.last_frame);
        store_le(to + 48, header.sequence);
        store_le(to + 56, header.end);
        store_le(to + 64, header.position);
        store_le(to + 72, header.time.nanoseconds);
        store_le(to + 80, header.frames);
        store_le(to + 88, header.events);
        finish_block(to, index_layout::header_bytes, index_layout::magic);
    }

    table streams_;
    table tags_;
    std::vector<index_step> steps_;
    std::vector<index_batch> batches_;
};

// An index that lies in a file. Only its filters are in memory, from the first question on.
//
// Errors:  damaged, where what was read is not what was written; io
// Threads: `load_filters` one at a time, before the rest; the rest any number at once
class segment_index {
public:
    enum class keys : std::uint8_t { streams, tags };

    // Takes over a file that begins with the header of an index; nothing where it does not, or is of another version.
    //
    // Errors: io
    static result<std::optional<segment_index>> open(const directory& within, owned_file file) {
        std::byte block[index_layout::header_bytes];
        const io_outcome read = within.read(file, block, sizeof block, 0);
        if (!read.ok()) return io_error("cannot be read", "an index", read.error);
        if (read.value != sizeof block || state_of(block, index_layout::magic) != block_state::valid)
            return std::optional<segment_index>();
        return std::optional<segment_index>(segment_index(within, std::move(file), block));
    }

    const index_header& header() const noexcept { return header_; }

    result<void> load_filters() {
        if (has_filters_) return {};
        for (const auto& [which, into] : {std::pair{index_layout::stream_filter, &filters_[0]},
                                          std::pair{index_layout::tag_filter, &filters_[1]}}) {
            auto stored = checked(which);
            if (!stored) return std::move(stored).error();
            *into = key_filter(*stored);
        }
        has_filters_ = true;
        return {};
    }

    // Whether a key of that hash may be in the segment.
    bool may_have(keys of, std::uint64_t hash) const noexcept {
        return filters_[static_cast<std::size_t>(of)].may_have(hash);
    }

    // Calls `each` with the entries of that hash, which are mostly one, until it returns false.
    result<void> find(keys of, std::uint64_t hash, function_ref<bool(const index_entry&)> each) const {
        using namespace index_layout;
        const auto [start, bytes] = sections_[of == keys::streams ? streams : tags];
        const std::size_t buckets = static_cast<std::size_t>(bytes / bucket_bytes);
        if (buckets == 0) return {};
        std::size_t at = bucket_of(hash, buckets);
        for (std::size_t looked = 0; looked < buckets; ++looked, at = at + 1 == buckets ? 0 : at + 1) {
            std::byte bucket[bucket_bytes];
            if (auto read = fill(bucket, sizeof bucket, start + at * bucket_bytes); !read) return read;
            const std::size_t count = load_le<std::uint16_t>(bucket + 4);
            if (load_le<std::uint32_t>(bucket) != crc32c({bucket + 4, bucket_bytes - 4}) || count > bucket_entries)
                return damaged("a bucket has another checksum");
            for (std::size_t i = 0; i < count; ++i) {
                const std::byte* const from = bucket + bucket_header_bytes + i * entry_bytes;
                if (load_le<std::uint64_t>(from) != hash) continue;
                if (!each({hash, load_le<std::uint64_t>(from + 8), load_le<std::uint32_t>(from + 16),
                           load_le<std::uint32_t>(from + 20), load_le<std::uint32_t>(from + 24)}))
                    return {};
            }
            if (load_le<std::uint16_t>(bucket + 6) == 0) return {};
        }
        return {};
    }

    // The offsets of records of a key, from its `from`-th in the segment on: as many as `into` has room for, or the key has.
    result<std::size_t> places(keys of, const index_entry& key, std::uint32_t from,
                               std::span<std::uint64_t> into) const {
        using namespace index_layout;
        const auto [start, bytes] = sections_[of == keys::streams ? stream_places : tag_places];
        const std::size_t count = from >= key.count                ? 0
                                  : key.count - from < into.size() ? key.count - from
                                                                   : into.size();
        if ((std::uint64_t{key.first} + key.count) * 4 > bytes) return damaged("a key has places beyond the file");
        std::vector<std::byte> raw(count * 4);
        if (auto read = fill(raw.data(), raw.size(), start + (std::uint64_t{key.first} + from) * 4); !read)
            return std::move(read).error();
        for (std::size_t i = 0; i < count; ++i) into[i] = std::uint64_t{load_le<std::uint32_t>(raw.data() + i * 4)} * 8;
        return count;
    }

    // The last step that is not behind a position.
    result<index_step> step_before(position wanted) const {
        auto stored = checked(index_layout::steps);
        if (!stored) return std::move(stored).error();
        index_step best{0, segment_header_bytes};
        for (std::size_t at = 0; at + index_layout::step_bytes <= stored->size(); at += index_layout::step_bytes) {
            const index_step step{load_le<std::uint64_t>(stored->data() + at),
                                  load_le<std::uint64_t>(stored->data() + at + 8)};
            if (step.position > wanted.value) break;
            best = step;
        }
        return best;
    }

    // The batches with an id, in the order of the log.
    result<std::vector<index_batch>> batches() const {
        auto stored = checked(index_layout::batches);
        if (!stored) return std::move(stored).error();
        std::vector<index_batch> all;
        for (std::size_t at = 0; at + index_layout::batch_bytes <= stored->size(); at += index_layout::batch_bytes) {
            const std::byte* const from = stored->data() + at;
            all.push_back({load_uuid(from),
                           {{.first = {load_le<std::uint64_t>(from + 24)},
                             .last = {load_le<std::uint64_t>(from + 32)},
                             .version = {load_le<std::uint64_t>(from + 40)},
                             .time = timestamp{load_le<std::int64_t>(from + 48)}},
                            load_le<std::uint64_t>(from + 16)}});
        }
        return all;
    }

private:
    struct section_place {
        std::uint64_t start = 0;
        std::uint64_t bytes = 0;
    };

    segment_index(const directory& within, owned_file file, const std::byte* block)
        : within_(&within),
          file_(std::move(file)),
          header_{load_uuid(block + 16),
                  load_le<std::uint64_t>(block + 32),
                  load_le<std::uint32_t>(block + 40),
                  load_le<std::uint32_t>(block + 44),
                  load_le<std::uint64_t>(block + 48),
                  load_le<std::uint64_t>(block + 56),
                  load_le<std::uint64_t>(block + 64),
                  timestamp{load_le<std::int64_t>(block + 72)},
                  load_le<std::uint64_t>(block + 80),
                  load_le<std::uint64_t>(block + 88)} {
        for (std::size_t i = 0; i < index_layout::section_count; ++i) {
            const std::byte* const from = block + index_layout::sections_at + 16 * i;
            sections_[i] = {load_le<std::uint64_t>(from), load_le<std::uint64_t>(from + 8)};
        }
    }

    error damaged(const char* why) const {
        return error(error_kind::damaged, "the index of " + segment_name(header_.segment) + ": " + why);
    }
    result<void> fill(std::byte* to, std::size_t bytes, std::uint64_t offset) const {
        const io_outcome read = within_->read(file_, to, bytes, offset);
        if (!read.ok()) return io_error("cannot be read", "an index", read.error);
        if (static_cast<std::size_t>(read.value) != bytes) return damaged("the file is shorter than it was");
        return {};
    }
    // A section that is read whole, with the checksum behind it.
    result<std::vector<std::byte>> checked(index_layout::section which) const {
        const auto [start, bytes] = sections_[which];
        const io_outcome size = within_->size_of(file_);
        if (!size.ok()) return io_error("cannot be examined", "an index", size.error);
        const auto whole = static_cast<std::uint64_t>(size.value);
        if (start > whole || bytes > whole - start || whole - start - bytes < 4)
            return damaged("a section is beyond the file");
        std::vector<std::byte> stored(static_cast<std::size_t>(bytes) + 4);
        if (auto read = fill(stored.data(), stored.size(), start); !read) return std::move(read).error();
        const std::uint32_t sum = load_le<std::uint32_t>(stored.data() + bytes);
        stored.resize(static_cast<std::size_t>(bytes));
        if (crc32c(stored) != sum) return damaged("a section has another checksum");
        return stored;
    }

    const directory* within_;
    owned_file file_;
    index_header header_;
    section_place sections_[index_layout::section_count];
    key_filter filters_[2];
    bool has_filters_ = false;
};

}  // namespace sillok::detail
