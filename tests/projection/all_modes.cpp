// One declaration of a model, brought forward in every way that there is: the state is the same, byte by byte. SQLite is in
// tests/adapters/sqlite/modes.cpp.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "projection/statement_events.hpp"
#include "sillok/event/kept_state.hpp"
#include "sillok/projection/consumer.hpp"
#include "sillok/projection/group/memory_group_store.hpp"
#include "sillok/projection/inline_store.hpp"
#include "sillok/projection/model_folder.hpp"
#include "sillok/projection/parallel_replay.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/projection/together.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"
#include "store/file_recovery.hpp"

namespace {

using namespace std::chrono_literals;
using namespace statements;
using recovery_tests::scratch;
using sillok::horizon;
using sillok::position;

constexpr int appends = 2000;

// Bytes, of which a test's report is told only this.
bool same(const std::string& a, const std::string& b) { return a == b; }

template <class Model>
std::string shown_in(const sillok::shared_model<Model>& model) {
    return model.read([](const Model& m) { return bytes_of(m); });
}
template <class Model>
std::string replayed(const sillok::store_ref& store, const sillok::log_range& range = {}) {
    Model fresh;
    REQUIRE(sillok::replay(store, range, fresh));
    return bytes_of(fresh);
}
// The encoded state itself, as it is kept; a map and a table are not the same there, but each is in every mode.
template <class Model>
std::string encoded(const Model& model) {
    sillok::byte_buffer bytes;
    sillok::detail::write_state<Model>(&model, bytes);
    return std::string(sillok::as_text(bytes.view()));
}

const auto on_threads = [](std::size_t count, auto task) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(task, i);
};

template <class Model>
std::string in_batches(const sillok::store_ref& store, std::uint64_t batch) {
    sillok::shared_model<Model> shown;
    sillok::projector<Model> follow(store, shown, {.batch = batch});
    for (;;) {
        const auto one = follow.step();
        REQUIRE(one);
        CHECK(one->taken <= batch);
        if (one->taken == 0) break;
    }
    CHECK(follow.at() == store.last(horizon::durable));
    return shown_in(shown);
}

template <class Model>
std::string of_category(const sillok::store_ref& store, const std::string& category) {
    sillok::projector_options options;
    options.batch = 31;
    options.filter.category = category;
    sillok::shared_model<Model> shown;
    sillok::projector<Model> follow(store, shown, options);
    REQUIRE(follow.catch_up());
    return shown_in(shown);
}

template <class Model>
std::string rebuilt(const sillok::store_ref& store) {
    sillok::shared_model<Model> shown;
    sillok::projector<Model> follow(store, shown, {.batch = 100});
    for (int i = 0; i < 3; ++i) REQUIRE(follow.step());
    REQUIRE(follow.rebuild(Model{}));
    return shown_in(shown);
}

// Kept from time to time, and brought forward by one after the other, none of which ends in order.
template <class Model>
std::string restored_midway(const sillok::store_ref& store) {
    const scratch place;
    int lives = 0;
    for (;; ++lives) {
        auto folder = sillok::model_folder::open(place.path).value();
        sillok::shared_model<Model> shown;
        sillok::projector<Model> follow(store, shown, folder, {.batch = 97, .keep_every = 300});
        for (int i = 0; i < 7; ++i) REQUIRE(follow.step());
        CHECK(folder.counts().loaded == (lives == 0 ? 0 : 1));
        CHECK(folder.counts().stale + folder.counts().damaged == 0);
        if (follow.at() != store.last(horizon::durable)) continue;
        CHECK(lives > 3);
        Model fresh;
        REQUIRE(sillok::replay(store, {}, fresh));
        CHECK(same(shown.read([](const Model& m) { return encoded(m); }), encoded(fresh)));
        return shown_in(shown);
    }
}

template <class Model>
std::string in_parts(const sillok::store_ref& store, std::size_t count) {
    std::vector<Model> parts(count);
    REQUIRE(sillok::parallel_replay(store, {}, std::span(parts), on_threads));
    std::vector<statement> all;
    for (const Model& each : parts)
        for (statement& row : rows_of(each.rows)) all.push_back(std::move(row));
    return bytes_of(std::move(all));
}

// Members of a group that come and go one after the other, and what they have between them.
template <class Model>
std::string in_a_group(const sillok::store_ref& store) {
    sillok::memory_group_store group({.partitions = 5});
    Model shared;
    std::uint64_t handled = 0;
    for (int life = 0;; ++life) {
        sillok::consumer<Model> one(store, group, shared, {.batch = 111});
        sillok::consumer<Model> two(store, group, shared, {.batch = 64});
        bool is_over = true;
        for (int i = 0; i < 12; ++i) {
            const auto a = one.step();
            const auto b = two.step();
            REQUIRE(a);
            REQUIRE(b);
            handled += a->handled + b->handled;
            is_over = a->is_caught_up && b->is_caught_up;
        }
        REQUIRE(one.leave());
        REQUIRE(two.leave());
        if (is_over && life > 1) break;
    }
    CHECK(handled == store.last(horizon::durable).value);
    return bytes_of(shared);
}

template <class Model>
void is_one_in_all_modes(const sillok::store_ref& store, const std::string& wanted) {
    CHECK(same(replayed<Model>(store), wanted));
    for (const std::uint64_t batch : {1U, 7U, 501U, 100'000U}) CHECK(same(in_batches<Model>(store, batch), wanted));
    CHECK(same(rebuilt<Model>(store), wanted));
    CHECK(same(restored_midway<Model>(store), wanted));
    for (const std::size_t parts : {std::size_t{1}, std::size_t{4}}) CHECK(same(in_parts<Model>(store, parts), wanted));
    CHECK(same(in_a_group<Model>(store), wanted));
}

}  // namespace

TEST_CASE("a model is the same byte by byte in whatever way it is brought forward") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);

    // Within appends of two writers, some of which are refused; and behind them, live.
    sillok::memory_store log;
    sillok::shared_model<mapped> within_mapped;
    sillok::shared_model<tabled> within_tabled;
    sillok::inline_store store(log, within_mapped, within_tabled);
    sillok::shared_model<mapped> behind_mapped;
    sillok::shared_model<tabled> behind_tabled;
    sillok::projector<mapped> mapping(log, behind_mapped, {.batch = 13});
    sillok::projector<tabled> tabling(log, behind_tabled, {.batch = 9});
    std::atomic<int> refused = 0;
    {
        std::jthread live_mapped([&](const std::stop_token& stop) { CHECK(mapping.run(stop)); });
        std::jthread live_tabled([&](const std::stop_token& stop) { CHECK(tabling.run(stop)); });
        {
            std::jthread writers[2];
            for (std::uint32_t w = 0; w < 2; ++w)
                writers[w] = std::jthread([&, w] {
                    std::mt19937_64 random(seed + w);
                    for (int i = 0; i < appends / 2; ++i)
                        if (const auto done = append_some(store, random, true); !done) {
                            CHECK(done.error() == sillok::error_kind::condition_failed);
                            ++refused;
                        }
                });
        }
        REQUIRE(mapping.wait_until(log.last(horizon::durable), 30s));
        REQUIRE(tabling.wait_until(log.last(horizon::durable), 30s));
    }
    CHECK(refused > 20);
    CHECK(log.last(horizon::durable).value > appends);
    const std::string wanted = replayed<mapped>(log);
    CHECK(wanted.size() > 1200);
    CHECK(same(shown_in(within_mapped), wanted));
    CHECK(same(shown_in(within_tabled), wanted));
    CHECK(same(shown_in(behind_mapped), wanted));
    CHECK(same(shown_in(behind_tabled), wanted));

    is_one_in_all_modes<mapped>(log, wanted);
    is_one_in_all_modes<tabled>(log, wanted);

    sillok::shared_model<sillok::together<"both", mapped, tabled>> both;
    sillok::projector follow(log, both, {.batch = 77});
    REQUIRE(follow.catch_up());
    CHECK(same(both.read([](const auto& b) { return bytes_of(b.template get<mapped>()); }), wanted));
    CHECK(same(both.read([](const auto& b) { return bytes_of(b.template get<tabled>()); }), wanted));

    sillok::shared_model<tabled> late;
    sillok::inline_store later(log, late);
    REQUIRE(later.catch_up());
    CHECK(same(shown_in(late), wanted));

    // Of a category alone it is another state, and again one.
    const std::string accounts = replayed<mapped>(log, {.category = "account"});
    CHECK_FALSE(same(accounts, wanted));
    CHECK(same(of_category<mapped>(log, "account"), accounts));
    CHECK(same(of_category<tabled>(log, "account"), accounts));
}

TEST_CASE(
    "a model is the same byte by byte over files, through any number of segments and from another process's view") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    const scratch place;
    sillok::memory_store in_memory;
    {
        auto log =
            sillok::file_store::open(place / "log", {.segment_bytes = 32'768, .durability = sillok::lose_unsynced{}})
                .value();
        std::mt19937_64 random(seed);
        std::mt19937_64 again(seed);
        sillok::shared_model<tabled> shown;
        sillok::projector<tabled> follow(log, shown, {.batch = 10});
        for (int i = 0; i < appends; ++i) {
            REQUIRE(append_some(log, random));
            REQUIRE(append_some(in_memory, again));
            if (i % 70 == 0) REQUIRE(log.sync());
            if (i % 3 == 0) REQUIRE(follow.step());
            CHECK(follow.at() <= log.last(horizon::durable));
        }
        REQUIRE(log.sync());
        REQUIRE(follow.catch_up());
        CHECK(follow.at() == log.last(horizon::visible));
        CHECK(same(shown_in(shown), replayed<mapped>(in_memory)));
    }
    const std::string wanted = replayed<mapped>(in_memory);
    auto log = sillok::file_store::open(place / "log", {.read_only = true}).value();
    is_one_in_all_modes<mapped>(log, wanted);
    is_one_in_all_modes<tabled>(log, wanted);
}
