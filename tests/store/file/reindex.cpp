#include "sillok/store/file/reindex.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

// What an extent says of a name: how many, from where on, and at which places.
std::vector<std::uint64_t> said(const log_view& view, const extent& in, const log_name& name) {
    log_reader reader(4096);
    const auto found = view.find(in, name, reader);
    REQUIRE(found.has_value());
    std::vector<std::uint32_t> places(found->count + 1);
    const auto read = view.places(*found, name.kind, 0, places);
    if (found->count != 0) REQUIRE(read.value() == found->count);
    std::vector<std::uint64_t> all{found->count, found->before};
    if (found->count != 0) all.insert(all.end(), places.begin(), places.end() - 1);
    return all;
}

// Opens a copy of the store, changed, and says what is damaged; nothing where all is well.
template <class Change>
std::string judged(const known_store& known, Change change) {
    const auto other = known.disk.copy();
    change(*other);
    testing::manual_clock clock;
    const auto store = file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = *other});
    return store ? "" : store.error().text();
}

const std::string first_segment = "0000000001.segment";
const std::string first_index = "0000000001.index";

}  // namespace

TEST_CASE("a segment whose index is made anew answers as by the one that its writer made") {
    known_store known;
    known.live(150);
    found_log log(known.disk);
    log_view& view = *log.view;
    REQUIRE(view.extents.size() > 8);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i + 1 < view.extents.size(); ++i) {
        const extent& there = *view.extents[i];
        REQUIRE(there.index != nullptr);
        const auto made = reindex(there.segment);
        REQUIRE(made.has_value());
        const extent& fresh = **made;
        CHECK(fresh.is_sealed);
        CHECK(fresh.covered.last_frame == there.covered.last_frame);
        CHECK(fresh.covered.sequence == there.covered.sequence);
        CHECK(fresh.covered.end == there.covered.end);
        CHECK(fresh.covered.position == there.covered.position);
        CHECK(fresh.covered.time == there.covered.time);
        CHECK(fresh.covered.frames == there.covered.frames);
        CHECK(fresh.covered.events == there.covered.events);
        for (const auto& each : known.versions) {
            const log_name name = view.stream({"account", each.first});
            wrong += said(view, fresh, name) != said(view, there, name);
        }
        for (const std::string_view tag : {"even:0", "even:2", "bad:luck", "none"})
            wrong += said(view, fresh, view.tag(tag)) != said(view, there, view.tag(tag));
        for (std::uint64_t at = there.first(); at <= there.covered.position; ++at)
            wrong += view.frame_before(fresh, at).value() != view.frame_before(there, at).value();

        // A view of it alone finds the batches that are in it, and no others.
        log_view alone(view);
        alone.extents = {*made};
        log_reader reader(4096);
        for (const told& each : known.events) {
            if (each.batch.is_nil()) continue;
            const auto found = alone.find_batch(each.batch, 1000, reader);
            const bool is_here = each.position >= there.first() && each.position <= there.covered.position;
            wrong += !found || found->has_value() != is_here;
            if (found && *found) wrong += (*found)->receipt.first.value != each.position;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("P3: a byte that changed anywhere in a sealed segment without an index is found, and its segment named") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    known_store known;
    known.live(40);
    const std::size_t size = known.file(first_segment).size();
    std::size_t missed = 0;
    for (std::size_t at = 0; at < size; at += at < 96 ? 1 : 1 + random() % 5) {
        const auto change = static_cast<std::byte>(1 + random() % 255);
        const std::string text = judged(known, [&](testing::faulty_device& disk) {
            (*disk.content(path, first_segment))[at] ^= change;
            disk.erase(path, first_index);
        });
        if (text.find(first_segment) != std::string::npos || (at >= 8 && at < 12 && !text.empty())) continue;
        if (++missed < 4) UNSCOPED_INFO("byte " << at << ": " << text);
    }
    CHECK(missed == 0);
}

TEST_CASE("P4: a segment that another one follows has its seal, and nothing behind it but zeros") {
    known_store known;
    known.live(40);
    REQUIRE(known.named(".segment").size() > 2);
    for (const bool has_index : {false, true}) {
        const auto judge = [&](auto change) {
            return judged(known, [&](testing::faulty_device& disk) {
                change(*disk.content(path, first_segment));
                if (!has_index) disk.erase(path, first_index);
            });
        };
        CHECK(judge([](auto&) {}).empty());
        const std::string cut = judge([](std::vector<std::byte>& bytes) { bytes.resize(bytes.size() - seal_bytes); });
        CHECK(cut.find("0000000001.segment at offset") != std::string::npos);
        CHECK(cut.find("there is no seal, though another segment follows") != std::string::npos);
        CHECK(judge([](std::vector<std::byte>& bytes) { bytes.resize(bytes.size() + 999); }).empty());
        const std::string behind = judge([](std::vector<std::byte>& bytes) {
            bytes.resize(bytes.size() + 999);
            bytes.back() = std::byte{1};
        });
        CHECK(behind.find("0000000001.segment at offset") != std::string::npos);
        CHECK(behind.find("bytes behind the seal") != std::string::npos);
    }
}

TEST_CASE("an index of another segment, or of the same one in another store, is not believed") {
    known_store known, other;
    known.live(60);
    other.live(60);
    const std::vector<std::byte> right = known.file(first_index);
    for (const std::vector<std::byte>& foreign :
         {std::vector<std::byte>(known.file("0000000002.index")), std::vector<std::byte>(other.file(first_index))}) {
        known.file(first_index) = foreign;
        auto store = file_store::open(path, known.options());
        REQUIRE(store.has_value());
        CHECK(known.reads_well(*store));
        CHECK(known.file(first_index) == right);
    }
}

TEST_CASE("where there is no room for an index, the one in memory serves") {
    known_store known;
    known.live(60);
    known.disk.erase(path, first_index);
    known.disk.leave_space(0);
    {
        const auto store = file_store::open(path, known.options());
        REQUIRE(store.has_value());
        CHECK(known.reads_well(*store));
    }
    CHECK(known.named(".index").size() + 2 == known.named(".segment").size());
    known.disk.heal();
    REQUIRE(file_store::open(path, known.options()).has_value());
    CHECK(known.disk.content(path, first_index) != nullptr);
}
