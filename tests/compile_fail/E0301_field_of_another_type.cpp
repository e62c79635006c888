// expect: sillok[E0301]: the layout of a version that was locked may not change
// expect: v1::money_withdrawn
// expect: named<'m', 'o', 'n', 'e', 'y', '.', 'w', 'i', 't', 'h', 'd', 'r', 'a', 'w', 'n'>
// expect: revision<1>
// expect: field<'a', 'm', 'o', 'u', 'n', 't'>
// expect: was<'i', '3', '2'>
// expect: is<'i', '6', '4'>
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
#ifndef FIXED
    {"money.withdrawn", 1, "amount: i32"},
#else
    {"money.withdrawn", 1, "amount: i64"},
#endif
    {"money.withdrawn", 2,
     "amount: i64; "
     "currency: string"},
    {}};
constexpr bool is_locked = sillok::require_lock<account_events, locked>();
