// Promises about layouts that are about more than one header: two programs that disagree on an event, on one file store.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "file_recovery.hpp"
#include "sillok/codec/layout.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/command/steps.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/store/file/salvage.hpp"
#include "sillok/store/file/verify.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/testing/schema_laws.hpp"

using namespace recovery_tests;

namespace {

struct move {
    std::int64_t amount;
};

// The first program.
namespace gen1 {
struct moved {
    std::int64_t amount;
};
struct account_events : events<event<"money.moved", moved>> {};
struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<move>;
    std::int64_t balance = 0;
    void apply(const moved& e) { balance += e.amount; }
    decision<moved> decide(const move& c) const { return moved{c.amount}; }
};
struct sum {
    using events = account_events;
    std::int64_t total = 0;
    void on(const moved& e) { total += e.amount; }
};
}  // namespace gen1

// The second one changed a type, and forgot to add a version.
namespace gen2 {
struct moved {
    std::int32_t amount;
};
struct account_events : events<event<"money.moved", moved>> {};
struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<move>;
    std::int64_t balance = 0;
    void apply(const moved& e) { balance += e.amount; }
    decision<moved> decide(const move& c) const { return moved{static_cast<std::int32_t>(c.amount)}; }
};
struct sum {
    using events = account_events;
    std::int64_t total = 0;
    void on(const moved& e) { total += e.amount; }
};
}  // namespace gen2

// The third one did it as it is meant to be.
namespace gen3 {
struct moved {
    std::int32_t amount;
    static moved upcast(const gen1::moved& old) { return {static_cast<std::int32_t>(old.amount)}; }
};
struct account_events : events<event<"money.moved", gen1::moved, moved>> {};
struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<move>;
    std::int64_t balance = 0;
    void apply(const moved& e) { balance += e.amount; }
    decision<moved> decide(const move& c) const { return moved{static_cast<std::int32_t>(c.amount)}; }
};
}  // namespace gen3

constexpr const char* changed =
    "event \"money.moved\", revision 1: field 1 was recorded as \"amount: i64\", and is \"amount: i32\" now. Leave the struct of "
    "that revision as it was recorded, and add the new one to the catalogue as a version of its own";

bool is_refused(const error& why) { return why == error_kind::schema_changed && why.text() == changed; }
template <class T>
bool is_refused(const result<T>& done) {
    return !done && is_refused(done.error());
}
template <class T>
bool is_refused(const result<T, failure>& done) {
    return !done && done.error().is(error_kind::schema_changed) &&
           to_string(done.error()).find(changed) != std::string::npos;
}

// What the second program may not do, however it tries.
void is_kept_out(const store_ref& store) {
    const position last = store.last(horizon::visible);
    const std::uint64_t count = store.schema_count();
    const repository<gen2::account> accounts(store);
    const repository<gen2::account> cached(store, {.cached_max = 4});
    for (int again = 0; again < 2; ++again) {
        CHECK(is_refused(accounts.load("1")));
        CHECK(is_refused(cached.load("1")));
        CHECK(is_refused(accounts.load("1", at_version{version{1}})));
        CHECK(is_refused(accounts.load("1", as_at{timestamp{1}})));
        CHECK(is_refused(accounts.as_of("1", 1, [](const gen2::moved& e) { return e.amount; })));
        CHECK(is_refused(accounts.execute("1", move{5})));
        CHECK(is_refused(accounts.execute("of its own", move{5})));
        prepared_batch batch;
        CHECK(is_refused(accounts.prepare(batch, "1", move{5}, std::nullopt)));
        CHECK(is_refused(for_each_step<gen2::account>(store, "1", [](const auto&) { return true; })));
        gen2::sum all;
        CHECK(is_refused(replay(store, {}, all)));
        CHECK(is_refused(replay(store, {"account", "1"}, {}, all)));
        CHECK(all.total == 0);
        CHECK(is_refused(check_schema<gen2::account_events>(store)));
        byte_buffer payload;
        binary_codec::encode(gen2::moved{1}, payload);
        const new_event event{.type = event_type_of<gen2::account_events, gen2::moved>, .payload = payload.view()};
        const stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
        const auto done = store.append({.streams = {&to, 1}});
        CHECK((is_refused(done) || (!done && done.error() == error_kind::closed)));
    }
    CHECK(store.last(horizon::visible) == last);
    CHECK(store.schema_count() == count);
}

// What the first one may.
void is_let_in(const store_ref& store, std::int64_t balance) {
    const repository<gen1::account> accounts(store);
    CHECK(accounts.load("1").value()->balance == balance);
    gen1::sum all;
    CHECK(replay(store, {}, all).has_value());
    CHECK(all.total == balance);
    CHECK(repository<gen3::account>(store).load("1").value()->balance == balance);
}

}  // namespace

TEST_CASE("a program whose struct changed without a version is kept out, of a store in memory and of one in files") {
    memory_store memory;
    REQUIRE(repository<gen1::account>(memory).execute("1", move{7}));
    is_kept_out(memory);
    is_let_in(memory, 7);

    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
    REQUIRE(repository<gen1::account>(store).execute("1", move{7}));
    is_kept_out(store);
    is_let_in(store, 7);
    store.close().value();
    store = file_store::open(path, {.clock = clock, .device = disk}).value();
    is_kept_out(store);
    is_let_in(store, 7);
    REQUIRE(repository<gen3::account>(store).execute("1", move{3}));
    CHECK(store.schema_count() == 2);
    CHECK(repository<gen3::account>(store).load("1").value()->balance == 10);
}

TEST_CASE("who follows a writer learns of layouts before it gives out an event of them") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto writer = file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk}).value();
    auto reader = file_store::open(path, {.read_only = true, .device = disk}).value();
    const repository<gen1::account> here(writer);
    const repository<gen2::account> there(reader);
    const repository<gen1::account> also_there(reader);
    CHECK(there.load("1").value()->balance == 0);
    REQUIRE(here.execute("1", move{7}));
    // It learns of it while it reads: the state is not given out.
    CHECK(is_refused(there.load("1")));
    is_kept_out(reader);
    CHECK(also_there.load("1").value()->balance == 7);
    for (int n = 0; n < 100; ++n) REQUIRE(here.execute("1", move{1}));
    CHECK(also_there.load("1").value()->balance == 107);
    is_kept_out(reader);
    is_let_in(reader, 107);
    auto late = file_store::open(path, {.read_only = true, .device = disk}).value();
    is_kept_out(late);
}

TEST_CASE("another process that reads or takes over is kept out, too") {
    const scratch folder;
    {
        auto store = file_store::open(folder / "s").value();
        REQUIRE(repository<gen1::account>(store).execute("1", move{7}));
        const ::pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            auto reader = file_store::open(folder / "s", {.read_only = true});
            ::_exit(reader && is_refused(repository<gen2::account>(*reader).load("1")) ? 0 : 1);
        }
        int status = -1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto writer = file_store::open(folder / "s");
        ::_exit(writer && is_refused(repository<gen2::account>(*writer).execute("1", move{1})) ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("wherever a process stops, what is recorded has its note, and nothing contradicts it") {
    for (const bool is_power : {false, true}) {
        bool is_over = false;
        for (std::uint64_t at = 1; !is_over; ++at) {
            testing::faulty_device disk;
            testing::manual_clock clock;
            CAPTURE(at, is_power);
            disk.stop_at_call(at);
            std::vector<std::string> known;
            {
                auto store =
                    file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk});
                for (int n = 0; store && n < 8; ++n) {
                    const std::string name = "event." + std::to_string(n % 5);
                    event_type type(name, 1);
                    type.shape = &detail::shape_of<gen1::moved>::value;
                    const std::string payload = payload_of(n, 900);
                    const new_event event{.type = type, .payload = as_bytes(payload)};
                    const stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
                    if (store->append({.streams = {&to, 1}})) known.push_back(name);
                }
            }
            is_over = disk.calls() < at;
            if (is_power)
                disk.lose_power(at);
            else
                disk.lose_process();
            auto store =
                file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk}).value();
            std::map<std::string, std::string> noted;
            REQUIRE(store
                        .read_schemas(
                            [&](const recorded_schema& each) { return noted.emplace(each.name, each.layout).second; })
                        .has_value());
            for (const auto& [name, layout] : noted) CHECK(layout == "amount: i64");
            for (const std::string& each : known) CHECK(noted.contains(each));
            REQUIRE(store.read_all({}, [&](const record_view& r) { return noted.contains(std::string(r.type())); })
                        .value() == store.last(horizon::visible));
            CHECK(verify_store(path, disk).value().is_sound());
            for (int n = 0; n < 5; ++n) {
                const std::string name = "event." + std::to_string(n);
                event_type type(name, 1);
                type.shape = &detail::shape_of<gen2::moved>::value;
                const new_event event{.type = type, .payload = as_bytes("x")};
                const stream_append to{{"account", "2"}, any_version{}, {&event, 1}};
                CHECK(store.append({.streams = {&to, 1}}).has_value() == !noted.contains(name));
            }
        }
    }
}

TEST_CASE("scrub, archive and salvage keep what is noted, and verify compares it with the index") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
    auto store = file_store::open(path, options).value();
    REQUIRE(repository<gen1::account>(store).execute("1", move{7}));
    for (int n = 0; n < 120; ++n) REQUIRE(repository<gen1::account>(store).execute("gone", move{1}));
    REQUIRE(repository<gen3::account>(store).execute("2", move{1}));
    for (int n = 0; n < 20; ++n) REQUIRE(append(store, payload_of(n, 500), n).has_value());
    const auto noted = [](const file_store& in) {
        std::vector<std::string> all;
        in.read_schemas([&](const recorded_schema& each) {
              all.push_back(std::string(each.name) + ' ' + std::to_string(each.revision) + ' ' +
                            std::string(each.layout));
              return true;
          }).value();
        return all;
    };
    const std::vector<std::string> wanted{"money.moved 1 amount: i64", "money.moved 2 amount: i32"};
    CHECK(noted(store) == wanted);
    REQUIRE(delete_stream(store, {"account", "gone"}).has_value());
    CHECK(store.scrub().value().segments > 3);
    CHECK(noted(store) == wanted);
    REQUIRE(store.close().has_value());
    store = file_store::open(path, options).value();
    CHECK(noted(store) == wanted);
    CHECK(verify_store(path, disk).value().findings.empty());

    SECTION("archived") {
        REQUIRE(store.archive({110}, "/archive").value().segments > 3);
        CHECK(noted(store) == wanted);
        REQUIRE(store.close().has_value());
        const auto moved = disk.copy();
        for (const std::string& name : moved->names("/archive"))
            if (name.ends_with(".segment")) moved->erase("/archive", name);  // only the indexes know
        const auto without = file_store::open(path, {.read_only = true, .device = *moved}).value();
        CHECK(noted(without) == wanted);
        auto archive = file_store::open("/archive", {.read_only = true, .device = disk}).value();
        CHECK(noted(archive) == std::vector<std::string>{wanted[0]});
        CHECK(is_refused(repository<gen2::account>(archive).load("1")));
    }
    SECTION("salvaged") {
        REQUIRE(store.close().has_value());
        std::vector<std::byte>& bytes = *disk.content(path, "0000000002.segment");
        bytes[bytes.size() / 2] ^= std::byte{1};
        REQUIRE(salvage(path, "saved", {.device = disk}).has_value());
        auto saved = file_store::open("saved", options).value();
        CHECK(noted(saved) == wanted);
        is_kept_out(saved);
        CHECK(verify_store("saved", disk).value().findings.empty());
    }
    SECTION("of a damaged index") {
        REQUIRE(store.close().has_value());
        std::vector<std::byte>& index = *disk.content(path, "0000000001.index");
        const std::string text = "amount: i64";
        for (std::size_t at = 0; at + text.size() <= index.size(); ++at)
            if (as_text(bytes_view(index).subspan(at, text.size())) == text) index[at] = std::byte{'A'};
        const auto health = verify_store(path, disk).value();
        CHECK(health.is_sound());
        REQUIRE(health.findings.size() == 1);
        CHECK(health.findings[0].what == "0000000001.index: does not fit its segment's acts");
        store = file_store::open(path, options).value();  // from the segment, then
        CHECK(noted(store) == wanted);
    }
}

namespace {

// Layouts of which some read others.
struct with_two {
    testing::laws::mood as;
};
struct with_three {
    testing::laws::later_mood as;
};
const detail::wire_shape* const looks[] = {&detail::shape_of<gen1::moved>::value, &detail::shape_of<gen2::moved>::value,
                                           &detail::shape_of<with_two>::value, &detail::shape_of<with_three>::value,
                                           nullptr};

}  // namespace

TEST_CASE("whatever happens to a store, it notes and refuses what a model does") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
    auto store = std::optional<file_store>(file_store::open(path, options).value());
    std::optional<file_store> reader;
    std::map<std::pair<std::string, std::uint16_t>, std::string> model;
    std::vector<std::string> names;
    for (int n = 0; n < 12; ++n) names.push_back("event." + std::to_string(n));
    std::uint64_t events = 0;
    std::size_t refused = 0;
    const auto agrees = [&](const file_store& with) {
        std::map<std::pair<std::string, std::uint16_t>, std::string> noted;
        REQUIRE(with.read_schemas([&](const recorded_schema& each) {
                        return noted.emplace(std::pair(std::string(each.name), each.revision), each.layout).second;
                    })
                    .has_value());
        INFO(noted.size() << " of " << model.size() << " versions; " << with.last(horizon::visible).value << " of "
                          << events);
        REQUIRE((noted == model));
        REQUIRE(with.schema_count() == model.size());
    };
    for (int step = 0; step < 2000; ++step) {
        const auto chance = random() % 100;
        if (chance < 92) {
            std::vector<new_event> batch;
            auto after = model;
            bool fits = true;
            for (std::uint64_t left = 1 + random() % 3; left > 0; --left) {
                // Few names and a favourite look of each, so that most fit; one in four is drawn.
                const std::size_t name = random() % names.size();
                const auto revision = static_cast<std::uint16_t>(1 + random() % 30);
                const std::size_t look =
                    random() % 4 == 0 ? random() % std::size(looks) : (name + revision) % std::size(looks);
                const bool is_json = random() % 10 == 0;
                event_type type(names[name], revision, is_json ? payload_codec::json : payload_codec::binary);
                type.shape = looks[look];
                batch.push_back({.type = type, .payload = as_bytes(names[name])});
                if (type.shape == nullptr || is_json) continue;
                const std::string layout = detail::layout_text(*type.shape);
                const auto [at, is_new] = after.emplace(std::pair(names[name], revision), layout);
                fits = fits && (is_new || reads_layout(layout, at->second));
            }
            const bool in_conflict = random() % 8 == 0;
            const stream_append to{{"account", names[random() % 3]},
                                   in_conflict ? expectation(exactly{{events + 1}}) : expectation(any_version{}),
                                   batch};
            const auto done = store->append({.streams = {&to, 1}});
            REQUIRE(done.has_value() == (fits && !in_conflict));
            if (done) {
                model = after;
                events += batch.size();
            } else {
                ++refused;
                REQUIRE(done.error() == (in_conflict ? error_kind::conflict : error_kind::schema_changed));
            }
        } else if (chance < 94) {
            store.reset();
            store.emplace(file_store::open(path, options).value());
        } else if (chance < 96) {
            disk.lose_power(random());
            store.reset();
            reader.reset();
            store.emplace(file_store::open(path, options).value());
        } else if (chance < 98) {
            if (!reader) reader.emplace(file_store::open(path, {.read_only = true, .device = disk}).value());
            // After a loss of power the mark may be older than the log, until the writer goes on.
            if (reader->last(horizon::durable).value == events) agrees(*reader);
        } else {
            agrees(*store);
        }
        REQUIRE(store->last(horizon::visible) == position{events});
    }
    agrees(*store);
    CHECK(refused > 100);
    CHECK(model.size() > 100);
    CHECK(verify_store(path, disk).value().is_sound());  // an index may be torn where the power went
}
