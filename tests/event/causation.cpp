#include "sillok/event/causation.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace {

sillok::uuid filled(std::uint8_t octet) {
    sillok::uuid id;
    id.octets.fill(octet);
    return id;
}

bank::recorded_bytes record_with(sillok::uuid id, sillok::uuid correlation) {
    return bank::recorded_bytes({.position = {1},
                                 .version = {1},
                                 .time = {},
                                 .id = id,
                                 .correlation = correlation,
                                 .causation = filled(9),
                                 .type = {"money.deposited", 1},
                                 .stream = {"account", "42"},
                                 .payload = {}});
}

}  // namespace

TEST_CASE("what follows from an event inherits its correlation and names it as the cause") {
    const auto record = record_with(filled(1), filled(2));
    CHECK(sillok::cause::of(sillok::metadata(record)) == sillok::cause{filled(2), filled(1)});
}

TEST_CASE("an event without a correlation begins a chain") {
    const auto record = record_with(filled(1), sillok::uuid{});
    CHECK(sillok::cause::of(sillok::metadata(record)) == sillok::cause{filled(1), filled(1)});
}

TEST_CASE("a command from outside begins a chain") {
    constexpr sillok::cause begun = sillok::cause::first(sillok::uuid{{7}});
    static_assert(begun.correlation == begun.causation);
    CHECK(begun.correlation == sillok::uuid{{7}});
}
