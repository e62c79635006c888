// expect: sillok[E0301]: the layout of a version that was locked may not change
// expect: money_withdrawn
// expect: revision<2>
// expect: field<'c', 'u', 'r', 'r', 'e', 'n', 'c', 'y'>
// expect: was<>
// expect: is<'s', 't', 'r', 'i', 'n', 'g'>
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

constexpr sillok::locked_layout locked[] = {{"money.withdrawn", 1, "amount: i64"},
#ifndef FIXED
                                            {"money.withdrawn", 2, "amount: i64"},
#else
                                            {"money.withdrawn", 2, "amount: i64; currency: string"},
#endif
                                            {}};
constexpr bool is_locked = sillok::require_lock<account_events, locked>();
