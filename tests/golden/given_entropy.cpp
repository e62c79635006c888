#include "given_entropy.hpp"

#include <cstddef>
#include <cstring>

#include <unistd.h>

namespace {

std::uint64_t state = 0;

// splitmix64
std::uint64_t next() noexcept {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

}  // namespace

void golden::give_entropy(std::uint64_t seed) noexcept { state = seed; }

// The program's own stands before that of the system's library.
extern "C" int getentropy(void* to, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes;) {
        const std::uint64_t number = next();
        const std::size_t part = bytes - at < sizeof number ? bytes - at : sizeof number;
        std::memcpy(static_cast<char*>(to) + at, &number, part);
        at += part;
    }
    return 0;
}
