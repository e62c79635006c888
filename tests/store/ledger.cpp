#include "sillok/store/ledger.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>
#include <vector>

#include "sillok/testing/manual_clock.hpp"

using namespace sillok;

namespace {

struct one_event {
    std::string_view tags[1] = {"tx:1"};
    new_event event{.type = {"probe.event", 1}, .payload = as_bytes("x"), .tags = tags};
    stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
    append_request request{.streams = {&to, 1}, .batch = uuid{{7}}};
};

}  // namespace

TEST_CASE("what was staged and given up leaves no trace") {
    testing::manual_clock clock;
    detail::ledger ledger(clock, 10);
    const one_event one;
    for (int attempt = 0; attempt < 3; ++attempt) {
        REQUIRE(ledger.admit(one.request).has_value());
        ledger.stage(one.request);
        ledger.abandon();
        CHECK(ledger.last() == position{0});
        CHECK(ledger.stream({"account", "1"}).count == 0);
        CHECK(ledger.tag("tx:1").count == 0);
        CHECK(ledger.find_batch(uuid{{7}}) == nullptr);
    }
    const auto admitted = ledger.admit(one.request);
    ledger.stage(one.request);
    ledger.commit(one.request, *admitted);
    CHECK(ledger.last() == position{1});
    CHECK(ledger.stream({"account", "1"}).count == 1);
    CHECK(ledger.tag("tx:1").count == 1);
    CHECK(ledger.admit(one.request)->receipt.repeated);
}

TEST_CASE("a tag is posted at its event, whichever stream of the append that stands in") {
    testing::manual_clock clock;
    detail::ledger ledger(clock, 10);
    const one_event one;
    const new_event plain{.type = {"probe.event", 1}, .payload = as_bytes("x")};
    const new_event second[2] = {plain, one.event};
    const stream_append streams[3] = {{{"account", "1"}, any_version{}, {&plain, 1}},
                                      {{"account", "2"}, no_stream{}},
                                      {{"account", "3"}, any_version{}, second}};
    const auto append = [&](const append_request& request) {
        const auto admitted = ledger.admit(request);
        ledger.stage(request);
        ledger.commit(request, *admitted);
    };
    append({.streams = streams});
    append({.streams = {streams, 1}});  // shorter than the one before: nothing of that one is committed again
    REQUIRE(ledger.tag("tx:1").count == 1);
    CHECK(ledger.tag("tx:1").at[0] == 2);
    CHECK(ledger.stream({"account", "1"}).count == 2);
    CHECK(ledger.stream({"account", "2"}).count == 0);
    CHECK(ledger.stream({"account", "3"}).count == 2);
    CHECK(ledger.last() == position{4});
}

TEST_CASE("records that do not follow on what is known are not restored") {
    testing::manual_clock clock;
    detail::ledger ledger(clock, 10);
    const auto restores = [&](std::uint64_t at, std::uint64_t version_in_stream, std::int64_t time) {
        const record_fields fields{.position = {at},
                                   .version = {version_in_stream},
                                   .time = timestamp{time},
                                   .type = {"t", 1},
                                   .stream = {"a", "1"}};
        std::vector<std::byte> bytes(record_bytes(fields));
        write_record(bytes.data(), fields);
        return ledger.restore(record_view(bytes.data()));
    };
    CHECK_FALSE(restores(2, 1, 5));
    CHECK_FALSE(restores(1, 2, 5));
    CHECK(restores(1, 1, 5));
    CHECK_FALSE(restores(1, 2, 5));
    CHECK_FALSE(restores(2, 2, 4));
    CHECK(restores(2, 2, 5));
    CHECK(ledger.last() == position{2});
}

TEST_CASE("the content of a batch is what its events say, for ever the same") {
    one_event one;
    const auto before = detail::content_hash(one.request.streams);
    CHECK(before == 0xE1CFDAEC0A81EBFD);
    one.event.payload = as_bytes("y");
    CHECK(detail::content_hash(one.request.streams) != before);
    one.event.payload = as_bytes("x");
    one.event.type = {"probe.event", 2};
    CHECK(detail::content_hash(one.request.streams) != before);
    one.event.type = {"probe.event", 1};
    one.to.expected = no_stream{};  // what was expected is no part of it: a repetition finds another state
    CHECK(detail::content_hash(one.request.streams) == before);
}
