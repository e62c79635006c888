// expect: sillok[E0405]: an element of a container must have at least one byte
// expect: tick
#include <vector>

#include <sillok/codec/binary.hpp>

struct tick {};
struct clock_ticked {
#ifndef FIXED
    std::vector<tick> ticks;
#else
    std::uint32_t ticks;
#endif
};

void record(const clock_ticked& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
