// expect: sillok[E0501]: a projection has a name
// expect: balances
#include <cstdint>

#include <sillok/projection/projector.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct balances {
#ifdef FIXED
    static constexpr sillok::name name = "balances";
#endif
    using events = ledger_events;
    std::int64_t sum = 0;
    void on(const paid& e) { sum += e.amount; }
};

void follow(sillok::store_ref store, sillok::shared_model<balances>& shown) {
    sillok::projector<balances> it(store, shown);
}
