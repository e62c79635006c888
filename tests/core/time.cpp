#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/calendar.hpp>
#include <sillok/core/time.hpp>

using namespace std::chrono;
using namespace std::chrono_literals;
using sillok::timestamp;

TEST_CASE("a timestamp converts from and to time points, downwards where it must", "[time]") {
    STATIC_REQUIRE(timestamp(sys_seconds(1s)).nanoseconds == 1'000'000'000);
    STATIC_REQUIRE(timestamp(sys_days(days(-1))).nanoseconds == -86'400'000'000'000);
    STATIC_REQUIRE(timestamp(sys_time<microseconds>(-1us)).nanoseconds == -1000);
    STATIC_REQUIRE(timestamp(-1).as<sys_seconds>() == sys_seconds(-1s));
    STATIC_REQUIRE(timestamp(-1'000'000'000).as<sys_seconds>() == sys_seconds(-1s));
    STATIC_REQUIRE(timestamp(1'999'999'999).as<sys_seconds>() == sys_seconds(1s));
    STATIC_REQUIRE(timestamp(-1).as<sys_days>() == sys_days(days(-1)));
    STATIC_REQUIRE(timestamp(2 * 86'400'000'000'000 - 1).as<sys_days>() == sys_days(days(1)));
    STATIC_REQUIRE(timestamp(5).as<sys_time<nanoseconds>>() == sys_time<nanoseconds>(5ns));
    STATIC_REQUIRE(timestamp(1) < timestamp(2));
}

TEST_CASE("a clock is whatever says now()", "[time]") {
    struct {
        timestamp at{5};
        timestamp now() { return at; }
    } clock;
    sillok::clock_ref reference = clock;
    CHECK(reference.now() == timestamp(5));
    clock.at = timestamp(6);
    CHECK(reference.now() == timestamp(6));
    const sillok::clock_ref copy = reference;
    CHECK(copy.now() == timestamp(6));
    const timestamp before = system_clock::now();
    const timestamp now = sillok::clock_ref{}.now();
    CHECK(before <= now);
    CHECK(now <= timestamp(system_clock::now()));
}
