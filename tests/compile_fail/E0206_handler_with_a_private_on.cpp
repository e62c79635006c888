// An overload that is private beside one that is public.
// expect: sillok[E0206]: a handler must take every event of its list
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

#ifndef FIXED
private:
#endif
    void on(const money_deposited&) {}
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
