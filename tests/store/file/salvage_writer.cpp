#include "sillok/store/file/salvage_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <tuple>
#include <vector>

#include "../file_recovery.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/verify.hpp"

using namespace recovery_tests;
using namespace sillok::detail;

namespace {

struct row {
    std::uint64_t position;
    std::string key;
    std::uint64_t version;
    bool is_intact = true;
};

// Plans and writes batches, each a row of events, of which some are damaged.
struct two_passes {
    testing::faulty_device disk;
    salvage_report report;
    kept_streams kept{3};
    salvage_plan plan{report, kept, 1, 2};
    uuid id = uuid_generator(5)(timestamp{1});
    uuid batch = recovery_tests::batch_of(9);
    std::vector<std::vector<row>> batches;

    template <class Sink>
    result<void> tell(Sink& sink) {
        segment_header header;
        sink.begin(header);
        for (std::size_t i = 0; i < batches.size(); ++i) {
            byte_buffer body;
            frame_header frame;
            frame.first = batches[i].front().position;
            frame.count = static_cast<std::uint32_t>(batches[i].size());
            frame.time = timestamp{100 + static_cast<std::int64_t>(i)};
            if (i == 0) frame.batch = batch;
            frame.content = 77;
            bool is_whole = true;
            for (const row& each : batches[i]) {
                const record_fields fields{.position = {each.position},
                                           .version = {each.version},
                                           .time = frame.time,
                                           .type = {"probe.event", 1},
                                           .stream = {"account", each.key}};
                std::byte* const at = body.extend(record_bytes(fields));
                write_record(at, fields);
                frame.body_checksum = crc32c({at + record_layout::checksum, 4}, frame.body_checksum);
                if (!each.is_intact) at[50] ^= std::byte{1};
                is_whole = is_whole && each.is_intact;
            }
            auto told = is_whole ? sink.frame(frame, body.view(), 0) : sink.pieces(frame, body.view(), 0);
            if (!told) return told;
        }
        return {};
    }
    // The types and streams of what is in the new store, by position.
    std::vector<std::tuple<std::string, std::string, std::uint64_t>> run() {
        REQUIRE(tell(plan).has_value());
        REQUIRE(plan.finish(batches.back().back().position + 1).has_value());
        salvage_writer writer(open_store_directory(disk, path, true).value(), {id, segment_bytes_min, timestamp{1}},
                              plan, report, false);
        REQUIRE(writer.open().has_value());
        REQUIRE(tell(writer).has_value());
        REQUIRE(writer.close(plan.next(), plan.seen()).has_value());
        CHECK(verify_store(path, disk).value().findings.empty());
        std::vector<std::tuple<std::string, std::string, std::uint64_t>> all;
        auto store = file_store::open(path, {.device = disk}).value();
        REQUIRE(store
                    .read_all({},
                              [&](const record_view& r) {
                                  all.emplace_back(r.type(), r.stream().key, r.version().value);
                                  return true;
                              })
                    .has_value());
        return all;
    }
};

using seen = std::vector<std::tuple<std::string, std::string, std::uint64_t>>;
const std::string event = "probe.event";
const std::string lost = "sillok.lost";

}  // namespace

TEST_CASE("a batch that lost some events keeps its place, its id and what is intact") {
    two_passes p;
    p.batches = {{{1, "a", 1}, {2, "a", 2, false}, {3, "a", 3}, {4, "b", 1, false}}};
    CHECK(p.run() == seen{{event, "a", 1}, {lost, "a", 2}, {event, "a", 3}, {lost, "lost", 1}});
    CHECK(p.report.partial_batches == 1);
    CHECK(p.report.events == 2);
    CHECK(p.report.lost_events == 2);
    auto store = file_store::open(path, {.device = p.disk}).value();
    const auto found = store.find_batch(p.batch).value();
    REQUIRE(found.has_value());
    CHECK(found->receipt.first == position{1});
    CHECK(found->receipt.last == position{4});
    CHECK(found->content == 77);
}

TEST_CASE("a batch of which nothing is left is lost with its id") {
    two_passes p;
    p.batches = {{{1, "a", 1, false}, {2, "a", 2, false}}};
    CHECK(p.run() == seen{{lost, "lost", 1}, {lost, "lost", 2}});
    CHECK(p.report.partial_batches == 0);
    auto store = file_store::open(path, {.device = p.disk}).value();
    CHECK_FALSE(store.find_batch(p.batch).value().has_value());
}

TEST_CASE("where a placeholder parts the events of a stream, the batch with the id ends before it") {
    two_passes p;
    // The lost one of the second batch was b's, and could as well have been x's: x has to have it first.
    p.batches = {{{1, "x", 1}, {2, "a", 1}, {3, "c", 1, false}, {4, "b", 1}}, {{5, "x", 3}}};
    CHECK(p.run() == seen{{event, "x", 1}, {event, "a", 1}, {lost, "x", 2}, {event, "b", 1}, {event, "x", 3}});
    auto store = file_store::open(path, {.device = p.disk}).value();
    const auto found = store.find_batch(p.batch).value();
    REQUIRE(found.has_value());
    CHECK(found->receipt.first == position{1});
    CHECK(found->receipt.last == position{2});
}

TEST_CASE("events of a stream that ended are left out, and have placeholders") {
    two_passes p;
    p.batches = {{{1, "a", 1}, {2, "b", 1}}, {{3, "a", 1}}, {{4, "a", 2}, {5, "b", 2}}};
    CHECK(p.run() == seen{{event, "a", 1}, {event, "b", 1}, {lost, "lost", 1}, {lost, "lost", 2}, {event, "b", 2}});
    REQUIRE(p.report.ended.size() == 1);
    CHECK(p.report.ended[0].key == "a");
    CHECK(p.report.ended[0].at == position{3});
    CHECK(p.report.events == 3);
    CHECK_FALSE(p.report.is_complete());
}

TEST_CASE("a store that is not the same the second time is not written") {
    two_passes p;
    p.batches = {{{1, "a", 1}}, {{2, "a", 2}}};
    REQUIRE(p.tell(p.plan).has_value());
    REQUIRE(p.plan.finish(3).has_value());
    salvage_writer writer(open_store_directory(p.disk, path, true).value(), {p.id, segment_bytes_min, timestamp{1}},
                          p.plan, p.report, false);
    REQUIRE(writer.open().has_value());
    p.batches.pop_back();
    REQUIRE(p.tell(writer).has_value());
    CHECK(writer.close(p.plan.next(), p.plan.seen()).error() == error_kind::io);
    CHECK_FALSE(file_store::open(path, {.must_exist = true, .device = p.disk}).has_value());
}
