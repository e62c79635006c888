// expect: sillok[E0209]: a part of a context is a catalogue, a context, or a struct whose
// expect: account
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

struct account {
#ifdef FIXED
    using events = account_events;
#endif
    void apply(const account_opened&) {}
};
struct bank : sillok::context<account> {};

struct balances {
    using events = sillok::select<bank, money_deposited>;
    void on(const money_deposited&) {}
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
