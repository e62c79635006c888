#include "sillok/store/file/damage_walk.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

struct told_of_walk {
    std::vector<std::uint64_t> segments;
    std::vector<std::uint64_t> whole;  // positions
    std::vector<std::uint64_t> parts;
    std::vector<finding> findings;
    std::uint64_t torn_bytes = 0;

    void begin(const segment_header& header) { segments.push_back(header.number); }
    result<void> frame(const frame_header& frame, bytes_view, std::uint64_t) {
        for (std::uint32_t i = 0; i < frame.count; ++i) whole.push_back(frame.first + i);
        return {};
    }
    result<void> pieces(const frame_header& frame, bytes_view body, std::uint64_t) {
        for_each_intact(frame, body, [&](const record_view& r) { parts.push_back(r.position().value); });
        return {};
    }
    result<void> end(std::uint64_t, bool) { return {}; }
    void note(finding found) { findings.push_back(std::move(found)); }
    void torn(std::uint64_t bytes) { torn_bytes = bytes; }
    static bool ends_where_torn() noexcept { return false; }
    result<void> unsupported(std::uint64_t, std::uint64_t, const frame_header&) { return {}; }
};

told_of_walk walked(testing::faulty_device& disk, const uuid& store) {
    told_of_walk told;
    const auto within = open_store_directory(disk, path, false).value();
    damage_walk walk(within, store, 0, told);
    REQUIRE(walk.run(segment_numbers(within).value()).has_value());
    return told;
}

struct walk_fixture {
    known_store known;
    uuid id;
    walk_fixture() {
        known.live(40);
        id = file_store::open(path, known.options())->id();
    }
};

}  // namespace

TEST_CASE("a log without damage is told frame by frame") {
    walk_fixture f;
    const auto told = walked(f.known.disk, f.id);
    CHECK(told.findings.empty());
    CHECK(told.whole.size() == 40);
    CHECK(told.whole.back() == 40);
    CHECK(told.parts.empty());
    CHECK(told.segments.size() == f.known.named(".segment").size());
    CHECK(told.torn_bytes == 0);
}

TEST_CASE("a header with a damaged bit costs no frame; one that is gone costs its segment") {
    walk_fixture f;
    auto& segment = f.known.file("0000000002.segment");
    for (const std::size_t at : {0U, 9U, 13U, 20U, 33U, 41U, 49U, 57U, 73U, 81U, 97U, 3000U}) {
        INFO("byte " << at);
        segment[at] ^= std::byte{4};
        const auto told = walked(f.known.disk, f.id);
        segment[at] ^= std::byte{4};
        CHECK(told.whole.size() == 40);
        REQUIRE(told.findings.size() == 1);
        CHECK(told.findings[0].segment == 2);
        CHECK(told.findings[0].first == 0);
    }
    const auto before = walked(f.known.disk, f.id).whole.size();
    std::fill_n(segment.begin(), 512, std::byte{0});
    const auto told = walked(f.known.disk, f.id);
    CHECK(told.whole.size() < before);
    CHECK(told.findings.size() == 2);  // it, and what the next one says was in it
    CHECK(told.findings[1].what.find("its events are in no segment") != std::string::npos);
}

TEST_CASE("a segment that goes back, or is of another store, is not read") {
    walk_fixture f;
    const auto all = walked(f.known.disk, f.id).whole;
    uuid other = f.id;
    other.octets[3] ^= 1;
    CHECK(walked(f.known.disk, other).whole.empty());
    std::swap(f.known.file("0000000001.segment"), f.known.file("0000000003.segment"));
    const auto told = walked(f.known.disk, f.id);
    CHECK(told.whole.size() < all.size());
    CHECK(std::is_sorted(told.whole.begin(), told.whole.end()));
    CHECK(std::adjacent_find(told.whole.begin(), told.whole.end()) == told.whole.end());
}

TEST_CASE("segments that are missing are one finding, however many") {
    walk_fixture f;
    f.known.disk.erase(path, "0000000002.segment");
    f.known.disk.erase(path, "0000000003.segment");
    const auto told = walked(f.known.disk, f.id);
    REQUIRE(told.findings.size() == 2);
    CHECK(told.findings[0].segment == 2);
    CHECK(told.findings[0].what.find("as are all up to 0000000003.segment") != std::string::npos);
}

TEST_CASE("the intact records of a batch are found behind one whose length is damaged") {
    byte_buffer body;
    frame_header frame;
    frame.first = 7;
    frame.count = 4;
    frame.time = timestamp{1234};
    std::vector<std::size_t> offsets;
    for (std::uint64_t i = 0; i < frame.count; ++i) {
        const std::string payload(20 + 30 * i, 'x');
        const record_fields fields{.position = {7 + i},
                                   .version = {1 + i},
                                   .time = frame.time,
                                   .type = {"probe.event", 1},
                                   .stream = {"account", "a"},
                                   .payload = as_bytes(payload)};
        offsets.push_back(body.size());
        write_record(body.extend(record_bytes(fields)), fields);
    }
    const auto found = [&] {
        std::vector<std::uint64_t> positions;
        for_each_intact(frame, body.view(), [&](const record_view& r) { positions.push_back(r.position().value); });
        return positions;
    };
    CHECK(found() == std::vector<std::uint64_t>{7, 8, 9, 10});
    for (const std::size_t at : {0U, 1U, 4U, 8U, 24U, 60U, 104U, 110U}) {
        body.data()[offsets[1] + at] ^= std::byte{16};
        CHECK(found() == std::vector<std::uint64_t>{7, 9, 10});
        body.data()[offsets[1] + at] ^= std::byte{16};
    }
    frame.time = timestamp{1235};
    CHECK(found().empty());
    frame.time = timestamp{1234};
    frame.count = 3;
    CHECK(found() == std::vector<std::uint64_t>{7, 8, 9});
}
