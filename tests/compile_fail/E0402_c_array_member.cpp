// expect: sillok[E0402]: a member must not be a C array
// expect: account_opened
#include <array>

#include <sillok/codec/binary.hpp>

struct account_opened {
    int branch;
#ifndef FIXED
    char iban[34];
#else
    std::array<char, 34> iban;
#endif
};

void record(const account_opened& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
