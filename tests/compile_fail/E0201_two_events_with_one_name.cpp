// expect: sillok[E0201]: two events of a catalogue may not have the same name
// expect: money_withdrawn
// expect: docs/errors.md#E0201
#include <cstdint>

#include <sillok/event/event.hpp>

struct money_deposited {
    std::int64_t amount;
};
struct money_withdrawn {
    std::int64_t amount;
};

#ifndef FIXED
struct account_events
    : sillok::events<sillok::event<"money.moved", money_deposited>, sillok::event<"money.moved", money_withdrawn>> {};
#else
struct account_events : sillok::events<sillok::event<"money.deposited", money_deposited>,
                                       sillok::event<"money.withdrawn", money_withdrawn>> {};
#endif

// What is built on a wrong catalogue says nothing more.
constexpr auto place = sillok::entry_index<account_events, money_withdrawn>;
