#pragma once
// The laws of stores that only show when threads race.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "sillok/store/event_store.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing::laws {

// Runs `work(0)` … `work(threads - 1)` at once and waits for all of them.
template <class Work>
void race(unsigned threads, Work work) {
    std::atomic<unsigned> ready{0};
    std::vector<std::thread> racing;
    racing.reserve(threads);
    for (unsigned i = 0; i < threads; ++i)
        racing.emplace_back([&, i] {
            ++ready;
            while (ready.load() < threads) std::this_thread::yield();
            work(i);
        });
    for (std::thread& each : racing) each.join();
}

inline constexpr unsigned racers = 4;

struct leaving {
    std::atomic<unsigned>& of;
    ~leaving() { --of; }
};

// Every thread counts up the same stream, each time at the version it saw; meanwhile one reads the log as it grows.
inline void no_update_is_lost_and_no_reader_sees_a_gap(store_probe& p) {
    constexpr std::uint64_t each_appends = 50;
    constexpr std::uint64_t all = racers * each_appends;
    const stream_view s{"counter", "1"};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> wrong_place{0};
    std::atomic<unsigned> writing{racers};
    std::uint64_t read_in_all = 0;
    race(racers + 1, [&](unsigned i) {
        if (i == racers) {
            std::uint64_t& at = read_in_all;
            for (;;) {
                const bool is_over = writing.load() == 0;
                const auto more =
                    p.store.wait(position{at}, horizon::visible, std::chrono::milliseconds(is_over ? 0 : 50));
                if (!more || (more->value <= at && is_over)) return;
                const auto read = p.store.read_all({.from = {at + 1}}, [&](const record_view& r) {
                    if (r.position().value != ++at || r.version().value != at) ++wrong_place;
                    return true;
                });
                if (!read || (is_over && at < more->value)) return;
            }
        }
        const leaving mark{writing};
        for (std::uint64_t done = 0; done < each_appends;) {
            const auto at = p.store.version_of(s);
            const new_event event{.type = {"counter.raised", 1}, .payload = {}};
            const stream_append to{s, exactly{at ? *at : version{}}, {&event, 1}};
            const auto appended = at ? p.store.append({.streams = {&to, 1}}) : result<receipt>(at.error());
            if (appended) {
                ++done;
                ++accepted;
            } else if (appended.error().kind() != error_kind::conflict) {
                ++failed;
                return;
            }
        }
    });
    p.expect_equal(version{failed.load()}, version{0}, "appends that failed for another reason than a conflict");
    p.expect_equal(version{wrong_place.load()}, version{0}, "events that a reader of the growing log saw out of place");
    p.expect_equal(position{read_in_all}, position{all}, "events that a reader of the growing log saw");
    p.expect_equal(p.version_of(s), version{accepted.load()},
                   "version after racing, against the number of appends that were accepted");
    std::uint64_t at = 0;
    for (const kept_event& each : p.stream(s))
        p.expect_equal(each.version, version{++at}, "version in a stream that was raced for");
    p.expect_equal(version{at}, version{all}, "events in a stream that was raced for");
}

// All threads append at one version, round after round: one of them wins each.
inline void of_those_who_expect_one_version_one_wins(store_probe& p) {
    for (std::uint64_t round = 0; round < 25; ++round) {
        std::atomic<unsigned> winners{0};
        race(racers, [&](unsigned) {
            const new_event event{.type = {"counter.raised", 1}, .payload = {}};
            const stream_append to{{"counter", "1"}, exactly{{round}}, {&event, 1}};
            if (p.store.append({.streams = {&to, 1}})) ++winners;
        });
        if (!p.expect_equal(std::size_t{winners.load()}, std::size_t{1}, "winners of a race for one version")) return;
    }
}

inline void of_those_who_want_one_tag_one_gets_it(store_probe& p) {
    for (std::uint64_t round = 0; round < 25; ++round) {
        const std::string tag = "tx:" + std::to_string(round);
        std::atomic<unsigned> winners{0};
        race(racers, [&](unsigned i) {
            const std::string key = std::to_string(i);
            const std::string_view tags[] = {tag};
            const none_tagged condition{tag};
            const new_event event{.type = {"tx.done", 1}, .payload = {}, .tags = tags};
            const stream_append to{{"account", key}, any_version{}, {&event, 1}};
            if (p.store.append({.streams = {&to, 1}, .conditions = {&condition, 1}})) ++winners;
        });
        if (!p.expect_equal(std::size_t{winners.load()}, std::size_t{1}, "winners of a race for one tag")) return;
    }
}

inline void of_those_who_bring_one_batch_one_records_it(store_probe& p) {
    for (std::uint8_t round = 1; round <= 25; ++round) {
        uuid batch;
        batch.octets[0] = round;
        std::atomic<unsigned> firsts{0};
        std::atomic<unsigned> repeated{0};
        race(racers, [&](unsigned) {
            const new_event event{.type = {"tx.done", 1}, .payload = {}};
            const stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
            if (const auto done = p.store.append({.streams = {&to, 1}, .batch = batch}))
                ++(done->repeated ? repeated : firsts);
        });
        if (!p.expect_equal(std::size_t{firsts.load()}, std::size_t{1}, "threads that recorded one batch first"))
            return;
        p.expect_equal(std::size_t{repeated.load()}, std::size_t{racers - 1}, "threads that got the first receipt");
    }
}

// Two threads answer each other's events. A wake-up that is missed would leave both waiting.
inline void no_wake_up_is_missed(store_probe& p) {
    constexpr std::uint64_t rounds = 200;
    constexpr std::chrono::seconds patience(2);
    std::atomic<bool> slept{false};
    race(2, [&](unsigned i) {
        for (std::uint64_t n = i; n < rounds && !slept.load(); n += 2) {
            const auto start = std::chrono::steady_clock::now();
            const auto turn =
                n == 0 ? result<position>(position{}) : p.store.wait(position{n - 1}, horizon::visible, patience);
            if (!turn || turn->value < n || std::chrono::steady_clock::now() - start >= patience) {
                slept = true;
                return;
            }
            const new_event event{.type = {"ball.hit", 1}, .payload = {}};
            const stream_append to{{"game", "1"}, any_version{}, {&event, 1}};
            static_cast<void>(p.store.append({.streams = {&to, 1}}));
        }
    });
    p.expect(!slept.load(), "a thread that waited was not woken by another thread's append");
}

}  // namespace sillok::testing::laws
