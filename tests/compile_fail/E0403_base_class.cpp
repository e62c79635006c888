// expect: sillok[E0403]: an event must not have a base class
// expect: money_deposited
#include <sillok/codec/binary.hpp>

struct audited {
    std::string by;
};

#ifndef FIXED
struct money_deposited : audited {
    std::int64_t amount;
};
#else
struct money_deposited {
    audited audit;
    std::int64_t amount;
};
#endif

void record(const money_deposited& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
