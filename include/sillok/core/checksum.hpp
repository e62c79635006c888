#pragma once
// The checksum of records: CRC32C, by the processor's own instruction where it has one.

#include <cstddef>
#include <cstdint>

#if defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

#include "sillok/core/bytes.hpp"

namespace sillok::detail {

// Tables for eight bytes a step. Source: Kounavis, Berry: A Systematic Approach to Building High Performance
// Software-based CRC Generators, 2005 ("slicing by 8"), with the polynomial of RFC 3720 (iSCSI), reflected.
// Plain arrays and few steps, because every file that includes this computes them.
struct crc32c_tables {
    std::uint32_t row[8][256]{};

    constexpr crc32c_tables() {
        std::uint32_t crc = 1;
        for (unsigned i = 128; i > 0; i /= 2) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
            for (unsigned k = 0; k < 256; k += 2 * i) row[0][i + k] = crc ^ row[0][k];
        }
        for (unsigned i = 0; i < 256; ++i)
            for (unsigned k = 1; k < 8; ++k) row[k][i] = (row[k - 1][i] >> 8) ^ row[0][row[k - 1][i] & 0xFF];
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

// x^(64 k - 33) modulo the polynomial, reflected: what a checksum is multiplied by to move it over 8 k bytes.
struct crc32c_shifts {
    static constexpr std::size_t words_max = 127;
    std::uint32_t over[words_max + 1]{};

    constexpr crc32c_shifts() {
        std::uint32_t power = 1;  // x^31
        for (std::size_t k = 1; k <= words_max; ++k) {
            over[k] = power;
            for (int byte = 0; byte < 8; ++byte) power = (power >> 8) ^ crc32c_table.row[0][power & 0xFF];
        }
    }
};

inline constexpr crc32c_shifts crc32c_shift{};

using two_words [[gnu::vector_size(16)]] = long long;

__attribute__((target("sse4.2,pclmul"))) inline std::uint64_t crc32c_moved(std::uint64_t crc,
                                                                           std::size_t words) noexcept {
    const two_words product = __builtin_ia32_pclmulqdq128(
        two_words{static_cast<long long>(crc), 0}, two_words{static_cast<long long>(crc32c_shift.over[words]), 0}, 0);
    return static_cast<std::uint64_t>(product[0]);
}

// The instruction takes 8 bytes a cycle and answers after three, so from 144 bytes on, where it pays, three parts are worked on at once.
// Source: Gopal, Ozturk, Guilford and others: Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction, 2011.
__attribute__((target("sse4.2,pclmul"))) inline std::uint32_t crc32c_x86(bytes_view bytes, std::uint32_t crc) noexcept {
    constexpr std::size_t part_max = (crc32c_shifts::words_max - 1) / 2 * 8;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t first = crc;
    while (left >= 144) {
        std::size_t part = (left - 8) / 24 * 8;
        if (part > part_max) part = part_max;
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (const std::byte* const end = at + part; at != end; at += 8) {
            first = __builtin_ia32_crc32di(first, load_le<std::uint64_t>(at));
            second = __builtin_ia32_crc32di(second, load_le<std::uint64_t>(at + part));
            third = __builtin_ia32_crc32di(third, load_le<std::uint64_t>(at + 2 * part));
        }
        at += 2 * part;
        const std::uint64_t moved = crc32c_moved(first, part / 4 + 1) ^ crc32c_moved(second, part / 8 + 1);
        first = __builtin_ia32_crc32di(third, load_le<std::uint64_t>(at) ^ moved);
        at += 8;
        left -= 3 * part + 8;
    }
    for (; left >= 8; left -= 8, at += 8) first = __builtin_ia32_crc32di(first, load_le<std::uint64_t>(at));
    auto narrow = static_cast<std::uint32_t>(first);
    for (; left > 0; --left, ++at) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
    return narrow;
}

// Two bits of a table that is filled before main() runs.
inline bool has_crc32c_x86() noexcept {
#if defined(__SSE4_2__) && defined(__PCLMUL__)
    return true;
#else
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
#endif
}

#elif defined(__ARM_FEATURE_CRC32)

inline std::uint32_t crc32c_arm(bytes_view bytes, std::uint32_t crc) noexcept {
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) crc = __crc32cd(crc, load_le<std::uint64_t>(at));
    for (; left > 0; --left, ++at) crc = __crc32cb(crc, static_cast<std::uint8_t>(*at));
    return crc;
}

#endif

}  // namespace sillok::detail

namespace sillok {

// The CRC32C of `bytes`, going on from `before`, the CRC32C of what comes before them.
inline std::uint32_t crc32c(bytes_view bytes, std::uint32_t before = 0) noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
    if (detail::has_crc32c_x86()) return ~detail::crc32c_x86(bytes, ~before);
#elif defined(__ARM_FEATURE_CRC32)
    return ~detail::crc32c_arm(bytes, ~before);
#endif
    return ~detail::crc32c_portable(bytes, ~before);
}

}  // namespace sillok
