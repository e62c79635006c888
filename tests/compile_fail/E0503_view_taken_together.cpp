// expect: sillok[E0503]: read models that are brought forward together take events as structs
// expect: views
#include <cstdint>

#include <sillok/projection/projector.hpp>
#include <sillok/projection/together.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct paid_view {
    using view_of = paid;
    std::int64_t amount;
};
struct views {
    static constexpr sillok::name name = "views";
    using events = ledger_events;
    std::int64_t sum = 0;
#ifndef FIXED
    void on(const paid_view& e) { sum += e.amount; }
#else
    void on(const paid& e) { sum += e.amount; }
#endif
};
using all = sillok::together<"all", views>;

void follow(sillok::store_ref store, sillok::shared_model<all>& shown) {
    static_cast<void>(sillok::projector<all>(store, shown).step());
}
