// expect: sillok[E0214]: unknown events are kept by a handler that takes them
// expect: exporter
#include <cstdint>

#include <sillok/event/dispatch.hpp>

struct money_deposited {
    std::int64_t amount;
};
struct account_events : sillok::events<sillok::event<"money.deposited", money_deposited>> {};

struct exporter {
    using events = account_events;
    void on(const money_deposited&) {}
#ifdef FIXED
    void on_unknown(const sillok::unknown_event&) {}
#endif
};

sillok::dispatcher<exporter> all() { return sillok::dispatcher<exporter>(sillok::unknown::keep); }
