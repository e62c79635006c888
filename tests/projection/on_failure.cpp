#include "sillok/projection/on_failure.hpp"

#include <chrono>

#include <catch2/catch_test_macros.hpp>

using sillok::on_failure;

// What a projector makes of it is in projector.cpp.
TEST_CASE("a policy says how often, how long, and where to") {
    using namespace std::chrono_literals;
    CHECK(on_failure::stop().retries == 0);
    CHECK_FALSE(on_failure::stop().sink);
    const auto retry = on_failure::retry(5, 100ms);
    CHECK(retry.retries == 5);
    CHECK(retry.pause.nanoseconds == 100'000'000);
    CHECK_FALSE(retry.sink);
    const auto put = [](const sillok::dead_letter&) { return sillok::result<void>(); };
    CHECK(on_failure::put_aside(put).sink);
    const auto both = on_failure::retry(2, 1ms).then_put_aside(put);
    CHECK(both.retries == 2);
    CHECK(both.sink);
}
