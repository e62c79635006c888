#include "sillok/store/stored_snapshots.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/snapshot_laws.hpp"

using namespace sillok;
using testing::snapshot_draft;

namespace {

struct in_memory {
    std::optional<memory_store> store;
    std::optional<stored_snapshots> current;
    snapshot_store_ref fresh() { return current.emplace(store.emplace()); }
};
struct in_files {
    std::optional<testing::faulty_device> disk;
    std::optional<file_store> store;
    std::optional<stored_snapshots> current;
    snapshot_store_ref fresh() {
        store.reset();
        disk.emplace();
        open();
        return current.emplace(*store);
    }
    void open() {
        store.reset();
        store.emplace(file_store::open("s", {.segment_bytes = segment_bytes_min, .device = *disk}).value());
    }
};
// A store that cannot be told what to keep.
struct in_a_reference {
    std::optional<memory_store> store;
    std::optional<store_ref> ref;
    std::optional<stored_snapshots> current;
    snapshot_store_ref fresh() { return current.emplace(ref.emplace(store.emplace())); }
};

template <class Source>
void check_laws() {
    Source source;
    const auto seen = testing::check_snapshots(
        source, [](const testing::finding& each) { FAIL_CHECK(each.law << ": " << each.what); });
    CHECK(seen.checks > 500);
}

snapshot_draft of(const std::string& key, std::uint64_t version, std::size_t bytes = 10) {
    return {.stream = {"account", key}, .version = version, .state = std::string(bytes, 's')};
}
bool has(const stored_snapshots& kept, const std::string& key) {
    return kept.load({"account", key}, [](const snapshot&) {}).value();
}
template <class Store>
std::uint64_t events_kept(const Store& store, stream_view of) {
    std::uint64_t count = 0;
    store.read_stream(of, {}, [&](const record_view&) { return ++count, true; }).value();
    return count;
}
template <class Store>
void add(Store& store, const event_type& type, bytes_view payload) {
    const new_event event{.type = type, .payload = payload};
    const stream_append to{{"sillok.snapshots:account", "1"}, any_version{}, {&event, 1}};
    store.append({.streams = {&to, 1}}).value();
}

}  // namespace

TEST_CASE("snapshots in an event store keep the laws [threads]", "[threads]") {
    check_laws<in_memory>();
    check_laws<in_files>();
    check_laws<in_a_reference>();
}

TEST_CASE("two categories never have their snapshots in one stream, and each name fits") {
    CHECK(snapshot_category("account") == "sillok.snapshots:account");
    CHECK(snapshot_category(snapshot_category("account")) != snapshot_category("account"));
    for (std::size_t size = 1; size <= category_bytes_max; ++size) {
        const std::string one = std::string(size - 1, 'a') + 'b';
        const std::string two = std::string(size - 1, 'a') + 'c';
        CHECK(snapshot_category(one).size() <= category_bytes_max);
        CHECK(snapshot_category(one) != snapshot_category(two));
        if (size < category_bytes_max) CHECK(snapshot_category(one) != snapshot_category(one + 'b'));
    }
}

TEST_CASE(
    "older snapshots are cut off now and then, and all of them by a drop, so that a scrub gives back their room") {
    in_files source;
    source.fresh();
    stored_snapshots& kept = *source.current;
    const stream_view stream{"sillok.snapshots:account", "1"};
    for (std::uint64_t version = 1; version <= 100; ++version) {
        kept.save(of("1", version, 200'000).view()).value();
        CHECK(events_kept(*source.store, stream) <= 8);
    }
    const auto report = source.store->scrub().value();
    CHECK(report.events >= 90);
    CHECK(has(kept, "1"));
    kept.drop({"account", "1"}).value();
    CHECK(events_kept(*source.store, stream) == 1);
    CHECK_FALSE(has(kept, "1"));
    const std::uint64_t before = source.store->last(horizon::visible).value;
    kept.drop({"account", "1"}).value();
    kept.drop({"account", "2"}).value();
    CHECK(source.store->last(horizon::visible).value == before);  // nothing is written for what is not there
    CHECK(kept.unreadable() == 0);
}

TEST_CASE("snapshots are there again when their store is opened again") {
    in_files source;
    source.fresh();
    source.current->save(of("1", 3).view()).value();
    source.open();
    CHECK(has(*source.current, "1"));
}

TEST_CASE("what is damaged, of a later layout, of another stream or another type is no snapshot, and is counted") {
    memory_store store;
    stored_snapshots kept(store);
    byte_buffer good;
    detail::write_snapshot(of("1", 3).view(), good);
    std::uint64_t unreadable = 0;
    const auto is_none = [&](const event_type& type, bytes_view payload) {
        add(store, type, payload);
        CHECK_FALSE(has(kept, "1"));
        CHECK(kept.unreadable() == ++unreadable);
    };
    byte_buffer changed = good;
    changed.data()[good.size() - 1] ^= std::byte{1};
    is_none(snapshot_event, changed.view());
    is_none(snapshot_event, {});
    is_none({"sillok.snapshot", 2}, good.view());
    is_none({"money.moved", 1}, good.view());
    byte_buffer of_other;
    detail::write_snapshot(of("2", 3).view(), of_other);
    is_none(snapshot_event, of_other.view());

    add(store, snapshot_event, good.view());
    CHECK(has(kept, "1"));
    add(store, snapshot_event, changed.view());
    kept.save(of("1", 1).view()).value();  // what is no snapshot outlasts none
    CHECK(has(kept, "1"));
    add(store, snapshot_event, changed.view());
    kept.drop({"account", "1"}).value();
    CHECK_FALSE(has(kept, "1"));
}

TEST_CASE("a state that does not fit into an event is refused with its size") {
    memory_store store;
    stored_snapshots kept(store);
    for (const std::size_t more : {std::size_t{0}, std::size_t{1}}) {
        const auto done = kept.save(of("1", 3, payload_bytes_max + more).view());
        REQUIRE_FALSE(done);
        CHECK(done.error() == error_kind::too_large);
    }
    CHECK(store.last(horizon::visible) == position{0});
}

TEST_CASE("errors of the store are handed on") {
    in_files source;
    source.fresh();
    source.current->save(of("1", 3).view()).value();
    source.disk->fail_call(1, EIO);
    CHECK_FALSE(source.current->save(of("1", 4).view()));
    static_cast<void>(source.store->close());
    CHECK_FALSE(source.current->drop({"account", "1"}));
}
