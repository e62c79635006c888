#pragma once
// The bytes of a file store's files; docs/format.md says what they mean.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/limits.hpp"

namespace sillok {

inline constexpr std::uint32_t file_format_version = 1;
inline constexpr std::uint64_t segment_bytes_min = std::uint64_t{8} << 10;
inline constexpr std::uint64_t segment_bytes_max = std::uint64_t{1} << 30;
inline constexpr std::uint64_t segment_bytes_default = std::uint64_t{64} << 20;

}  // namespace sillok

namespace sillok::detail {

inline constexpr std::size_t identity_bytes = 64;          // docs/format.md#store-64-bytes
inline constexpr std::size_t mark_bytes = 64;              // docs/format.md#mark-64-bytes
inline constexpr std::size_t segment_header_bytes = 4096;  // docs/format.md#segment
inline constexpr std::size_t frame_header_bytes = 80;      // docs/format.md#frame
inline constexpr std::size_t seal_body_bytes = 64;         // docs/format.md#kinds
inline constexpr std::size_t seal_bytes = frame_header_bytes + seal_body_bytes;
inline constexpr std::size_t frame_bytes_max = append_bytes_max + frame_header_bytes;

inline constexpr std::string_view identity_magic{"SILLOK\0\1", 8};
inline constexpr std::string_view mark_magic{"SILLOKMK", 8};
inline constexpr std::string_view segment_magic{"SILLOKSG", 8};

enum class frame_kind : std::uint16_t { batch = 1, seal = 2, acts = 4, notes = 0x8000 };

// A flag of a batch: events of it are not kept, and their records are gone.
inline constexpr std::uint16_t frame_scrubbed = 1;
// What stands before the records of such a batch: the version of its receipt, the CRC32C of these 8 bytes, and 4 of 0.
inline constexpr std::size_t scrubbed_head_bytes = 16;

// Whether a block is what its magic says.
enum class block_state : std::uint8_t { valid, newer, invalid };

// The three blocks with a magic share their first 16 bytes: magic, version, and a checksum over the rest.
inline std::uint32_t block_checksum(bytes_view block) noexcept {
    return crc32c(block.subspan(16), crc32c(block.first(12)));
}
inline void finish_block(std::byte* block, std::size_t bytes, std::string_view magic) noexcept {
    store_bytes(block, as_bytes(magic));
    store_le(block + 8, file_format_version);
    store_le(block + 12, block_checksum({block, bytes}));
}
inline block_state state_of(bytes_view block, std::string_view magic) noexcept {
    if (as_text(block.first(8)) != magic) return block_state::invalid;
    if (load_le<std::uint32_t>(block.data() + 8) > file_format_version) return block_state::newer;
    return load_le<std::uint32_t>(block.data() + 12) == block_checksum(block) ? block_state::valid
                                                                              : block_state::invalid;
}
inline std::uint32_t format_version_of(bytes_view block) noexcept { return load_le<std::uint32_t>(block.data() + 8); }

inline void store_uuid(std::byte* to, const uuid& id) noexcept { std::memcpy(to, id.octets.data(), 16); }
inline uuid load_uuid(const std::byte* from) noexcept {
    uuid id;
    std::memcpy(id.octets.data(), from, 16);
    return id;
}

// The file `store`.
struct store_identity {
    uuid store;
    std::uint64_t segment_bytes = segment_bytes_default;
    timestamp created;

    void encode(std::byte* to) const noexcept {
        std::memset(to, 0, identity_bytes);
        store_uuid(to + 16, store);
        store_le(to + 32, segment_bytes);
        store_le(to + 40, created.nanoseconds);
        finish_block(to, identity_bytes, identity_magic);
    }
    // Requires: a valid block
    static store_identity decode(const std::byte* from) noexcept {
        return {load_uuid(from + 16), load_le<std::uint64_t>(from + 32), timestamp{load_le<std::int64_t>(from + 40)}};
    }
};

// The file `mark`: the log is durable at least up to here, and ends here if it was closed.
struct durable_mark {
    uuid store;
    std::uint64_t sequence = 0;
    std::uint64_t segment = 0;
    std::uint64_t end = 0;
    std::uint32_t checksum = 0;
    std::uint32_t is_closed = 0;

    void encode(std::byte* to) const noexcept {
        std::memset(to, 0, mark_bytes);
        store_uuid(to + 16, store);
        store_le(to + 32, sequence);
        store_le(to + 40, segment);
        store_le(to + 48, end);
        store_le(to + 56, checksum);
        store_le(to + 60, is_closed);
        finish_block(to, mark_bytes, mark_magic);
    }
    // Requires: a valid block
    static durable_mark decode(const std::byte* from) noexcept {
        return {load_uuid(from + 16),
                load_le<std::uint64_t>(from + 32),
                load_le<std::uint64_t>(from + 40),
                load_le<std::uint64_t>(from + 48),
                load_le<std::uint32_t>(from + 56),
                load_le<std::uint32_t>(from + 60)};
    }
};

struct segment_header {
    uuid store;
    std::uint64_t number = 1;
    std::uint64_t position = 1;  // of the first event to come
    std::uint64_t sequence = 1;  // of the first frame
    std::uint64_t salt = 0;
    timestamp created;
    timestamp before{(std::numeric_limits<std::int64_t>::min)()};
    std::uint32_t previous = 0;
    std::uint32_t durability = 0;
    std::uint32_t generation = 0;   // how often it was rewritten by a scrub
    std::uint32_t is_archived = 0;  // the frames are in another directory, and this is all that is here
    std::uint64_t durable = 0;      // sequence of the last frame that was known to be synced when this was written
    std::uint32_t joint = 0;        // of one that is archived: what the next segment names as the frame before it
    std::uint32_t checksum = 0;     // as read or written

    // The header as it is where the frames are.
    segment_header of_frames() const {
        segment_header other = *this;
        other.is_archived = 0;
        other.joint = 0;
        const auto block = std::make_unique<std::byte[]>(segment_header_bytes);
        other.encode(block.get());
        return other;
    }
    void encode(std::byte* to) noexcept {
        std::memset(to, 0, segment_header_bytes);
        store_uuid(to + 16, store);
        store_le(to + 32, number);
        store_le(to + 40, position);
        store_le(to + 48, sequence);
        store_le(to + 56, salt);
        store_le(to + 64, created.nanoseconds);
        store_le(to + 72, before.nanoseconds);
        store_le(to + 80, previous);
        store_le(to + 84, durability);
        store_le(to + 88, generation);
        store_le(to + 92, is_archived);
        store_le(to + 96, durable);
        store_le(to + 104, joint);
        finish_block(to, segment_header_bytes, segment_magic);
        checksum = load_le<std::uint32_t>(to + 12);
    }
    // Requires: a valid block
    static segment_header decode(const std::byte* from) noexcept {
        return {load_uuid(from + 16),
                load_le<std::uint64_t>(from + 32),
                load_le<std::uint64_t>(from + 40),
                load_le<std::uint64_t>(from + 48),
                load_le<std::uint64_t>(from + 56),
                timestamp{load_le<std::int64_t>(from + 64)},
                timestamp{load_le<std::int64_t>(from + 72)},
                load_le<std::uint32_t>(from + 80),
                load_le<std::uint32_t>(from + 84),
                load_le<std::uint32_t>(from + 88),
                load_le<std::uint32_t>(from + 92),
                load_le<std::uint64_t>(from + 96),
                load_le<std::uint32_t>(from + 104),
                load_le<std::uint32_t>(from + 12)};
    }
};

struct frame_header {
    frame_kind kind = frame_kind::batch;
    std::uint16_t flags = 0;
    std::uint32_t length = 0;
    std::uint32_t count = 0;
    std::uint64_t sequence = 0;
    std::uint64_t durable = 0;
    std::uint64_t first = 0;
    timestamp time;
    uuid batch{};
    std::uint64_t content = 0;
    std::uint32_t body_checksum = 0;
    std::uint32_t previous = 0;
    std::uint32_t checksum = 0;  // as read or written

    static std::uint32_t checksum_of(const std::byte* frame, std::uint32_t segment_checksum) noexcept {
        std::byte seed[4];
        store_le(seed, segment_checksum);
        return crc32c({frame + 4, frame_header_bytes - 4}, crc32c({seed, 4}));
    }
    void encode(std::byte* to, std::uint32_t segment_checksum) noexcept {
        store_le(to + 4, static_cast<std::uint16_t>(kind));
        store_le(to + 6, flags);
        store_le(to + 8, length);
        store_le(to + 12, count);
        store_le(to + 16, sequence);
        store_le(to + 24, durable);
        store_le(to + 32, first);
        store_le(to + 40, time.nanoseconds);
        store_uuid(to + 48, batch);
        store_le(to + 64, content);
        store_le(to + 72, body_checksum);
        store_le(to + 76, previous);
        checksum = checksum_of(to, segment_checksum);
        store_le(to, checksum);
    }
    bool is_scrubbed() const noexcept { return (flags & frame_scrubbed) != 0; }
    // Where in the body the records begin.
    std::size_t records_at() const noexcept { return is_scrubbed() ? scrubbed_head_bytes : 0; }
    static frame_header decode(const std::byte* from) noexcept {
        frame_header frame;
        frame.kind = static_cast<frame_kind>(load_le<std::uint16_t>(from + 4));
        frame.flags = load_le<std::uint16_t>(from + 6);
        frame.length = load_le<std::uint32_t>(from + 8);
        frame.count = load_le<std::uint32_t>(from + 12);
        frame.sequence = load_le<std::uint64_t>(from + 16);
        frame.durable = load_le<std::uint64_t>(from + 24);
        frame.first = load_le<std::uint64_t>(from + 32);
        frame.time = timestamp{load_le<std::int64_t>(from + 40)};
        frame.batch = load_uuid(from + 48);
        frame.content = load_le<std::uint64_t>(from + 64);
        frame.body_checksum = load_le<std::uint32_t>(from + 72);
        frame.previous = load_le<std::uint32_t>(from + 76);
        frame.checksum = load_le<std::uint32_t>(from);
        return frame;
    }
};

// What a seal says about the segment before it.
struct seal_body {
    std::uint64_t offset = 0;
    std::uint64_t frames = 0;
    std::uint64_t events = 0;
    std::uint64_t last = 0;
    std::uint32_t before_scrub = 0;  // the checksum of the seal as the next segment knows it; 0: it is that of this one

    void encode(std::byte* to) const noexcept {
        std::memset(to, 0, seal_body_bytes);
        store_le(to, offset);
        store_le(to + 8, frames);
        store_le(to + 16, events);
        store_le(to + 24, last);
        store_le(to + 48, before_scrub);
    }
    static seal_body decode(const std::byte* from) noexcept {
        return {load_le<std::uint64_t>(from), load_le<std::uint64_t>(from + 8), load_le<std::uint64_t>(from + 16),
                load_le<std::uint64_t>(from + 24), load_le<std::uint32_t>(from + 48)};
    }
};

// "0000000001.segment"
inline std::string segment_name(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return std::string(digits.size() < 10 ? 10 - digits.size() : 0, '0') + digits + ".segment";
}
// The number in a segment's name; 0 for other names.
inline std::uint64_t segment_number(std::string_view name) noexcept {
    constexpr std::string_view ending = ".segment";
    if (name.size() != 10 + ending.size() || !name.ends_with(ending)) return 0;
    std::uint64_t number = 0;
    for (const char c : name.substr(0, 10)) {
        if (c < '0' || c > '9') return 0;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

}  // namespace sillok::detail
