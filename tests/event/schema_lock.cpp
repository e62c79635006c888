#include <cstdint>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include <sillok/event/context.hpp>
#include <sillok/event/schema_lock.hpp>

// What is refused is in tests/compile_fail: E0301, E0302 and E0303. Here is what is judged before anything is said.
namespace locked {

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
enum class state : std::uint8_t { open, shut };
struct account_marked {
    state as;
};

struct account : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>> {};
struct marks : sillok::events<sillok::event<"account.marked", account_marked>> {};
struct bank : sillok::context<account, marks> {};
struct nothing : sillok::events<> {};

constexpr sillok::locked_layout none[] = {{}};
constexpr sillok::locked_layout all[] = {{"money.withdrawn", 2,
                                          "amount: i64; "
                                          "currency: string"},
                                         {"account.marked", 1, "as: enum u8 {open = 0; shut = 1}"},
                                         {"money.withdrawn", 1, "amount: i64"},
                                         {}};
constexpr sillok::locked_layout before_shut[] = {{"money.withdrawn", 1, "amount: i64"},
                                                 {"money.withdrawn", 2, "amount: i64; currency: string"},
                                                 {"account.marked", 1, "as: enum u8 {open = 0}"}};
constexpr sillok::locked_layout wrong[] = {{"money.withdrawn", 1, "amount: i32"},
                                           {"money.withdrawn", 3, "amount: i64; currency: string"},
                                           {"account.marked", 1, "as: enum u8 {open = 0; shut = 2}"},
                                           {"account.marked", 1, "as: enum u8 {open = 0; shut = 1}"},
                                           {"account.opened", 1, ""},
                                           {}};

struct renamed : sillok::events<sillok::event<"cash.withdrawn", sillok::formerly<"money.taken", "money.withdrawn">,
                                              v1::money_withdrawn, money_withdrawn>,
                                sillok::retired<"account.marked">> {};
constexpr sillok::locked_layout by_two_names[] = {{"money.withdrawn", 1, "amount: i64"},
                                                  {"account.marked", 1, "as: enum u8 {open = 0}"},
                                                  {"cash.withdrawn", 1, "amount: i64"},
                                                  {"cash.withdrawn", 2, "amount: i64; currency: string"}};
constexpr sillok::locked_layout wrong_by_a_name[] = {{"cash.withdrawn", 1, "amount: i64"},
                                                     {"money.taken", 1, "amount: i32"},
                                                     {"cash.withdrawn", 2, "amount: i64; currency: string"},
                                                     {"money.sent", 2, "amount: i64; currency: string"}};

// Two names of one hash, of which the catalogue has one, and had it.
struct twins
    : sillok::events<sillok::event<"wallet.refused", sillok::formerly<"wallet.rejected_by_hand_v">, account_marked>> {};
constexpr sillok::locked_layout other_twin[] = {{"session.opened_at_noon", 1, "as: enum u8 {open = 0}"}};
constexpr sillok::locked_layout with_more_behind[] = {
    {"account.marked", 1, "as: enum u8 {open = 0; shut = 1}; by: string"}};
constexpr sillok::locked_layout second_is_wrong[] = {{"account.marked", 1, "as: enum u8 {open = 0; shut = 1}"},
                                                     {"account.marked", 1, "as: u8"}};

}  // namespace locked

using sillok::detail::lock_state;

TEST_CASE("a catalogue that is as its lock says is checked in silence", "[schema_lock]") {
    static_assert(sillok::require_lock<locked::bank, locked::all>());
    static_assert(sillok::require_lock<locked::bank, locked::before_shut>());
    static_assert(sillok::require_lock<locked::nothing, locked::none>());
    SUCCEED();
}

TEST_CASE("every version that is missing or differs is found, and every one too many", "[schema_lock]") {
    constexpr auto& failed = sillok::detail::all_failures<locked::bank, locked::wrong>;
    REQUIRE(failed.count == 3);
    CHECK(failed.list[0].entry == 0);
    CHECK(failed.list[0].revision == 1);
    CHECK(failed.list[0].verdict.state == lock_state::changed);
    CHECK(failed.list[0].verdict.locked == "amount: i32");
    CHECK(failed.list[1].revision == 2);
    CHECK(failed.list[1].verdict.state == lock_state::missing);
    // Of two entries for a version, both must be right.
    CHECK(failed.list[2].entry == 1);
    CHECK(failed.list[2].verdict.locked == "as: enum u8 {open = 0; shut = 2}");

    constexpr auto& lost = sillok::detail::all_lost<locked::bank, locked::wrong>;
    REQUIRE(lost.count == 2);
    CHECK(lost.places[0] == 1);
    CHECK(lost.places[1] == 4);

    CHECK(sillok::detail::all_failures<locked::bank, locked::none>.count == 3);
    CHECK(sillok::detail::all_lost<locked::nothing, locked::all>.count == 3);
    CHECK(sillok::detail::all_failures<locked::bank, locked::before_shut>.count == 0);
}

TEST_CASE("an event that was renamed is held to what was locked under each of its names", "[schema_lock]") {
    static_assert(sillok::require_lock<locked::renamed, locked::by_two_names>());
    // What is recorded from now on has to be locked, too.
    constexpr auto& missing = sillok::detail::all_failures<locked::renamed, locked::all>;
    REQUIRE(missing.count == 2);
    CHECK(missing.list[0].verdict.state == lock_state::missing);
    CHECK(missing.list[1].verdict.state == lock_state::missing);
    CHECK(sillok::detail::all_lost<locked::renamed, locked::all>.count == 0);
    // And so it cannot be taken back without a word.
    CHECK(sillok::detail::all_lost<locked::bank, locked::by_two_names>.count == 2);
    constexpr auto& failed = sillok::detail::all_failures<locked::renamed, locked::wrong_by_a_name>;
    REQUIRE(failed.count == 1);
    CHECK(failed.list[0].revision == 1);
    CHECK(failed.list[0].verdict.locked == "amount: i32");
    REQUIRE(sillok::detail::all_lost<locked::renamed, locked::wrong_by_a_name>.count == 1);
    CHECK(sillok::detail::all_lost<locked::renamed, locked::wrong_by_a_name>.places[0] == 3);
}

TEST_CASE("a layout that is the beginning of the locked one is another", "[schema_lock]") {
    constexpr auto& failed = sillok::detail::all_failures<locked::marks, locked::with_more_behind>;
    REQUIRE(failed.count == 1);
    CHECK(failed.list[0].verdict.state == lock_state::changed);
}

TEST_CASE("of two entries for a version the second counts, too", "[schema_lock]") {
    CHECK(sillok::detail::all_failures<locked::marks, locked::second_is_wrong>.count == 1);
}

TEST_CASE("names of one hash are not taken for each other", "[schema_lock]") {
    static_assert(sillok::name_hash("session.opened_at_noon") == sillok::name_hash("wallet.rejected_by_hand_v"));
    REQUIRE(sillok::detail::all_failures<locked::twins, locked::other_twin>.count == 1);
    CHECK(sillok::detail::all_failures<locked::twins, locked::other_twin>.list[0].verdict.state == lock_state::missing);
    CHECK(sillok::detail::all_lost<locked::twins, locked::other_twin>.count == 1);
}
