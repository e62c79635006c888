#pragma once
// Ids, salts and the name of a store are random, and all of that comes from the operating system by one call. Here that call is
// answered by a number that a test gives, so that what is written is the same each time. The library has no seam for it: nothing but
// a test wants one, and it would be one more thing to be set wrong.

#include <cstdint>

namespace golden {

// From now on the random numbers are those of this seed.
void give_entropy(std::uint64_t seed) noexcept;

}  // namespace golden
