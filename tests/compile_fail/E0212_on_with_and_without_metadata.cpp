// expect: sillok[E0212]: a handler takes an event by one function
// expect: balances
// expect: money_deposited
#include <cstdint>
#include <string>

#include <sillok/event/dispatch.hpp>

struct account_opened {
    std::string owner;
};
struct money_deposited {
    std::int64_t amount;
};
struct account_events : sillok::events<sillok::event<"account.opened", account_opened>,
                                       sillok::event<"money.deposited", money_deposited>> {};

struct balances {
    using events = account_events;
    void on(const account_opened&) {}
    void on(const money_deposited&) {}
#ifndef FIXED
    void on(const money_deposited&, const sillok::metadata&) {}
#endif
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
