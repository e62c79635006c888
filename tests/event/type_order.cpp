#include "sillok/event/type_order.hpp"

#include <cstdint>
#include <random>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

namespace {

struct says_nothing {};
struct says_so {
    static constexpr bool order_across_types = false;
};
struct says_the_contrary {
    static constexpr bool order_across_types = true;
};
struct inherits : says_so {};

static_assert(!sillok::takes_types_in_any_order<says_nothing>());
static_assert(sillok::takes_types_in_any_order<says_so>());
static_assert(!sillok::takes_types_in_any_order<says_the_contrary>());
static_assert(sillok::takes_types_in_any_order<inherits>());

using sillok::detail::type_forecast;

// Looks at batches of 256 until it was due so often; `next(i)` is the type of the i-th event.
template <class Next>
bool is_certain_after(int looks, type_forecast& forecast, Next next) {
    for (std::size_t i = 0; looks > 0; --looks) {
        while (!forecast.is_due()) {}
        std::vector<std::uint16_t> types(256);
        for (std::uint16_t& each : types) each = static_cast<std::uint16_t>(next(i++));
        forecast.look(types);
    }
    return forecast.is_certain();
}

}  // namespace

TEST_CASE("types in a row, in runs, in a pattern, or nearly all alike are forecast") {
    for (const std::size_t types : {2U, 8U, 32U, 128U}) {
        type_forecast forecast;
        CHECK(is_certain_after(2, forecast, [&](std::size_t i) { return i % types; }));
    }
    type_forecast runs;
    CHECK(is_certain_after(1, runs, [](std::size_t i) { return i / 20; }));
    type_forecast pattern;
    CHECK(is_certain_after(2, pattern, [](std::size_t i) { return i % 5 == 3 ? 7 : i % 5 / 2; }));
    std::mt19937 random(Catch::getSeed());
    type_forecast alike;
    CHECK(is_certain_after(3, alike, [&](std::size_t) { return random() % 20 == 0 ? random() % 8 : 3; }));
}

TEST_CASE("types in random order are not forecast, nor before anything was seen") {
    INFO("seed " << Catch::getSeed());
    std::mt19937 random(Catch::getSeed());
    CHECK_FALSE(type_forecast().is_certain());
    for (const unsigned types : {2U, 8U, 32U, 128U}) {
        type_forecast forecast;
        CHECK_FALSE(is_certain_after(3, forecast, [&](std::size_t) { return random() % types; }));
    }
}

TEST_CASE("a forecast changes with the log") {
    INFO("seed " << Catch::getSeed());
    std::mt19937 random(Catch::getSeed());
    const auto in_a_row = [](std::size_t i) { return i % 8; };
    const auto at_random = [&](std::size_t) { return random() % 8; };
    type_forecast forecast;
    CHECK(is_certain_after(1, forecast, in_a_row));
    CHECK_FALSE(is_certain_after(1, forecast, at_random));
    CHECK(is_certain_after(1, forecast, in_a_row));
}

TEST_CASE("few batches are looked at") {
    type_forecast forecast;
    int looked = 0;
    for (int batch = 0; batch < 6400; ++batch)
        if (forecast.is_due()) {
            ++looked;
            forecast.look(std::vector<std::uint16_t>(256, 1));
        }
    CHECK(looked == 100);
}
