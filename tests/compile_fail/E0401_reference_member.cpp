// expect: sillok[E0401]: a member must have a type whose bytes are the same everywhere
// expect: account_closed
#include <sillok/codec/json.hpp>

struct account_closed {
    int reason;
#ifndef FIXED
    std::string& comment;
#else
    std::string comment;
#endif
    int by;
};

void record(const account_closed& event, sillok::byte_buffer& out) { sillok::json_codec::encode(event, out); }
