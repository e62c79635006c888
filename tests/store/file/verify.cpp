#include "sillok/store/file/verify.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "../file_recovery.hpp"

using namespace recovery_tests;

namespace {

constexpr std::size_t bytes = 1200;  // three events to a segment

// Nine events in three segments, closed.
void make(testing::faulty_device& disk) {
    history past;
    live(disk, past, 0, 9, bytes);
    REQUIRE(past.acknowledged.size() == 9);
}

std::string texts(const store_health& health) {
    std::string all;
    for (const finding& each : health.findings) all += each.what + '\n';
    return all;
}

}  // namespace

TEST_CASE("a store that is sound is said to be, with what it holds") {
    testing::faulty_device disk;
    make(disk);
    const auto health = verify_store(path, disk).value();
    INFO(texts(health));
    CHECK(health.findings.empty());
    CHECK(health.is_sound());
    CHECK(health.segments >= 3);
    CHECK(health.events == 9);
    CHECK(health.frames == 9 + health.segments - 1);
    CHECK(health.bytes > 9 * bytes);
    CHECK(health.torn_bytes == 0);
    CHECK(health.last == position{9});
    CHECK(verify_store("none", disk).error() == error_kind::no_such_store);
}

TEST_CASE("what a crash left behind the log is torn, and no damage") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    {
        auto store = file_store::open(path, {.clock = clock, .durability = lose_unsynced{}, .device = disk}).value();
        REQUIRE(append(store, payload_of(1, bytes), 1).has_value());
        disk.lose_process();
    }
    auto& segment = *disk.content(path, "0000000001.segment");
    segment.resize(segment.size() - 100);
    const auto health = verify_store(path, disk).value();
    INFO(texts(health));
    CHECK(health.is_sound());
    CHECK(health.torn_bytes != 0);
    CHECK(health.events == 0);
}

TEST_CASE(
    "P3: a flipped bit anywhere in a segment is found, with the events that it costs; in an index it costs none") {
    testing::faulty_device disk;
    make(disk);
    std::size_t flips = 0;
    for (const std::string& name : disk.names(path)) {
        const bool is_segment = name.ends_with(".segment");
        if (!is_segment && !name.ends_with(".index")) continue;
        auto& content = *disk.content(path, name);
        for (std::size_t at = 0; at < content.size(); at += at < 128 ? 1 : 37) {
            INFO(name << ", byte " << at);
            content[at] ^= std::byte{8};
            const auto health = verify_store(path, disk);
            content[at] ^= std::byte{8};
            ++flips;
            if (!health) {  // a version that is not known
                CHECK(health.error() == error_kind::unsupported_format);
                continue;
            }
            INFO(texts(*health));
            CHECK(health->is_sound() != is_segment);
            if (!is_segment) continue;
            REQUIRE_FALSE(health->findings.empty());
            CHECK(health->findings.front().what.find(name) != std::string::npos);
            // Of one frame the events are lost, of the others none; without its header a segment cannot be read.
            CHECK(health->events >= (at < detail::segment_header_bytes ? 5U : 8U));
        }
    }
    CHECK(flips > 500);
}

TEST_CASE("damage in several places is listed whole, each with its positions, and what is behind it is read") {
    testing::faulty_device disk;
    make(disk);
    for (const char* const name : {"0000000001.segment", "0000000003.segment"})
        (*disk.content(path, name))[detail::segment_header_bytes + 600] ^= std::byte{1};
    const auto health = verify_store(path, disk).value();
    INFO(texts(health));
    CHECK_FALSE(health.is_sound());
    REQUIRE(health.findings.size() == 2);
    CHECK(health.findings[0].segment == 1);
    CHECK(health.findings[0].offset == detail::segment_header_bytes);
    CHECK(health.findings[0].first == 1);
    CHECK(health.findings[0].last == 1);
    CHECK(health.findings[1].segment == 3);
    CHECK(health.findings[1].first == health.findings[1].last);
    CHECK(health.findings[1].what.find("0000000003.segment at offset 4096, position ") == 0);
    CHECK(health.events == 7);
    CHECK(health.last == position{9});
}

TEST_CASE("a segment that is missing, or stands in the place of another, is found") {
    testing::faulty_device disk;
    make(disk);
    {
        auto other = disk.copy();
        other->erase(path, "0000000002.segment");
        const auto health = verify_store(path, *other).value();
        INFO(texts(health));
        CHECK_FALSE(health.is_sound());
        CHECK(health.findings[0].segment == 2);
        CHECK(texts(health).find("its events are in no segment") != std::string::npos);
        CHECK(health.last == position{9});
    }
    auto other = disk.copy();
    std::swap(*other->content(path, "0000000001.segment"), *other->content(path, "0000000002.segment"));
    CHECK_FALSE(verify_store(path, *other).value().is_sound());
    auto cut = disk.copy();
    cut->content(path, "0000000003.segment")->resize(detail::segment_header_bytes);
    CHECK_FALSE(verify_store(path, *cut).value().is_sound());  // it was closed: more was there
    auto shorter = disk.copy();
    std::string last;
    for (const std::string& name : disk.names(path))
        if (name.ends_with(".segment")) last = name;
    shorter->erase(path, last);
    CHECK(texts(verify_store(path, *shorter).value()).find("the log ends too early") != std::string::npos);
}

TEST_CASE("P21: what is copied of a running store, segment by segment from the oldest on, is a prefix, and sound") {
    const scratch folder;
    auto store = file_store::open(folder / "s", {.segment_bytes = 1 << 15, .durability = lose_recent{{}}}).value();
    std::atomic<bool> is_over{false};
    std::thread writer([&] {
        for (int n = 0; !is_over; ++n) {
            const std::string payload = payload_of(n, 200);
            const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
            const std::string key = std::to_string(n % 7);
            const stream_append to{{"account", key}, any_version{}, {&event, 1}};
            if (!store.append({.streams = {&to, 1}})) std::abort();
        }
    });
    while (store.last(horizon::visible).value < 300) std::this_thread::yield();
    for (int copy = 0; copy < 5; ++copy) {
        const std::string to = folder / ("copy " + std::to_string(copy));
        std::filesystem::create_directory(to);
        std::filesystem::copy(folder / "s/store", to + "/store");
        for (int number = 1;; ++number) {
            const std::string name = detail::segment_name(static_cast<std::uint64_t>(number));
            if (!std::filesystem::exists(folder / ("s/" + name))) break;
            std::filesystem::copy(folder / ("s/" + name), to + '/' + name);
        }
        const auto health = verify_store(to).value();
        CAPTURE(texts(health));
        CHECK(health.is_sound());
        CHECK(health.events >= 300);
        auto opened = file_store::open(to);
        REQUIRE(opened.has_value());
        CHECK(opened->last(horizon::visible) == health.last);
        CHECK(read(*opened).size() == health.events);
    }
    is_over = true;
    writer.join();
}

TEST_CASE("frames that are whole behind a torn one, and that nobody was told of as durable, are torn with it") {
    for (const std::size_t segments : {std::size_t{1}, std::size_t{3}}) {
        testing::faulty_device disk;
        testing::manual_clock clock;
        const file_options options{
            .clock = clock, .segment_bytes = segment_bytes_min, .durability = lose_unsynced{}, .device = disk};
        std::uint64_t synced = 0;
        {
            auto store = file_store::open("s", options).value();
            for (int n = 0; n < 5; ++n) REQUIRE(recovery_tests::append(store, "synced", n));
            REQUIRE(store.sync());
            synced = store.last(horizon::durable).value;
            for (int n = 20; n < 100 && disk.content("s", detail::segment_name(segments)) == nullptr; ++n)
                REQUIRE(recovery_tests::append(store, std::string(300, 'x'), n));
            REQUIRE(disk.content("s", detail::segment_name(segments)) != nullptr);
            for (int n = 5; n < 10; ++n) REQUIRE(recovery_tests::append(store, "not synced", n));
            disk.lose_process();
        }
        std::vector<std::byte>& content = *disk.content("s", detail::segment_name(1));
        std::uint64_t offset = detail::segment_header_bytes;
        for (std::uint64_t n = 0; n < synced; ++n) offset += load_le<std::uint32_t>(content.data() + offset + 8);
        content[offset + 100] ^= std::byte{1};
        const auto health = verify_store("s", disk).value();
        CHECK(health.is_sound());
        CHECK(health.findings.empty());
        CHECK(health.torn_bytes > 500);
        CHECK(health.last == position{synced});
        const auto store = file_store::open("s", options).value();
        CHECK(store.last(horizon::visible) == position{synced});
        CHECK(store.report().bytes_dropped == health.torn_bytes);
    }
}

TEST_CASE("what is not known to be durable is told from what is, and a mark that says nothing is found") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .durability = lose_unsynced{}, .device = disk}).value();
    for (int n = 0; n < 5; ++n) REQUIRE(recovery_tests::append(store, "synced", n));
    REQUIRE(store.sync());
    for (int n = 5; n < 9; ++n) REQUIRE(recovery_tests::append(store, "not synced", n));
    auto health = verify_store("s", disk).value();
    CHECK(health.last == position{9});
    CHECK(health.durable == position{5});
    CHECK(health.findings.empty());
    (*disk.content("s", "mark"))[40] ^= std::byte{1};
    health = verify_store("s", disk).value();
    CHECK(health.is_sound());
    REQUIRE(health.findings.size() == 1);
    CHECK(health.findings[0].what.find("mark: is not well-formed") == 0);
    CHECK(health.durable == position{5});  // a later frame says so, too
}
