// What snapshots promise, against chance: whatever they, their stores and the log go through, a load gives what a replay gives.

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/books.hpp"
#include "sillok/codec/binary.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/command/summaries.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/stored_snapshots.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;
using books::add;
using books::book;
using books::close_book;
using library = sillok::repository<book>;

namespace {

// The seed of a random test: the one in SILLOK_SEED, or another one each time.
std::uint64_t chosen_seed() {
    const char* const given = std::getenv("SILLOK_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

struct in_memory {
    testing::manual_clock clock;
    memory_store store{clock};
    memory_store& get() { return store; }
    void reopen(std::uint64_t) {}
};
struct in_files {
    testing::manual_clock clock;
    testing::faulty_device disk;
    std::optional<file_store> store;
    in_files() { reopen(1); }
    file_store& get() { return *store; }
    void reopen(std::uint64_t luck) {
        if (luck % 3 == 0) disk.lose_power(luck);
        file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
        if (!store) store.emplace(file_store::open("s", options).value());
        static_cast<void>(store->close());
        store.emplace(file_store::open("s", options).value());
    }
};

// A store of snapshots that forgets, fails and lies. What it makes up has a state that nobody would overlook.
class lying_snapshots {
public:
    lying_snapshots(snapshot_store_ref inner, std::uint64_t seed) : inner_(inner), random_(seed) {
        book wrong;
        wrong.sum = -666;
        wrong.entries = 666;
        binary_codec::encode(wrong, wrong_);
    }

    result<void> save(const snapshot& fresh) {
        switch (random_() % 12) {
            case 0: return error(error_kind::io, "no");
            case 1: return {};
            default: return inner_.save(fresh);
        }
    }
    result<bool> load(stream_view stream, snapshot_visitor visit) const {
        const auto luck = random_() % 30;
        if (luck == 0) return error(error_kind::io, "no");
        if (luck == 1) return false;
        return inner_.load(stream, [&](snapshot kept) {
            const auto by = 1 + random_() % 3;
            if (luck >= 2 && luck <= 9) kept.state = wrong_.view();
            if (luck == 2) kept.fingerprint ^= 1;
            if (luck == 3) kept.event.octets[15] ^= 1;
            if (luck == 4) kept.version.value += by;
            if (luck == 5) kept.version.value -= by < kept.version.value ? by : 0;
            if (luck == 5) kept.event.octets[3] ^= 1;
            if (luck == 6) kept.position.value += by;
            if (luck == 7) kept.time.nanoseconds -= 1;
            if (luck == 8) kept.first.value += by;
            if (luck == 9) kept.stream.key = "another";
            if (luck == 10) kept.state = kept.state.first(random_() % kept.state.size());
            if (luck == 11) kept.state = {};
            visit(kept);
        });
    }
    result<void> drop(stream_view stream) {
        switch (random_() % 6) {
            case 0: return error(error_kind::io, "no");
            case 1: return {};
            default: return inner_.drop(stream);
        }
    }

private:
    snapshot_store_ref inner_;
    mutable std::mt19937_64 random_;
    byte_buffer wrong_;
};

std::string text_of(const result<loaded<book>>& answer) {
    if (!answer) return to_string(answer.error());
    const book& b = answer->state;
    std::string text = "version " + std::to_string(answer->version.value) + ": " + std::to_string(b.sum) + ' ' +
                       std::to_string(b.entries) + ' ' + std::to_string(b.mix) + ' ' + b.last;
    for (const auto each : b.amounts) text += ' ' + std::to_string(each);
    return text;
}

// One course of chance over a log of that kind, with snapshots in memory, in the log, and beside it.
template <class Log>
struct course {
    explicit course(std::uint64_t seed) : random(seed), liar(stored_beside, seed + 1) {
        const snapshot_cadence cadences[] = {{.events = 1 + random() % 9},
                                             {.age = std::chrono::seconds(1 + random() % 50)},
                                             {.bytes = 1 + random() % 200},
                                             {.events = 50, .age = std::chrono::seconds(80), .bytes = 400}};
        const snapshot_store_ref stores[] = {in_room, stored_in_log, stored_beside, liar};
        for (const snapshot_store_ref& kept : stores)
            for (const std::size_t cached : {0U, 2U})
                libraries.push_back(std::make_unique<library>(log.get(), snapshots{kept, cadences[random() % 4]},
                                                              repository_options{.cached_max = cached}));
    }

    void step() {
        log.clock.advance(std::chrono::seconds(random() % 20));
        key = std::string(1, static_cast<char>('1' + random() % 4));
        library& one = *libraries[random() % libraries.size()];
        const auto what = random() % 100;
        if (what < 60) {
            static_cast<void>(one.execute(key, add{static_cast<std::int64_t>(random() % 100), "by command"}));
        } else if (what < 75) {  // by somebody else, in an old version
            const std::string payload = {static_cast<char>(random() % 100), 0, 0, 0};
            const new_event old{.type = {"entry.added", 1}, .payload = as_bytes(payload)};
            const std::vector<new_event> many(1 + random() % 12, old);
            const stream_append to{{"book", key}, any_version{}, many};
            static_cast<void>(log.get().append({.streams = {&to, 1}}));
        } else if (what < 80) {
            static_cast<void>(one.execute(key, close_book{}));
        } else if (what < 82) {
            if (truncate_to_summary<book>(log.get(), key)) was_cut.insert(key);
        } else if (what < 83 && random() % 4 == 0) {
            const auto end = log.get().version_of({"book", key});
            if (end && end->value > 0 && truncate(log.get(), {"book", key}, {1 + random() % end->value}))
                was_cut.insert(key);
        } else if (what < 84 && random() % 20 == 0) {
            if (delete_stream(log.get(), {"book", key})) was_cut.insert(key);
        } else if (what < 87) {
            log.reopen(random());
        } else if (what < 90) {  // another program, of another state
            sillok::repository<books::with_average>(log.get(), snapshots{stored_beside, {.events = 1}})
                .load(key)
                .has_value();
        } else if (what < 92) {  // and one whose log had the same name
            memory_store other;
            library twin(other, snapshots{in_room, {.events = 1}});
            for (auto left = random() % 40; left > 0; --left) twin.execute(key, add{7, "of another log"}).value();
            twin.load(key).value();
        } else if (what < 94) {
            damage();
        } else {
            compare(one);
        }
    }

    // Changes a byte of the snapshot that is there, as a new event behind it.
    void damage() {
        const std::string category = snapshot_category("book");
        store_ref kept_in = random() % 2 == 0 ? store_ref(log.get()) : store_ref(beside);
        byte_buffer bytes;
        static_cast<void>(kept_in.read_stream({category, key}, {.order = direction::backwards, .limit = 1},
                                              [&](const record_view& r) { return bytes.append(r.payload()), true; }));
        if (bytes.empty()) return;
        bytes.data()[random() % bytes.size()] ^= static_cast<std::byte>(1 + random() % 255);
        const new_event event{.type = snapshot_event, .payload = bytes.view()};
        const stream_append to{{category, key}, any_version{}, {&event, 1}};
        REQUIRE(kept_in.append({.streams = {&to, 1}}));
    }

    void compare(const library& one) {
        const library plain(log.get());
        const auto same = [&](auto... upto) {
            const std::string wanted = text_of(plain.load(key, upto...));
            CHECK(text_of(one.load(key, upto...)) == wanted);
            ++compared;
        };
        // What is cached is not asked whether what it is made of was cut meanwhile.
        if (one.options().cached_max == 0 || !was_cut.contains(key)) same();
        const auto end = log.get().version_of({"book", key}).value_or(version{50}).value;
        for (int i = 0; i < 3; ++i) same(at_version{random() % (end + 3)});
        for (int i = 0; i < 3; ++i)
            same(as_at{
                timestamp{log.clock.now().nanoseconds - static_cast<std::int64_t>(random() % 2'000) * 1'000'000'000}});
    }

    std::mt19937_64 random;
    Log log;
    memory_store beside{log.clock};
    memory_snapshots in_room{1'500};
    stored_snapshots stored_in_log{log.get()};
    stored_snapshots stored_beside{beside};
    lying_snapshots liar;
    std::vector<std::unique_ptr<library>> libraries;
    std::set<std::string> was_cut;
    std::string key;
    std::uint64_t compared = 0;
};

}  // namespace

TEMPLATE_TEST_CASE("a load with snapshots gives what a replay gives, whatever happens to them", "", in_memory,
                   in_files) {
    const std::uint64_t seed = chosen_seed();
    INFO("SILLOK_SEED=" << seed);
    std::printf("SILLOK_SEED=%llu\n", static_cast<unsigned long long>(seed));
    snapshot_counts all;
    std::uint64_t compared = 0;
    for (std::uint64_t run = 0; run < 12; ++run) {
        course<TestType> one(seed + run);
        INFO("run " << run);
        for (int step = 0; step < 600; ++step) one.step();
        for (const auto& each : one.libraries) {
            for (const char* key : {"1", "2", "3", "4"}) {
                one.key = key;
                one.compare(*each);
            }
            const snapshot_counts counts = each->snapshot_counts();
            all.used += counts.used;
            all.saved += counts.saved;
            all.stale += counts.stale;
            all.failed += counts.failed;
        }
        compared += one.compared;
    }
    // The course went through all of it.
    CHECK(compared > 5'000);
    CHECK(all.used > 800);
    CHECK(all.saved > 500);
    CHECK(all.stale > 500);
    CHECK(all.failed > 100);
}

TEST_CASE("a snapshot is never of what a loss of power took, and never taken for what came in its place") {
    const std::uint64_t seed = chosen_seed();
    INFO("SILLOK_SEED=" << seed);
    std::printf("SILLOK_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    std::uint64_t lost = 0;
    std::uint64_t used = 0;
    for (int run = 0; run < 40; ++run) {
        testing::manual_clock clock;
        testing::faulty_device disk;
        const file_options options{
            .clock = clock, .segment_bytes = segment_bytes_min, .durability = lose_unsynced{}, .device = disk};
        auto log = file_store::open("s", options).value();
        memory_snapshots kept;
        const library plain(log, {.cached_max = 3});
        const library cached(log, snapshots{kept, {.events = 3}}, {.cached_max = 3});
        const library uncached(log, snapshots{kept, {.events = 5}});
        for (int crash = 0; crash < 8; ++crash) {
            const auto text = "history " + std::to_string(crash);
            for (auto left = random() % 60; left > 0; --left) {
                const std::string key(1, static_cast<char>('1' + random() % 2));
                const auto& one = random() % 2 == 0 ? cached : uncached;
                one.execute(key, add{1 + static_cast<std::int64_t>(random() % 50), text}).value();
                if (random() % 10 == 0) REQUIRE(log.sync());
                if (random() % 10 == 0) one.load(key).value();
                const auto end = log.last(horizon::durable);
                for (const char* each : {"1", "2"})
                    kept.load({"book", each}, [&](const snapshot& seen) { CHECK(seen.position <= end); }).value();
            }
            const auto before = log.last(horizon::visible);
            disk.lose_power(random());
            static_cast<void>(log.close());
            log = file_store::open("s", options).value();
            lost += before.value - log.last(horizon::visible).value;
            for (const char* key : {"1", "2"}) {
                kept.load({"book", key},
                          [&](const snapshot& seen) {
                              bool is_there = false;
                              log.read_stream({"book", key}, {.from = seen.version, .limit = 1},
                                              [&](const record_view& r) {
                                                  is_there = r.version() == seen.version && r.id() == seen.event;
                                                  return true;
                                              })
                                  .value();
                              CHECK(is_there);
                          })
                    .value();
                CHECK(text_of(uncached.load(key)) == text_of(library(log).load(key)));
            }
        }
        CHECK(uncached.snapshot_counts().stale == 0);
        used += uncached.snapshot_counts().used;
    }
    CHECK(lost > 500);
    CHECK(used > 500);
}
