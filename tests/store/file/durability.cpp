#include "sillok/store/file/durability.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../file_recovery.hpp"

using namespace sillok;
using namespace std::chrono_literals;
using recovery_tests::read;

namespace {

// A disk whose syncs take a while, so that others get to wait for them.
struct slow_disk : testing::faulty_device {
    std::atomic<unsigned> syncs{0};

    io_outcome sync_data(int file) {
        ++syncs;
        std::this_thread::sleep_for(1ms);
        return faulty_device::sync_data(file);
    }
};

// A disk on which something happens around a call, once.
struct watched_disk : testing::faulty_device {
    std::function<void()> before_sync;
    std::function<void(const io_outcome&)> behind_sync;
    std::function<void()> behind_read;

    io_outcome sync_data(int file) {
        if (auto act = std::exchange(before_sync, nullptr)) act();
        const io_outcome synced = faulty_device::sync_data(file);
        if (auto act = std::exchange(behind_sync, nullptr)) act(synced);
        return synced;
    }
    io_outcome read(int file, void* to, std::size_t bytes, std::uint64_t offset) {
        const io_outcome done = faulty_device::read(file, to, bytes, offset);
        if (done.ok() && offset > large)
            if (auto act = std::exchange(behind_read, nullptr)) act();
        return done;
    }
    static constexpr std::size_t large = 1'000'000;
};

result<receipt> append(file_store& store, const std::string& key, const std::string& payload) {
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{{"account", key}, any_version{}, {&event, 1}};
    return store.append({.streams = {&to, 1}});
}

// The events of stream a.
std::size_t count(const file_store& store, horizon upto) {
    std::size_t seen = 0;
    CHECK(
        store.read_stream({"account", "a"}, {.from = {}, .upto = upto}, [&](const record_view&) { return ++seen != 0; })
            .has_value());
    return seen;
}

// What `threads` were told when each of them appended `events`.
struct answers {
    std::atomic<unsigned> acknowledged{0};
    std::atomic<unsigned> unknown{0};
    std::atomic<unsigned> refused{0};
    std::atomic<unsigned> not_durable{0};
    std::vector<std::set<std::string>> kept;
};

void race(file_store& store, unsigned threads, unsigned events, answers& seen) {
    seen.kept.resize(threads);
    std::vector<std::thread> racers;
    for (unsigned t = 0; t < threads; ++t)
        racers.emplace_back([&, t] {
            for (unsigned e = 0; e < events; ++e) {
                const std::string payload = std::to_string(t) + '/' + std::to_string(e);
                const auto done = append(store, std::to_string(t), payload);
                if (done) {
                    ++seen.acknowledged;
                    seen.kept[t].insert(payload);
                    if (store.last(horizon::durable) < done->last) ++seen.not_durable;
                } else if (done.error() == error_kind::outcome_unknown) {
                    ++seen.unknown;
                } else {
                    ++seen.refused;
                }
            }
        });
    for (std::thread& each : racers) each.join();
}

bool are_all_there(const answers& seen, const file_store& store) {
    const auto now = read(store);
    const std::set<std::string> found(now.begin(), now.end());
    for (const auto& each : seen.kept)
        for (const std::string& payload : each)
            if (!found.contains(payload)) return false;
    return true;
}

}  // namespace

TEST_CASE("appends of many threads share a sync, and each is durable when it is acknowledged") {
    constexpr unsigned threads = 8;
    constexpr unsigned events = 25;
    slow_disk disk;
    answers seen;
    {
        auto store = file_store::open("s", {.segment_bytes = segment_bytes_min, .device = disk}).value();
        const unsigned before = disk.syncs;
        race(store, threads, events, seen);
        CHECK(disk.syncs - before < threads * events / 2);
        CHECK(seen.acknowledged == threads * events);
        CHECK(seen.not_durable == 0);
        disk.lose_power(7);
    }
    const auto store = file_store::open("s", {.device = disk}).value();
    CHECK(are_all_there(seen, store));
}

TEST_CASE("P5: a shared sync or a write that fails is unknown to all who waited for it, and nothing more is written") {
    unsigned unknown = 0;
    for (std::uint64_t call = 5; call < 45; ++call) {
        slow_disk disk;
        answers seen;
        {
            auto store = file_store::open("s", {.device = disk}).value();
            disk.fail_call(call, EIO);
            race(store, 4, 10, seen);
            const position reached = store.last(horizon::visible);
            CHECK(reached == store.last(horizon::durable));
            CHECK(read(store).size() == reached.value);
            CHECK(are_all_there(seen, store));
            if (seen.unknown > 0) CHECK_FALSE(append(store, "late", "late").has_value());
        }
        CHECK(seen.acknowledged + seen.unknown + seen.refused == 40);
        unknown += seen.unknown;
        disk.lose_power(call);
        const auto store = file_store::open("s", {.device = disk}).value();
        CHECK(are_all_there(seen, store));
    }
    CHECK(unknown > 20);
}

TEST_CASE("what may be lost is what the name says, and what is left is a prefix") {
    std::size_t lost = 0;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        testing::faulty_device disk;
        std::vector<std::string> written;
        {
            auto store = file_store::open("s", {.durability = lose_unsynced{}, .device = disk}).value();
            for (int n = 0; n < 40; ++n) {
                written.push_back(recovery_tests::payload_of(n, 200));
                REQUIRE(append(store, "a", written.back()).has_value());
                CHECK(store.last(horizon::visible) == position{written.size()});
                if (n == 20) {
                    CHECK(store.last(horizon::durable) == position{0});
                    CHECK(count(store, horizon::visible) == 21);
                    CHECK(count(store, horizon::durable) == 0);
                    REQUIRE(store.sync().has_value());
                    CHECK(count(store, horizon::durable) == 21);
                    CHECK(store.last(horizon::durable) == position{21});
                }
            }
            CHECK(read(store) == written);
            disk.lose_power(seed);
        }
        const auto now = read(file_store::open("s", {.device = disk}).value());
        REQUIRE(now.size() >= 21);
        CHECK(std::equal(now.begin(), now.end(), written.begin()));
        lost += written.size() - now.size();
    }
    CHECK(lost > 0);
}

TEST_CASE("a kill takes nothing that was acknowledged, whatever the durability") {
    for (const durability chosen : {durability(durable{}), durability(lose_recent{1h}), durability(lose_unsynced{})}) {
        testing::faulty_device disk;
        {
            auto store = file_store::open("s", {.durability = chosen, .device = disk}).value();
            for (int n = 0; n < 10; ++n) REQUIRE(append(store, "a", std::to_string(n)).has_value());
            disk.lose_process();
        }
        CHECK(read(file_store::open("s", {.device = disk}).value()).size() == 10);
    }
}

TEST_CASE("who may lose the recent syncs with the first append behind the interval") {
    slow_disk disk;
    auto store = file_store::open("s", {.durability = lose_recent{50ms}, .device = disk}).value();
    REQUIRE(append(store, "a", "1").has_value());
    CHECK(store.last(horizon::durable) == position{0});
    CHECK(store.last(horizon::visible) == position{1});
    std::this_thread::sleep_for(60ms);
    REQUIRE(append(store, "a", "2").has_value());
    CHECK(store.last(horizon::durable) == position{2});
    const unsigned before = disk.syncs;
    REQUIRE(append(store, "a", "3").has_value());
    CHECK(disk.syncs == before);
    REQUIRE(store.close().has_value());
    CHECK(store.last(horizon::durable) == position{3});
}

TEST_CASE("who waits for what is durable wakes with the sync") {
    slow_disk disk;
    auto store = file_store::open("s", {.durability = lose_unsynced{}, .device = disk}).value();
    position seen;
    std::thread waiter([&] { seen = store.wait({}, horizon::durable, 10s).value(); });
    REQUIRE(append(store, "a", "1").has_value());
    CHECK(store.wait({}, horizon::visible, 10s).value() == position{1});
    CHECK(store.wait({}, horizon::durable, 5ms).value() == position{0});
    REQUIRE(store.sync().has_value());
    waiter.join();
    CHECK(seen == position{1});
}

TEST_CASE("P5: behind a sync that failed no other one believes that all is well") {
    for (const bool by_close : {true, false}) {
        watched_disk disk;
        auto store =
            std::make_optional(file_store::open("s", {.segment_bytes = segment_bytes_min, .device = disk}).value());
        REQUIRE(append(*store, "a", std::string(1000, 'a')).has_value());
        std::atomic<bool> has_failed{false};
        disk.before_sync = [&] { disk.fail_call(1, EIO); };
        disk.behind_sync = [&](const io_outcome& synced) {
            has_failed = !synced.ok();
            std::this_thread::sleep_for(50ms);  // the thread whose call it was is slow to hear of it
        };
        std::optional<result<receipt>> failed;
        std::thread appends([&] { failed = append(*store, "b", "b"); });
        while (!has_failed) std::this_thread::sleep_for(1ms);
        if (by_close) {
            CHECK_FALSE(store->close().has_value());
        } else {
            CHECK_FALSE(append(*store, "c", std::string(6000, 'c')).has_value());
        }
        appends.join();
        CHECK(failed->error() == error_kind::outcome_unknown);
        CHECK(store->last(horizon::durable) == position{1});
        store.reset();
        disk.lose_power(3);
        const auto again = file_store::open("s", {.device = disk});
        REQUIRE(again.has_value());
        CHECK(read(*again).size() >= 1);
    }
}

TEST_CASE("P9: a writer that goes on while another process opens the store does not look like damage") {
    watched_disk disk;
    auto writer = file_store::open("s", {.device = disk}).value();
    REQUIRE(append(writer, "a", std::string(watched_disk::large + 500'000, 'a')).has_value());
    // The reader has seen zeros where the next frame goes, and then sees what was written far behind it.
    disk.behind_read = [&] {
        for (int n = 0; n < 3; ++n) static_cast<void>(append(writer, "a", std::string(150'000, 'b')).value());
    };
    const auto reader = file_store::open("s", {.read_only = true, .device = disk}).value();
    CHECK(reader.report().damage.empty());
    CHECK(read(reader).size() == reader.last(horizon::durable).value);
    CHECK(reader.last(horizon::durable) >= position{1});
}

TEST_CASE("who waits for events of a store that has ended is told so at once") {
    watched_disk disk;
    auto store = file_store::open("s", {.durability = lose_unsynced{}, .device = disk}).value();
    REQUIRE(append(store, "a", "1").has_value());
    std::optional<result<position>> seen;
    std::thread waiter([&] { seen = store.wait({}, horizon::durable, 60s); });
    REQUIRE(store.close().has_value());
    waiter.join();
    CHECK(seen->value() == position{1});

    auto failing = file_store::open("t", {.durability = lose_unsynced{}, .device = disk}).value();
    REQUIRE(append(failing, "a", "1").has_value());
    disk.before_sync = [&] { disk.fail_call(1, EIO); };
    waiter = std::thread([&] { seen = failing.wait({}, horizon::durable, 60s); });
    CHECK_FALSE(failing.sync().has_value());
    waiter.join();
    CHECK(seen->error() == error_kind::closed);
    CHECK(failing.last(horizon::visible) == position{0});
}

TEST_CASE("what rests on an append whose sync goes on is settled with it") {
    watched_disk disk;
    auto store = file_store::open("s", {.device = disk}).value();
    std::atomic<bool> may_go_on{false};
    std::atomic<bool> has_begun{false};
    disk.before_sync = [&] {
        has_begun = true;
        while (!may_go_on) std::this_thread::sleep_for(1ms);
    };
    std::thread appends([&] { static_cast<void>(append(store, "a", "1").value()); });
    while (!has_begun) std::this_thread::sleep_for(1ms);
    CHECK(store.last(horizon::visible) == position{1});
    std::atomic<bool> is_settled{false};
    std::thread settles([&] {
        static_cast<void>(store.settle(position{1}).value());
        is_settled = true;
    });
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(is_settled);
    may_go_on = true;
    appends.join();
    settles.join();
    CHECK(store.last(horizon::durable) == position{1});
}
