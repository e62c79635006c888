#include "sillok/store/file/log.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <vector>

#include "sillok/testing/faulty_device.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

struct open_log {
    testing::faulty_device disk;
    file_log log;

    explicit open_log(durability promised = durable{})
        : log(opened(disk), {uuid{{1}}, segment_bytes_min, timestamp{}}, promised) {
        REQUIRE(log.begin_segment(1, timestamp{}).has_value());
    }

    static directory opened(testing::faulty_device& disk) {
        static_cast<void>(disk.make_directory("d"));
        return directory(disk, owned_file(disk, static_cast<int>(disk.open_directory("d").value)));
    }
    // A note of so many bytes.
    result<void> write(std::size_t bytes) {
        std::vector<std::byte> frame(bytes);
        frame_header header;
        header.kind = frame_kind::notes;
        header.body_checksum = crc32c(bytes_view(frame).subspan(frame_header_bytes));
        return log.write_frame(frame.data(), frame.size(), header);
    }
};

}  // namespace

TEST_CASE("a segment that is full gets its seal, and the next one continues it") {
    open_log o;
    REQUIRE(o.write(3000).has_value());
    CHECK(o.log.has_room(500));
    CHECK_FALSE(o.log.has_room(1000));
    REQUIRE(o.log.seal(timestamp{5}).has_value());
    CHECK_FALSE(o.log.has_room(8));
    REQUIRE(o.log.begin_segment(2, timestamp{5}).has_value());
    CHECK(o.log.has_room(100'000));  // alone in a segment
    CHECK(o.log.segment()->number() == 2);
    CHECK(o.log.segment()->header.sequence == 3);
    CHECK(o.log.durable_sequence() == 2);  // a seal is synced before the next segment is made
    CHECK(o.disk.content("d", "0000000001.segment")->size() == segment_header_bytes + 3000 + seal_bytes);
}

TEST_CASE("what does not fit on the disk is taken back, and what failed otherwise ends the writing") {
    open_log o(lose_unsynced{});
    REQUIRE(o.write(200).has_value());
    o.disk.leave_space(100);
    const auto refused = o.write(200);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == error_kind::no_space);
    CHECK_FALSE(o.log.is_poisoned());
    CHECK(o.disk.content("d", "0000000001.segment")->size() == segment_header_bytes + 200);
    o.disk.heal();
    CHECK(o.write(200).has_value());
    CHECK(o.log.durable_sequence() == 0);
    REQUIRE(o.log.sync(o.log.tip()).has_value());
    CHECK(o.log.durable_sequence() == 2);
    o.disk.fail_call(1, EIO);
    const auto unknown = o.log.sync(o.log.tip());
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().kind() == error_kind::outcome_unknown);
    CHECK(o.log.is_poisoned());
}

TEST_CASE("a segment that could not be made is made by the next attempt") {
    open_log o;
    REQUIRE(o.write(3000).has_value());
    o.disk.leave_space(seal_bytes + 100);
    REQUIRE(o.log.seal(timestamp{}).has_value());
    const auto refused = o.log.begin_segment(2, timestamp{});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == error_kind::no_space);
    CHECK(o.log.end().is_sealed);
    o.disk.heal();
    REQUIRE(o.log.begin_segment(2, timestamp{}).has_value());
    CHECK(o.log.segment()->number() == 2);
    CHECK(o.write(2000).has_value());
}

TEST_CASE("who waits for the disk writes into zeros that are there already; a segment that is full has none") {
    open_log o;
    const auto bytes = [&](std::uint64_t number) { return o.disk.content("d", segment_name(number))->size(); };
    REQUIRE(o.write(400).has_value());
    const std::size_t prepared = bytes(1);
    CHECK(prepared >= segment_header_bytes + 800);
    REQUIRE(o.write(400).has_value());
    CHECK(bytes(1) == prepared);
    while (o.log.has_room(400)) REQUIRE(o.write(400).has_value());
    REQUIRE(o.log.seal(timestamp{}).has_value());
    REQUIRE(o.log.begin_segment(2, timestamp{}).has_value());
    REQUIRE(o.write(400).has_value());
    CHECK(bytes(1) % 400 == (segment_header_bytes + seal_bytes) % 400);
    CHECK(bytes(1) <= segment_bytes_min);
    o.log.trim();
    CHECK(bytes(2) == segment_header_bytes + 400);
}

TEST_CASE("P7: where the disk has room for the frame and not for zeros behind it, the frame is written") {
    for (const std::size_t space : {400UL, 401UL, 900UL}) {
        open_log o;
        o.disk.leave_space(space);
        CHECK(o.write(400).has_value());
        CHECK(o.disk.content("d", segment_name(1))->size() == segment_header_bytes + 400);
        const auto refused = o.write(800);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().kind() == error_kind::no_space);
        o.disk.heal();
        CHECK(o.write(800).has_value());
    }
}

TEST_CASE("what a sync has proven stands in the mark") {
    open_log o;
    REQUIRE(o.write(400).has_value());
    const auto mark = [&] { return durable_mark::decode(o.disk.content("d", "mark")->data()); };
    CHECK(o.disk.content("d", "mark") == nullptr);
    REQUIRE(o.log.sync(o.log.tip()).has_value());
    CHECK(mark().sequence == 1);
    CHECK(mark().end == segment_header_bytes + 400);
    const log_tip before = o.log.tip();
    REQUIRE(o.write(400).has_value());
    REQUIRE(o.log.sync(o.log.tip()).has_value());
    REQUIRE(o.log.sync(before).has_value());  // of another thread, and later
    CHECK(mark().sequence == 2);
    CHECK(mark().is_closed == 0);
    REQUIRE(o.log.write_mark().has_value());
    CHECK(mark().is_closed == 1);
}

TEST_CASE("a mark that is too long is one again with the next sync") {
    open_log o;
    const directory within = open_log::opened(o.disk);
    REQUIRE(within.replace("mark", std::vector<std::byte>(100)).has_value());
    REQUIRE(o.write(400).has_value());
    REQUIRE(o.log.sync(o.log.tip()).has_value());
    CHECK(o.disk.content("d", "mark")->size() == mark_bytes);
}

TEST_CASE("the mark is made durable when that is asked for, and a failure of it does not end the writing") {
    open_log o(lose_unsynced{});
    CHECK(o.log.sync_mark().has_value());  // there is none yet
    REQUIRE(o.write(200).has_value());
    REQUIRE(o.log.sync(o.log.tip()).has_value());
    REQUIRE(o.log.sync_mark().has_value());
    o.disk.fail_call(1, EIO);
    const auto failed = o.log.sync_mark();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == error_kind::outcome_unknown);
    CHECK_FALSE(o.log.is_poisoned());
    CHECK(o.write(200).has_value());

    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        open_log other(lose_unsynced{});
        REQUIRE(other.write(200).has_value());
        REQUIRE(other.log.sync(other.log.tip()).has_value());
        REQUIRE(other.log.sync_mark().has_value());
        other.disk.lose_power(seed);
        const std::vector<std::byte>* const mark = other.disk.content("d", "mark");
        REQUIRE(mark != nullptr);
        REQUIRE(mark->size() == mark_bytes);
        CHECK(durable_mark::decode(mark->data()).sequence == 1);
    }
}
