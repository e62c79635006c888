#include "sillok/store/retention.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;

namespace {

// Stores that are asked the same; one in files is closed and opened again now and then.
struct in_memory {
    testing::manual_clock clock;
    memory_store store{clock};
    memory_store& get() { return store; }
    void reopen() {}
    void scrub() {}
};
template <bool Clustered>
struct in_files {
    testing::manual_clock clock;
    testing::faulty_device disk;
    std::optional<file_store> store;
    in_files() { reopen(); }
    file_store& get() { return *store; }
    void reopen() {
        store.reset();
        store.emplace(
            file_store::open(
                "s", {.clock = clock, .segment_bytes = segment_bytes_min, .clustered = Clustered, .device = disk})
                .value());
    }
    void scrub() { REQUIRE(store->scrub()); }
};
using in_plain_files = in_files<false>;
using in_clustered_files = in_files<true>;

struct seen_event {
    std::uint64_t position;
    std::string key;
    std::uint64_t version;
    std::string payload;
    friend bool operator==(const seen_event&, const seen_event&) = default;
};
seen_event seen_of(const record_view& r) {
    return {r.position().value, std::string(r.stream().key), r.version().value, std::string(as_text(r.payload()))};
}

template <class Store>
result<receipt> append(Store& store, std::string_view key, std::string_view payload, std::string_view tag = {},
                       expectation expected = any_version{}) {
    const new_event event{
        .type = {"probe.event", 1}, .payload = as_bytes(payload), .tags = {&tag, tag.empty() ? std::size_t{0} : 1}};
    const stream_append to{{"account", key}, expected, {&event, 1}};
    return store.append({.streams = {&to, 1}});
}
template <class Store>
result<receipt> append_unless(Store& store, std::string_view tag, std::string_view key) {
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes("once"), .tags = {&tag, 1}};
    const stream_append to{{"account", key}, any_version{}, {&event, 1}};
    const none_tagged condition{tag};
    return store.append({.streams = {&to, 1}, .conditions = {&condition, 1}});
}
template <class Store>
std::vector<seen_event> log_of(const Store& store, const log_range& range = {}) {
    std::vector<seen_event> seen;
    const auto read = store.read_all(range, [&](const record_view& r) {
        seen.push_back(seen_of(r));
        return true;
    });
    CHECK(read.has_value());
    return seen;
}
template <class Store>
std::vector<seen_event> stream_of(const Store& store, std::string_view key, const stream_range& range = {}) {
    std::vector<seen_event> seen;
    const auto read = store.read_stream({"account", key}, range, [&](const record_view& r) {
        seen.push_back(seen_of(r));
        return true;
    });
    CHECK(read.has_value());
    return seen;
}

}  // namespace

TEMPLATE_TEST_CASE("a stream that was cut begins with the event it was cut to, wherever it is read", "[retention]",
                   in_memory, in_plain_files, in_clustered_files) {
    TestType source;
    for (int i = 1; i <= 5; ++i) {
        REQUIRE(append(source.get(), "7", "a" + std::to_string(i), "of:seven"));
        REQUIRE(append(source.get(), "8", "b" + std::to_string(i)));
    }
    REQUIRE(truncate(source.get(), {"account", "7"}, version{4}, {.source = "test", .reason = "closed"}));
    for (int round = 0; round < 2; ++round) {
        auto& store = source.get();
        const std::vector<seen_event> kept{{7, "7", 4, "a4"}, {9, "7", 5, "a5"}};
        CHECK(stream_of(store, "7") == kept);
        CHECK(stream_of(store, "7", {.from = version{2}}) == kept);
        CHECK(stream_of(store, "7", {.limit = 1}) == std::vector{kept[0]});
        CHECK(stream_of(store, "7", {.order = direction::backwards}) == std::vector{kept[1], kept[0]});
        CHECK(stream_of(store, "7", {.from = version{3}, .order = direction::backwards}).empty());
        CHECK(stream_of(store, "8").size() == 5);
        CHECK(store.version_of({"account", "7"}).value() == version{5});
        CHECK(store.first_kept({"account", "7"}).value() == version{4});
        CHECK(store.first_kept({"account", "8"}).value() == version{1});
        CHECK(store.first_kept({"account", "9"}).value() == version{1});
        const auto all = log_of(store);
        CHECK(all.size() == 7);
        CHECK(all.front() == seen_event{2, "8", 1, "b1"});
        const std::string_view tag[] = {"of:seven"};
        CHECK(log_of(store, {.tags = tag}) == kept);
        CHECK(log_of(store, {.limit = 2, .tags = tag}) == kept);
        CHECK(store.last(horizon::durable) == position{10});
        source.reopen();
    }
    CHECK(append(source.get(), "7", "a6", {}, exactly{version{5}})->version == version{6});
    CHECK(append(source.get(), "7", "no", {}, no_stream{}).error() == error_kind::conflict);
}

TEMPLATE_TEST_CASE("a stream that was deleted is gone for readers and writers, and its name with it", "[retention]",
                   in_memory, in_plain_files, in_clustered_files) {
    TestType source;
    REQUIRE(append(source.get(), "7", "secret", "mail:a@b"));
    REQUIRE(append(source.get(), "8", "other"));
    REQUIRE(delete_stream(source.get(), {"account", "7"}, {.source = "desk", .reason = "asked for"}));
    for (int round = 0; round < 2; ++round) {
        auto& store = source.get();
        const auto read = store.read_stream({"account", "7"}, {}, [](const record_view&) { return true; });
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error() == error_kind::stream_deleted);
        CHECK(read.error().text().find("(\"account\", \"7\") was deleted") != std::string::npos);
        CHECK(store.version_of({"account", "7"}).error() == error_kind::stream_deleted);
        CHECK(store.first_kept({"account", "7"}).error() == error_kind::stream_deleted);
        for (const expectation each :
             {expectation(any_version{}), expectation(no_stream{}), expectation(exactly{version{1}})})
            CHECK(append(store, "7", "again", {}, each).error() == error_kind::stream_deleted);
        CHECK(log_of(store) == std::vector<seen_event>{{2, "8", 1, "other"}});
        CHECK(truncate(store, {"account", "7"}, version{1}).error() == error_kind::stream_deleted);
        CHECK(delete_stream(store, {"account", "7"}).has_value());
        std::vector<std::string> acts;
        REQUIRE(store.read_acts([&](const retention_act& act) {
            acts.push_back(std::string(act.stream.key) + ' ' + std::string(act.note.source) + ' ' +
                           std::string(act.note.reason));
            CHECK(act.is_deletion());
            CHECK(act.at == position{2});
            CHECK(act.time == source.clock.now());
            return true;
        }));
        CHECK(acts == std::vector<std::string>{"7 desk asked for"});
        source.reopen();
    }
    // An event that is not kept holds no tag: somebody else may have the address.
    CHECK(append_unless(source.get(), "mail:a@b", "9")->first == position{3});
    CHECK(append_unless(source.get(), "mail:a@b", "10").error() == error_kind::condition_failed);
}

TEMPLATE_TEST_CASE("what makes no sense is refused, and nothing of the act is recorded", "[retention]", in_memory,
                   in_plain_files) {
    TestType source;
    auto& store = source.get();
    for (int i = 0; i < 3; ++i) REQUIRE(append(store, "7", "a"));
    REQUIRE(append(store, "8", "b"));
    const auto refused = [&](std::vector<stream_cut> cuts, error_kind kind, retention_note note = {}) {
        const auto done = store.retain({cuts, note});
        REQUIRE_FALSE(done.has_value());
        CHECK(done.error() == kind);
        CHECK(log_of(store).size() == 4);
        REQUIRE(store.read_acts([](const retention_act&) {
            FAIL("an act was recorded");
            return true;
        }));
        return done.error().text();
    };
    using enum error_kind;
    const stream_cut good{{"account", "8"}, none_kept};
    CHECK(refused({good, {{"account", "7"}, version{4}}}, invalid_argument)
              .find("is at version 3 and cannot be cut to version 4") != std::string::npos);
    refused({good, {{"account", "7"}, version{0}}}, invalid_argument);
    refused({good, {{"account", "9"}, none_kept}}, invalid_argument);
    refused({good, {{"account", "9"}, version{2}}}, invalid_argument);
    refused({good, {{"account", "9"}, version{1}}}, invalid_argument);
    refused({good, good}, invalid_argument);
    refused({good, {{"", "9"}, version{2}}}, invalid_argument);
    refused({good, {{"account", std::string_view(std::string(2000, 'x'))}, version{2}}}, too_large);
    refused({}, invalid_argument);
    const std::string longest(1025, 'x');
    refused({good}, too_large, {.source = std::string_view(longest).substr(0, 256)});
    refused({good}, too_large, {.reason = longest});
    CHECK(store.retain({std::vector{good, stream_cut{{"account", "7"}, version{1}}}}).has_value());
    CHECK(log_of(store).size() == 3);
}

// A model beside the store: what is asked of both has one answer, in every order of acts, appends and reopening.
TEMPLATE_TEST_CASE("cuts and appends in any order leave what a simple list would", "[retention]", in_memory,
                   in_plain_files, in_clustered_files) {
    std::mt19937 random(20261121);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    TestType source;
    std::map<std::string, std::vector<seen_event>> streams;
    std::map<std::string, std::uint64_t> first;
    std::vector<seen_event> log;
    std::vector<std::set<std::string>> tags;
    std::size_t acts = 0;
    const auto is_kept = [&](const seen_event& each) {
        const auto at = first.find(each.key);
        return at == first.end() || each.version >= at->second;
    };
    for (int step = 0; step < 3000; ++step) {
        const std::string key = "k" + std::to_string(below(60));
        auto& stream = streams[key];
        if (below(10) < 7) {
            const std::string payload = std::string(below(60), 'x') + std::to_string(step);
            const std::string tag = "t:" + std::to_string(below(5));
            const auto done = append(source.get(), key, payload, tag);
            if (first[key] == none_kept.value) {
                REQUIRE(done.error() == error_kind::stream_deleted);
                continue;
            }
            REQUIRE(done.has_value());
            stream.push_back({log.size() + 1, key, stream.size() + 1, payload});
            log.push_back(stream.back());
            tags.push_back({tag});
        } else if (below(20) == 0 && !stream.empty()) {
            REQUIRE(delete_stream(source.get(), {"account", key}));
            acts += first[key] != none_kept.value;
            first[key] = none_kept.value;
        } else if (!stream.empty() && first[key] != none_kept.value) {
            const std::uint64_t to = 1 + below(static_cast<std::uint32_t>(stream.size()));
            REQUIRE(truncate(source.get(), {"account", key}, version{to}));
            if (first[key] == 0) first[key] = 1;
            if (to > first[key]) {
                first[key] = to;
                ++acts;
            }
        }
        if (below(100) == 0) source.reopen();
        if (below(150) == 0) source.scrub();
        if (step % 100 != 99) continue;

        std::vector<seen_event> wanted;
        std::vector<seen_event> tagged;
        for (std::size_t i = 0; i < log.size(); ++i)
            if (is_kept(log[i])) {
                wanted.push_back(log[i]);
                if (tags[i].count("t:1") != 0) tagged.push_back(log[i]);
            }
        REQUIRE(log_of(source.get()) == wanted);
        const std::string_view tag[] = {"t:1"};
        REQUIRE(log_of(source.get(), {.tags = tag}) == tagged);
        for (const auto& [name, events] : streams) {
            if (first[name] == none_kept.value) continue;
            std::vector<seen_event> own;
            for (const seen_event& each : events)
                if (is_kept(each)) own.push_back(each);
            REQUIRE(stream_of(source.get(), name) == own);
        }
        std::size_t recorded = 0;
        REQUIRE(source.get().read_acts([&](const retention_act&) { return ++recorded != 0; }));
        REQUIRE(recorded == acts);
    }
    REQUIRE(acts > 100);
}

TEST_CASE("one act cuts many streams, or none after a crash", "[retention]") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
    {
        auto store = file_store::open("s", options).value();
        for (int i = 0; i < 300; ++i) REQUIRE(append(store, std::to_string(i), "x"));
    }
    std::vector<std::string> names;
    std::vector<stream_cut> cuts;
    for (int i = 0; i < 300; ++i) names.push_back(std::to_string(i));
    for (const std::string& each : names) cuts.push_back({{"account", each}, none_kept});
    bool has_failed = false;
    bool has_worked = false;
    for (std::uint64_t at = 0; !has_worked; ++at) {
        auto broken = disk.copy();
        broken->fail_call(at, ENOSPC);
        file_options with = options;
        with.device = *broken;
        auto store = file_store::open("s", with);
        if (!store) continue;
        const auto done = store->retain({cuts});
        has_failed |= !done;
        has_worked = broken->calls() < at;
        if (done) CHECK(log_of(*store).empty());
        if (!done && done.error() != error_kind::outcome_unknown) CHECK(log_of(*store).size() == 300);
        broken->lose_process();
        *store = file_store::open("s", with).value();
        const std::size_t left = log_of(*store).size();
        CHECK((left == 0 || (left == 300 && !done)));
    }
    CHECK(has_failed);
}

TEST_CASE("a reader in another process learns of an act without an event", "[retention]") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk}).value();
    for (int i = 0; i < 200; ++i) REQUIRE(append(store, std::to_string(i % 10), "x"));
    const auto reader = file_store::open("s", {.clock = clock, .read_only = true, .device = disk}).value();
    CHECK(log_of(reader).size() == 200);
    REQUIRE(delete_stream(store, {"account", "3"}));
    CHECK(log_of(reader).size() == 180);
    CHECK(reader.version_of({"account", "3"}).error() == error_kind::stream_deleted);
    REQUIRE(truncate(store, {"account", "4"}, version{20}));
    CHECK(stream_of(reader, "4").size() == 1);
    const auto late = file_store::open("s", {.clock = clock, .read_only = true, .device = disk}).value();
    CHECK(log_of(late) == log_of(store));
}

TEST_CASE("readers go on while streams are cut, and get nothing twice and nothing before a cut behind it",
          "[retention]") {
    const auto race = [](auto& store) {
        for (int i = 0; i < 40; ++i)
            for (int k = 0; k < 50; ++k) REQUIRE(append(store, std::to_string(k), "x"));
        std::atomic<bool> done{false};
        std::atomic<int> wrong{0};
        std::vector<std::thread> readers;
        for (int t = 0; t < 3; ++t)
            readers.emplace_back([&, t] {
                std::mt19937 random(static_cast<unsigned>(t));
                while (!done.load()) {
                    const std::string key = std::to_string(random() % 50);
                    std::uint64_t next = 0;
                    const auto read = store.read_stream({"account", key}, {}, [&](const record_view& r) {
                        if (next != 0 && r.version().value != next && r.version().value % 10 != 1) ++wrong;
                        if (next == 0 && r.version().value % 10 != 1) ++wrong;
                        next = r.version().value + 1;
                        return true;
                    });
                    if (!read && read.error() != error_kind::stream_deleted) ++wrong;
                    if (read && next != 41) ++wrong;
                }
            });
        for (const std::uint64_t to : {11U, 21U, 31U})
            for (int k = 0; k < 50; ++k)
                if (!truncate(store, {"account", std::to_string(k)}, version{to})) ++wrong;
        for (int k = 0; k < 25; ++k)
            if (!delete_stream(store, {"account", std::to_string(k)})) ++wrong;
        done = true;
        for (std::thread& each : readers) each.join();
        CHECK(wrong == 0);
        CHECK(log_of(store).size() == 25 * 10);
    };
    memory_store memory;
    race(memory);
    testing::faulty_device disk;
    auto files = file_store::open("s", {.segment_bytes = segment_bytes_min, .device = disk}).value();
    race(files);
}

TEMPLATE_TEST_CASE("a read that is under way ends where its stream is deleted, and skips what is cut", "[retention]",
                   in_memory, in_plain_files) {
    TestType source;
    auto& store = source.get();
    for (int i = 0; i < 50; ++i) REQUIRE(append(store, "7", "a"));
    for (int i = 0; i < 50; ++i) REQUIRE(append(store, "8", "a"));
    std::uint64_t last = 0;
    int looked = 0;
    auto read = store.read_stream({"account", "7"}, {}, [&](const record_view& r) {
        last = r.version().value;
        if (++looked == 10) REQUIRE(truncate(store, {"account", "7"}, version{41}));
        return true;
    });
    CHECK(read.has_value());
    CHECK(last == 50);
    CHECK(looked == 20);
    looked = 0;
    read = store.read_stream({"account", "8"}, {.order = direction::backwards}, [&](const record_view&) {
        if (++looked == 10) REQUIRE(delete_stream(store, {"account", "8"}));
        return true;
    });
    CHECK(looked == 10);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == error_kind::stream_deleted);
}
