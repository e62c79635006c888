// What docs/guides/projections.md shows, and that it does what is said there.
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/sillok.hpp"
#include "store/file_recovery.hpp"

namespace {

using namespace ledgers;
using namespace std::chrono_literals;

// [any_order]
struct turnover {
    static constexpr sillok::name name = "turnover";
    static constexpr bool order_across_types = false;
    using events = sillok::select<ledger_events, paid, closed>;
    std::int64_t sum = 0;
    int ended = 0;
    void on(const paid& e) { sum += e.amount; }
    void on(const closed&) { ++ended; }
};
// [/any_order]

// [rules]
struct no_debts {
    static constexpr sillok::name name = "no_debts";
    using events = sillok::select<ledger_events, paid>;
    std::map<std::string, std::int64_t> by_account;
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        const std::string key(m.key());
        if (by_account[key] + e.amount < 0)
            return sillok::error(sillok::error_kind::condition_failed, key + " would owe");
        by_account[key] += e.amount;
        return {};
    }
};
// [/rules]

// What is outside of the program: it is there whatever becomes of that.
struct post_office {
    std::map<std::string, std::string> letters{};
    int handed_in = 0;
    void send(const std::string& number, const std::string& text) {
        ++handed_in;
        letters.emplace(number, text);  // which it has had already, it throws away
    }
};
struct far_database {
    struct row {
        std::int64_t balance;
        sillok::position last;
    };
    std::map<std::string, row, std::less<>> rows{};
    int writes = 0;
    sillok::result<row> find(std::string_view key) const {
        const auto there = rows.find(key);
        return there == rows.end() ? row{0, {}} : there->second;
    }
    sillok::result<void> put(std::string_view key, row now) {
        ++writes;
        rows.insert_or_assign(std::string(key), now);
        return {};
    }
};

// [guarded]
struct far_balances {
    static constexpr sillok::name name = "far_balances";
    using events = sillok::select<ledger_events, paid>;
    far_database& database;

    sillok::result<bool> has_taken(const sillok::metadata& m) const {
        auto row = database.find(m.key());
        if (!row) return row.error();
        return row->last >= m.position();
    }
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        auto row = database.find(m.key());
        if (!row) return row.error();
        return database.put(m.key(), {row->balance + e.amount, m.position()});  // both in one write
    }
};
// [/guarded]

// [letters]
struct letters {
    static constexpr sillok::name name = "letters";
    using events = sillok::select<ledger_events, closed>;
    static constexpr bool at_least_once = true;  // the office knows a letter by its number
    post_office& office;
    sillok::effects& acts;

    void on(const closed&, const sillok::metadata& m) {
        if (acts.are_live()) office.send(to_string(m.id()), "Dear " + std::string(m.key()) + ", …");
    }
};
// [/letters]

}  // namespace

TEST_CASE("the guide to projections: faster") {
    sillok::memory_store store;
    for (int i = 0; i < 100; ++i) pay(store, "ada", 5);
    close(store, "ada");
    turnover all;
    REQUIRE(sillok::replay(store, {}, all));
    CHECK(all.sum == 500);
    CHECK(all.ended == 1);
    CHECK(std::string_view(turnover::name) == "turnover");
}

TEST_CASE("the guide to projections: behind the log") {
    const recovery_tests::scratch place;
    sillok::memory_store store;
    pay(store, "ada", 5);
    // [follow]
    auto kept = sillok::model_folder::open(place / "read-models").value();
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown, kept, {.on_failure = sillok::on_failure::retry(3, 100ms)});

    std::jthread live([&](const std::stop_token& stop) {
        if (auto ended = follow.run(stop); !ended) std::cerr << ended.error() << '\n';
    });
    // [/follow]
    // [wait]
    const sillok::position mine = pay(store, "ada", 7);
    REQUIRE(follow.wait_until(mine, 5s));
    const auto balance = shown.read([](const balances& b) { return b.by_account.at("ada"); });
    // [/wait]
    CHECK(balance == 12);
    live.request_stop();
    live.join();
    // [health]
    const auto health = follow.health().value();
    std::cout << health.name << " is " << health.lag << " events behind";
    if (health.stuck_with) std::cout << ", and stuck: " << *health.stuck_with;
    std::cout << '\n';
    // [/health]
    CHECK(health.lag == 0);
    CHECK(kept.counts().saved > 0);
    // [rebuild]
    REQUIRE(follow.rebuild(balances{}));
    // [/rebuild]
    CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == 12);
}

TEST_CASE("the guide to projections: within the append") {
    sillok::memory_store log;
    // [inline]
    sillok::shared_model<no_debts> debts;
    sillok::inline_store store(log, debts);
    REQUIRE(store.catch_up());
    REQUIRE(append(store, "ada", paid{5}));
    CHECK_FALSE(append(store, "ada", paid{-9}));  // nothing was recorded
    // [/inline]
    CHECK(log.last(sillok::horizon::visible) == sillok::position{1});
}

TEST_CASE("the guide to projections: outside of the model") {
    const recovery_tests::scratch place;
    sillok::memory_store store;
    for (int i = 0; i < 5; ++i) pay(store, i % 2 == 0 ? "ada" : "bob", 1);
    far_database database;
    post_office office;
    for (int life = 0; life < 3; ++life) {
        // [checkpoint]
        auto kept = sillok::checkpoint_file::open(place / "far_balances.checkpoint").value();
        sillok::shared_model<far_balances> far(far_balances{database});
        sillok::projector<far_balances> follow(store, far, kept, {.keep_every = 1000});
        // [/checkpoint]
        REQUIRE(follow.step());  // and no more: a crash
        CHECK(follow.health()->repeated == (life == 0 ? 0 : 5));
        CHECK(database.writes == 5);
        CHECK(database.rows.at("ada").balance == 3);
    }
    close(store, "bob");
    for (int life = 0; life < 3; ++life) {
        auto kept = sillok::checkpoint_file::open(place / "letters.checkpoint").value();
        sillok::effects acts("letters", 1);
        sillok::shared_model<letters> sending(letters{office, acts});
        sillok::projector<letters> follow(store, sending, kept, {.effects = &acts});
        REQUIRE(follow.step());
    }
    CHECK(office.handed_in == 3);
    CHECK(office.letters.size() == 1);
}
