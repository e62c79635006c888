// expect: sillok[E0401]: a member must have a type whose bytes are the same everywhere
// expect: prices_changed
// expect: unordered_map
#include <map>
#include <string>
#include <unordered_map>

#include <sillok/codec/binary.hpp>

struct prices_changed {
#ifndef FIXED
    std::unordered_map<std::string, int> price_of;
#else
    std::map<std::string, int> price_of;
#endif
};

sillok::result<void> read(sillok::bytes_view in, prices_changed& into) {
    return sillok::binary_codec::decode(in, into);
}
