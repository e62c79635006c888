#include "sillok/event/former_names.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"

TEST_CASE("former names stand with the place of their event") {
    constexpr auto& names = sillok::detail::former_names_of<evolution::order_events>;
    static_assert(names.size == 2);
    CHECK(names.list[0].name == "order.submitted");
    CHECK(names.list[1].name == "order.sent");
    CHECK(names.list[1].hash == sillok::name_hash("order.sent"));
    CHECK(names.list[1].entry == 0);
    static_assert(sillok::detail::former_names_of<evolution::first_events>.size == 0);
}

TEST_CASE("retired names are those without versions") {
    constexpr auto& names = sillok::detail::retired_names_of<evolution::order_events>;
    static_assert(names.size == 1);
    CHECK(names.has("order.printed"));
    CHECK_FALSE(names.has("order.placed"));
    CHECK_FALSE(sillok::detail::retired_names_of<evolution::first_events>.has(""));
}
