// expect: sillok[E0215]: an event is given as an older version by a step from each version to the one before
// expect: v1::money_withdrawn
#include <cstdint>
#include <string>

#include <sillok/event/downcast.hpp>

namespace v1 {
struct money_withdrawn {
    std::int64_t amount;
};
}  // namespace v1
struct money_withdrawn {
    std::int64_t amount;
    std::string currency;
    static money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, "KRW"}; }
#ifdef FIXED
    static v1::money_withdrawn downcast(const money_withdrawn& e) { return {e.amount}; }
#endif
};

struct account_events : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>> {};

v1::money_withdrawn older(const money_withdrawn& e) {
    return sillok::downcast_to<v1::money_withdrawn, account_events>(e);
}
