// expect: sillok[E0302]: a version of an event must be in the lock of its catalogue before it is recorded
// expect: money_withdrawn
// expect: named<'m', 'o', 'n', 'e', 'y', '.', 'w', 'i', 't', 'h', 'd', 'r', 'a', 'w', 'n'>
// expect: revision<2>
#include <cstdint>
#include <string>

#include <sillok/event/schema_lock.hpp>

namespace v1 {
struct money_withdrawn {
    std::int64_t amount;
};
}  // namespace v1
struct money_withdrawn {
    std::int64_t amount;
    std::string currency;
    static money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, "KRW"}; }
};

struct account_events : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>> {};

constexpr sillok::locked_layout locked[] = {
#ifdef FIXED
    {"money.withdrawn", 2, "amount: i64; currency: string"},
#endif
    {"money.withdrawn", 1, "amount: i64"},
    {}};
constexpr bool is_locked = sillok::require_lock<account_events, locked>();
