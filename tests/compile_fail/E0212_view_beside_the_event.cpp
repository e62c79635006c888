// expect: sillok[E0212]: a handler takes an event by one function
// expect: balances
// expect: account_opened
#include <cstdint>
#include <string>
#include <string_view>

#include <sillok/event/dispatch.hpp>

struct account_opened {
    std::string owner;
};
struct money_deposited {
    std::int64_t amount;
};
struct account_events : sillok::events<sillok::event<"account.opened", account_opened>,
                                       sillok::event<"money.deposited", money_deposited>> {};
struct account_opened_view {
    using view_of = account_opened;
    std::string_view owner;
};

struct balances {
    using events = account_events;
    void on(const account_opened_view&) {}
#ifndef FIXED
    void on(const account_opened&) {}
#endif
    void on(const money_deposited&) {}
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
