// expect: sillok[E0406]: types must not be nested deeper than 64
#include <vector>

#include <sillok/codec/binary.hpp>

template <int Levels>
struct box {
    box<Levels - 1> inner;
};
template <>
struct box<0> {
    int value;
};
#ifndef FIXED
using boxes_stacked = box<65>;
#else
using boxes_stacked = box<60>;
#endif

void record(const boxes_stacked& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
