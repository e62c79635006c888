// What docs/guides/projections.md shows, and that it does what is said there.
#include <chrono>
#include <iostream>
#include <stop_token>
#include <string>
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
