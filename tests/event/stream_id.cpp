#include "sillok/event/stream_id.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

constexpr bool positions_and_versions_are_ordered() {
    return sillok::position{1} < sillok::position{2} && sillok::version{} < sillok::version{1} &&
           sillok::position{3} == sillok::position{3};
}
static_assert(positions_and_versions_are_ordered());

constexpr bool streams_are_equal_by_both_parts() {
    using stream = sillok::stream_view;
    return stream{"account", "42"} == stream{"account", "42"} && stream{"account", "42"} != stream{"account", "43"} &&
           stream{"account", "42"} != stream{"accounts", "42"} && stream{"a/b", "c"} != stream{"a", "b/c"};
}
static_assert(streams_are_equal_by_both_parts());

}  // namespace

TEST_CASE("positions and versions are ordered by their number") { CHECK(positions_and_versions_are_ordered()); }

TEST_CASE("a separator in a category or key does not make two streams one") {
    CHECK(streams_are_equal_by_both_parts());
    const sillok::stream_view one{"a/b", "c"};
    const sillok::stream_view other{"a", "b/c"};
    CHECK(sillok::to_string(one) == sillok::to_string(other));
    CHECK(one != other);
}

TEST_CASE("a kept stream id is passed as a view and prints for people") {
    const sillok::stream_id kept{"account", "42"};
    const sillok::stream_view passed = kept;
    CHECK(passed.category == "account");
    CHECK(passed.key == "42");
    CHECK(sillok::to_string(kept) == "account/42");
}
