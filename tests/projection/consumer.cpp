#include "sillok/projection/consumer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "projection/counted_events.hpp"
#include "sillok/projection/group/memory_group_store.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;
using namespace std::chrono_literals;
using namespace counted;

namespace {

// A world of one log, one group and one clock.
struct world {
    testing::manual_clock clock;
    memory_store log{clock};
    memory_group_store group;
    fenced_sink sink;

    explicit world(std::uint32_t partitions = 4) : group({.partitions = partitions}, clock) {}
    consumer_options options(std::uint64_t batch = 1000) {
        return {.lease = 30s, .batch = batch, .idle = 1ms, .clock = clock};
    }
};

using member = consumer<counter>;

// A group whose acts fail, or are done and the answer is lost.
struct moody_group {
    memory_group_store& inner;
    std::mt19937_64& random;
    bool is_well = false;
    bool is_dead = false;

    result<group_identity> identity() const { return inner.identity(); }
    result<group_status> status() const { return inner.status(); }
    result<std::vector<owned_partition>> join(const new_member& who) {
        return moodily<std::vector<owned_partition>>([&] { return inner.join(who); });
    }
    result<std::vector<owned_partition>> renew(const uuid& id) {
        return moodily<std::vector<owned_partition>>([&] { return inner.renew(id); });
    }
    result<void> leave(const uuid& id) {
        return moodily<void>([&] { return inner.leave(id); });
    }
    result<void> commit(std::span<const partition_commit> commits) {
        return moodily<void>([&] { return inner.commit(commits); });
    }

    template <class T, class Act>
    result<T> moodily(Act act) {
        const auto mood = is_well ? 9 : random() % 10;
        if (is_dead || mood == 0) return error(error_kind::no_space, "moody");
        auto answer = act();
        if (mood == 1 && answer) return error(error_kind::outcome_unknown, "moody");
        return answer;
    }
};

struct other_struct {
    std::int32_t low;
    std::int32_t high;
};

std::size_t members_of(const world& w) { return w.group.status().value().members.size(); }
std::vector<partition_status> partitions_of(const world& w) { return w.group.status().value().partitions; }

}  // namespace

TEST_CASE("one member handles every event, each partition in order, and commits") {
    world w;
    append(w.log, 500, 40);
    counter handler(w.sink);
    member one(w.log, w.group, handler, w.options(100));
    std::uint64_t handled = 0;
    for (int i = 0; i < 6; ++i) handled += one.step().value().handled;
    CHECK(handled == 500);
    CHECK(w.sink.in_effect() == 500);
    CHECK(w.sink.repeated == 0);
    CHECK(w.sink.is_complete(500, 4));
    CHECK(one.step().value().is_caught_up);
    CHECK(one.leave());
    for (const partition_status& each : partitions_of(w)) {
        CHECK(each.committed.value > 0);
        CHECK(each.owner.is_nil());
    }
}

TEST_CASE("a member that passes over a long part of the log renews and commits in between") {
    world w;
    const std::vector<new_event> others(10'000, new_event{.type = {"noise", 1}});
    const stream_append noise{{"other", "1"}, any_version{}, others};
    for (int i = 0; i < 14; ++i) REQUIRE(w.log.append({.streams = {&noise, 1}}));
    counter handler(w.sink);
    consumer_options options = w.options();
    options.filter.category = "account";
    member one(w.log, w.group, handler, options);
    int steps = 0;
    for (bool is_over = false; !is_over; ++steps) {
        w.clock.advance(15s);  // to look at so much takes half a lease
        const auto did = one.step().value();
        CHECK_FALSE(did.has_lapsed);
        is_over = did.is_caught_up;
    }
    CHECK(steps > 1);
    for (const partition_status& each : partitions_of(w)) CHECK(each.committed == position{140'000});
}

TEST_CASE("what a member committed is not handled again, and what it did not commit is") {
    world w;
    append(w.log, 100, 40);
    {
        counter handler(w.sink);
        member one(w.log, w.group, handler, w.options());
        CHECK(one.step().value().handled == 100);
        append(w.log, 10, 40);
        handler.fails_at = 106;  // so that four more are handled and committed, and one is not
        CHECK(!one.step());
        CHECK(one.counts().handled == 105);
    }  // died
    w.clock.advance(31s);
    counter handler(w.sink);
    member two(w.log, w.group, handler, w.options());
    CHECK(two.step().value().handled == 5);
    CHECK(w.sink.in_effect() == 110);
    CHECK(w.sink.repeated == 0);
}

TEST_CASE("members share the partitions, and give up what others are to have") {
    world w(10);
    counter handlers[3] = {counter(w.sink), counter(w.sink), counter(w.sink)};
    member a(w.log, w.group, handlers[0], w.options());
    member b(w.log, w.group, handlers[1], w.options());
    member c(w.log, w.group, handlers[2], w.options());
    CHECK(a.step().value().partitions == 10);
    CHECK(b.step().value().partitions == 0);
    CHECK(b.step().value().is_caught_up);
    w.clock.advance(11s);
    CHECK(a.step().value().lost == 5);
    CHECK(b.step().value().gained == 5);
    CHECK(c.step().value().partitions == 0);
    w.clock.advance(11s);
    CHECK(a.step().value().lost == 2);
    CHECK(b.step().value().lost == 1);
    CHECK(c.step().value().gained == 3);
    w.clock.advance(11s);
    for (member* each : {&a, &b, &c}) CHECK(each->step().value().lost == 0);
    CHECK(a.leave());
    w.clock.advance(11s);
    CHECK(b.step().value().partitions == 5);
    CHECK(c.step().value().partitions == 5);
}

TEST_CASE("a member that was silent for too long commits nothing, and its events come to others") {
    world w(2);
    append(w.log, 50, 20);
    counter first(w.sink);
    counter second(w.sink);
    member a(w.log, w.group, first, w.options());
    member b(w.log, w.group, second, w.options());
    CHECK(a.step().value().handled == 50);
    append(w.log, 50, 20);
    // While `a` handles the first of them, time passes and `b` takes over.
    std::uint64_t by_b = 0;
    first.meanwhile = [&] {
        w.clock.advance(31s);
        by_b = b.step().value().handled;
    };
    const auto did = a.step().value();
    CHECK(by_b == 50);
    CHECK(did.handled == 1);
    CHECK(did.lost == 2);
    CHECK(did.has_lapsed);
    CHECK(w.sink.refused + w.sink.repeated == 1);
    CHECK(w.sink.in_effect() == 100);
    CHECK(w.sink.is_complete(100, 2));
}

TEST_CASE("a member that comes late does not hold up what is new") {
    world w(2);
    append(w.log, 1000, 50);
    counter handler(w.sink);
    member one(w.log, w.group, handler, w.options(10));
    // Partition 0 has come to the end, partition 1 is at the beginning.
    uuid other;
    other.octets[0] = 1;
    const auto owned = w.group.join({other, 30s, ""}).value();
    REQUIRE(owned.size() == 2);
    const partition_commit far[] = {{0, owned[0].token, {1000}}};
    CHECK(w.group.commit(far));
    CHECK(w.group.leave(other));

    append(w.log, 20, 50);
    std::set<std::uint64_t> early;
    for (int i = 0; i < 6; ++i) CHECK(one.step());
    for (std::uint64_t p = 1001; p <= 1020; ++p)
        if (w.sink.has(p)) early.insert(p);
    CHECK(!early.empty());
    while (!one.step().value().is_caught_up) continue;
    std::uint64_t of_zero = 0;
    w.log
        .read_all({.upto = horizon::durable},
                  [&](const record_view& r) {
                      of_zero += r.position().value <= 1000 && partition_of(by_key, r, 2) == 0 ? 1 : 0;
                      return true;
                  })
        .value();
    CHECK(w.sink.in_effect() == 1020 - of_zero);
    CHECK(w.sink.repeated == 0);
    // Partitions that stand apart cost one more look at what lies between them, not one look each.
    CHECK(one.counts().looked_at <= 1020 + 2 * 20 + 20);
}

TEST_CASE("a member of another partitioning, or of a shorter log, is refused before it does harm") {
    world w;
    append(w.log, 10, 5);
    counter handler(w.sink);
    consumer_options wrong = w.options();
    wrong.partition_by = {"tenant", [](const record_view&) { return std::uint64_t{0}; }};
    member other(w.log, w.group, handler, wrong);
    const auto refused = other.step();
    REQUIRE(!refused);
    CHECK(refused.error() == error_kind::invalid_argument);
    CHECK(members_of(w) == 0);

    {
        member good(w.log, w.group, handler, w.options());
        CHECK(good.step());
        CHECK(good.leave());
    }
    memory_store shorter;
    append(shorter, 3, 5);
    member behind(shorter, w.group, handler, w.options());
    for (int i = 0; i < 2; ++i) {
        const auto ends = behind.step();
        REQUIRE(!ends);
        CHECK(ends.error() == error_kind::invalid_argument);
        CHECK(ends.error().text().find("the log ends at 3") != std::string::npos);
    }
    CHECK(w.sink.in_effect() == 10);
}

TEST_CASE("run commits and leaves when it is told to stop, and says why it ended otherwise") {
    world w;
    append(w.log, 100, 10);
    counter handler(w.sink);
    std::stop_source stop;
    handler.meanwhile = [&] { stop.request_stop(); };
    member one(w.log, w.group, handler, w.options(10));
    const auto end = one.run(stop.get_token());
    REQUIRE(end);
    CHECK(end->handled == 10);
    CHECK(members_of(w) == 0);

    handler.meanwhile = nullptr;
    handler.fails_at = 50;
    const auto failed = one.run(std::stop_token());
    REQUIRE(!failed);
    CHECK(failed.error() == error_kind::invalid_argument);
    CHECK(failed.error().text() == "unlucky");
    CHECK(members_of(w) == 0);
    CHECK(w.sink.in_effect() == 49);

    handler.throws_at = std::exchange(handler.fails_at, 0);
    CHECK_THROWS_AS(one.run(std::stop_token()), std::runtime_error);
    CHECK(members_of(w) == 0);
    CHECK(w.sink.in_effect() == 49);
    handler.throws_at = 0;
    stop = {};
    handler.meanwhile = [&] {
        if (w.sink.in_effect() >= 99) stop.request_stop();
    };
    CHECK(one.run(stop.get_token()));
    CHECK(w.sink.in_effect() == 100);
    CHECK(w.sink.repeated == 0);
}

TEST_CASE("a handler need not look at its right, and unknown events are met by a policy") {
    world w;
    append(w.log, 20, 5);
    const new_event strange{.type = {"somebody.elses", 1}};
    const stream_append to{{"other", "1"}, any_version{}, {&strange, 1}};
    CHECK(w.log.append({.streams = {&to, 1}}));
    plain_counter all;
    {
        consumer strict(w.log, w.group, all, w.options());
        const auto failed = strict.step();
        REQUIRE(!failed);
        CHECK(failed.error() == error_kind::unknown_event);
        CHECK(all.count == 20);
        CHECK(strict.leave());
    }
    consumer lenient(w.log, w.group, all, w.options(), unknown::skip);
    CHECK(lenient.step().value().handled == 1);
    CHECK(lenient.passed_over().skipped == 1);
    CHECK(all.count == 20);
    CHECK(lenient.leave());

    memory_group_store of_category({.partitions = 2}, w.clock);
    consumer_options options = w.options();
    options.filter.category = "account";
    consumer only(w.log, of_category, all, options);
    CHECK(only.step().value().handled == 20);
    CHECK(all.count == 40);
}

TEST_CASE("only what is durable is handled, so that no position is committed that could be lost") {
    testing::faulty_device disk;
    auto log = file_store::open("log", {.durability = lose_unsynced{}, .device = disk}).value();
    world w;
    append(log, 20, 5);
    REQUIRE(log.sync());
    append(log, 30, 5);
    REQUIRE(log.last(horizon::visible) == position{50});
    REQUIRE(log.last(horizon::durable) == position{20});
    counter handler(w.sink);
    member one(log, w.group, handler, w.options());
    CHECK(one.step().value().handled == 20);
    for (const partition_status& each : partitions_of(w)) CHECK(each.committed <= position{20});
    CHECK(one.step().value().is_caught_up);
    REQUIRE(log.sync());
    CHECK(one.step().value().handled == 30);
}

TEST_CASE("events that were recorded with another struct are not handled, and nothing is committed") {
    event_type type{"thing.counted", 1};
    type.shape = &detail::shape_of<other_struct>::value;
    const std::string payload(8, '\0');
    const new_event wrong{.type = type, .payload = as_bytes(payload)};
    const stream_append to{{"account", "1"}, any_version{}, {&wrong, 1}};
    for (const bool is_noted_before : {true, false}) {
        world w;
        append(w.log, 10, 5);
        counter handler(w.sink);
        const auto record = [&] { REQUIRE(w.log.append({.streams = {&to, 1}})); };
        if (is_noted_before) record();
        handler.meanwhile = [&] {
            if (w.sink.in_effect() == 3) record();
        };
        member one(w.log, w.group, handler, w.options());
        const auto refused = one.step();
        REQUIRE(!refused);
        CHECK(refused.error() == error_kind::schema_changed);
        CHECK(w.sink.in_effect() == (is_noted_before ? 0 : 10));
        CHECK(one.leave());
        for (const partition_status& each : partitions_of(w)) CHECK(each.committed == position{0});
    }
}

// Members come, pause, die and leave at random while a writer goes on, all in one thread, so that a seed tells the whole story.
TEST_CASE("every event is in effect once, whatever members do") {
    const auto seed = std::random_device{}();
    for (std::uint64_t run = 0; run < 60; ++run) {
        std::mt19937_64 random(seed + run);
        INFO("seed " << seed << " run " << run);
        const auto partitions = static_cast<std::uint32_t>(1 + random() % 12);
        world w(partitions);
        std::uint64_t written = 0;
        struct life {
            std::unique_ptr<counter> handler;
            std::unique_ptr<member> self;
            bool is_paused = false;
        };
        std::vector<life> lives;
        const auto add = [&] {
            life fresh{std::make_unique<counter>(w.sink), nullptr};
            fresh.self = std::make_unique<member>(w.log, w.group, *fresh.handler, w.options(1 + random() % 20));
            lives.push_back(std::move(fresh));
        };
        add();
        // A life is interrupted where it hurts: between an event and its commit others go on.
        bool is_interrupted = false;
        const auto interrupt = [&](counter& handler) {
            handler.meanwhile = [&] {
                if (is_interrupted) return;
                is_interrupted = true;
                w.clock.advance(std::chrono::seconds(random() % 40));
                for (life& each : lives)
                    if (each.handler.get() != &handler && !each.is_paused) static_cast<void>(each.self->step().value());
                handler.meanwhile = nullptr;
                is_interrupted = false;
            };
        };
        for (int turn = 0; turn < 400; ++turn) {
            const std::size_t at = lives.empty() ? 0 : random() % lives.size();
            switch (random() % 16) {
                case 0: add(); break;
                case 1:
                    if (lives.size() > 1) lives.erase(lives.begin() + static_cast<std::ptrdiff_t>(at));  // dies
                    break;
                case 2:
                    if (!lives.empty()) CHECK(lives[at].self->leave());
                    break;
                case 3: w.clock.advance(std::chrono::seconds(random() % 45)); break;
                case 4:
                    if (!lives.empty()) lives[at].is_paused = !lives[at].is_paused;
                    break;
                case 5:
                    if (!lives.empty()) interrupt(*lives[at].handler);
                    break;
                case 6: w.clock.advance(-std::chrono::seconds(random() % 10)); break;
                case 7:
                case 8:
                case 9: {
                    const std::uint64_t more = random() % 30;
                    append(w.log, more, 17);
                    written += more;
                    break;
                }
                default:
                    if (!lives.empty() && !lives[at].is_paused) REQUIRE(lives[at].self->step());
            }
        }
        bool is_over = false;
        for (int round = 0; round < 10'000 && !is_over; ++round) {
            is_over = round > 10;
            if (round < 10) w.clock.advance(11s);
            for (life& each : lives) {
                each.handler->meanwhile = nullptr;
                is_over &= each.self->step().value().is_caught_up;
            }
        }
        CHECK(is_over);
        CHECK(w.sink.in_effect() == written);
        CHECK(w.sink.is_complete(written, partitions));
        for (const partition_status& each : partitions_of(w)) CHECK(!each.owner.is_nil());
    }
}

// Answers that are lost, and acts that fail: before they are done, or behind it.
TEST_CASE("every event is in effect once, also where the group fails at random") {
    const auto seed = std::random_device{}();
    std::uint64_t errors = 0;
    for (std::uint64_t run = 0; run < 40; ++run) {
        std::mt19937_64 random(seed + run);
        INFO("seed " << seed << " run " << run);
        world w(5);
        moody_group moody{w.group, random};
        counter handlers[3] = {counter(w.sink), counter(w.sink), counter(w.sink)};
        std::vector<std::unique_ptr<member>> members;
        for (counter& each : handlers)
            members.push_back(std::make_unique<member>(w.log, moody, each, w.options(1 + random() % 20)));
        std::uint64_t written = 0;
        for (int turn = 0; turn < 300; ++turn) {
            member& one = *members[random() % 3];
            if (random() % 5 == 0) w.clock.advance(std::chrono::seconds(random() % 35));
            if (random() % 4 == 0) {
                append(w.log, 10, 17);
                written += 10;
            }
            const auto done = [&]() -> result<void> {
                if (random() % 20 == 0) return one.leave();
                auto stepped = one.step();
                return stepped ? result<void>() : std::move(stepped).error();
            }();
            if (!done) {
                ++errors;
                CHECK((done.error() == error_kind::no_space || done.error() == error_kind::outcome_unknown));
            }
        }
        moody.is_well = true;
        for (int round = 0; round < 6; ++round) {
            w.clock.advance(11s);
            for (int turn = 0; turn < 1'000; ++turn)
                for (auto& each : members) REQUIRE(each->step());
        }
        CHECK(w.sink.in_effect() == written);
        CHECK(w.sink.is_complete(written, 5));
    }
    CHECK(errors > 100);
}

TEST_CASE("run says what ended it, and also that it could not leave") {
    world w;
    append(w.log, 10, 5);
    std::mt19937_64 random(1);
    moody_group moody{w.group, random};
    moody.is_well = true;
    counter handler(w.sink);
    handler.fails_at = 5;
    handler.meanwhile = [&] { moody.is_dead = true; };
    member one(w.log, moody, handler, w.options());
    const auto end = one.run(std::stop_token());
    REQUIRE(!end);
    CHECK(end.error() == error_kind::invalid_argument);
    CHECK(
        end.error().text() ==
        "unlucky; and what was handled before it could not be committed: no_space: moody; and it could not leave the group: "
        "no_space: moody");
    CHECK(members_of(w) == 1);
    moody.is_dead = false;
    std::stop_source stop;
    stop.request_stop();
    moody.is_dead = true;
    const auto stopped = one.run(stop.get_token());
    REQUIRE(!stopped);
    CHECK(stopped.error().text() == "on stopping: moody");
    moody.is_dead = false;
    CHECK(one.run(stop.get_token()));
    CHECK(members_of(w) == 0);
    std::uint64_t committed = 0;
    for (const partition_status& each : partitions_of(w)) committed += each.committed.value;
    CHECK(committed > 0);  // what could not be committed before, is by now
}

TEST_CASE("threads share a log that is written meanwhile, and each event is in effect once") {
    constexpr std::uint64_t events = 3000;
    memory_store log;
    memory_group_store group({.partitions = 8});
    fenced_sink sink;
    std::stop_source stop;
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            std::stop_source own;
            for (int life = 0; !stop.stop_requested(); ++life) {
                counter handler(sink);
                // Some end after a while, some in order and some not, and come again.
                const std::uint64_t end = t == 0 ? events * 10 : 200 + static_cast<std::uint64_t>(t) * 50;
                std::uint64_t seen = 0;
                own = {};
                handler.meanwhile = [&] {
                    if (++seen >= end) own.request_stop();
                };
                consumer one(log, group, handler, {.lease = 30ms, .batch = 50, .idle = 1ms});
                while (!own.stop_requested() && !stop.stop_requested()) {
                    const auto did = one.step();
                    if (!did) ++failures;
                    if (!did || did->is_caught_up) std::this_thread::yield();
                }
                if (life % 2 == 0 && !one.leave()) ++failures;
            }
        });
    for (std::uint64_t i = 0; i < events / 10; ++i) append(log, 10, 23);
    while (sink.in_effect() < events) std::this_thread::yield();
    stop.request_stop();
    for (auto& each : threads) each.join();
    CHECK(failures == 0);
    CHECK(sink.in_effect() == events);
    CHECK(sink.is_complete(events, 8));
}
