#include "sillok/testing/manual_clock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace sillok;

TEST_CASE("a manual clock stands still until it is told otherwise") {
    testing::manual_clock clock;
    const timestamp start = clock.now();
    CHECK(clock.now() == start);
    clock.advance(std::chrono::hours(24));
    CHECK(clock.now().nanoseconds - start.nanoseconds == 86'400'000'000'000);
    clock.advance(std::chrono::milliseconds(-5));
    CHECK(clock.now().nanoseconds - start.nanoseconds == 86'399'995'000'000);
    clock.set(timestamp{7});
    CHECK(clock_ref(clock).now() == timestamp{7});
}
