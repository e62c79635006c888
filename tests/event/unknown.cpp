#include "sillok/event/unknown.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace {

bank::recorded_bytes record_in(sillok::stream_view stream) {
    return bank::recorded_bytes({.position = {17},
                                 .version = {3},
                                 .time = {},
                                 .type = {"money.withdrawn", 2},
                                 .stream = stream,
                                 .payload = {}});
}

}  // namespace

TEST_CASE("a record is described by event, revision, position and stream") {
    CHECK(sillok::describe(sillok::record_view(record_in({"account", "42"}))) ==
          "money.withdrawn revision 2 at position 17 of account/42");
}

TEST_CASE("bytes of a key that do not print do not reach a terminal") {
    CHECK(sillok::describe(sillok::record_view(record_in({"account", std::string_view("4\x1b[2J\0\x7f", 7)}))) ==
          "money.withdrawn revision 2 at position 17 of account/4\\x1b[2J\\x00\\x7f");
}

TEST_CASE("what is unknown fails, or is counted where that is the policy") {
    const auto record = record_in({"account", "42"});
    sillok::detail::dispatch_state failing(sillok::unknown::fail);
    CHECK_FALSE(failing.meet_unknown(record, 0));
    const auto why = failing.take_failure();
    REQUIRE_FALSE(why.has_value());
    CHECK(why.error() == sillok::error_kind::unknown_event);
    CHECK(failing.take_failure().has_value());
    CHECK(failing.counts().skipped == 0);

    sillok::detail::dispatch_state skipping(sillok::unknown::skip);
    CHECK(skipping.meet_unknown(record, 0));
    CHECK(skipping.meet_unknown(record, 1));
    CHECK(skipping.take_failure().has_value());
    CHECK(skipping.counts().skipped == 2);
}
