#include "sillok/store/file/writing.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "../file_recovery.hpp"
#include "sillok/codec/layout.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

struct first {
    std::int64_t amount;
};
struct other {
    std::int32_t amount;
};

template <class T>
result<receipt> append(file_store& store, std::string_view name, std::string_view payload = "x") {
    event_type type(name, 1);
    type.shape = &shape_of<T>::value;
    const new_event event{.type = type, .payload = as_bytes(payload)};
    const stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
    return store.append({.streams = {&to, 1}});
}

// The kinds of the frames of a segment, and where each begins.
std::vector<std::pair<frame_kind, std::size_t>> frames_of(testing::faulty_device& disk, const char* segment) {
    std::vector<std::pair<frame_kind, std::size_t>> found;
    const std::vector<std::byte>& bytes = *disk.content("s", segment);
    for (std::size_t at = segment_header_bytes; at + frame_header_bytes <= bytes.size();) {
        const frame_header frame = frame_header::decode(bytes.data() + at);
        if (frame.length == 0) break;
        found.emplace_back(frame.kind, at);
        at += frame.length;
    }
    return found;
}

}  // namespace

TEST_CASE("the note of a layout stands before the first event, and is written with it") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .durability = lose_unsynced{}, .device = disk}).value();
    append<first>(store, "a").value();
    std::uint64_t calls = disk.calls();
    append<first>(store, "a").value();
    const std::uint64_t known = disk.calls() - calls;
    calls = disk.calls();
    append<first>(store, "b").value();
    CHECK(disk.calls() - calls == known);
    store.close().value();
    const auto frames = frames_of(disk, "0000000001.segment");
    REQUIRE(frames.size() == 5);
    CHECK(frames[0].first == frame_kind::acts);
    CHECK(frames[1].first == frame_kind::batch);
    CHECK(frames[2].first == frame_kind::batch);
    CHECK(frames[3].first == frame_kind::acts);
    CHECK(frames[4].first == frame_kind::batch);
}

TEST_CASE("without space there is neither note nor event, and another layout may come first") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .durability = lose_unsynced{}, .device = disk}).value();
    for (std::size_t space = 0; space < 400; space += 40) {  // the note would fit, and not both
        disk.leave_space(space);
        const auto refused = append<first>(store, "a", std::string(400, 'x'));
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error() == error_kind::no_space);
        CHECK(store.schema_count() == 0);
        disk.heal();
    }
    append<other>(store, "a").value();
    CHECK(append<first>(store, "a").error() == error_kind::schema_changed);
    store.close().value();
    store = file_store::open("s", {.clock = clock, .device = disk}).value();
    CHECK(recovery_tests::read(store) == std::vector<std::string>{"x"});
    CHECK(store.schema_count() == 1);
}

TEST_CASE("a crash between note and event leaves a note, and that stays") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    {
        auto store = file_store::open("s", {.clock = clock, .durability = lose_unsynced{}, .device = disk}).value();
        append<first>(store, "a").value();
        append<first>(store, "b").value();
    }
    const auto frames = frames_of(disk, "0000000001.segment");
    REQUIRE(frames.size() == 4);
    for (std::size_t end = frames[2].second; end <= frames[3].second + 120; end += 8) {
        CAPTURE(end);
        const auto cut = disk.copy();
        cut->erase("s", "mark");
        cut->content("s", "0000000001.segment")->resize(end);
        auto store = file_store::open("s", {.clock = clock, .device = *cut}).value();
        const bool has_note = end >= frames[3].second;
        CHECK(store.schema_count() == (has_note ? 2U : 1U));
        CHECK(recovery_tests::read(store).size() == 1);
        CHECK(append<other>(store, "b").has_value() == !has_note);
        CHECK(append<first>(store, "b").has_value() == has_note);
        CHECK(append<first>(store, "a").has_value());
    }
}

TEST_CASE("a note and its event that are longer than what is left of a segment go into the next one together") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
    auto store = file_store::open("s", options).value();
    std::vector<std::string> names;
    for (int n = 0; n < 60; ++n) names.push_back("event." + std::to_string(n));
    for (const std::string& each : names) append<first>(store, each, recovery_tests::payload_of(1, 700)).value();
    CHECK(store.schema_count() == names.size());
    const std::size_t segments = disk.names("s").size();
    CHECK(segments > 20);
    store.close().value();
    for (int round = 0; round < 2; ++round) {
        for (const std::string& each : disk.names("s"))
            if (round == 1 && each.ends_with(".index")) disk.erase("s", each);
        store = file_store::open("s", options).value();
        CHECK(store.schema_count() == names.size());
        for (const std::string& each : names) CHECK(append<other>(store, each).error() == error_kind::schema_changed);
        store.close().value();
    }
}
