// expect: sillok[E0511]: a subscriber has a list `events`
// expect: one_event_only
#include <cstdint>

#include <sillok/projection/subscription.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct one_event_only {
    std::int64_t sum = 0;
#ifdef FIXED
    using events = ledger_events;
    void on(const paid& e) { sum += e.amount; }
#else
    void operator()(const paid& e) { sum += e.amount; }
#endif
};

void follow(sillok::store_ref store, one_event_only& handler) { sillok::subscription it(store, handler); }
