#include "sillok/event/upcast.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace elsewhere {

// Somebody else's structs: the step is a free function, found beside them.
// [free]
struct old_shape {
    int value;
};
struct new_shape {
    int value;
    int doubled;
};
constexpr new_shape upcast(const old_shape& e, std::type_identity<new_shape>) { return {e.value, 2 * e.value}; }
// [/free]

}  // namespace elsewhere

namespace {

struct loose {
    int value;
    loose(int v) : value(v) {}                                            // NOLINT(google-explicit-constructor)
    static int upcast(const elsewhere::old_shape& e) { return e.value; }  // not exactly the newer struct
};

static_assert(sillok::upcastable<bank::v1::money_withdrawn, bank::v2::money_withdrawn>);
static_assert(sillok::upcastable<bank::v2::money_withdrawn, bank::money_withdrawn>);
static_assert(sillok::upcastable<elsewhere::old_shape, elsewhere::new_shape>);
static_assert(!sillok::upcastable<bank::v1::money_withdrawn, bank::money_withdrawn>);
static_assert(!sillok::upcastable<bank::money_withdrawn, bank::v2::money_withdrawn>);
static_assert(!sillok::upcastable<elsewhere::old_shape, loose>);

using after_first = sillok::detail::versions_after<int, sillok::types<int, char, long>>::type;
static_assert(std::is_same_v<after_first, sillok::types<char, long>>);
static_assert(
    std::is_same_v<sillok::detail::versions_after<long, sillok::types<int, char, long>>::type, sillok::types<>>);

constexpr bool one_step_is_lifted() {
    const auto lifted = sillok::detail::lift(elsewhere::old_shape{21}, sillok::types<elsewhere::new_shape>{});
    const auto ours = sillok::detail::lift(bank::v1::money_withdrawn{5}, sillok::types<bank::v2::money_withdrawn>{});
    return lifted.doubled == 42 && ours.amount == 5 && ours.fee == 0;
}
static_assert(one_step_is_lifted());

}  // namespace

TEST_CASE("a version is lifted by a static function or by a free one") { CHECK(one_step_is_lifted()); }

TEST_CASE("a chain goes through every version") {
    const bank::money_withdrawn current = sillok::detail::lift(
        bank::v1::money_withdrawn{30}, sillok::types<bank::v2::money_withdrawn, bank::money_withdrawn>{});
    CHECK(current.amount == 30);
    CHECK(current.fee == 0);
    CHECK(current.currency == "KRW");
}
