// expect: sillok[E0216]: whether the order across types matters to a handler is a constant of type bool
// expect: turnover
#include <cstdint>

#include <sillok/projection/projector.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct turnover {
    static constexpr sillok::name name = "turnover";
#ifdef FIXED
    static constexpr bool order_across_types = false;
#else
    bool order_across_types = false;
#endif
    using events = ledger_events;
    std::int64_t sum = 0;
    void on(const paid& e) { sum += e.amount; }
};

void follow(sillok::store_ref store, sillok::shared_model<turnover>& shown) {
    sillok::projector<turnover> it(store, shown);
}
