#include "sillok/projection/parallel_replay.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/store/memory_store.hpp"

namespace {

using namespace ledgers;
using sillok::position;

// [threads]
const auto on_threads = [](std::size_t count, auto task) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(task, i);
};
// [/threads]
const auto one_by_one = [](std::size_t count, auto task) {
    for (std::size_t i = 0; i < count; ++i) task(i);
};

// Depends on the order within a key.
struct orders {
    static constexpr sillok::name name = "orders";
    using events = ledger_events;
    std::map<std::string, std::uint64_t> by_key{};
    std::int64_t refuses = -1;
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        if (e.amount == refuses)
            return sillok::error(sillok::error_kind::invalid_argument,
                                 "position " + std::to_string(m.position().value));
        auto& hash = by_key[std::string(m.key())];
        hash = hash * 31 + static_cast<std::uint64_t>(e.amount);
        return {};
    }
    void on(const closed&, const sillok::metadata& m) { by_key[std::string(m.key())] *= 17; }
    friend bool operator==(const orders&, const orders&) = default;
};

struct throwing {
    using events = ledger_events;
    void on(const paid&) { throw std::runtime_error("a bad day"); }
    void on(const closed&) {}
};

static_assert(std::string_view(orders::name) == "orders");

void fill(sillok::memory_store& store) {
    for (int i = 0; i < 3000; ++i) {
        const std::string key = std::to_string(i * 7919 % 101);
        if (i % 13 == 0)
            close(store, key);
        else
            pay(store, key, i);
    }
}

}  // namespace

TEST_CASE("a model in parts is the model, whatever the threads, and each key is in its part") {
    sillok::memory_store store;
    fill(store);
    orders whole;
    const auto serial = sillok::replay(store, {}, whole);
    REQUIRE(serial);
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{8}}) {
        std::vector<orders> parts(count);
        const auto done = sillok::parallel_replay(store, {}, std::span(parts), on_threads);
        REQUIRE(done);
        CHECK(*done == *serial);
        orders joined;
        for (std::size_t i = 0; i < count; ++i)
            for (const auto& [key, hash] : parts[i].by_key) {
                CHECK(sillok::part_of(key, count) == i);
                CHECK(joined.by_key.emplace(key, hash).second);
            }
        CHECK(joined == whole);
        std::vector<orders> again(count);
        REQUIRE(sillok::parallel_replay(store, {}, std::span(again), one_by_one));
        CHECK(again == parts);
    }
}

TEST_CASE("of several parts that fail the first position is told, and what is thrown is an error") {
    sillok::memory_store store;
    fill(store);
    std::vector<orders> parts(4, orders{.refuses = 500});
    parts[1].refuses = 900;
    for (int run = 0; run < 5; ++run) {
        for (const std::int64_t amount : {500, 900}) pay(store, "1", amount);
        const auto done = sillok::parallel_replay(store, {}, std::span(parts), on_threads);
        REQUIRE(!done);
        const bool is_first = done.error().text() == "position 501" || done.error().text() == "position 901";
        CHECK(is_first);
    }
    std::vector<throwing> bad(2);
    CHECK(sillok::parallel_replay(store, {}, std::span(bad), on_threads).error() == sillok::error_kind::handler_failed);
    std::vector<orders> none;
    CHECK(sillok::parallel_replay(store, {}, std::span(none), on_threads).error() ==
          sillok::error_kind::invalid_argument);
}

TEST_CASE("events that come while a model is made in parts are in none of them") {
    sillok::memory_store store;
    fill(store);
    std::vector<orders> parts(2);
    const auto with_a_writer = [&](std::size_t count, auto task) {
        pay(store, "late", 1);
        one_by_one(count, task);
    };
    const auto done = sillok::parallel_replay(store, {}, std::span(parts), with_a_writer);
    CHECK(done->last == position{3000});
    for (const orders& each : parts) CHECK(each.by_key.count("late") == 0);
}
