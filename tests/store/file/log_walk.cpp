#include "sillok/store/file/log_walk.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

using numbers = std::vector<std::uint64_t>;

// The positions from one to another, of all events or of those that carry one of the tags.
numbers expected(const known_store& known, std::uint64_t from, std::uint64_t upto,
                 const std::vector<std::string_view>& tags) {
    numbers wanted;
    for (const told& each : known.events) {
        bool is_carrier = tags.empty();
        for (const std::string& own : each.tags)
            is_carrier = is_carrier || std::find(tags.begin(), tags.end(), own) != tags.end();
        if (each.position >= from && each.position <= upto && is_carrier) wanted.push_back(each.position);
    }
    return wanted;
}

// Walks on, and notes what is visited, up to so many.
result<void> go(log_walk& walk, const log_view& view, const std::vector<std::string_view>& tags,
                const known_store& known, numbers& seen, std::size_t limit = 1'000'000) {
    auto visit = [&](const record_view& record) {
        const told& wanted = known.events.at(record.position().value - 1);
        seen.push_back(told_of(record, wanted.batch) == wanted ? wanted.position : 0);
        return --limit != 0;
    };
    return tags.empty() ? walk.all(view, visit) : walk.tagged(view, tags, visit);
}

const std::vector<std::vector<std::string_view>> choices{
    {}, {"bad:luck"}, {"even:0"}, {"even:0", "even:2", "bad:luck"}, {"nobody:has it"}, {"even:2", "nobody:has it"}};

}  // namespace

TEST_CASE("the log is walked from any position to any, and ends behind the last one that was asked for") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    known_store known;
    known.live(150);
    const found_log log(known.disk);
    REQUIRE(log.view->extents.size() > 8);
    for (int i = 0; i < 600; ++i) {
        const auto& tags = choices[random() % choices.size()];
        const std::uint64_t from = random() % 151;
        const std::uint64_t upto = from + random() % (151 - from);
        log_walk walk(from, upto);
        numbers seen;
        REQUIRE(go(walk, *log.view, tags, known, seen).has_value());
        REQUIRE(seen == expected(known, from, upto, tags));
        REQUIRE(walk.next() == upto + 1);
    }
}

TEST_CASE("who stops a walk knows where, and another one goes on from there") {
    known_store known;
    known.live(100);
    const found_log log(known.disk);
    for (const auto& tags : choices)
        for (const std::size_t each : {1U, 3U, 40U}) {
            numbers seen;
            std::uint64_t next = 1;
            for (int i = 0; i < 200 && next <= 100; ++i) {
                log_walk walk(next, 100);
                REQUIRE(go(walk, *log.view, tags, known, seen, each).has_value());
                CHECK((walk.next() == 101 || (!seen.empty() && walk.next() == seen.back() + 1)));
                next = walk.next();
            }
            CHECK(seen == expected(known, 1, 100, tags));
        }
}

TEST_CASE("a walk that failed goes on where it was, without a gap and without anything twice") {
    known_store known;
    known.live(100);
    const found_log log(known.disk);
    std::size_t failed = 0;
    for (const auto& tags : choices)
        for (std::uint64_t call = 1; call < 60; call += 3) {
            log_walk walk(1, 100);
            numbers seen;
            known.disk.fail_call(call, EIO);
            const auto walked = go(walk, *log.view, tags, known, seen);
            known.disk.heal();
            if (!walked) {
                ++failed;
                REQUIRE(walked.error().kind() == error_kind::io);
                REQUIRE(go(walk, *log.view, tags, known, seen).has_value());
            }
            REQUIRE(seen == expected(known, 1, 100, tags));
        }
    CHECK(failed > 20);
}

TEST_CASE("damage ends a walk where it is; what comes before is given") {
    known_store known;
    known.live(100);
    const found_log log(known.disk);
    const extent& third = *log.view->extents[2];
    auto& bytes = known.file(third.segment->file.name());
    bytes[bytes.size() - seal_bytes - 8] ^= std::byte{1};  // in the last record
    log_walk walk(1, 100);
    numbers seen;
    const auto walked = go(walk, *log.view, {}, known, seen);
    REQUIRE_FALSE(walked.has_value());
    CHECK(walked.error().kind() == error_kind::damaged);
    CHECK(walked.error().text().find(third.segment->file.name()) != std::string::npos);
    CHECK(walked.error().text().find("position " + std::to_string(third.covered.position)) != std::string::npos);
    CHECK(seen == expected(known, 1, third.covered.position - 1, {}));
    CHECK(walk.next() == third.covered.position);
}
