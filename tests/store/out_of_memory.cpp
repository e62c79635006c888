// Every allocation fails once: nothing half is visible, and the store goes on.

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "file_recovery.hpp"
#include "sillok/store/memory_store.hpp"

namespace {

thread_local long allocations_left = -1;  // -1: as many as are wanted

bool may_allocate() { return allocations_left < 0 || allocations_left-- > 0; }

}  // namespace

// The allocations of this program's tests; all others are passed on.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    if (void* const at = may_allocate() ? std::malloc(bytes == 0 ? 1 : bytes) : nullptr) return at;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace {

using namespace sillok;

// A struct whose one field has a long name, so that its layout takes memory of its own every now and then.
const std::string long_name(3000, 'n');
const std::string_view long_names[] = {long_name};
const detail::wire_shape* const long_parts[] = {&detail::shape_of<std::uint64_t>::value};
const detail::wire_shape long_shape{
    .kind = detail::wire_kind::record, .size = {}, .count = 1, .parts = long_parts, .names = long_names};

template <class Store>
void appends_whole_or_not_at_all(Store& store) {
    std::size_t failures = 0;
    const std::string big(5000, 'b');
    for (int round = 0; round < 40; ++round) {
        const std::string key = "key " + std::to_string(round);
        const std::string tag = "tag:" + std::to_string(round);
        const std::string name = "probe.event." + std::to_string(round % 30);
        event_type type(name, 1);  // a layout to note, as often as not
        type.shape = round % 2 == 0 ? &long_shape : nullptr;
        const std::string_view tags[] = {tag, "shared:1"};
        const new_event events[] = {{.type = type, .payload = as_bytes(round % 7 == 0 ? big : key), .tags = tags},
                                    {.type = {"probe.event", 1}, .payload = as_bytes("second"), .tags = tags}};
        const stream_append to[] = {{{"account", key}, no_stream{}, events}, {{"all", "1"}, any_version{}, events}};
        uuid batch;
        batch.octets[0] = 9;
        batch.octets[15] = static_cast<std::uint8_t>(round);
        const position before = store.last(horizon::visible);
        const std::uint64_t noted = store.schema_count();
        for (long allowed = 0;; ++allowed) {
            bool done = false;
            try {
                allocations_left = allowed;
                const auto answer = store.append({.streams = to, .batch = batch});
                allocations_left = -1;
                REQUIRE(answer.has_value());
                REQUIRE_FALSE(answer->repeated);
                done = true;
            } catch (const std::bad_alloc&) {
                allocations_left = -1;
                ++failures;
            }
            if (done) break;
            CHECK(store.last(horizon::visible) == before);
            CHECK(store.version_of({"account", key}).value() == version{0});
            CHECK_FALSE(store.find_batch(batch).value());
            const std::string_view own[] = {tag};
            std::size_t carriers = 0;
            REQUIRE(store.read_all({.tags = own}, [&](const record_view&) { return ++carriers != 0; }).has_value());
            CHECK(carriers == 0);
            CHECK(store.schema_count() == noted);
        }
        CHECK(store.schema_count() == noted + (type.shape != nullptr && round < 30 ? 1U : 0U));
        CHECK(store.last(horizon::visible).value == before.value + 4);
    }
    CHECK(store.version_of({"all", "1"}).value() == version{80});
    CHECK(failures > 0);
}

}  // namespace

TEST_CASE("P18: out of memory at any allocation, an append to the memory store changes nothing") {
    memory_store store;
    appends_whole_or_not_at_all(store);
}

TEST_CASE("P18: out of memory at any allocation, an append to the file store changes nothing") {
    const recovery_tests::scratch folder;
    const std::string path = folder / "s";
    {
        auto store = file_store::open(path, {.segment_bytes = segment_bytes_min}).value();
        appends_whole_or_not_at_all(store);
    }
    auto store = file_store::open(path).value();
    CHECK(store.report().was_closed);
    CHECK(store.last(horizon::durable) == position{160});
    CHECK(store.schema_count() == 15);
}

TEST_CASE("P18: out of memory at any allocation, opening fails and can be repeated") {
    const recovery_tests::scratch folder;
    const std::string path = folder / "s";
    {
        auto store = file_store::open(path, {.segment_bytes = segment_bytes_min}).value();
        for (int n = 0; n < 9; ++n) {
            REQUIRE(recovery_tests::append(store, recovery_tests::payload_of(n, 1200), n).has_value());
            const std::string name = "noted." + std::to_string(n);
            event_type type(name, 1);
            type.shape = &detail::shape_of<std::uint64_t>::value;
            const new_event event{.type = type, .payload = as_bytes(name)};
            const stream_append to{{"account", "noted"}, any_version{}, {&event, 1}};
            REQUIRE(store.append({.streams = {&to, 1}}).has_value());
        }
    }
    std::size_t failures = 0;
    for (long allowed = 0;; ++allowed) {
        try {
            allocations_left = allowed;
            auto store = file_store::open(path);
            allocations_left = -1;
            REQUIRE(store.has_value());
            CHECK(recovery_tests::read(*store).size() == 18);
            CHECK(store->schema_count() == 9);
            break;
        } catch (const std::bad_alloc&) {
            allocations_left = -1;
            ++failures;
        }
    }
    CHECK(failures > 10);
}

namespace {

// Calls `act` with room for more and more allocations until it goes through; `check` after each time that it did not.
template <class Act, class Check>
std::size_t until_there_is_enough(Act act, Check check) {
    for (long allowed = 0;; ++allowed) {
        try {
            allocations_left = allowed;
            const auto done = act();
            allocations_left = -1;
            if (!done) UNSCOPED_INFO(done.error().text());
            REQUIRE(done.has_value());
            return static_cast<std::size_t>(allowed);
        } catch (const std::bad_alloc&) {
            allocations_left = -1;
            check();
        }
    }
}

template <class Store>
void cuts_whole_or_not_at_all(Store& store) {
    std::size_t failures = 0;
    for (int round = 0; round < 12; ++round) {
        const std::string keys[] = {std::to_string(round), std::to_string(round) + " too"};
        const new_event event{.type = {"probe.event", 1}, .payload = as_bytes("x")};
        const stream_append to[] = {{{"cut", keys[0]}, any_version{}, {&event, 1}},
                                    {{"cut", keys[1]}, any_version{}, {&event, 1}}};
        REQUIRE(store.append({.streams = to}));
        const stream_cut cuts[] = {{{"cut", keys[0]}, none_kept}, {{"cut", keys[1]}, none_kept}};
        failures += until_there_is_enough(
            [&] {
                return store.retain({cuts, {.reason = "why"}});
            },
            [&] {
                for (const std::string& key : keys) CHECK(store.version_of({"cut", key}).value() == version{1});
            });
        for (const std::string& key : keys) CHECK(store.version_of({"cut", key}).error() == error_kind::stream_deleted);
    }
    std::size_t acts = 0;
    REQUIRE(store.read_acts([&](const retention_act&) { return ++acts != 0; }));
    CHECK(acts == 24);
    CHECK(failures > 0);
}

}  // namespace

TEST_CASE("P18: out of memory at any allocation, an act of retention changes nothing") {
    memory_store memory;
    cuts_whole_or_not_at_all(memory);
    const recovery_tests::scratch folder;
    {
        auto store = file_store::open(folder / "s", {.segment_bytes = segment_bytes_min}).value();
        cuts_whole_or_not_at_all(store);
    }
    const auto store = file_store::open(folder / "s").value();
    CHECK(store.version_of({"cut", "3"}).error() == error_kind::stream_deleted);
}

TEST_CASE("P18: out of memory at any allocation, a scrub, an archiving and a close can be repeated") {
    const recovery_tests::scratch folder;
    const auto check = [](const file_store& store) {
        std::uint64_t seen = 0;
        REQUIRE(store.read_all({}, [&](const record_view& r) {
            CHECK(r.position().value % 2 == 1);
            return ++seen != 0;
        }));
        CHECK(seen == 20);
        CHECK(store.version_of({"account", "odd"}).error() == error_kind::stream_deleted);
    };
    auto store = file_store::open(folder / "s", {.segment_bytes = segment_bytes_min}).value();
    for (int n = 0; n < 40; ++n)
        REQUIRE(recovery_tests::append(store, recovery_tests::payload_of(n, 400), n).has_value());
    REQUIRE(delete_stream(store, {"account", "odd"}));
    const auto keeps = [&] { check(store); };
    CHECK(until_there_is_enough([&] { return store.scrub(); }, keeps) > 0);
    check(store);
    CHECK(store.scrub()->segments == 0);
    CHECK(until_there_is_enough([&] { return store.archive(position{20}, folder / "archive"); }, keeps) > 0);
    check(store);
    static_cast<void>(until_there_is_enough([&] { return store.close(); }, keeps));
    const auto again = file_store::open(folder / "s").value();
    CHECK(again.report().was_closed);
    CHECK(again.report().archived > 0);
    check(again);
}
