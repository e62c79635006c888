#pragma once
// A hash of bytes that is the same on every machine and in every version, for what is recorded or compared across runs.

#include <cstdint>

#include "sillok/core/bytes.hpp"

namespace sillok {

// FNV-1a of 64 bits. Not for keys that an adversary chooses, and not a checksum.
//
// Source: Fowler, Noll, Vo: FNV hash, RFC 9923.
inline std::uint64_t hash64(bytes_view bytes, std::uint64_t before = 14695981039346656037U) noexcept {
    for (const std::byte b : bytes) before = (before ^ static_cast<std::uint64_t>(b)) * 1099511628211U;
    return before;
}

}  // namespace sillok
