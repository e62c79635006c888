#include "sillok/store/file/frames.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

#include "../file_recovery.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

// A segment with frames of three events, and its header's checksum.
struct sample {
    testing::faulty_device disk;
    std::uint32_t checksum;

    sample() {
        recovery_tests::history past;
        recovery_tests::live(disk, past, 0, 3, 50);
        checksum = segment_header::decode(bytes().data()).checksum;
    }
    std::vector<std::byte>& bytes() { return *disk.content(recovery_tests::path, "0000000001.segment"); }
    // The state of the frame at the start of the segment.
    found_frame first() {
        const directory files(disk,
                              owned_file(disk, static_cast<int>(disk.open_directory(recovery_tests::path).value)));
        const auto file = files.open_file("0000000001.segment", open_mode::read);
        file_window window(files, *file, bytes().size());
        found_frame found = find_frame(window, segment_header_bytes, checksum, {1, 1, checksum}).value();
        found.body = {};
        return found;
    }
    // Changes the first frame's header and makes its checksum right again: what a hostile writer could do.
    template <class Change>
    frame_state changed(Change change) {
        auto& all = bytes();
        const std::vector<std::byte> before = all;
        std::byte* const frame = all.data() + segment_header_bytes;
        change(frame);
        store_le(frame, frame_header::checksum_of(frame, checksum));
        const frame_state state = first().state;
        all = before;
        return state;
    }
};

}  // namespace

TEST_CASE("a frame that continues what came before is valid") {
    sample s;
    CHECK(s.first().state == frame_state::valid);
    CHECK(s.changed([](std::byte*) {}) == frame_state::valid);
}

TEST_CASE("P15: lengths and counts that are not possible are refused before anything is done with them") {
    sample s;
    for (const std::uint32_t hostile : {0U, 8U, 72U, 79U, 81U, 1U << 20, 0x7FFFFFF8U, 0xFFFFFFF8U, 0xFFFFFFFFU}) {
        INFO(hostile);
        CHECK(s.changed([&](std::byte* f) { store_le(f + 8, hostile); }) == frame_state::invalid);
        CHECK(s.changed([&](std::byte* f) { store_le(f + 12, hostile); }) == frame_state::invalid);
        CHECK(s.changed([&](std::byte* f) { store_le(f + 80, hostile); }) == frame_state::invalid);
    }
    CHECK(s.changed([](std::byte* f) { store_le(f + 16, std::uint64_t{2}); }) == frame_state::invalid);
    CHECK(s.changed([](std::byte* f) { store_le(f + 24, std::uint64_t{1}); }) == frame_state::invalid);
    CHECK(s.changed([](std::byte* f) { store_le(f + 32, std::uint64_t{2}); }) == frame_state::invalid);
    CHECK(s.changed([](std::byte* f) { store_le(f + 76, std::uint32_t{2}); }) == frame_state::invalid);
}

TEST_CASE("P20: a kind or a flag that is not known refuses the store, unless it is a note") {
    sample s;
    for (const unsigned kind : {3U, 5U, 6U, 0x7FFFU})
        CHECK(s.changed([&](std::byte* f) { store_le(f + 4, static_cast<std::uint16_t>(kind)); }) ==
              frame_state::unsupported);
    for (const unsigned flags : {2U, 3U, 0x8000U})
        CHECK(s.changed([&](std::byte* f) { store_le(f + 6, static_cast<std::uint16_t>(flags)); }) ==
              frame_state::unsupported);
    CHECK(s.changed([](std::byte* f) {
        store_le(f + 4, std::uint16_t{2});
        store_le(f + 6, std::uint16_t{1});
    }) == frame_state::unsupported);
    CHECK(s.changed([](std::byte* f) { store_le(f + 6, std::uint16_t{1}); }) == frame_state::invalid);  // not scrubbed
    CHECK(s.changed([&](std::byte* f) {
        const std::uint32_t length = load_le<std::uint32_t>(f + 8);
        store_le(f + 4, std::uint16_t{0x8001});
        store_le(f + 12, std::uint32_t{0});
        store_le(f + 72, crc32c({f + 80, length - 80}));
    }) == frame_state::valid);
}

TEST_CASE("P15: random bytes with right checksums are read without leaving the file") {
    sample s;
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::size_t valid = 0;
    for (int round = 0; round < 3000; ++round)
        valid += s.changed([&](std::byte* f) {
            for (int i = 0; i < 2; ++i) f[4 + random() % 300] = static_cast<std::byte>(random());
            auto* const record = f + frame_header_bytes;
            if (is_record({record, s.bytes().size() - segment_header_bytes - frame_header_bytes}))
                store_le(record + 4, crc32c({record + 8, load_le<std::uint32_t>(record) - 8}));
        }) == frame_state::valid;
    CHECK(valid < 3000);
}

TEST_CASE("behind an end, headers of later frames and bytes that are not 0 are found") {
    sample s;
    const directory files(s.disk,
                          owned_file(s.disk, static_cast<int>(s.disk.open_directory(recovery_tests::path).value)));
    const auto file = files.open_file("0000000001.segment", open_mode::read);
    file_window window(files, *file, s.bytes().size());
    CHECK(look_behind(window, segment_header_bytes, s.checksum, 1).value().durable == 2);  // the third frame says so
    CHECK(look_behind(window, segment_header_bytes, s.checksum, 3).value().durable == 0);
    CHECK(look_behind(window, segment_header_bytes, s.checksum + 1, 1).value().durable == 0);
    CHECK(look_behind(window, s.bytes().size(), s.checksum, 1).value().end == s.bytes().size());
}

TEST_CASE("acts of retention are what they are, or no frame") {
    sample s;
    const auto with = [&](auto change) {
        return s.changed([&](std::byte* f) {
            byte_buffer acts;
            retention_act act{};
            act.stream = {"account", "7"};
            act.from = version{3};
            append_act(acts, act);
            change(acts.data());
            store_bytes(f + 80, acts.view());
            store_le(f + 4, std::uint16_t{4});
            store_le(f + 8, static_cast<std::uint32_t>(80 + acts.size()));
            store_le(f + 12, std::uint32_t{0});
            store_le(f + 72, crc32c(acts.view()));
        });
    };
    CHECK(with([](std::byte*) {}) == frame_state::valid);
    CHECK(with([](std::byte* act) { act[4] = std::byte{2}; }) == frame_state::invalid);
    CHECK(with([](std::byte* act) { act[0] = std::byte{255}; }) == frame_state::invalid);
    CHECK(with([](std::byte* act) { act[16] = std::byte{0}; }) == frame_state::invalid);
    CHECK(s.changed([](std::byte* f) {
        store_le(f + 4, std::uint16_t{4});
        store_le(f + 12, std::uint32_t{0});
    }) == frame_state::invalid);
}

TEST_CASE("a batch that was scrubbed has records in their places, or none, and says the version of its receipt") {
    // Three records at positions 11 to 13, of which those that are asked for are left.
    byte_buffer records[3];
    for (std::uint64_t i = 0; i < 3; ++i) {
        const record_fields fields{.position = {11 + i},
                                   .version = {1 + i},
                                   .time = timestamp{5},
                                   .type = {"probe.event", 1},
                                   .stream = {"account", "7"}};
        std::byte room[512];
        records[i].append({room, static_cast<std::size_t>(write_record(room, fields) - room)});
    }
    frame_header frame;
    frame.flags = frame_scrubbed;
    frame.first = 11;
    frame.count = 3;
    frame.time = timestamp{5};
    const auto check = [&](std::vector<int> left, auto change) {
        byte_buffer body;
        std::byte* const head = body.extend(scrubbed_head_bytes);
        store_le(head, std::uint64_t{3});
        store_le(head + 8, crc32c({head, 8}));
        store_le(head + 12, std::uint32_t{0});
        frame.body_checksum = crc32c({head + 8, 4});
        for (const int each : left) {
            body.append(records[each].view());
            frame.body_checksum = crc32c(records[each].view().subspan(4, 4), frame.body_checksum);
        }
        change(body);
        std::uint64_t unreadable = 0;
        return check_batch(frame, body.view(), unreadable) == nullptr;
    };
    const auto as_it_is = [](byte_buffer&) {};
    for (const std::vector<int>& left : {std::vector<int>{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}})
        CHECK(check(left, as_it_is));
    CHECK_FALSE(check({1, 0}, as_it_is));
    CHECK_FALSE(check({1, 1}, as_it_is));
    CHECK_FALSE(check({0}, [](byte_buffer& body) { body.data()[0] ^= std::byte{1}; }));
    CHECK_FALSE(check({0}, [](byte_buffer& body) { body.data()[8] ^= std::byte{1}; }));
    CHECK_FALSE(check({0}, [](byte_buffer& body) { body.data()[60] ^= std::byte{1}; }));
    CHECK_FALSE(check({}, [](byte_buffer& body) { body.shrink_to(8); }));
    CHECK_FALSE(check({0, 1}, [](byte_buffer& body) { body.shrink_to(body.size() / 2 + 8); }));
    frame.count = 1;
    CHECK_FALSE(check({1}, as_it_is));  // behind its last position
    frame.count = 2;
    CHECK_FALSE(check({0, 1, 2}, as_it_is));
    frame.flags = 0;
    frame.count = 3;
    CHECK_FALSE(check({0, 1, 2}, as_it_is));
}
