#include "sillok/projection/event_filter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/testing/faulty_device.hpp"

namespace {

using namespace sillok;

struct written {
    std::string category, key, type;
    std::vector<std::string> tags;
};

constexpr std::array categories{"account", "order", "parcel"};
constexpr std::array types_of_all{"opened", "paid", "closed", "lost"};
constexpr std::array tags_of_all{"customer:1", "customer:2", "house:7"};

// A log of events that differ in all that can be asked for; a batch may be of several streams.
std::vector<written> fill(const store_ref& store, std::mt19937& random, int batches) {
    std::vector<written> all;
    const auto pick = [&](const auto& from) { return std::string(from[random() % from.size()]); };
    for (int i = 0; i < batches; ++i) {
        const written first{pick(categories), std::to_string(random() % 3), "", {}};
        std::vector<written> events;
        const std::size_t count = 1 + random() % 3;
        for (std::size_t n = 0; n < count; ++n) {
            written each{first.category, first.key, pick(types_of_all), {}};
            for (const char* tag : tags_of_all)
                if (random() % 3 == 0) each.tags.emplace_back(tag);
            events.push_back(each);
        }
        std::vector<std::vector<std::string_view>> tags(events.size());
        std::vector<new_event> to_append;
        for (std::size_t n = 0; n < events.size(); ++n) {
            for (const std::string& tag : events[n].tags) tags[n].emplace_back(tag);
            to_append.push_back({.type = {events[n].type, 1}, .tags = tags[n]});
        }
        const stream_append to{{first.category, first.key}, any_version{}, to_append};
        REQUIRE(store.append({.streams = {&to, 1}}));
        all.insert(all.end(), events.begin(), events.end());
    }
    return all;
}

bool is_asked_for(const event_filter& filter, const written& event) {
    const auto is_among = [](const std::vector<std::string>& all, const std::string& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    if (!filter.category.empty() && filter.category != event.category) return false;
    if (filter.stream && *filter.stream != stream_id{event.category, event.key}) return false;
    if (!filter.types.empty() && !is_among(filter.types, event.type)) return false;
    return filter.tags.empty() || std::any_of(event.tags.begin(), event.tags.end(),
                                              [&](const std::string& tag) { return is_among(filter.tags, tag); });
}

event_filter any_filter(std::mt19937& random) {
    event_filter filter;
    if (random() % 3 == 0) filter.category = categories[random() % categories.size()];
    if (random() % 3 == 0) {
        filter.stream = stream_id{categories[random() % categories.size()], std::to_string(random() % 4)};
        if (!filter.category.empty()) filter.category = filter.stream->category;
    }
    for (const char* type : types_of_all)
        if (random() % 4 == 0) filter.types.emplace_back(type);
    for (const char* tag : tags_of_all)
        if (random() % 5 == 0) filter.tags.emplace_back(tag);
    return filter;
}

// Reads in steps, some of which begin behind where they ended as if one had gone back, and compares with a walk over all that was written.
void check_reading(const store_ref& store, const std::vector<written>& all, std::mt19937& random) {
    const event_filter filter = any_filter(random);
    detail::filtered_log log(store, filter);
    position at{random() % 3 == 0 ? random() % (all.size() + 1) : 0};
    while (at.value < all.size()) {
        const position end{at.value + 1 + random() % (all.size() - at.value)};
        const std::uint64_t limit = 1 + random() % 7;
        std::vector<std::uint64_t> expected;
        position expected_end = end;
        for (std::uint64_t p = at.value + 1; p <= end.value; ++p) {
            if (!is_asked_for(filter, all[p - 1])) continue;
            expected.push_back(p);
            if (expected.size() == limit) {
                expected_end = {p};
                break;
            }
        }
        std::vector<std::uint64_t> given;
        const auto reached = log.read(at, limit, end, [&](const record_view& record) {
            given.push_back(record.position().value);
            return true;
        });
        REQUIRE(reached);
        REQUIRE(given == expected);
        REQUIRE(*reached == expected_end);
        at = random() % 4 == 0 && reached->value > 0 ? position{reached->value - 1 - random() % reached->value}
                                                     : *reached;
        if (random() % 8 == 0) break;
    }
}

// A store of which one read of a stream fails.
struct failing_once {
    memory_store& inner;
    mutable int reads_until = 0;

    result<receipt> append(const append_request& request) { return inner.append(request); }
    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        if (reads_until-- == 0) return error(error_kind::io, "cannot be read");
        return inner.read_stream(stream, range, visit);
    }
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return inner.read_all(range, visit);
    }
    result<version> version_of(stream_view stream) const { return inner.version_of(stream); }
    position last(horizon upto) const { return inner.last(upto); }
    result<position> wait(position after, horizon upto, timeout patience) const {
        return inner.wait(after, upto, patience);
    }
    result<void> settle(position upto) const { return inner.settle(upto); }
    result<std::optional<recorded_batch>> find_batch(const uuid& batch) const { return inner.find_batch(batch); }
    result<void> read_schemas(schema_visitor visit) const { return inner.read_schemas(visit); }
    std::uint64_t schema_count() const noexcept { return inner.schema_count(); }
};

void fill_one_stream(memory_store& store, int events) {
    const new_event event{.type = {"paid", 1}};
    const stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
    for (int i = 0; i < events; ++i) REQUIRE(store.append({.streams = {&to, 1}}));
}

}  // namespace

TEST_CASE("what is asked for is what is read, wherever one begins and ends, in both stores") {
    for (const std::uint32_t seed : {1u, 2u, 3u}) {
        std::mt19937 random(seed);
        memory_store memory;
        const auto in_memory = fill(memory, random, 60);
        testing::faulty_device disk;
        auto file = file_store::open("log", {.segment_bytes = 8192, .device = disk}).value();
        const auto in_file = fill(file, random, 60);
        for (int i = 0; i < 400; ++i) {
            check_reading(memory, in_memory, random);
            check_reading(file, in_file, random);
        }
    }
}

TEST_CASE("a category and a stream of another one are a mistake, not nothing") {
    memory_store store;
    std::mt19937 random(1);
    fill(store, random, 3);
    detail::filtered_log log(store, {.category = "order", .stream = stream_id{"account", "1"}});
    const auto read = log.read({0}, no_limit, {3}, [](const record_view&) { return true; });
    CHECK(read.error() == error_kind::invalid_argument);
}

TEST_CASE("a stream that was cut is read from where it is kept, and one that is deleted says so") {
    memory_store store;
    std::mt19937 random(7);
    for (int i = 0; i < 10; ++i) {
        const new_event event{.type = {"paid", 1}};
        const stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
        REQUIRE(store.append({.streams = {&to, 1}}));
    }
    REQUIRE(truncate(store, {"account", "1"}, version{6}));
    const auto versions_behind = [&](position at) {
        std::vector<std::uint64_t> versions;
        detail::filtered_log log(store, {.stream = stream_id{"account", "1"}});
        REQUIRE(log.read(at, no_limit, store.last(horizon::durable), [&](const record_view& record) {
            versions.push_back(record.version().value);
            return true;
        }));
        return versions;
    };
    CHECK(versions_behind({0}) == std::vector<std::uint64_t>{6, 7, 8, 9, 10});
    CHECK(versions_behind({3}) == std::vector<std::uint64_t>{6, 7, 8, 9, 10});
    CHECK(versions_behind({8}) == std::vector<std::uint64_t>{9, 10});
    REQUIRE(delete_stream(store, {"account", "1"}));
    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{3}}) {
        detail::filtered_log log(store, {.stream = stream_id{"account", "1"}});
        CHECK(log.read({at}, no_limit, {10}, [](const record_view&) { return true; }).error() ==
              error_kind::stream_deleted);
    }
}

TEST_CASE("who asks for little hears in between how far the log was looked at") {
    memory_store store;
    const std::vector<new_event> others(10'000, new_event{.type = {"noise", 1}});
    const stream_append noise{{"other", "1"}, any_version{}, others};
    for (int i = 0; i < 14; ++i) REQUIRE(store.append({.streams = {&noise, 1}}));
    fill_one_stream(store, 1);
    const position end = store.last(horizon::durable);
    for (const event_filter& filter : {event_filter{.category = "account"}, event_filter{.types = {"paid"}}}) {
        detail::filtered_log log(store, filter);
        std::uint64_t given = 0;
        int reads = 0;
        position at{};
        for (; at < end; ++reads) {
            const position before = at;
            at = log.read(at, 10, end, [&](const record_view&) { return ++given != 0; }).value();
            REQUIRE(at > before);
            CHECK(at.value - before.value <= 100'000);
        }
        CHECK(reads > 1);
        CHECK(at == end);
        CHECK(given == 1);
    }
}

TEST_CASE("a read that failed while it looked where a stream goes on gives nothing twice, and passes nothing over") {
    memory_store store;
    fill_one_stream(store, 10);
    for (int failing = 0; failing < 6; ++failing) {
        failing_once once{store, failing};
        detail::filtered_log log(once, {.stream = stream_id{"account", "1"}});
        std::vector<std::uint64_t> given;
        const auto read = [&](position after) {
            return log.read(after, no_limit, {10}, [&](const record_view& record) {
                given.push_back(record.position().value);
                return true;
            });
        };
        if (!read({8})) REQUIRE(read({8}));
        CHECK(given == std::vector<std::uint64_t>{9, 10});
    }
}

TEST_CASE("an event at which a visitor threw comes again") {
    memory_store store;
    fill_one_stream(store, 3);
    detail::filtered_log log(store, {.stream = stream_id{"account", "1"}});
    std::vector<std::uint64_t> given;
    bool is_thrown = true;
    const auto take = [&](const record_view& record) {
        if (std::exchange(is_thrown, false)) throw std::bad_alloc();
        given.push_back(record.position().value);
        return true;
    };
    CHECK_THROWS_AS(log.read({0}, no_limit, {3}, take), std::bad_alloc);
    REQUIRE(log.read({0}, no_limit, {3}, take));
    CHECK(given == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("recorded types are all names that events of a type ever had, and those of what was split into them") {
    using namespace evolution;
    const auto names = recorded_types<order_events, order_placed>();
    for (const std::string_view name : recorded_names<order_events, order_placed>)
        CHECK(std::count(names.begin(), names.end(), name) == 1);
    const auto lines = recorded_types<order_events, line_added>();
    for (const std::string_view name : recorded_names<order_events, order_placed>)
        CHECK(std::count(lines.begin(), lines.end(), name) == 1);  // an old one had lines in it
    CHECK(std::count(lines.begin(), lines.end(), recorded_names<order_events, line_added>[0]) == 1);
    const auto paid = recorded_types<order_events, order_paid>();
    CHECK(paid.size() == recorded_names<order_events, order_paid>.size());
    CHECK(recorded_types<order_events>().empty());
}
