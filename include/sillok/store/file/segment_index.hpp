#pragma once
// What a segment holds, by stream and by tag, as a file beside it: so that a closed segment need not be in memory. Derived
// from the segment, and never the only truth: whoever finds a place here looks at the record that is there.
// docs/format.md#index

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
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
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/block_cache.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/key_filter.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/monitor.hpp"

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
    std::uint64_t batches = 0;  // with an id
    // Checksum of the header of the file that the places of streams are in; 0: the segment.
    std::uint32_t clustered = 0;
};

// What can be looked up in a segment, each by the hash of its name.
enum class keys : std::uint8_t { streams, tags, batches };
inline constexpr std::size_t keys_count = 3;

// A key of a segment: how many events it has there, and where their places begin.
struct index_entry {
    std::uint64_t hash = 0;
    std::uint64_t before = 0;  // events of the key in earlier segments
    std::uint32_t count = 0;   // in this one
    std::uint32_t first = 0;   // of its places among the table's
    std::uint32_t place = 0;   // the first of them
};

// Where a frame begins, every so often: to find a position by reading on from there.
struct index_step {
    std::uint64_t position = 0;
    std::uint64_t offset = 0;
};

namespace index_layout {
inline constexpr std::string_view magic{"SILLOKIX", 8};
inline constexpr std::size_t header_bytes = 512;
inline constexpr std::size_t bucket_bytes = 512;
inline constexpr std::size_t bucket_header_bytes = 8;
inline constexpr std::size_t entry_bytes = 28;
inline constexpr std::size_t bucket_entries = (bucket_bytes - bucket_header_bytes) / entry_bytes;
inline constexpr std::size_t block_bytes = 512;
inline constexpr std::size_t block_places = (block_bytes - 4) / 4;
inline constexpr std::size_t step_bytes = 16;
inline constexpr std::size_t sections_at = 112;
// Of every kind of key there are three sections, and then there are the steps.
enum section : std::uint8_t { buckets, places, filter, of_each };
inline constexpr std::size_t number(keys of, section which) noexcept {
    return static_cast<std::size_t>(of) * of_each + which;
}
inline constexpr std::size_t steps = keys_count * of_each;
inline constexpr std::size_t acts = steps + 1;
inline constexpr std::size_t section_count = acts + 1;
static_assert(sections_at + section_count * 16 <= header_bytes);
}  // namespace index_layout

// Home of a hash among so many buckets.
inline std::size_t bucket_of(std::uint64_t hash, std::size_t buckets) noexcept {
    return static_cast<std::size_t>((hash >> 32) * static_cast<std::uint64_t>(buckets) >> 32);
}

// An index that lies in a file. Only its filters are in memory, from the first question on.
//
// Errors:  damaged, where what was read is not what was written; io
// Threads: any number at once
class segment_index {
public:
    // The index in the file of that name; null where there is none, or what is there is none of this version.
    //
    // Errors: io
    static result<std::unique_ptr<segment_index>> open(open_files& among, const std::string& name) {
        const io_outcome opened = among.within().open(name, open_mode::read);
        if (opened.error == ENOENT || opened.error == ELOOP) return std::unique_ptr<segment_index>();
        if (!opened.ok()) return io_error("cannot be opened", name, opened.error);
        auto file = std::make_shared<const owned_file>(among.within().device(), static_cast<int>(opened.value));
        std::byte block[index_layout::header_bytes];
        const io_outcome read = among.within().read(*file, block, sizeof block, 0);
        if (!read.ok() && read.error != EISDIR) return io_error("cannot be read", name, read.error);
        if (read.value != sizeof block || state_of(block, index_layout::magic) != block_state::valid)
            return std::unique_ptr<segment_index>();
        auto index = std::unique_ptr<segment_index>(new segment_index(among, name, block));
        index->file_.adopt(std::move(file));
        return index;
    }

    const index_header& header() const noexcept { return header_; }
    const known_file& file() const noexcept { return file_; }

    // Whether a key of that hash may be in the segment.
    //
    // Complexity: O(1) without a read, but for the first question
    result<bool> may_have(keys of, std::uint64_t hash) const {
        if (!has_filters_.load(std::memory_order_acquire))
            if (auto loaded = load_filters(); !loaded) return std::move(loaded).error();
        return filters_[static_cast<std::size_t>(of)].may_have(hash);
    }

    // Calls `each` with the entries of that hash, which are mostly one, until it returns false.
    result<void> find(keys of, std::uint64_t hash, function_ref<bool(const index_entry&)> each) const {
        using namespace index_layout;
        const auto [start, bytes] = sections_[number(of, buckets)];
        const std::size_t bucket_count = static_cast<std::size_t>(bytes / bucket_bytes);
        if (bucket_count == 0) return {};
        auto file = file_.open();
        if (!file) return std::move(file).error();
        std::size_t at = bucket_of(hash, bucket_count);
        for (std::size_t looked = 0; looked < bucket_count; ++looked, at = at + 1 == bucket_count ? 0 : at + 1) {
            std::byte bucket[bucket_bytes];
            if (auto read = fill(**file, bucket, sizeof bucket, start + at * bucket_bytes); !read) return read;
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

    // The places of a key, from its `from`-th in the segment on: as many as `into` has room for, or the key has.
    result<std::size_t> places(keys of, const index_entry& key, std::uint32_t from,
                               std::span<std::uint32_t> into) const {
        using namespace index_layout;
        const auto [start, bytes] = sections_[number(of, index_layout::places)];
        const std::size_t count = from >= key.count                ? 0
                                  : key.count - from < into.size() ? key.count - from
                                                                   : into.size();
        if ((std::uint64_t{key.first} + key.count + block_places - 1) / block_places * block_bytes > bytes)
            return damaged("a key has places beyond the file");
        auto file = file_.open();
        if (!file) return std::move(file).error();
        for (std::size_t done = 0; done < count;) {
            const std::uint64_t number_of = std::uint64_t{key.first} + from + done;
            const std::size_t inside = static_cast<std::size_t>(number_of % block_places);
            std::byte block[block_bytes];
            if (auto read = fill(**file, block, sizeof block, start + number_of / block_places * block_bytes); !read)
                return std::move(read).error();
            if (load_le<std::uint32_t>(block) != crc32c({block + 4, block_bytes - 4}))
                return damaged("places have another checksum");
            const std::size_t here = block_places - inside < count - done ? block_places - inside : count - done;
            for (std::size_t i = 0; i < here; ++i)
                into[done + i] = load_le<std::uint32_t>(block + 4 + (inside + i) * 4);
            done += here;
        }
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

    // The acts of retention that are recorded in the segment, one behind the other.
    result<std::vector<std::byte>> acts() const {
        if (sections_[index_layout::acts].bytes == 0) return std::vector<std::byte>();
        auto stored = checked(index_layout::acts);
        if (stored && !are_acts(*stored)) return damaged("an act is malformed");
        return stored;
    }

private:
    struct section_place {
        std::uint64_t start = 0;
        std::uint64_t bytes = 0;
    };

    segment_index(open_files& among, const std::string& name, const std::byte* block)
        : file_(among, name, load_le<std::uint32_t>(block + 12)),
          header_{load_uuid(block + 16),
                  load_le<std::uint64_t>(block + 32),
                  load_le<std::uint32_t>(block + 40),
                  load_le<std::uint32_t>(block + 44),
                  load_le<std::uint64_t>(block + 48),
                  load_le<std::uint64_t>(block + 56),
                  load_le<std::uint64_t>(block + 64),
                  timestamp{load_le<std::int64_t>(block + 72)},
                  load_le<std::uint64_t>(block + 80),
                  load_le<std::uint64_t>(block + 88),
                  load_le<std::uint64_t>(block + 96),
                  load_le<std::uint32_t>(block + 104)} {
        for (std::size_t i = 0; i < index_layout::section_count; ++i) {
            const std::byte* const from = block + index_layout::sections_at + 16 * i;
            sections_[i] = {load_le<std::uint64_t>(from), load_le<std::uint64_t>(from + 8)};
        }
    }

    result<void> load_filters() const {
        const monitor_lock hold(loading_);
        if (has_filters_.load(std::memory_order_relaxed)) return {};
        for (std::size_t i = 0; i < keys_count; ++i) {
            auto stored = checked(index_layout::number(static_cast<keys>(i), index_layout::filter));
            if (!stored) return std::move(stored).error();
            filters_[i] = key_filter(*stored);
        }
        has_filters_.store(true, std::memory_order_release);
        return {};
    }

    error damaged(const char* why) const { return error(error_kind::damaged, file_.name() + ": " + why); }
    result<void> fill(const owned_file& file, std::byte* to, std::size_t bytes, std::uint64_t offset) const {
        const bool is_cached = file_.cache().is_on() && bytes <= block_cache::block_bytes;
        constexpr std::uint64_t no_end = (std::numeric_limits<std::uint64_t>::max)();
        const io_outcome read =
            is_cached ? file_.cache().read(file_.number(), file_.within(), file, to, bytes, offset, no_end)
                      : file_.within().read(file, to, bytes, offset);
        if (!read.ok()) return io_error("cannot be read", file_.name(), read.error);
        if (static_cast<std::size_t>(read.value) != bytes) return damaged("the file is shorter than it was");
        return {};
    }
    // A section that is read whole, with the checksum behind it.
    result<std::vector<std::byte>> checked(std::size_t section) const {
        const auto [start, bytes] = sections_[section];
        auto file = file_.open();
        if (!file) return std::move(file).error();
        const io_outcome size = file_.within().size_of(**file);
        if (!size.ok()) return io_error("cannot be examined", file_.name(), size.error);
        const auto whole = static_cast<std::uint64_t>(size.value);
        if (start > whole || bytes > whole - start || whole - start - bytes < 4)
            return damaged("a section is beyond the file");
        std::vector<std::byte> stored(static_cast<std::size_t>(bytes) + 4);
        if (auto read = fill(**file, stored.data(), stored.size(), start); !read) return std::move(read).error();
        const std::uint32_t sum = load_le<std::uint32_t>(stored.data() + bytes);
        stored.resize(static_cast<std::size_t>(bytes));
        if (crc32c(stored) != sum) return damaged("a section has another checksum");
        return stored;
    }

    mutable known_file file_;
    index_header header_;
    section_place sections_[index_layout::section_count];
    mutable monitor loading_;
    mutable key_filter filters_[keys_count];
    mutable std::atomic<bool> has_filters_{false};
};

}  // namespace sillok::detail
