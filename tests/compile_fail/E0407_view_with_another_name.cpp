// expect: sillok[E0407]: a view must have the fields of its view_of
// expect: money_withdrawn_view
// expect: money_withdrawn
#include <sillok/codec/view.hpp>

struct money_withdrawn {
    std::int64_t amount;
    std::string currency;
};
struct money_withdrawn_view {
    using view_of = money_withdrawn;
#ifndef FIXED
    std::int64_t sum;
#else
    std::int64_t amount;
#endif
    std::string_view currency;
};

sillok::result<void> read(sillok::bytes_view in, money_withdrawn_view& into) {
    return sillok::binary_codec::decode(in, into);
}
