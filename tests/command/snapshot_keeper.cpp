#include "sillok/command/snapshot_keeper.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"

using namespace sillok;
using namespace std::chrono_literals;
using detail::snapshot_keeper;
using detail::snapshot_progress;

namespace {

constexpr stream_view stream{"probe", "1"};

// The state of these tests is a text.
void write_text(const void* state, byte_buffer& to) { to.append(as_bytes(*static_cast<const std::string*>(state))); }
bool read_text(bytes_view from, void* state) {
    if (as_text(from) == "throw") throw std::bad_alloc();
    if (as_text(from) == "malformed") return false;
    *static_cast<std::string*>(state) = as_text(from);
    return true;
}

template <class Store>
void append(Store& store, std::string_view payload) {
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{stream, any_version{}, {&event, 1}};
    store.append({.streams = {&to, 1}}).value();
}
// What a load of the whole stream knows.
template <class Store>
snapshot_progress progress_of(const Store& store) {
    snapshot_progress made;
    store.read_stream(stream, {}, [&](const record_view& r) { return made.add(r), true; }).value();
    return made;
}

struct failing_snapshots {
    bool throws = false;
    result<void> save(const snapshot&) { return fail<void>(); }
    result<bool> load(stream_view, snapshot_visitor) const { return fail<bool>(); }
    result<void> drop(stream_view) { return fail<void>(); }
    template <class T>
    result<T> fail() const {
        if (throws) throw std::bad_alloc();
        return error(error_kind::io, "no");
    }
};

// A keeper and the snapshot that it finds.
struct finding_one {
    memory_store log;
    memory_snapshots kept;
    snapshot_keeper keeper{kept, {.events = 1}, 7, &write_text, &read_text};
    snapshot one;

    finding_one() {
        for (const char* payload : {"a", "b", "c"}) append(log, payload);
        log.read_stream(stream, {.from = {2}, .limit = 1},
                        [&](const record_view& r) {
                            one = {.stream = stream,
                                   .version = r.version(),
                                   .first = {1},
                                   .position = r.position(),
                                   .event = r.id(),
                                   .time = r.time(),
                                   .fingerprint = 7,
                                   .state = as_bytes("ab")};
                            return true;
                        })
            .value();
    }
    // The state that a load begins with; "-" where it is none.
    std::string found(const detail::snapshot_limit& limit = {}) {
        kept.drop(stream).value();
        kept.save(one).value();
        std::string state = "-";
        version at{};
        snapshot_progress progress;
        keeper.load(log, stream, limit, &state, at, progress);
        CHECK((state == "-") == (at == version{0}));
        CHECK(progress.is_claimed == (state != "-"));
        return state;
    }
    bool is_kept() const {
        return kept.load(stream, [](const snapshot&) {}).value();
    }
};

}  // namespace

TEST_CASE("a snapshot is due by events, by age and by bytes, whichever is set and comes first") {
    struct row {
        snapshot_cadence cadence;
        bool by_three_events;
        bool by_an_hour;
        bool by_a_hundred_bytes;
    };
    const row rows[] = {
        {{}, false, false, false},
        {{.events = 3}, true, false, false},
        {{.age = 1h}, false, true, false},
        {{.bytes = 100}, false, false, true},
        {{.events = 3, .age = 1h, .bytes = 100}, true, true, true},
    };
    const memory_store log;
    for (const row& each : rows) {
        memory_snapshots kept;
        const snapshot_keeper keeper(kept, each.cadence, 7, &write_text, &read_text);
        memory_store empty;
        const auto wants = [&](std::uint64_t events, std::uint64_t bytes, std::chrono::nanoseconds age) {
            snapshot_progress progress;
            progress.add(1, 0, {}, timestamp{1'000});
            progress.add(events - 1, bytes, {}, timestamp{1'000 + age.count()});
            return keeper.wants(empty, progress);
        };
        CHECK_FALSE(wants(2, 99, 1h - 1ns));
        CHECK(wants(3, 99, 1h - 1ns) == each.by_three_events);
        CHECK(wants(2, 99, 1h) == each.by_an_hour);
        CHECK(wants(2, 100, 1h - 1ns) == each.by_a_hundred_bytes);
        CHECK_FALSE(keeper.wants(empty, {}));
    }
}

TEST_CASE("a snapshot is taken of what was read and cannot be lost, and of nothing else") {
    testing::faulty_device disk;
    auto log = file_store::open("s", {.durability = lose_unsynced{}, .device = disk}).value();
    memory_snapshots kept;
    snapshot_keeper keeper(kept, {.events = 2}, 7, &write_text, &read_text);
    const std::string state = "state";
    const auto keep = [&](version at, snapshot_progress progress) {
        keeper.keep(log, stream, at, &state, progress);
        return progress;
    };

    append(log, "a");
    REQUIRE(log.sync());
    CHECK(keep({1}, progress_of(log)).events == 1);  // not due
    append(log, "b");
    CHECK(keep({2}, progress_of(log)).events == 2);  // due, but not durable
    CHECK(keeper.counts().saved == 0);
    CHECK(kept.size() == 0);
    REQUIRE(log.sync());
    snapshot_progress remembered = progress_of(log);
    remembered.is_read = false;
    CHECK(keep({2}, remembered).events == 2);
    CHECK(kept.size() == 0);

    const snapshot_progress after = keep({2}, progress_of(log));
    CHECK(keeper.counts().saved == 1);
    CHECK(after.events == 0);
    CHECK(after.bytes == 0);
    CHECK(after.start == after.time);
    CHECK(kept.load(stream,
                    [&](const snapshot& seen) {
                        const snapshot_progress whole = progress_of(log);
                        CHECK(seen.version == version{2});
                        CHECK(seen.first == version{1});
                        CHECK(seen.position == position{2});
                        CHECK(seen.event == whole.event);
                        CHECK(seen.time == whole.time);
                        CHECK(seen.fingerprint == 7);
                        CHECK(as_text(seen.state) == "state");
                    })
              .value());
    CHECK(keep({2}, after).events == 0);
    CHECK(keeper.counts().saved == 1);
}

TEST_CASE("a snapshot that fits is claimed, and what its event is told by is known") {
    finding_one test;
    std::string state;
    version at{};
    snapshot_progress progress;
    test.kept.save(test.one).value();
    test.keeper.load(test.log, stream, {}, &state, at, progress);
    CHECK(state == "ab");
    CHECK(at == version{2});
    CHECK(progress.is_claimed);
    CHECK(progress.events == 0);
    int proofs = 0;
    test.log
        .read_stream(stream, {},
                     [&](const record_view& r) {
                         proofs += progress.is_proven_by(r, at) ? 1 : 0;
                         CHECK(progress.is_proven_by(r, at) == (r.version() == version{2}));
                         return true;
                     })
        .value();
    CHECK(proofs == 1);
    test.keeper.proven();
    CHECK(test.keeper.counts().used == 1);
    CHECK(test.keeper.counts().stale == 0);
}

TEST_CASE("a snapshot that does not fit is dropped, and leaves the state alone") {
    const auto is_stale = [](auto change) {
        finding_one test;
        CHECK(test.found() == "ab");
        change(test);
        CHECK(test.found() == "-");
        CHECK(test.keeper.counts().stale == 1);
        CHECK_FALSE(test.is_kept());
    };
    is_stale([](finding_one& test) { test.one.fingerprint = 8; });
    is_stale([](finding_one& test) { test.one.version = {0}; });
    is_stale([](finding_one& test) { test.one.event = {}; });
    is_stale([](finding_one& test) { test.one.first = {2}; });
    is_stale([](finding_one& test) { test.one.state = as_bytes("malformed"); });
    is_stale([](finding_one& test) { truncate(test.log, stream, {2}).value(); });
}

TEST_CASE("a snapshot that is later than what is asked for is not used, and stays") {
    finding_one test;
    test.one.time = timestamp{500};
    const auto none = [&](const detail::snapshot_limit& limit) { return test.found(limit) == "-" && test.is_kept(); };
    CHECK(none({.upto = {1}}));
    CHECK(none({.upto = {0}}));
    CHECK(test.found({.upto = {2}}) == "ab");
    CHECK(none({.until = timestamp{499}}));
    CHECK(test.found({.until = timestamp{500}}) == "ab");
    CHECK(test.keeper.counts().stale == 0);
}

TEST_CASE("errors of a store of snapshots, and what an aggregate throws, are counted and go no further") {
    memory_store log;
    append(log, "a");
    for (const bool throws : {false, true}) {
        failing_snapshots kept{throws};
        snapshot_keeper keeper(kept, {.events = 1}, 7, &write_text, &read_text);
        std::string state = "-";
        version at{};
        snapshot_progress progress;
        keeper.load(log, stream, {}, &state, at, progress);
        CHECK(keeper.counts().failed == 1);
        keeper.drop(stream);
        CHECK(keeper.counts().failed == 2);
        progress = progress_of(log);
        keeper.keep(log, stream, {1}, &state, progress);
        CHECK(keeper.counts().failed == 3);
        CHECK(progress.events == 0);  // not tried again before the next one is due
        CHECK(keeper.counts().saved == 0);
        CHECK(at == version{0});
    }
    finding_one test;
    test.one.state = as_bytes("throw");
    CHECK(test.found() == "-");
    CHECK(test.keeper.counts().failed == 1);
    CHECK(test.is_kept());
}
