// expect: sillok[E0303]: a version of an event that was locked must stay in the catalogue
// expect: account_events
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

struct account_events : sillok::events<
#ifndef FIXED
                            sillok::event<"money.withdrawn", v1::money_withdrawn>
#else
                            sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>
#endif
                            > {
};

constexpr sillok::locked_layout locked[] = {
    {"money.withdrawn", 1, "amount: i64"}, {"money.withdrawn", 2, "amount: i64; currency: string"}, {}};
constexpr bool is_locked = sillok::require_lock<account_events, locked>();
