// expect: sillok[E0216]: whether the order across types matters to a handler is a constant of type bool
// expect: turnover
#include <cstdint>

#include <sillok/store/replay.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct turnover {
#ifdef FIXED
    static constexpr bool order_across_types = false;
#else
    static constexpr int order_across_types = 0;
#endif
    using events = ledger_events;
    std::int64_t sum = 0;
    void on(const paid& e) { sum += e.amount; }
};

auto all(sillok::store_ref store, turnover& to) { return sillok::replay(store, {}, to); }
