// Promises of the file store that are about more than one header.

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "file_recovery.hpp"

using namespace recovery_tests;

namespace {

result<receipt> append_to(file_store& store, stream_view stream, expectation expected, std::string_view payload = "x") {
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{stream, expected, {&event, 1}};
    return store.append({.streams = {&to, 1}});
}

}  // namespace

TEST_CASE("P11: a conflict names the version that there is, in every segment and after the store was opened again") {
    testing::faulty_device disk;
    const auto open = [&] {
        return file_store::open(path, {.segment_bytes = segment_bytes_min, .device = disk}).value();
    };
    const stream_view known{"account", "1"};
    const stream_view unknown{"account", "2"};
    auto store = std::optional<file_store>(open());
    const std::string big = payload_of(0, 1500);  // two to a segment
    for (std::uint64_t at = 0; at < 9; ++at) {
        REQUIRE(append_to(*store, known, exactly{{at}}, big).has_value());
        if (at == 4) {
            store.reset();
            store.emplace(open());
        }
        for (const expectation expected :
             {expectation(no_stream{}), expectation(exactly{{at}}), expectation(exactly{{at + 2}})}) {
            const auto refused = append_to(*store, known, expected);
            REQUIRE_FALSE(refused.has_value());
            CHECK(refused.error() == error_kind::conflict);
            CHECK(refused.error().actual() == at + 1);
        }
        for (const expectation expected : {expectation(stream_exists{}), expectation(exactly{{1}})}) {
            const auto refused = append_to(*store, unknown, expected);
            REQUIRE_FALSE(refused.has_value());
            CHECK(refused.error() == error_kind::conflict);
            CHECK(refused.error().actual() == 0);
        }
    }
    CHECK(append_to(*store, known, stream_exists{}).has_value());
    CHECK(append_to(*store, known, any_version{}).has_value());
    CHECK(append_to(*store, unknown, no_stream{}).has_value());
    CHECK(store->version_of(known).value() == version{11});
}

TEST_CASE("P11: of threads that race for a version one gets it, while segments fill up") {
    const scratch folder;
    auto store = file_store::open(folder / "s", {.segment_bytes = 1 << 14, .durability = lose_unsynced{}}).value();
    constexpr std::uint64_t versions = 400;
    std::atomic<std::uint64_t> won{0};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> racers;
    for (int t = 0; t < 4; ++t)
        racers.emplace_back([&] {
            for (std::uint64_t at = 0; at < versions;) {
                const auto done =
                    append_to(store, {"account", "raced"}, exactly{{at}}, "0123456789012345678901234567890123456789");
                if (done) {
                    ++won;
                    if (done->version.value != at + 1) ++wrong;
                } else if (done.error() != error_kind::conflict || done.error().actual() <= at) {
                    ++wrong;
                }
                at = store.version_of({"account", "raced"}).value().value;
            }
        });
    for (std::thread& each : racers) each.join();
    CHECK(wrong == 0);
    CHECK(won == versions);
    CHECK(store.last(horizon::visible) == position{versions});
}

TEST_CASE("P13: who reads at the horizon durable is never given what a loss of power could still take") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    std::uint64_t checkpoint = 0;
    {
        auto store =
            file_store::open(
                path,
                {.clock = clock, .segment_bytes = segment_bytes_min, .durability = lose_unsynced{}, .device = disk})
                .value();
        for (int n = 0; n < 20; ++n) {
            REQUIRE(append(store, payload_of(n, 900), n).has_value());
            if (n % 7 == 3) REQUIRE(store.sync().has_value());
            const auto read = store.read_all({.upto = horizon::durable}, [&](const record_view& r) {
                CHECK(r.position() <= store.last(horizon::durable));
                return true;
            });
            checkpoint = read.value().value;
            CHECK(checkpoint == (n < 3 ? 0U : static_cast<std::uint64_t>((n - 3) / 7 * 7 + 4)));
        }
        disk.lose_power(7);
    }
    const auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
    CHECK(store.last(horizon::durable).value >= checkpoint);
}

TEST_CASE("P14: a clock that goes back, jumps or stops changes no order, and recorded times never decrease") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const timestamp begin = clock.now();
    std::vector<timestamp> times;
    std::uint64_t order = 0;
    for (int life = 0; life < 4; ++life) {
        auto store =
            file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk}).value();
        for (int n = 0; n < 6; ++n) {
            const std::int64_t steps[] = {0, 3'600, -7'200, 1, -1, 0};
            clock.set(timestamp{begin.nanoseconds + steps[n] * 1'000'000'000});
            const auto done = append_to(store, {"account", "1"}, any_version{}, payload_of(n, 1500));
            REQUIRE(done.has_value());
            CHECK(done->first.value == ++order);
            times.push_back(done->time);
        }
    }
    for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i - 1] <= times[i]);
    const auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
    std::size_t at = 0;
    CHECK(store.read_all({}, [&](const record_view& r) { return r.time() == times[at++]; }).value() == position{order});
    CHECK(at == times.size());
}

TEST_CASE("P16: a stream's name may be any bytes up to the limits, and is never part of a path") {
    const scratch folder;
    std::vector<std::string> keys{"",
                                  ".",
                                  "..",
                                  "../../etc/passwd",
                                  "/",
                                  "a/b",
                                  "a\\b",
                                  std::string("nul\0inside", 10),
                                  "\xff\xfe",
                                  "lock",
                                  "store",
                                  "0000000001.segment",
                                  std::string(1024, 'k'),
                                  "\n",
                                  " "};
    keys.erase(keys.begin());  // an empty key is tried below
    for (int octet = 0; octet < 256; ++octet) keys.push_back("one " + std::string(1, static_cast<char>(octet)));
    std::set<std::string> before;
    {
        auto store = file_store::open(folder / "s", {.segment_bytes = 1 << 14, .durability = lose_unsynced{}}).value();
        for (const std::string& key : keys) REQUIRE(append_to(store, {"odd names", key}, no_stream{}, key).has_value());
        CHECK(append_to(store, {"odd names", std::string(1025, 'k')}, no_stream{}).error() == error_kind::too_large);
        for (const auto& each : std::filesystem::recursive_directory_iterator(folder.path))
            before.insert(each.path().filename().string());
    }
    for (const std::string& name : before)
        CHECK((name == "s" || name == "store" || name == "lock" || name == "mark" || name.ends_with(".segment") ||
               name.ends_with(".index")));
    const auto store = file_store::open(folder / "s").value();
    for (const std::string& key : keys) {
        std::size_t seen = 0;
        REQUIRE(store
                    .read_stream({"odd names", key}, {},
                                 [&](const record_view& r) {
                                     seen += as_text(r.payload()) == key && r.stream().key == key;
                                     return true;
                                 })
                    .has_value());
        CHECK(seen == 1);
    }
}
