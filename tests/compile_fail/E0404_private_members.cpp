// expect: sillok[E0404]: an event must be a plain struct
// expect: money_deposited
#include <sillok/codec/binary.hpp>

#ifndef FIXED
class money_deposited {
public:
    explicit money_deposited(std::int64_t amount) : amount_(amount) {}
    std::int64_t amount() const { return amount_; }

private:
    std::int64_t amount_;
};
#else
struct money_deposited {
    std::int64_t amount;
};
#endif

void record(const money_deposited& event, sillok::byte_buffer& out) { sillok::binary_codec::encode(event, out); }
