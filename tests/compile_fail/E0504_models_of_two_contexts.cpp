// expect: sillok[E0504]: read models that are brought forward together select their events from one context
// expect: other_events
#include <cstdint>

#include <sillok/projection/together.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct other_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct first {
    static constexpr sillok::name name = "first";
    using events = sillok::select<ledger_events, paid>;
    void on(const paid&) {}
};
struct second {
    static constexpr sillok::name name = "second";
#ifndef FIXED
    using events = sillok::select<other_events, paid>;
#else
    using events = sillok::select<ledger_events, paid>;
#endif
    void on(const paid&) {}
};

sillok::together<"both", first, second> both;
