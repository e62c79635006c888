// expect: sillok[E0208]: a selection takes current events of its context, each once
// expect: bank
// expect: money_withdrawn
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
struct deposits : sillok::events<sillok::event<"money.deposited", money_deposited>> {};
#ifndef FIXED
struct bank : sillok::context<deposits> {};
#else
struct bank : sillok::context<deposits, account_events> {};
#endif

struct balances {
    using events = sillok::select<bank, money_deposited, money_withdrawn>;
    std::int64_t sum = 0;
    void on(const money_deposited& e) { sum += e.amount; }
    void on(const money_withdrawn& e) { sum -= e.amount; }
};

bool replay(sillok::dispatcher<balances>& to, balances& b, sillok::record_view record) {
    return to.dispatch(b, record).has_value();
}
