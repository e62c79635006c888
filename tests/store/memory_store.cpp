#include "sillok/store/memory_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance.hpp"
#include "sillok/store/store_ref.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;

namespace {

struct memory_source {
    std::optional<memory_store> current;
    store_ref fresh(clock_ref clock) { return current.emplace(clock); }
};

result<receipt> append(store_ref store, std::string_view key, std::string_view payload, uuid batch = {}) {
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{{"account", key}, any_version{}, {&event, 1}};
    return store.append({.streams = {&to, 1}, .batch = batch});
}

}  // namespace

TEST_CASE("the memory store keeps every law of stores") {
    memory_source source;
    keeps_every_law(source);
}

TEST_CASE("records of the memory store stay where they are") {
    memory_store store;
    REQUIRE(append(store, "1", "first").has_value());
    record_view first;
    REQUIRE(store.read_all({}, [&](const record_view& r) { return first = r, true; }).has_value());
    const std::string large(100'000, 'x');
    for (int i = 0; i < 200; ++i) REQUIRE(append(store, "1", i % 10 == 0 ? large : "x").has_value());
    CHECK(as_text(first.payload()) == "first");
    CHECK(first.is_intact());
}

TEST_CASE("a visitor of the memory store may call the store") {
    memory_store store;
    REQUIRE(append(store, "1", "first").has_value());
    int seen = 0;
    const auto read = store.read_all({}, [&](const record_view&) {
        ++seen;
        return append(store, "2", "from a visitor").has_value() && store.version_of({"account", "2"}).has_value();
    });
    CHECK(read.value() == position{1});  // what is read is what was there when the reading began
    CHECK(seen == 1);
    CHECK(store.last(horizon::visible) == position{2});
}

TEST_CASE("the window of batches forgets the oldest one for each new one") {
    memory_store store(clock_ref{}, 3);
    const auto id = [](std::uint8_t n) {
        uuid batch;
        batch.octets[3] = n;
        return batch;
    };
    for (std::uint8_t n = 1; n <= 5; ++n) REQUIRE(append(store, "1", "x", id(n)).has_value());
    CHECK_FALSE(store.find_batch(id(2)).value());
    CHECK(store.find_batch(id(3)).value()->receipt.last == position{3});
    CHECK(store.find_batch(id(5)).value()->receipt.repeated);
    CHECK(append(store, "1", "x", id(4)).value().repeated);
    CHECK_FALSE(append(store, "1", "x", id(1)).value().repeated);
    CHECK_FALSE(store.find_batch(id(3)).value());
}
