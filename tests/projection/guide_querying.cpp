// What docs/guides/querying.md shows, and that it does what is said there.
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/sillok.hpp"
#include "store/file_recovery.hpp"

namespace {

using namespace ledgers;

// [accounts]
struct account_row {
    std::string account;
    std::int64_t balance;
    std::int64_t payments;
};
using account_table = sillok::table<account_row, sillok::unique<&account_row::account>,  // the first one is the key
                                    sillok::ordered<&account_row::balance>>;             // and what is asked for often

struct kept_accounts {
    std::vector<account_row> rows;
};

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

    // What is kept of it in a model_folder.
    using snapshot = kept_accounts;
    kept_accounts kept() const { return {rows.kept()}; }
    static accounts restored(const kept_accounts& k) { return {.rows = account_table::restored(k.rows).value()}; }

    sillok::page<account_row> answer(const richest& q) const {
        return rows.select().sorted<&account_row::balance>(sillok::descending).page(q.page);
    }
};
// [/accounts]

}  // namespace

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

TEST_CASE("the guide to querying: a table that is kept") {
    const recovery_tests::scratch place;
    sillok::memory_store store;
    for (int i = 1; i <= 30; ++i) pay(store, "account " + std::to_string(i % 10), i);
    for (int round = 0; round < 2; ++round) {
        auto folder = sillok::model_folder::open(place / "read-models").value();
        sillok::shared_model<accounts> shown;
        sillok::projector<accounts> follow(store, shown, folder);
        REQUIRE(follow.catch_up());
        CHECK(folder.counts().loaded == static_cast<std::uint64_t>(round));
        CHECK(shown.read([](const accounts& a) { return a.rows.find("account 7")->balance; }) == 7 + 17 + 27);
    }
}
