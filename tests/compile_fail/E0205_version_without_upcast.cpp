// expect: sillok[E0205]: every old version of an event must be lifted to the next one
// expect: v2::money_withdrawn
#include <cstdint>
#include <string>

#include <sillok/event/dispatch.hpp>

namespace v1 {
struct money_withdrawn {
    std::int64_t amount;
};
}  // namespace v1
namespace v2 {
struct money_withdrawn {
    std::int64_t amount;
    std::int64_t fee;
#ifdef FIXED
    static money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, 0}; }
#endif
};
}  // namespace v2
struct money_withdrawn {
    std::int64_t amount;
    std::int64_t fee;
    std::string currency;
    static money_withdrawn upcast(const v2::money_withdrawn& e) { return {e.amount, e.fee, "KRW"}; }
};

struct account_events
    : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn, v2::money_withdrawn, money_withdrawn>> {};

struct account {
    using events = account_events;
    void apply(const money_withdrawn&) {}
};

bool replay(sillok::dispatcher<account>& to, account& a, sillok::record_view record) {
    return to.dispatch(a, record).has_value();
}
