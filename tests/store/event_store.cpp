#include "sillok/store/event_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <type_traits>

using namespace sillok;

namespace {

constexpr bool holds(expectation e, std::uint64_t actual) { return e.holds({actual}); }

static_assert(holds(any_version{}, 0) && holds(any_version{}, 9));
static_assert(holds(no_stream{}, 0) && !holds(no_stream{}, 1));
static_assert(!holds(stream_exists{}, 0) && holds(stream_exists{}, 1));
static_assert(holds(exactly{{4}}, 4) && !holds(exactly{{4}}, 3) && holds(exactly{{0}}, 0));

// A number is not an expectation, and expectations are not mistaken for each other.
static_assert(!std::is_convertible_v<int, expectation> && !std::is_convertible_v<version, expectation>);
static_assert(!std::is_convertible_v<no_stream, stream_exists>);

static_assert(timeout(std::chrono::seconds(2)).nanoseconds == 2'000'000'000);
static_assert(timeout(std::chrono::milliseconds(-1)).nanoseconds == 0);
static_assert(timeout(std::chrono::nanoseconds(1)).nanoseconds == 1);
static_assert(timeout(std::chrono::duration<double>(0.5)).nanoseconds == 500'000'000);
static_assert(timeout(std::chrono::hours::max()).nanoseconds > std::int64_t{3'000'000'000'000'000'000});

}  // namespace

TEST_CASE("an expectation holds for the versions that it names, at run time as well") {
    CHECK(holds(any_version{}, 0));
    CHECK_FALSE(holds(no_stream{}, 1));
    CHECK_FALSE(holds(stream_exists{}, 0));
    CHECK(holds(exactly{{4}}, 4));
    CHECK(expectation(exactly{{4}}).at() == version{4});
    CHECK(timeout(std::chrono::minutes(1)).nanoseconds == 60'000'000'000);
}
