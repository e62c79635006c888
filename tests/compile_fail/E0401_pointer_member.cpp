// expect: sillok[E0401]: a member must have a type whose bytes are the same everywhere
// expect: account_opened
// expect: docs/errors.md#E0401
#include <sillok/codec/binary.hpp>

struct account_opened {
    std::string owner;
#ifndef FIXED
    const char* branch;
#else
    std::string branch;
#endif
};

void record(const account_opened& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
