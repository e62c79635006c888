// expect: sillok[E0209]: a handler says in
// expect: balances
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

struct balances {
#ifdef FIXED
    using events = sillok::select<account_events, money_deposited>;
#endif
    void on(const money_deposited&) {}
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
