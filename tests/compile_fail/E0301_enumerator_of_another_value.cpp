// expect: sillok[E0301]: the layout of a version that was locked may not change
// expect: account_marked
// expect: field<'a', 's', '.', 'f', 'r', 'o', 'z', 'e', 'n'>
// expect: was<'2'>
// expect: is<'3'>
#include <cstdint>

#include <sillok/event/schema_lock.hpp>

#ifndef FIXED
enum class state : std::uint8_t { open, shut, broke, frozen };
#else
enum class state : std::uint8_t { open, shut, frozen, broke };
#endif
struct account_marked {
    state as;
};

struct account_events : sillok::events<sillok::event<"account.marked", account_marked>> {};

constexpr sillok::locked_layout locked[] = {{"account.marked", 1, "as: enum u8 {open = 0; shut = 1; frozen = 2}"}};
constexpr bool is_locked = sillok::require_lock<account_events, locked>();
