// expect: sillok[E0210]: two parts of a context give different structs to the same event name
// expect: till_money_deposited
#include <cstdint>
#include <string>

#include <sillok/event/dispatch.hpp>

struct account_opened {
    std::string owner;
};
struct money_deposited {
    std::int64_t amount;
};
struct money_withdrawn {
    std::int64_t amount;
};
struct account_events
    : sillok::events<sillok::event<"account.opened", account_opened>, sillok::event<"money.deposited", money_deposited>,
                     sillok::event<"money.withdrawn", money_withdrawn>> {};
struct till_money_deposited {
    std::int64_t amount;
};
#ifndef FIXED
struct till_events : sillok::events<sillok::event<"money.deposited", till_money_deposited>> {};
#else
struct till_events : sillok::events<sillok::event<"till.money_deposited", till_money_deposited>> {};
#endif
struct bank : sillok::context<account_events, till_events> {};

struct balances {
    using events = sillok::select<bank, money_deposited>;
    void on(const money_deposited&) {}
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
