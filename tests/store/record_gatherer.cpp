#include "sillok/store/record_gatherer.hpp"

#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/store/store_ref.hpp"
#include "store/counting_store.hpp"
#include "store/file_recovery.hpp"

using namespace sillok;

namespace {

struct seen {
    std::vector<std::string> events{};
    position reached{};
    std::size_t most = 0;
};

// Each record is looked at when all of its batch were given: none may have gone by then. Stops behind a position.
seen read_many(const store_ref& store, const log_range& range, position stop) {
    seen all;
    auto read = store.read_many(range, [&](std::span<const record_view> records) {
        REQUIRE_FALSE(records.empty());
        all.most = records.size() > all.most ? records.size() : all.most;
        for (const record_view record : records) {
            REQUIRE(record.is_intact());
            all.events.emplace_back(as_text(record.bytes()));
        }
        return records.back().position() < stop;
    });
    REQUIRE(read);
    all.reached = *read;
    return all;
}
seen read_all(const store_ref& store, const log_range& range, position stop) {
    seen all;
    auto read = store.read_all(range, [&](const record_view& record) {
        all.events.emplace_back(as_text(record.bytes()));
        return record.position() < stop;
    });
    REQUIRE(read);
    all.reached = *read;
    return all;
}

template <class Store>
void fill(Store& store, std::mt19937& random, int appends) {
    const std::string_view tags[] = {"even:0", "bad:luck"};
    for (int i = 0; i < appends; ++i) {
        const std::string payload(random() % 40 == 0 ? random() % 300'000 : random() % 600, 'p');
        const std::size_t count = 1 + random() % 5;
        const std::vector<new_event> events(
            count, {.type = random() % 3 == 0 ? event_type{"a.moved", 1} : event_type{"b.moved", 1},
                    .payload = as_bytes(payload),
                    .tags = {tags, random() % 3}});
        const std::string key = std::to_string(random() % 5);
        const stream_append to[] = {{{random() % 2 == 0 ? "left" : "right", key}, any_version{}, events}};
        REQUIRE(store.append({.streams = to}));
    }
}

template <class Store>
void reads_the_same(Store& store, std::mt19937& random) {
    const std::uint64_t last = store.last(horizon::visible).value;
    const std::string_view tags[] = {"bad:luck"};
    const std::string_view types[] = {"a.moved"};
    std::size_t most = 0;
    for (int round = 0; round < 100; ++round) {
        log_range range{.from = {random() % (last + 2)}};
        if (random() % 3 == 0) range.limit = random() % 50;
        if (random() % 3 == 0) range.category = "left";
        if (random() % 4 == 0) range.tags = tags;
        if (random() % 4 == 0) range.types = types;
        const seen one = read_all(store, range, {no_limit});
        const seen many = read_many(store, range, {no_limit});
        CHECK(many.events == one.events);
        CHECK(many.reached == one.reached);
        most = many.most > most ? many.most : most;

        const position stop{1 + random() % last};
        const seen stopped = read_many(store, range, stop);
        REQUIRE(stopped.events.size() <= one.events.size());
        CHECK(std::equal(stopped.events.begin(), stopped.events.end(), one.events.begin()));
        if (stopped.events.size() < one.events.size() || (stopped.reached != one.reached))
            CHECK(stopped.reached ==
                  record_view(reinterpret_cast<const std::byte*>(stopped.events.back().data())).position());
    }
    CHECK(most > 20);
}

}  // namespace

TEST_CASE("records are handed on when there are enough, and before they go") {
    std::vector<std::vector<std::uint64_t>> given;
    bool goes_on = true;
    const auto visit = [&](std::span<const record_view> records) {
        given.emplace_back();
        for (const record_view each : records) given.back().push_back(each.position().value);
        return goes_on;
    };
    detail::record_gatherer gather(visit);
    CHECK(gather.let_go());
    CHECK(given.empty());
    memory_store store;
    std::mt19937 random(1);
    fill(store, random, 1000);
    std::vector<record_view> records;
    REQUIRE(store.read_all({}, [&](const record_view& each) { return records.push_back(each), true; }));
    for (std::size_t i = 0; i < 1024; ++i) CHECK(gather(records[i]));
    REQUIRE(given.size() == 1);
    CHECK(given[0].size() == 1024);
    CHECK(gather(records[1024]));
    CHECK(gather(records[1025]));
    goes_on = false;
    CHECK_FALSE(gather.let_go());
    CHECK(gather.is_stopped());
    CHECK(given[1] == std::vector<std::uint64_t>{1025, 1026});
    CHECK(gather.last() == position{1026});
}

TEST_CASE("stores give many events at once that are those which they give one by one") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    {
        memory_store store;
        fill(store, random, 1000);
        reads_the_same(store, random);
        REQUIRE(truncate(store, {"left", "1"}, version{3}));
        reads_the_same(store, random);
    }
    {
        const recovery_tests::scratch folder;
        auto store =
            file_store::open(folder / "s", {.segment_bytes = std::uint64_t{2} << 20, .durability = lose_unsynced{}})
                .value();
        fill(store, random, 1000);
        reads_the_same(store, random);
        REQUIRE(truncate(store, {"left", "1"}, version{3}));
        reads_the_same(store, random);
        REQUIRE(store.scrub());
        reads_the_same(store, random);
    }
}

TEST_CASE("of a store that has no way to give many they come one by one") {
    counting_store store;
    std::mt19937 random(1);
    fill(store, random, 30);
    const seen many = read_many(store, {.limit = 20}, {no_limit});
    CHECK(many.events == read_all(store, {.limit = 20}, {no_limit}).events);
    CHECK(many.most == 1);
}
