#include "sillok/command/snapshots.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "command/books.hpp"
#include "command/domain.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/stored_snapshots.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"
#include "store/counting_store.hpp"

using namespace sillok;
using books::add;
using books::book;
using books::close_book;
using library = sillok::repository<book>;

namespace {

constexpr stream_view first_book{"book", "1"};

void fill(const library& all, std::string_view key, int entries) {
    for (int i = 1; i <= entries; ++i) all.execute(key, add{i, "entry"}).value();
}
template <class Kept>
version kept_version(const Kept& kept, stream_view of = first_book) {
    version at{};
    kept.load(of, [&](const snapshot& seen) { at = seen.version; }).value();
    return at;
}

struct counting_store_that_knows : counting_store {
    result<version> first_kept(stream_view s) const { return inner.first_kept(s); }
};

template <class Aggregate>
std::uint64_t fingerprint() {
    return detail::state_fingerprint<Aggregate>();
}

}  // namespace

TEST_CASE("a load with a snapshot reads its event and what came behind it") {
    const auto records_of_a_load = [](auto& store, auto&... arguments) {
        memory_snapshots kept;
        const library all(store, snapshots{kept, {.events = 1'000}});
        fill(all, "1", 2'037);  // with snapshots at 1,000 and 2,000
        CHECK(kept_version(kept) == version{2'000});
        store.records = 0;
        store.reads = 0;
        CHECK(all.load("1", arguments...).value().version == version{2'037});
        CHECK(all.snapshot_counts().failed == 0);
        return store.records.load();
    };
    counting_store_that_knows store;
    CHECK(records_of_a_load(store) == 37 + 1);
    CHECK(store.reads == 1);
    at_version late(5'000);
    counting_store_that_knows another;
    CHECK(records_of_a_load(another, late) == 37 + 1);
    as_at then(timestamp{INT64_MAX});
    counting_store_that_knows third;
    CHECK(records_of_a_load(third, then) == 37 + 1);
    counting_store other;  // does not know from where on a stream is kept: its first event is read
    CHECK(records_of_a_load(other) == 37 + 2);
}

TEST_CASE("snapshots are taken by commands, with a cache and without, and by loads") {
    for (const std::size_t cached : {0U, 4U}) {
        memory_store store;
        memory_snapshots kept;
        const library all(store, snapshots{kept, {.events = 10}}, {.cached_max = cached});
        fill(all, "1", 55);
        CHECK(kept_version(kept).value >= 40);
        CHECK(all.snapshot_counts().saved >= 4);
        CHECK(all.snapshot_counts().saved <= 5);
        CHECK(all.snapshot_counts().stale == 0);
        CHECK(all.load("1").value()->sum == 55 * 56 / 2);

        fill(library(store), "2", 25);
        CHECK(all.load("2").value().version == version{25});
        CHECK(kept_version(kept, {"book", "2"}) == version{25});
        const auto used = all.snapshot_counts().used;
        library(store, snapshots{kept}).load("2").value();
        CHECK(all.snapshot_counts().used == used);
        CHECK_FALSE(all.execute("2", add{0, "nothing is rejected"}));
    }
}

TEST_CASE("a repository without snapshots has none to count") {
    memory_store store;
    const library all(store);
    fill(all, "1", 300);
    CHECK(all.snapshot_counts().saved == 0);
    CHECK(all.snapshot_counts().used == 0);
}

TEST_CASE("by default a snapshot is taken with every hundred events") {
    memory_store store;
    memory_snapshots kept;
    const library all(store, snapshots{kept});
    fill(all, "1", 100);
    CHECK(kept.size() == 0);
    all.load("1").value();
    CHECK(kept_version(kept) == version{100});
}

TEST_CASE("bytes are counted of events that are read and of those that are only applied") {
    for (const std::size_t cached : {0U, 4U}) {
        memory_store store;
        memory_snapshots kept;
        const library all(store, snapshots{kept, {.bytes = 1'000}}, {.cached_max = cached});
        for (int i = 0; i < 4; ++i) all.execute("1", add{1, std::string(300, 'x')}).value();
        all.load("1").value();
        CHECK(kept_version(kept) == version{4});
    }
}

TEST_CASE("time is measured from event to event") {
    for (const std::size_t cached : {0U, 4U}) {
        testing::manual_clock clock;
        memory_store store(clock);
        memory_snapshots kept;
        const library all(store, snapshots{kept, {.age = std::chrono::hours(24)}}, {.cached_max = cached});
        for (const int hours : {0, 23, 1, 23, 1}) {
            clock.advance(std::chrono::hours(hours));
            all.execute("1", add{1, ""}).value();
            const auto at = all.load("1").value().version.value;
            CHECK(kept_version(kept).value == (at < 3 ? 0 : at < 5 ? 3 : 5));
        }
    }
}

TEST_CASE("what is asked for of the past is never answered by a later snapshot") {
    testing::manual_clock clock;
    memory_store store(clock);
    memory_snapshots kept;
    const library all(store, snapshots{kept, {.events = 10}});
    for (int i = 1; i <= 25; ++i) {
        clock.set(timestamp{i * 1'000});
        all.execute("1", add{1, ""}).value();
    }
    REQUIRE(kept_version(kept) == version{20});
    for (std::uint64_t v = 0; v <= 30; ++v) {
        const std::uint64_t there = v < 25 ? v : 25;
        CHECK(all.load("1", at_version{v}).value().version == version{there});
        CHECK(all.load("1", at_version{v}).value()->sum == static_cast<std::int64_t>(there));
        CHECK(all.load("1", as_at{timestamp{static_cast<std::int64_t>(v) * 1'000 + 999}}).value().version ==
              version{there});
    }
    CHECK(all.as_of("1", 5, [](const auto&) { return 9; }).value().version == version{0});
    CHECK(all.snapshot_counts().stale == 0);
    CHECK(kept_version(kept) == version{20});
}

TEST_CASE("a snapshot whose event is not the one in the stream is dropped, and all is read") {
    testing::manual_clock clock;  // stands still, so that ids alone tell two events apart
    memory_store store(clock);
    fill(library(store), "1", 12);
    memory_snapshots kept;
    const library all(store, snapshots{kept, {.events = 12}});
    all.load("1").value();
    REQUIRE(kept_version(kept) == version{12});

    // The same stream in another store: as many events, of other ids; and fewer, and none.
    for (const int entries : {20, 12, 11, 0}) {
        memory_store other(clock);
        fill(library(other), "1", entries);
        kept.drop(first_book).value();
        all.load("1").value();
        REQUIRE(kept_version(kept) == version{12});
        const library misled(other, snapshots{kept, {.events = 1'000}});
        const auto now = misled.load("1").value();
        CHECK(now.version.value == static_cast<std::uint64_t>(entries));
        CHECK(now->sum == entries * (entries + 1) / 2);
        CHECK(misled.snapshot_counts().stale == 1);
        CHECK(misled.snapshot_counts().used == 0);
        CHECK(kept.size() == 0);
    }
}

TEST_CASE("a program that another state, event or meaning belongs to takes no snapshot of this one") {
    memory_store store;
    fill(library(store), "1", 12);
    memory_snapshots kept;
    const sillok::repository<books::with_average> other(store, snapshots{kept, {.events = 1}});
    CHECK(other.load("1").value()->average() == 6);
    REQUIRE(kept_version(kept) == version{12});
    const library all(store, snapshots{kept, {.events = 1}});
    CHECK(all.load("1").value()->sum == 78);
    CHECK(all.snapshot_counts().stale == 1);
    CHECK(kept_version(kept) == version{12});
    CHECK(all.load("1").value()->sum == 78);
    CHECK(all.snapshot_counts().used == 1);
    CHECK(other.load("1").value()->average() == 6);
    CHECK(other.snapshot_counts().stale == 1);

    // The same types, and another meaning.
    const sillok::repository<books::variant_of<books::book_events, 1>> later(store, snapshots{kept, {.events = 1}});
    const sillok::repository<books::variant_of<books::book_events, 2>> latest(store, snapshots{kept, {.events = 1}});
    for (int round = 0; round < 2; ++round) {
        CHECK(later.load("1").value()->something == 24);
        CHECK(latest.load("1").value()->something == 36);
    }
}

TEST_CASE(
    "a fingerprint is of the state, of every version of every event, of the summaries and of the version that is said") {
    const std::uint64_t fingerprints[] = {
        fingerprint<book>(),
        fingerprint<books::with_average>(),
        fingerprint<books::variant_of<books::book_events, 0>>(),
        fingerprint<books::variant_of<books::book_events, 1>>(),
        fingerprint<books::variant_of<books::renamed_events, 0>>(),
        fingerprint<books::variant_of<books::reordered_events, 0>>(),
        fingerprint<books::variant_of<books::one_version_events, 0>>(),
        fingerprint<books::variant_of<books::formerly_named_events, 0>>(),
        fingerprint<books::variant_of<books::retiring_events, 0>>(),
        fingerprint<books::variant_of<books::other_old_version_events, 0>>(),
        fingerprint<books::variant_of<books::book_events, 0, books::closed>>(),
        fingerprint<domain::account>(),
    };
    for (const std::uint64_t& a : fingerprints)
        for (const std::uint64_t& b : fingerprints) CHECK((a == b) == (&a == &b));
    CHECK(fingerprint<book>() == fingerprint<book>());
}

TEST_CASE("a stream that was cut is loaded from its summary or not at all, whatever snapshot there is") {
    for (const std::size_t cached : {0U, 4U}) {
        memory_store store;
        memory_snapshots kept;
        const snapshots with{kept, {.events = 5}};
        fill(library(store, with), "1", 30);
        const library all(store, with, {.cached_max = cached});
        all.execute("1", close_book{}).value();  // 31
        all.execute("1", add{5, "31"}).value();  // 32
        library(store, snapshots{kept, {.events = 1}}).load("1").value();
        REQUIRE(kept_version(kept) == version{32});

        truncate_to_summary<book>(store, "1").value();
        const library plain(store);
        const library fresh(store, with);
        // A summary of this book does not tell how many entries there were before, and a snapshot does not know better.
        CHECK(plain.load("1").value()->entries == 1);
        CHECK(fresh.load("1").value()->entries == 1);
        CHECK(fresh.load("1").value()->sum == 30 * 31 / 2 + 5);
        CHECK(fresh.snapshot_counts().stale == 1);
        fill(fresh, "1", 10);
        CHECK(kept_version(kept) >= version{36});  // which begins with the summary
        CHECK(fresh.load("1").value()->entries == 11);
        CHECK(fresh.snapshot_counts().stale == 1);
        CHECK(fresh.load("1", at_version{31}).value()->entries == 0);
        CHECK(fresh.load("1", at_version{30}).error() == error_kind::truncated);

        truncate(store, first_book, version{33}).value();  // which is no summary
        for (const auto* each : {&plain, &fresh}) {
            const auto cut = each->load("1");
            REQUIRE_FALSE(cut);
            CHECK(cut.error() == error_kind::truncated);
            CHECK(each->load("1", at_version{40}).error() == error_kind::truncated);
            CHECK_FALSE(each->execute("1", add{1, ""}));
        }
        CHECK(plain.load("1").error().text() == fresh.load("1").error().text());
        CHECK(kept.size() == 0);
    }
}

TEST_CASE("what is remembered of before a cut is begun anew, and so is its snapshot") {
    memory_store store;
    memory_snapshots kept;
    const library all(store, snapshots{kept, {.events = 3}}, {.cached_max = 4});
    const library other(store);
    fill(other, "1", 2);
    all.load("1").value();
    fill(other, "1", 5);
    other.execute("1", close_book{}).value();  // 8
    fill(other, "1", 3);
    truncate_to_summary<book>(store, "1").value();
    CHECK(all.load("1").value()->entries == 3);
    CHECK(kept_version(kept) == version{11});
    const library fresh(store, snapshots{kept});
    CHECK(fresh.load("1").value()->entries == 3);
    CHECK(fresh.snapshot_counts().used == 1);
    CHECK(fresh.snapshot_counts().stale == 0);
}

TEST_CASE("of a stream that was deleted no snapshot stays behind a load") {
    for (const std::size_t cached : {0U, 4U})
        for (const int way : {0, 1, 2}) {
            memory_store store;
            memory_snapshots kept;
            const library all(store, snapshots{kept, {.events = 5}}, {.cached_max = cached});
            fill(all, "1", 10);
            REQUIRE(kept.size() == 1);
            delete_stream(store, first_book).value();
            if (way == 0) CHECK(all.load("1").error() == error_kind::stream_deleted);
            if (way == 1) CHECK(all.load("1", at_version{9}).error() == error_kind::stream_deleted);
            if (way == 2) CHECK(all.execute("1", add{1, ""}).error().is(error_kind::stream_deleted));
            CHECK(kept.size() == 0);
        }
}

TEST_CASE("an aggregate may keep another struct than itself") {
    memory_store store;
    memory_snapshots kept;
    const sillok::repository<books::shelf> all(store, snapshots{kept, {.events = 4}});
    for (const char* title : {"b", "a", "c", "a", "d"}) all.execute("1", add{1, title}).value();
    CHECK(kept_version(kept, {"shelf", "1"}) == version{4});
    const auto now = sillok::repository<books::shelf>(store, snapshots{kept}).load("1").value();
    CHECK(now.version == version{5});
    CHECK(now->titles == std::unordered_set<std::string>{"a", "b", "c", "d"});
    CHECK(all.snapshot_counts().failed == 0);
}

TEST_CASE("a store of snapshots that fails changes nothing but the time that it takes") {
    memory_store store;
    testing::faulty_device disk;
    auto beside = file_store::open("beside", {.device = disk}).value();
    stored_snapshots kept(beside);
    const library all(store, snapshots{kept, {.events = 5}});
    fill(all, "1", 20);
    CHECK(all.snapshot_counts().failed == 0);
    static_cast<void>(beside.close());
    fill(all, "1", 20);
    CHECK(all.load("1").value().version == version{40});
    CHECK(all.snapshot_counts().failed > 0);
}

TEST_CASE("threads that take and use snapshots of the same aggregates see what a replay gives [threads]", "[threads]") {
    memory_store store;
    memory_store beside;
    memory_snapshots in_memory(2'000);
    stored_snapshots in_store(beside);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            const snapshots with =
                t % 2 == 0 ? snapshots{in_memory, {.events = 3}} : snapshots{in_store, {.events = 7}};
            const library all(store, with, {.retries = 1'000'000, .cached_max = t < 2 ? 0U : 2U});
            for (int i = 0; i < 150; ++i) {
                const std::string key(1, static_cast<char>('1' + i % 3));
                if (!all.execute(key, add{1, "x"})) ++wrong;
                const auto now = all.load(key);
                const auto then = all.load(key, at_version{now->version.value / 2});
                for (const auto* each : {&now, &then})
                    if (!*each || (*each)->state.sum != static_cast<std::int64_t>((*each)->version.value) ||
                        (*each)->state.entries != (*each)->version.value)
                        ++wrong;
            }
            if (all.snapshot_counts().used == 0 || all.snapshot_counts().failed != 0) ++wrong;
        });
    for (auto& each : threads) each.join();
    CHECK(wrong == 0);
    for (const char* key : {"1", "2", "3"}) CHECK(library(store).load(key).value().version == version{200});
}
