#include "sillok/projection/checkpoint.hpp"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/retention.hpp"

namespace {

using namespace ledgers;
using sillok::checkpoint;
using sillok::position;

}  // namespace

TEST_CASE("a checkpoint has the id of its event, where that is kept") {
    sillok::memory_store store;
    for (int i = 0; i < 3; ++i) pay(store, "ada", i);
    sillok::uuid second{};
    REQUIRE(store.read_all({.from = {2}, .limit = 1}, [&](const sillok::record_view& record) {
        second = record.id();
        return true;
    }));
    CHECK(sillok::detail::checkpoint_at(store, {2}).value() == checkpoint{{2}, second});
    CHECK(sillok::detail::checkpoint_at(store, {0}).value() == checkpoint{});
    REQUIRE(sillok::delete_stream(store, {"ledger", "ada"}));
    CHECK(sillok::detail::checkpoint_at(store, {2}).value() == checkpoint{{2}, {}});
}

TEST_CASE(
    "a log is known by the event at a position; one that goes less far, or has another event there, is another one") {
    sillok::memory_store first, second;
    for (int i = 0; i < 3; ++i) pay(first, "ada", i), pay(second, "ada", i);
    const checkpoint reached = sillok::detail::checkpoint_at(first, {2}).value();
    CHECK(sillok::detail::compare_log(first, reached));
    CHECK(sillok::detail::compare_log(first, {}));
    const auto other = sillok::detail::compare_log(second, reached);
    CHECK(other.error() == sillok::error_kind::condition_failed);
    CHECK(
        other.error().text() ==
        "the model is at position 2, and the event there is another one: it is the model of another log, or of events that were lost");
    CHECK(
        sillok::detail::compare_log(first, {{4}, {}}).error().text() ==
        "the model is at position 4, and the log ends at 3: it is the model of another log, or of events that were lost");
    CHECK(sillok::detail::compare_log(second, {{2}, {}}));  // nothing is known of it
    REQUIRE(sillok::delete_stream(first, {"ledger", "ada"}));
    CHECK(sillok::detail::compare_log(first, reached));  // what is not kept any more proves nothing
}
