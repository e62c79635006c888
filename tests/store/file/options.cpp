#include "sillok/store/file/options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

#include "../many_segments.hpp"

using namespace segment_tests;
using namespace std::chrono_literals;

namespace {

// The time of the only event in a store.
timestamp time_in(const file_store& store) {
    timestamp time;
    REQUIRE(store.read_all({}, [&](const record_view& r) { return time = r.time(), true; }).has_value());
    return time;
}

}  // namespace

TEST_CASE("what is not said is durable, in the cache, and as large as the page of options says") {
    const file_options options;
    CHECK(options.segment_bytes == std::uint64_t{64} << 20);
    CHECK(options.batch_window == 65'536);
    CHECK(options.cache_bytes == std::size_t{64} << 20);
    CHECK_FALSE(options.clustered);
    CHECK_FALSE(options.must_exist);
    CHECK_FALSE(options.read_only);
    CHECK(options.durability.is_durable());
}

TEST_CASE("the clock that is handed in gives the time, and the device the place") {
    testing::faulty_device disk;
    testing::manual_clock clock(timestamp{12'345});
    auto store = file_store::open(path, {.clock = clock, .device = disk});
    REQUIRE(append(*store, "x", 1).has_value());
    CHECK(time_in(*store) == timestamp{12'345});
    CHECK(disk.content(path, "store") != nullptr);
}

TEST_CASE("the length of segments is that with which the store was created") {
    testing::faulty_device disk;
    {
        auto store = file_store::open(path, {.segment_bytes = segment_bytes_min, .device = disk});
        REQUIRE(append(*store, payload_of(1, 3000), 1).has_value());
    }
    auto store = file_store::open(path, {.segment_bytes = segment_bytes_max, .device = disk});
    REQUIRE(append(*store, payload_of(2, 3000), 2).has_value());
    CHECK(disk.content(path, "0000000002.segment") != nullptr);
}

TEST_CASE("what was read once is in the cache, unless there is none") {
    std::uint64_t calls[2];
    for (const bool is_cached : {false, true}) {
        known_store known;
        known.live(100);
        file_options options = known.options();
        if (!is_cached) options.cache_bytes = 0;
        const auto store = file_store::open(path, options);
        const auto read = [&] {
            const std::uint64_t before = known.disk.calls();
            REQUIRE(
                store->read_stream({"account", "often 1"}, {}, [](const record_view&) { return true; }).has_value());
            return known.disk.calls() - before;
        };
        REQUIRE(read() > known.of_stream("often 1").size());
        calls[is_cached ? 1 : 0] = read();
    }
    // What is left is asked of the indexes.
    CHECK(calls[1] + 10 < calls[0]);
}

TEST_CASE("segments that are full are kept by stream where that is wanted") {
    known_store known;
    known.live(30, known.options(true));
    CHECK_FALSE(known.named(".clustered").empty());
}

TEST_CASE("a store that must exist, or is only read, is not created") {
    testing::faulty_device disk;
    CHECK(file_store::open(path, {.must_exist = true, .device = disk}).error() == error_kind::no_such_store);
    CHECK(file_store::open(path, {.read_only = true, .device = disk}).error() == error_kind::no_such_store);
    CHECK(disk.names(path).empty());
}

TEST_CASE("who only reads needs no lock, and writes nothing") {
    known_store known;
    known.live(30);
    const auto writer = file_store::open(path, known.options());
    file_options options = known.options();
    options.read_only = true;
    auto reader = file_store::open(path, options);
    REQUIRE(reader.has_value());
    CHECK(known.reads_well(*reader));
    CHECK(append(*reader, "x", 1).error() == error_kind::closed);
}

TEST_CASE("an append waits for the disk as the durability says") {
    for (const bool waits : {true, false}) {
        testing::faulty_device disk;
        auto store = file_store::open(
            path, {.durability = waits ? durability(durable{}) : durability(lose_unsynced{}), .device = disk});
        REQUIRE(append(*store, "x", 1).has_value());
        CHECK(store->last(horizon::durable) == position{waits ? 1U : 0U});
    }
}
