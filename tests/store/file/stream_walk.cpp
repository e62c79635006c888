#include "sillok/store/file/stream_walk.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

// Whether the walk gives the event of that version.
bool is_right(stream_walk& walk, const known_store& known, const std::vector<std::size_t>& of, std::uint64_t version) {
    const auto record = walk.at(version);
    if (!record) UNSCOPED_INFO(record.error().text());
    const told& wanted = known.events[of[static_cast<std::size_t>(version - 1)]];
    return record && told_of(*record, wanted.batch) == wanted;
}

}  // namespace

TEST_CASE("a stream is walked over many segments from any version, forwards, backwards and by leaps") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (const bool is_clustered : {false, true}) {
        known_store known;
        known.live(150, known.options(is_clustered));
        const found_log log(known.disk);
        REQUIRE(log.view->extents.size() > 8);
        std::size_t wrong = 0;
        for (const auto& each : known.versions) {
            const std::vector<std::size_t> of = known.of_stream(each.first);
            log_reader reader(512);
            for (std::uint64_t from = 1; from <= of.size(); ++from) {
                stream_walk ahead(*log.view, {"account", each.first}, reader);
                wrong += ahead.last().value() != of.size();
                for (std::uint64_t at = from; at <= of.size(); ++at) wrong += !is_right(ahead, known, of, at);
                stream_walk back(*log.view, {"account", each.first}, reader);
                wrong += back.last().value() != of.size();
                for (std::uint64_t at = from; at >= 1; --at) wrong += !is_right(back, known, of, at);
            }
            stream_walk leaps(*log.view, {"account", each.first}, reader);
            wrong += leaps.last().value() != of.size();
            for (int i = 0; i < 50; ++i) wrong += !is_right(leaps, known, of, 1 + random() % of.size());
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("a stream with more events in a segment than places are read at once is walked past that edge") {
    for (const bool is_clustered : {false, true}) {
        known_store known;
        const std::string key = known_store::key_of(0);
        {
            file_options options = known.options(is_clustered);
            options.segment_bytes = std::uint64_t{128} << 10;
            auto store = file_store::open(path, options);
            REQUIRE(store.has_value());
            for (int n = 0; n < 2000; ++n) known.append(*store, 7 * n, 10);
        }
        REQUIRE(known.named(".index").size() > 2);
        const std::vector<std::size_t> of = known.of_stream(key);
        REQUIRE(of.size() > 1000);
        const found_log log(known.disk);
        log_reader reader(512);
        stream_walk walk(*log.view, {"account", key}, reader);
        REQUIRE(walk.last().value() == of.size());
        std::size_t wrong = 0;
        for (std::uint64_t at = 1; at <= of.size(); ++at) wrong += !is_right(walk, known, of, at);
        for (std::uint64_t at = of.size(); at >= 1; --at) wrong += !is_right(walk, known, of, at);
        CHECK(wrong == 0);
    }
}

TEST_CASE("a stream that is not there has no last version, in whichever segments it is looked for") {
    known_store known;
    known.live(60);
    const found_log log(known.disk);
    log_reader reader(512);
    for (int i = 0; i < 1000; ++i) {
        const std::string key = "absent " + std::to_string(i);
        stream_walk walk(*log.view, {"account", key}, reader);
        REQUIRE(walk.last().value() == 0);
    }
    stream_walk category(*log.view, {"", "often 1"}, reader);
    CHECK(category.last().value() == 0);
}
