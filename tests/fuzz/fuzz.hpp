#pragma once
// What the fuzz targets share: a property that does not hold ends the run, which libFuzzer then shows with its input.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "sillok/core/bytes.hpp"

namespace fuzz {

inline void holds(bool property, const char* what) {
    if (property) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

inline sillok::bytes_view bytes(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const std::byte*>(data), size};
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
