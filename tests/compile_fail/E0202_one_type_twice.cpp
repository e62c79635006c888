// expect: sillok[E0202]: a type may stand in a catalogue only once
// expect: money_moved
#include <cstdint>

#include <sillok/event/dispatch.hpp>

struct money_moved {
    std::int64_t amount;
};
struct fee_charged {
    std::int64_t amount;
};

struct account_events : sillok::events<sillok::event<"money.moved", money_moved>,
#ifndef FIXED
                                       sillok::event<"fee.charged", money_moved>
#else
                                       sillok::event<"fee.charged", fee_charged>
#endif
                                       > {
};

struct account {
    using events = account_events;
    void apply(const money_moved&) {}
    void apply(const fee_charged&) {}
};

bool replay(sillok::dispatcher<account>& to, account& a, sillok::record_view record) {
    return to.dispatch(a, record).has_value();
}
