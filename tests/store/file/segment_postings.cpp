#include "sillok/store/file/segment_postings.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

const uuid store_id{{9, 8, 7, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8}};

struct small_event {
    std::string_view key;
    std::uint64_t version;
    std::vector<std::string_view> tags{};
};

// Frames of a segment, as a writer would have made them, posted one by one.
struct posted_segment {
    segment_postings postings{hash_seed(store_id)};
    monitor guard;
    std::uint64_t offset = segment_header_bytes;
    std::uint64_t position = 1;

    bool restore(const std::vector<small_event>& events, const uuid& batch = {}, std::size_t bytes = 10) {
        const std::string payload = payload_of(1, bytes);
        std::vector<std::byte> body;
        for (const small_event& each : events) {
            const record_fields fields{.position = {position + body.size() / 8},
                                       .version = {each.version},
                                       .type = {"moved", 1},
                                       .stream = {"account", each.key},
                                       .tags = each.tags,
                                       .payload = as_bytes(payload)};
            std::vector<std::byte> record(record_bytes(fields));
            write_record(record.data(), fields);
            body.insert(body.end(), record.begin(), record.end());
        }
        frame_header frame;
        frame.count = static_cast<std::uint32_t>(events.size());
        frame.first = position;
        frame.batch = batch;
        const bool fits = postings.restore(store_id, frame, body, offset, guard);
        position += frame.count;
        offset += frame_header_bytes + body.size();
        return fits;
    }
};

}  // namespace

TEST_CASE("places of batches are found by their hash, however many have the same") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    batch_places places;
    std::map<std::uint64_t, std::multiset<std::uint32_t>> model;
    const auto found = [&](std::uint64_t hash) {
        std::multiset<std::uint32_t> all;
        places.find(hash, [&](std::uint32_t place) {
            all.insert(place);
            return true;
        });
        return all;
    };
    CHECK(found(0).empty());
    std::size_t wrong = 0;
    for (std::uint32_t i = 1; i <= 3000; ++i) {
        const std::uint64_t hash = random() % 4 == 0 ? random() % 300 : random();
        places.reserve();
        places.add(hash, i);
        model[hash].insert(i);
        if (i % 100 == 0)
            for (const auto& each : model) wrong += found(each.first) != each.second;
    }
    for (int i = 0; i < 1000; ++i) wrong += !found(1'000'000 + random() % 1'000'000'000).empty();
    CHECK(wrong == 0);
    CHECK(places.size() == 3000);
    std::size_t all = 0;
    places.for_each([&](std::uint64_t hash, std::uint32_t place) { all += model[hash].count(place); });
    CHECK(all == 3000);
}

TEST_CASE("events are taken in if they continue their streams, which may have begun in earlier segments") {
    posted_segment s;
    CHECK(s.restore({{"old", 42}, {"new", 1}, {"old", 43}}));
    CHECK(s.restore({{"old", 44}}));
    CHECK_FALSE(s.restore({{"old", 46}}));
    CHECK_FALSE(s.restore({{"new", 1}}));
    CHECK_FALSE(s.restore({{"none", 0}}));
    const posting* const old = s.postings.streams.find({"account", "old"}, s.postings.streams.hash({"account", "old"}));
    REQUIRE(old != nullptr);
    CHECK(old->before == 41);
    CHECK(old->count == 3);
    CHECK(offset_of(old->places[0]) == segment_header_bytes + frame_header_bytes);
}

TEST_CASE("a seal posts nothing") {
    posted_segment s;
    frame_header seal;
    seal.kind = frame_kind::seal;
    CHECK(s.postings.restore(store_id, seal, {}, 4096, s.guard));
    CHECK(s.postings.steps.empty());
}

TEST_CASE("a step is noted for the first frame with events, and for each that lies 16 KiB behind the last one noted") {
    posted_segment s;
    std::vector<index_step> wanted;
    for (std::uint64_t n = 1; n <= 40; ++n) {
        if (wanted.empty() || s.offset >= wanted.back().offset + 16'384) wanted.push_back({s.position, s.offset});
        REQUIRE(s.restore({{"a", n}}, {}, n % 5 == 0 ? 9000 : 1500));
    }
    REQUIRE(wanted.size() > 4);
    REQUIRE(s.postings.steps.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(s.postings.steps[i].position == wanted[i].position);
        CHECK(s.postings.steps[i].offset == wanted[i].offset);
    }
    frame_header empty;
    s.postings.reserve_frame();
    s.postings.add_frame(store_id, empty, s.offset + 100'000);
    CHECK(s.postings.steps.size() == wanted.size());
}

TEST_CASE("what was posted comes back from the file that it becomes") {
    posted_segment s;
    uuid batch;
    batch.octets[3] = 1;
    const std::uint64_t first = s.offset;
    REQUIRE(s.restore({{"a", 8, {"x:1", "y:1", "x:1"}}, {"b", 1}}, batch));
    REQUIRE(s.restore({{"a", 9, {"x:1"}}}));

    const bool is_clustered = GENERATE(false, true);
    const std::vector<std::vector<std::uint32_t>> elsewhere{{8, 21}, {34}};
    index_header header;
    header.segment = 3;
    testing::faulty_device disk;
    REQUIRE(disk.make_directory("d").ok());
    const directory within(disk, owned_file(disk, static_cast<int>(disk.open_directory("d").value)));
    REQUIRE(within
                .replace("i", s.postings.index(header, is_clustered ? std::span(elsewhere)
                                                                    : std::span<const std::vector<std::uint32_t>>()))
                .has_value());
    open_files among(within, 2);
    const auto index = segment_index::open(among, "i").value();
    REQUIRE(index != nullptr);
    CHECK(index->header().batches == 1);
    CHECK(index->step_before({2})->offset == first);

    std::vector<index_entry> entries;
    const auto ask = [&](keys of, std::uint64_t hash) {
        entries.clear();
        CHECK(index->may_have(of, hash).value());
        CHECK(
            index->find(of, hash, [&](const index_entry& each) { return entries.push_back(each), true; }).has_value());
        REQUIRE(entries.size() == 1);
        std::vector<std::uint32_t> places(entries[0].count);
        CHECK(index->places(of, entries[0], 0, places).value() == places.size());
        return places;
    };
    const auto places_of = [](const posting_index& postings, const stream_view& name) {
        const posting_list list = postings.list(name);
        return std::vector<std::uint32_t>(list.at, list.at + list.count);
    };
    const stream_view a{"account", "a"}, b{"account", "b"};
    CHECK(ask(keys::streams, s.postings.streams.hash(a)) ==
          (is_clustered ? elsewhere[0] : places_of(s.postings.streams, a)));
    CHECK(entries[0].before == 7);
    CHECK(entries[0].place == ask(keys::streams, s.postings.streams.hash(a)).front());
    CHECK(ask(keys::streams, s.postings.streams.hash(b)) ==
          (is_clustered ? elsewhere[1] : places_of(s.postings.streams, b)));
    CHECK(ask(keys::tags, s.postings.tags.hash({{}, "x:1"})) == places_of(s.postings.tags, {{}, "x:1"}));
    CHECK(entries[0].count == 2);
    CHECK(ask(keys::tags, s.postings.tags.hash({{}, "y:1"})).size() == 1);
    CHECK(ask(keys::batches, hash_batch(store_id, batch)) == std::vector<std::uint32_t>{place_of(first)});
}
