#pragma once
// A snapshot as bytes; docs/format.md#snapshots.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/store/snapshot_store.hpp"

namespace sillok::detail {

struct snapshot_layout {
    static constexpr std::uint16_t revision = 1;      // of this layout
    static constexpr std::size_t checksum = 0;        // u32, CRC32C of all that follows
    static constexpr std::size_t layout = 4;          // u16
    static constexpr std::size_t category_bytes = 6;  // u16
    static constexpr std::size_t key_bytes = 8;       // u16
    static constexpr std::size_t reserved = 10;       // u16, 0
    static constexpr std::size_t state_bytes = 12;    // u32
    static constexpr std::size_t version = 16;        // u64
    static constexpr std::size_t first = 24;          // u64
    static constexpr std::size_t position = 32;       // u64
    static constexpr std::size_t time = 40;           // i64, nanoseconds UTC
    static constexpr std::size_t fingerprint = 48;    // u64
    static constexpr std::size_t event = 56;          // 16
    static constexpr std::size_t variable = 72;       // category, key, state
};

// Requires: a category and a key that a stream may have, and a state of less than 4 GiB
inline void write_snapshot(const snapshot& from, byte_buffer& to) {
    using at = snapshot_layout;
    const std::size_t bytes = at::variable + from.stream.category.size() + from.stream.key.size() + from.state.size();
    std::byte* const begin = to.extend(bytes);
    store_le(begin + at::layout, at::revision);
    store_le(begin + at::category_bytes, static_cast<std::uint16_t>(from.stream.category.size()));
    store_le(begin + at::key_bytes, static_cast<std::uint16_t>(from.stream.key.size()));
    store_le(begin + at::reserved, std::uint16_t{0});
    store_le(begin + at::state_bytes, static_cast<std::uint32_t>(from.state.size()));
    store_le(begin + at::version, from.version.value);
    store_le(begin + at::first, from.first.value);
    store_le(begin + at::position, from.position.value);
    store_le(begin + at::time, from.time.nanoseconds);
    store_le(begin + at::fingerprint, from.fingerprint);
    std::memcpy(begin + at::event, from.event.octets.data(), from.event.octets.size());
    std::byte* rest = store_bytes(begin + at::variable, as_bytes(from.stream.category));
    rest = store_bytes(rest, as_bytes(from.stream.key));
    store_bytes(rest, from.state);
    store_le(begin + at::checksum, crc32c({begin + at::layout, bytes - at::layout}));
}

// The snapshot that these bytes are, all of them; it refers to them. Nothing, where one of them changed or they are no snapshot.
//
// Complexity: O(bytes)
inline std::optional<snapshot> read_snapshot(bytes_view bytes) noexcept {
    using at = snapshot_layout;
    if (bytes.size() < at::variable) return std::nullopt;
    const std::byte* const begin = bytes.data();
    if (load_le<std::uint16_t>(begin + at::layout) != at::revision) return std::nullopt;
    const std::size_t category = load_le<std::uint16_t>(begin + at::category_bytes);
    const std::size_t key = load_le<std::uint16_t>(begin + at::key_bytes);
    const std::size_t state = load_le<std::uint32_t>(begin + at::state_bytes);
    if (bytes.size() - at::variable < category + key || bytes.size() - at::variable - category - key != state)
        return std::nullopt;
    if (load_le<std::uint32_t>(begin + at::checksum) != crc32c(bytes.subspan(at::layout))) return std::nullopt;
    snapshot read{.stream = {as_text(bytes.subspan(at::variable, category)),
                             as_text(bytes.subspan(at::variable + category, key))},
                  .version = {load_le<std::uint64_t>(begin + at::version)},
                  .first = {load_le<std::uint64_t>(begin + at::first)},
                  .position = {load_le<std::uint64_t>(begin + at::position)},
                  .time = timestamp{load_le<std::int64_t>(begin + at::time)},
                  .fingerprint = load_le<std::uint64_t>(begin + at::fingerprint),
                  .state = bytes.subspan(at::variable + category + key)};
    std::memcpy(read.event.octets.data(), begin + at::event, read.event.octets.size());
    return read;
}

}  // namespace sillok::detail
