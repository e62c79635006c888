#pragma once
// The checksum of records: CRC32C, by the processor's own instruction where it has one.

#include <array>
#include <cstddef>
#include <cstdint>

#include "sillok/core/bytes.hpp"

namespace sillok::detail {

// Tables for eight bytes a step. Source: Kounavis, Berry: A Systematic Approach to Building High Performance
// Software-based CRC Generators, 2005 ("slicing by 8"), with the polynomial of RFC 3720 (iSCSI), reflected.
struct crc32c_tables {
    std::array<std::array<std::uint32_t, 256>, 8> row{};

    constexpr crc32c_tables() {
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t crc = i;
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
            row[0][i] = crc;
        }
        for (std::size_t k = 1; k < 8; ++k)
            for (std::size_t i = 0; i < 256; ++i) row[k][i] = (row[k - 1][i] >> 8) ^ row[0][row[k - 1][i] & 0xFF];
    }
};

inline constexpr crc32c_tables crc32c_table{};

inline std::uint32_t crc32c_portable(bytes_view bytes, std::uint32_t crc) noexcept {
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    const auto& t = crc32c_table.row;
    for (; left >= 8; left -= 8, at += 8) {
        const std::uint64_t v = load_le<std::uint64_t>(at) ^ crc;
        crc = t[7][v & 0xFF] ^ t[6][(v >> 8) & 0xFF] ^ t[5][(v >> 16) & 0xFF] ^ t[4][(v >> 24) & 0xFF] ^
              t[3][(v >> 32) & 0xFF] ^ t[2][(v >> 40) & 0xFF] ^ t[1][(v >> 48) & 0xFF] ^ t[0][v >> 56];
    }
    for (; left > 0; --left, ++at) crc = (crc >> 8) ^ t[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xFF];
    return crc;
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("sse4.2"))) inline std::uint32_t crc32c_sse42(bytes_view bytes, std::uint32_t crc) noexcept {
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t wide = crc;
    for (; left >= 8; left -= 8, at += 8) wide = __builtin_ia32_crc32di(wide, load_le<std::uint64_t>(at));
    auto narrow = static_cast<std::uint32_t>(wide);
    for (; left > 0; --left, ++at) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
    return narrow;
}
#endif

}  // namespace sillok::detail

namespace sillok {

// The CRC32C of `bytes`, going on from `before`, the CRC32C of what comes before them.
inline std::uint32_t crc32c(bytes_view bytes, std::uint32_t before = 0) noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("sse4.2")) return ~detail::crc32c_sse42(bytes, ~before);
#endif
    return ~detail::crc32c_portable(bytes, ~before);
}

}  // namespace sillok
