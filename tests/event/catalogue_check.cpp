#include "sillok/event/catalogue_check.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"
#include "sillok/event/context.hpp"

// What is refused is in tests/compile_fail; here is what is not.
namespace {

using namespace evolution;

static_assert(order_events::is_sound);
static_assert(first_events::is_sound);
static_assert(sillok::events<>::is_sound);
static_assert(sillok::events<sillok::retired<"a">, sillok::retired<"b">>::is_sound);
static_assert(sillok::context<order_events, sillok::events<sillok::retired<"order.printed">>>::is_sound);
static_assert(sillok::detail::share_a_name<sillok::event<"a", sillok::formerly<"b">, int>,
                                           sillok::event<"c", sillok::formerly<"d", "b">, char>>());
static_assert(
    !sillok::detail::share_a_name<sillok::event<"a", sillok::formerly<"b">, int>, sillok::event<"c", char>>());

}  // namespace

TEST_CASE("names that were retired stay retired in a context") {
    struct world : sillok::context<order_events> {};
    CHECK(sillok::detail::retired_names_of<world>.has("order.printed"));
}
