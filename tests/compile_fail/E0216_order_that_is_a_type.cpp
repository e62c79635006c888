// expect: sillok[E0216]: whether the order across types matters to a handler is a constant of type bool
// expect: turnover
#include <cstdint>
#include <type_traits>

#include <sillok/event/batch_dispatch.hpp>
#include <sillok/event/event.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct turnover {
#ifdef FIXED
    static constexpr bool order_across_types = false;
#else
    using order_across_types = std::false_type;
#endif
    using events = ledger_events;
    std::int64_t sum = 0;
    void on(const paid& e) { sum += e.amount; }
};

bool all(turnover& to, std::span<const sillok::record_view> records) {
    return sillok::batch_dispatcher<turnover>().dispatch(to, records).has_value();
}
