#include "sillok/event/metadata.hpp"

#include <array>

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

TEST_CASE("metadata says what the record says") {
    const std::array<std::string_view, 2> tags{"tx:1", "by:me"};
    const std::array<sillok::header, 1> headers{sillok::header{"lang", "ko"}};
    sillok::uuid id;
    id.octets.fill(1);
    sillok::uuid correlation;
    correlation.octets.fill(2);
    sillok::uuid causation;
    causation.octets.fill(3);
    const bank::recorded_bytes record({.position = {17},
                                       .version = {3},
                                       .time = sillok::timestamp{5},
                                       .id = id,
                                       .correlation = correlation,
                                       .causation = causation,
                                       .type = {"money.withdrawn", 2},
                                       .stream = {"account", "42"},
                                       .source = "till",
                                       .tags = tags,
                                       .headers = headers,
                                       .payload = {}});
    const sillok::metadata about(record.view());
    CHECK(about.id() == id);
    CHECK(about.correlation() == correlation);
    CHECK(about.causation() == causation);
    CHECK(about.type() == "money.withdrawn");
    CHECK(about.revision() == 2);
    CHECK(about.stream() == sillok::stream_view{"account", "42"});
    CHECK(about.category() == "account");
    CHECK(about.key() == "42");
    CHECK(about.version() == sillok::version{3});
    CHECK(about.position() == sillok::position{17});
    CHECK(about.time() == sillok::timestamp{5});
    CHECK(about.source() == "till");
    CHECK(about.tags().contains("tx:1"));
    CHECK(about.headers()["lang"] == "ko");
}
