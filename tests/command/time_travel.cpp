#include "sillok/command/time_travel.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

static_assert(sillok::at_version{3}.version == sillok::version{3});
static_assert(sillok::at_version{sillok::version{3}}.version == sillok::version{3});

TEST_CASE("a moment may come from the standard clocks") {
    using namespace std::chrono;
    const sys_days day = year{2026} / 11 / 21;
    CHECK(sillok::as_at{day}.time.nanoseconds == std::int64_t{day.time_since_epoch().count()} * 86'400'000'000'000);
}
