// The model of tests/projection/all_modes.cpp with its rows in SQLite: they are those of a replay in memory, byte by byte.

#include <chrono>
#include <cstdint>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "projection/statement_events.hpp"
#include "sample.hpp"
#include "sillok/adapters/sqlite.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"

namespace statements {

using statement_rows = sillok::sqlite_table<statement, sillok::unique<&statement::account>,
                                            sillok::ordered<&statement::currency, &statement::balance>>;
template <class E>
sillok::result<void> change(statement_rows& rows, const E& e, const sillok::metadata& m) {
    auto there = rows.find(std::string(m.key()));
    if (!there) return std::move(there).error();
    statement now = there->value_or(statement{});
    now.take(e, m);
    return rows.put(std::move(now));
}
inline sillok::result<void> erase(statement_rows& rows, std::string_view account) {
    auto gone = rows.erase(std::string(account));
    if (!gone) return std::move(gone).error();
    return {};
}
using in_sqlite = book<statement_rows>;

}  // namespace statements

namespace {

using namespace std::chrono_literals;
using namespace statements;
using sillok::horizon;

std::string read_back(const std::string& path) {
    auto db = sillok::sqlite_database::open(path, {.read_only = true}).value();
    const auto model = sillok::sqlite_model<in_sqlite>::open(db).value();
    return bytes_of(model.rows.select().rows().value());
}

}  // namespace

TEST_CASE(
    "a model in SQLite is the same byte by byte as in memory, live, in batches of any size, and after any restart") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    const sqlite_tests::scratch place;
    sillok::memory_store store;
    {
        auto db = sillok::sqlite_database::open(place / "live.db").value();
        sillok::shared_model shown(sillok::sqlite_model<in_sqlite>::open(db).value());
        sillok::projector follow(store, shown, {.batch = 19});
        std::jthread live([&](const std::stop_token& stop) { CHECK(follow.run(stop)); });
        std::mt19937_64 random(seed);
        for (int i = 0; i < 2000; ++i) REQUIRE(append_some(store, random));
        REQUIRE(follow.wait_until(store.last(horizon::durable), 60s));
    }
    mapped fresh;
    REQUIRE(sillok::replay(store, {}, fresh));
    const std::string wanted = bytes_of(fresh);
    CHECK(read_back(place / "live.db") == wanted);

    for (const std::uint64_t batch : {7U, 501U, 100'000U}) {
        const std::string path = place / ("batches of " + std::to_string(batch) + ".db");
        bool is_over = false;
        while (!is_over) {  // each time from where the one before was
            auto db = sillok::sqlite_database::open(path).value();
            sillok::shared_model shown(sillok::sqlite_model<in_sqlite>::open(db).value());
            sillok::projector follow(store, shown, {.batch = batch});
            for (int i = 0; i < 200 && !is_over; ++i) {
                const auto one = follow.step();
                REQUIRE(one);
                is_over = one->taken == 0;
            }
        }
        CHECK(read_back(path) == wanted);
    }
}
