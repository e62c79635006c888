// What docs/guides/projections.md shows, and that it does what is said there.
#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
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

// [accounts]
struct account_row {
    std::string account;
    std::int64_t balance;
    std::int64_t payments;
};
using account_table = sillok::table<account_row, sillok::unique<&account_row::account>,  // the first one is the key
                                    sillok::ordered<&account_row::balance>>;             // and what is asked for often

struct richest {  // a question, and what answers it
    sillok::page_request page;
    using answer = sillok::page<account_row>;
};

struct accounts {
    static constexpr sillok::name name = "accounts";
    using events = sillok::select<ledger_events, paid, closed>;
    using queries = sillok::queries<richest>;

    account_table rows{};

    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        const std::string account(m.key());
        if (!rows.contains(account)) return rows.put({account, e.amount, 1});
        return rows.modify(account, [&](account_row& row) { row.balance += e.amount, ++row.payments; });
    }
    void on(const closed&, const sillok::metadata& m) { rows.erase(std::string(m.key())); }

    // Half a batch is never shown: what a batch did is taken back where one of its events fails.
    void begin() { rows.begin(); }
    void commit() { rows.commit(); }
    void rollback() { rows.rollback(); }

    sillok::page<account_row> answer(const richest& q) const {
        return rows.select().sorted<&account_row::balance>(sillok::descending).page(q.page);
    }
};
// [/accounts]

// [letters]
struct post {
    std::map<std::string, std::string> sent;  // by the event's id: who is asked twice sends once
    void send(const std::string& id, std::string text) { sent.emplace(id, std::move(text)); }
};

struct letters {
    static constexpr sillok::name name = "letters";
    using events = sillok::select<ledger_events, paid>;
    sillok::effects* acts = nullptr;
    post* office = nullptr;
    std::map<std::string, std::int64_t> by_account{};

    void on(const paid& e, const sillok::metadata& m) {
        const std::int64_t sum = by_account[std::string(m.key())] += e.amount;
        if (acts->are_live()) office->send(to_string(m.id()), std::string(m.key()) + " has " + std::to_string(sum));
    }
};
// [/letters]

}  // namespace

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

TEST_CASE("the guide to subscriptions") {
    sillok::memory_store store;
    pay(store, "ada", 5);
    std::atomic<int> rung = 0;
    const auto ring = [&](const std::string&) { ++rung; };
    // [alarms]
    sillok::subscription alarms(store,
                                [&](const sillok::record_view& record) { ring(std::string(record.stream().key)); },
                                {.filter = {.types = sillok::recorded_types<ledger_events, closed>()},
                                 .start = sillok::from_now{},
                                 .name = "alarms"});

    std::jthread live([&](const std::stop_token& stop) {
        if (const auto ended = alarms.run(stop); !ended) std::cerr << ended.error() << '\n';
    });
    // [/alarms]
    REQUIRE(alarms.wait_until(close(store, "ada"), 5s));
    CHECK(rung == 1);
    live.request_stop();
    live.join();
    // [audit]
    struct audit {
        using events = sillok::select<ledger_events, paid, closed>;
        std::vector<std::string> lines{};
        void on(const paid& e) { lines.push_back("paid " + std::to_string(e.amount)); }
        void on(const closed&) { lines.push_back("closed"); }
    } trail;
    sillok::subscription of_ada(store, trail, {.filter = {.stream = sillok::stream_id{"ledger", "ada"}}});
    const auto had = of_ada.catch_up().value();  // to the end of what is durable
    // [/audit]
    CHECK(trail.lines == std::vector<std::string>{"paid 5", "closed"});
    pay(store, "ada", 6);
    // [resume]
    sillok::subscription further(
        store, trail, {.filter = {.stream = sillok::stream_id{"ledger", "ada"}}, .start = sillok::from_after{had.at}});
    // [/resume]
    REQUIRE(further.catch_up());
    CHECK(trail.lines.size() == 3);
}

TEST_CASE("the guide to rebuilding: a new version beside the old one") {
    sillok::memory_store store;
    post office;
    for (int i = 0; i < 5; ++i) pay(store, "ada", 10);
    sillok::effects acts_first("letters", 1);
    sillok::shared_model<letters> first(letters{&acts_first, &office});
    sillok::projector<letters> follow_first(store, first, {.effects = &acts_first});
    REQUIRE(follow_first.catch_up());
    CHECK(office.sent.size() == 5);
    // [beside]
    sillok::effects acts_second("letters", 2);  // inert: version 1 acts
    sillok::shared_model<letters> second(letters{&acts_second, &office});
    sillok::projector<letters> follow_second(store, second, {.effects = &acts_second});
    REQUIRE(follow_second.catch_up());  // the whole log, and not one letter
    // [/beside]
    CHECK(office.sent.size() == 5);
    pay(store, "bob", 7);
    // [switch]
    const sillok::position at = sillok::switch_to(store, "letters", 2).value();
    // [/switch]
    pay(store, "bob", 1);
    REQUIRE(follow_second.catch_up());
    REQUIRE(follow_first.catch_up());
    CHECK(at == sillok::position{7});
    CHECK(office.sent.size() == 7);
    // [compare]
    const auto sums = [](const letters& l) { return l.by_account; };
    CHECK(first.read(sums) == second.read(sums));
    // [/compare]
}

TEST_CASE("the guide to querying") {
    sillok::memory_store store;
    for (int i = 1; i <= 30; ++i) pay(store, "account " + std::to_string(i % 10), i);
    close(store, "account 3");
    // [shown]
    sillok::shared_model<accounts> shown;
    sillok::projector<accounts> follow(store, shown);
    follow.catch_up().value();  // and live on a thread of yours, as in the guide to projections

    const auto of_seven = shown.read([](const accounts& a) {
        const account_row* row = a.rows.find("account 7");
        return row != nullptr ? row->balance : 0;
    });
    // [/shown]
    CHECK(of_seven == 7 + 17 + 27);
    // [ask]
    const auto page = shown.read([](const accounts& a) {
        return a.rows.select()
            .within<&account_row::balance>(40, 60)                            // by its index
            .where([](const account_row& row) { return row.payments == 3; })  // row by row, of those
            .page({.number = 1, .size = 20});
    });
    std::cout << page.total << " accounts on " << page.pages() << " pages\n";
    // [/ask]
    CHECK(page.total == 6);
    CHECK(page.rows.front().balance == 42);
    // [sums]
    const auto [sum, poorest] = shown.read([](const accounts& a) {
        return std::pair(a.rows.select().sum(&account_row::balance), a.rows.select().minimum(&account_row::balance));
    });
    const auto by_tens = shown.read([](const accounts& a) {
        return a.rows.select().group_by([](const account_row& row) { return row.balance / 10 * 10; }).count();
    });
    // [/sums]
    CHECK(sum.value() == 465 - 39);
    CHECK(poorest == 33);
    CHECK(by_tens.size() == 4);
    // [bus]
    const sillok::query_bus ask(shown);  // and other models
    const sillok::page<account_row> first = ask(richest{{.number = 1, .size = 3}});
    // [/bus]
    REQUIRE(first.rows.size() == 3);
    CHECK(first.rows.front().account == "account 0");
}
