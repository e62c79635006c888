#include "sillok/projection/model_feed.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "sillok/event/encode.hpp"
#include "sillok/projection/parallel_replay.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/projection/together.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"
#include "sillok/testing/broken_stores.hpp"
#include "store/file_recovery.hpp"

namespace {

using sillok::on_failure;
using sillok::position;

struct opened {
    std::int64_t value;
};
struct moved {
    std::int64_t value;
};
struct shut {
    std::int64_t value;
};
struct door_events : sillok::events<sillok::event<"door.opened", opened>, sillok::event<"door.moved", moved>,
                                    sillok::event<"door.shut", shut>> {};

// How often the event at a position fails yet, and what was handed over although it had been.
struct trouble {
    std::map<std::uint64_t, int> left{};
    bool throws = false;

    sillok::result<void> meet(position at) {
        const auto found = left.find(at.value);
        if (found == left.end() || found->second == 0) return {};
        --found->second;
        if (throws) throw std::runtime_error("a bad day");
        return sillok::error(sillok::error_kind::invalid_argument, "not now");
    }
};

struct seen_doors {
    std::string opened{}, moved{}, shut{};
    std::vector<std::uint64_t> all{};
    bool operator==(const seen_doors& other) const {
        return opened == other.opened && moved == other.moved && shut == other.shut;
    }
    bool has_each_once() const {
        std::vector<std::uint64_t> sorted = all;
        std::sort(sorted.begin(), sorted.end());
        return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    }
    bool is_in_order() const { return std::is_sorted(all.begin(), all.end()); }
};

template <bool Order, bool TakesBack>
struct doors {
    static constexpr sillok::name name = "doors";
    static constexpr bool order_across_types = Order;
    using events = door_events;
    seen_doors seen{};
    trouble* with = nullptr;
    seen_doors before{};

    void begin() requires TakesBack { before = seen; }
    void commit() requires TakesBack {}
    void rollback() requires TakesBack { seen = before; }

    sillok::result<void> note(std::string& to, std::int64_t value, const sillok::metadata& m) {
        if (with != nullptr)
            if (auto met = with->meet(m.position()); !met) return met;
        to += std::to_string(m.position().value) + "=" + std::to_string(value) + " ";
        seen.all.push_back(m.position().value);
        return {};
    }
    sillok::result<void> on(const opened& e, const sillok::metadata& m) { return note(seen.opened, e.value, m); }
    sillok::result<void> on(const moved& e, const sillok::metadata& m) { return note(seen.moved, e.value, m); }
    sillok::result<void> on(const shut& e, const sillok::metadata& m) { return note(seen.shut, e.value, m); }
};

template <class E>
void add(const sillok::store_ref& store, const E& e, std::string_view key = "1") {
    sillok::byte_buffer payload;
    const sillok::new_event event{.type = sillok::encode_event<door_events>(e, payload), .payload = payload.view()};
    const sillok::stream_append to[] = {{{"door", key}, sillok::any_version{}, {&event, 1}}};
    REQUIRE(store.append({.streams = to}));
}
void add_unknown(const sillok::store_ref& store) {
    const sillok::new_event event{.type = {"door.painted", 1}};
    const sillok::stream_append to[] = {{{"door", "1"}, sillok::any_version{}, {&event, 1}}};
    REQUIRE(store.append({.streams = to}));
}
// One in `unknown` is unknown.
void fill(const sillok::store_ref& store, std::mt19937& random, std::size_t count, unsigned unknown = 0) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = static_cast<std::int64_t>(random() % 100);
        const std::string key = std::to_string(random() % 7);
        if (unknown != 0 && random() % unknown == 0) {
            add_unknown(store);
            continue;
        }
        switch (random() % 3) {
            case 0: add(store, opened{value}, key); break;
            case 1: add(store, moved{value}, key); break;
            default: add(store, shut{value}, key); break;
        }
    }
}

// Notes at which position the model was kept, and that it had all before it and nothing else.
template <class Model>
struct keeper {
    std::vector<position> kept{};
    bool is_whole = true;
    sillok::result<position> load(const sillok::store_ref&, sillok::shared_model<Model>&) { return position{}; }
    sillok::result<void> save(const sillok::store_ref&, const Model& model, position at) {
        kept.push_back(at);
        for (const std::uint64_t each : model.seen.all) is_whole = is_whole && each <= at.value;
        return {};
    }
};

enum class then { stop, retry, aside };

struct outcome {
    seen_doors seen{};
    std::vector<std::string> told{};  // errors with the positions they came at, and dead letters
    sillok::passed_over counts{};
};

// To the end of the log, whatever fails; who stops is mended by hand and goes on.
template <class Model>
outcome run(const sillok::store_ref& store, trouble with, then next, std::uint64_t batch, bool& was_ahead) {
    outcome all;
    keeper<Model> keep;
    sillok::shared_model<Model> shown(Model{.with = &with});
    sillok::projector_options options{.batch = batch, .unknown = sillok::unknown::skip, .keep_every = 100};
    const auto sink = [&](const sillok::dead_letter& letter) -> sillok::result<void> {
        all.told.push_back("aside " + letter.why.text());
        return {};
    };
    if (next == then::retry) options.on_failure = on_failure::retry(1000, {});
    if (next == then::aside) options.on_failure = on_failure::put_aside(sink);
    sillok::projector<Model> follow(store, shown, keep, options);
    for (;;) {
        auto done = follow.catch_up();
        shown.read([&](const Model& m) {
            was_ahead = was_ahead || std::any_of(m.seen.all.begin(), m.seen.all.end(),
                                                 [&](std::uint64_t each) { return each > follow.at().value; });
            return 0;
        });
        if (done) break;
        all.told.push_back(std::to_string(follow.at().value) + " " + done.error().text());
        with.left[follow.at().value + 1] = 0;
    }
    CHECK(follow.at() == store.last(sillok::horizon::durable));
    CHECK(keep.is_whole);
    if (next != then::aside) CHECK(keep.kept.back() == follow.at());  // what is put aside at the end is not kept anew
    all.seen = shown.read([](const Model& m) { return m.seen; });
    CHECK(all.seen.has_each_once());
    all.counts = follow.counts();
    return all;
}

template <bool TakesBack>
void compare(std::mt19937& random, bool& was_ahead, bool& was_reordered) {
    sillok::memory_store store;
    fill(store, random, 64 + random() % 600, 40);
    trouble with{.throws = random() % 3 == 0};
    const then next = static_cast<then>(random() % 3);
    for (auto n = random() % 5; n > 0; --n)
        with.left[1 + random() % store.last(sillok::horizon::durable).value] =
            next == then::retry ? 1 + static_cast<int>(random() % 3) : 1'000'000;
    const std::uint64_t batches[] = {1, 70, 200, 1024};
    const std::uint64_t batch = batches[random() % 4];
    bool never = false;
    const outcome ordered = run<doors<true, TakesBack>>(store, with, next, batch, never);
    const outcome grouped = run<doors<false, TakesBack>>(store, with, next, batch, was_ahead);
    CHECK_FALSE(never);
    CHECK(ordered.seen.is_in_order());
    CHECK(grouped.seen == ordered.seen);
    CHECK(grouped.told == ordered.told);
    CHECK(grouped.counts == ordered.counts);
    was_reordered = was_reordered || !grouped.seen.is_in_order();
}

}  // namespace

TEST_CASE(
    "a model that does not mind the order across types comes to the same, whatever fails and whatever becomes of it") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    bool was_ahead = false;
    bool was_reordered = false;
    for (int round = 0; round < 150; ++round) compare<false>(random, was_ahead, was_reordered);
    CHECK(was_ahead);
    CHECK(was_reordered);
}

TEST_CASE("one that can take back what a failed batch did never has what is behind an event that failed") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    bool was_ahead = false;
    bool was_reordered = false;
    for (int round = 0; round < 100; ++round) compare<true>(random, was_ahead, was_reordered);
    CHECK_FALSE(was_ahead);
    CHECK(was_reordered);
}

TEST_CASE("an event may fail at any place") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    sillok::memory_store store;
    fill(store, random, 90);
    bool was_ahead = false;
    for (std::uint64_t at = 1; at <= 90; ++at)
        for (const then next : {then::stop, then::retry, then::aside}) {
            const trouble with{.left = {{at, next == then::retry ? 2 : 1'000'000}}};
            const outcome ordered = run<doors<true, false>>(store, with, next, 1024, was_ahead);
            const outcome grouped = run<doors<false, false>>(store, with, next, 1024, was_ahead);
            CHECK(grouped.seen == ordered.seen);
            CHECK(grouped.told == ordered.told);
        }
}

TEST_CASE("where effects may act a model is given everything in order") {
    std::mt19937 random(1);
    sillok::memory_store store;
    fill(store, random, 500);
    using model = doors<false, false>;
    sillok::effects acts("doors", 1);
    sillok::shared_model<model> shown;
    sillok::projector<model> follow(store, shown, {.effects = &acts});
    REQUIRE(follow.catch_up());
    CHECK(shown.read([](const model& m) { return m.seen.is_in_order(); }));
    REQUIRE(follow.rebuild(model{}));  // inert
    CHECK_FALSE(shown.read([](const model& m) { return m.seen.is_in_order(); }));
}

TEST_CASE("a rebuild begins without what was handed over behind an event that failed") {
    std::mt19937 random(1);
    sillok::memory_store store;
    add(store, opened{1});
    add(store, opened{1});
    add(store, shut{1});  // of the type that comes last
    fill(store, random, 497);
    using model = doors<false, false>;
    trouble with{.left = {{3, 1'000'000}}};
    keeper<model> keep;
    sillok::shared_model<model> shown(model{.with = &with});
    sillok::projector<model> follow(store, shown, keep);
    CHECK_FALSE(follow.catch_up());
    CHECK(follow.at() == position{2});
    CHECK(keep.kept.empty());
    CHECK(shown.read([](const model& m) { return m.seen.all.size(); }) > 2);
    REQUIRE(follow.rebuild(model{}));
    CHECK(keep.kept == std::vector<position>{{500}});
    fill(store, random, 500);
    REQUIRE(follow.catch_up());
    CHECK(shown.read([](const model& m) { return m.seen.all.size(); }) == 1000);
    CHECK(shown.read([](const model& m) { return m.seen.has_each_once(); }));
    CHECK(keep.kept.back() == position{1000});
}

namespace {

// Cannot read what is behind a position.
class half_store : public sillok::testing::passing_store {
public:
    half_store(const sillok::store_ref& inner, position end) : passing_store(inner), end_(end) {}
    void mend() { end_ = {1'000'000}; }
    sillok::result<position> read_all(const sillok::log_range& range, sillok::record_visitor visit) const {
        return over(
            inner().read_all(range, [&](const sillok::record_view& r) { return r.position() <= end_ && visit(r); }));
    }
    sillok::result<position> read_many(const sillok::log_range& range, sillok::records_visitor visit) const {
        return over(inner().read_many(range, [&](std::span<const sillok::record_view> records) {
            while (!records.empty() && records.back().position() > end_) records = records.first(records.size() - 1);
            return !records.empty() && visit(records) && records.back().position() < end_;
        }));
    }

private:
    sillok::result<position> over(sillok::result<position> reached) const {
        if (reached && *reached >= end_) return sillok::error(sillok::error_kind::damaged, "a broken disk");
        return reached;
    }
    position end_;
};

template <class Model>
void reads_half() {
    std::mt19937 random(1);
    sillok::memory_store whole;
    fill(whole, random, 500);
    half_store store(whole, {300});
    sillok::shared_model<Model> shown;
    sillok::projector<Model> follow(store, shown);
    for (int i = 0; i < 3; ++i) CHECK(follow.catch_up().error().text() == "projection doors: a broken disk");
    store.mend();
    REQUIRE(follow.catch_up());
    CHECK(shown.read([](const Model& m) { return m.seen.all.size(); }) == 500);
    CHECK(shown.read([](const Model& m) { return m.seen.has_each_once(); }));
}

}  // namespace

TEST_CASE("what was handed over before the log could not be read any more is not handed over again") {
    reads_half<doors<true, false>>();
    reads_half<doors<false, false>>();
    reads_half<doors<true, true>>();
    reads_half<doors<false, true>>();
}

TEST_CASE("a projector and a replay come to the same by types from files") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const recovery_tests::scratch folder;
    auto files = sillok::file_store::open(folder / "s", {.durability = sillok::lose_unsynced{}}).value();
    fill(files, random, 3000, 20);
    REQUIRE(files.sync());
    doors<true, false> ordered;
    doors<false, false> grouped;
    REQUIRE(sillok::replay(files, {}, ordered, sillok::unknown::skip));
    REQUIRE(sillok::replay(files, {}, grouped, sillok::unknown::skip));
    CHECK(grouped.seen == ordered.seen);
    CHECK_FALSE(grouped.seen.is_in_order());
    for (const then next : {then::stop, then::retry, then::aside}) {
        const trouble with{.left = {{200, next == then::retry ? 2 : 1'000'000}, {2500, 1}}};
        bool was_ahead = false;
        const outcome one = run<doors<true, false>>(files, with, next, 1024, was_ahead);
        const outcome many = run<doors<false, false>>(files, with, next, 1024, was_ahead);
        CHECK(many.seen == one.seen);
        CHECK(many.told == one.told);
        CHECK(many.counts == one.counts);
    }
}

TEST_CASE("a replay, one in parts, and models together come to the same by types") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    sillok::memory_store store;
    fill(store, random, 3000, 20);
    const auto skip = sillok::unknown::skip;
    doors<true, false> ordered;
    const auto wanted = sillok::replay(store, {}, ordered, skip);
    doors<false, false> grouped;
    const auto got = sillok::replay(store, {}, grouped, skip);
    REQUIRE(wanted);
    CHECK(*got == *wanted);
    CHECK(grouped.seen == ordered.seen);
    CHECK(ordered.seen.is_in_order());
    CHECK_FALSE(grouped.seen.is_in_order());
    doors<false, false> one;
    REQUIRE(sillok::replay(store, {"door", "1"}, {}, one, skip));
    CHECK(one.seen.is_in_order());

    std::vector<doors<true, false>> parts(3);
    std::vector<doors<false, false>> free_parts(3);
    const auto in_turn = [](std::size_t count, auto task) {
        for (std::size_t i = 0; i < count; ++i) task(i);
    };
    const auto counted = sillok::parallel_replay(store, {.from = {9}}, std::span(parts), in_turn, skip);
    REQUIRE(counted);
    CHECK(*sillok::parallel_replay(store, {.from = {9}}, std::span(free_parts), in_turn, skip) == *counted);
    for (std::size_t i = 0; i < 3; ++i) CHECK(free_parts[i].seen == parts[i].seen);

    using all_free = sillok::together<"free", doors<false, false>, doors<false, true>>;
    using one_not = sillok::together<"not", doors<false, false>, doors<true, false>>;
    static_assert(sillok::takes_types_in_any_order<all_free>());
    static_assert(!sillok::takes_types_in_any_order<one_not>());
    all_free both;
    one_not mixed;
    REQUIRE(sillok::replay(store, {}, both, skip));
    REQUIRE(sillok::replay(store, {}, mixed, skip));
    CHECK(both.get<doors<false, true>>().seen == ordered.seen);
    CHECK_FALSE(both.get<doors<false, true>>().seen.is_in_order());
    CHECK(mixed.get<doors<false, false>>().seen.is_in_order());
}
