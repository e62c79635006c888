// expect: sillok[E0401]: a member must have a type whose bytes are the same everywhere
// expect: order_line
#include <sillok/codec/binary.hpp>

struct order_line {
#ifndef FIXED
    std::string_view sku;
#else
    std::string sku;
#endif
    int quantity;
};
struct order_placed {
    std::vector<order_line> lines;
};

void record(const order_placed& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
