#include "sillok/store/replay.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "command/domain.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/event/context.hpp"
#include "sillok/store/memory_store.hpp"

using namespace domain;

namespace {

struct bank : sillok::context<account, address> {};

struct deposits {
    using events = sillok::select<bank, money_deposited>;
    std::int64_t sum = 0;
    void on(const money_deposited& e) { sum += e.amount; }
};

// The payments that their aggregate tagged as large.
struct large_payments {
    using events = ledger_events;
    std::int64_t sum = 0;
    void on(const payment_booked& e) { sum += e.amount; }
};

// Copies everything elsewhere, also what this program does not know.
struct exporter {
    using events = account_events;
    int known = 0;
    std::string unknown;
    void on(const account_opened&) { ++known; }
    void on(const money_deposited&) { ++known; }
    void on(const money_withdrawn&) { ++known; }
    // [on_unknown]
    sillok::result<void> on_unknown(const sillok::unknown_event& event) {
        unknown += std::string(event.raw.type()) + "/" + std::to_string(event.raw.revision()) + " of " +
                   std::to_string(event.known_revisions) + "; ";
        if (event.raw.payload().size() > 100) return sillok::error(sillok::error_kind::too_large, "too long to keep");
        return {};
    }
    // [/on_unknown]
};

struct picky {
    using events = account_events;
    int taken = 0;
    void on(const account_opened&) {}
    sillok::result<void> on(const money_deposited& e) {
        if (e.amount == 13) return sillok::error(sillok::error_kind::invalid_argument, "unlucky");
        ++taken;
        return {};
    }
    void on(const money_withdrawn&) {}
};

}  // namespace

TEST_CASE("the log goes through a handler, which takes what it selected") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    const sillok::repository<address> addresses(store);
    accounts.execute("1", deposit{5}).value();
    addresses.execute("a@example.org", reserve_address{"1"}).value();
    accounts.execute("2", deposit{7}).value();
    deposits all;
    CHECK(sillok::replay(store, {}, all).value().last == sillok::position{3});
    CHECK(all.sum == 12);
    CHECK(sillok::replay(store, {.from = {3}}, all).value().last == sillok::position{3});
    CHECK(all.sum == 19);
    deposits one;
    sillok::replay(store, {"account", "1"}, {}, one).value();
    CHECK(one.sum == 5);
}

TEST_CASE("unknown events are handed over raw where they are to be kept, those of a later revision too") {
    sillok::memory_store store;
    sillok::repository<account>(store).execute("1", deposit{5}).value();
    sillok::repository<address>(store).execute("a@example.org", reserve_address{"1"}).value();
    const auto append = [&](sillok::event_type type, std::string_view payload) {
        const sillok::new_event event{.type = type, .payload = sillok::as_bytes(payload)};
        const sillok::stream_append to[] = {{{"account", "2"}, sillok::any_version{}, {&event, 1}}};
        REQUIRE(store.append({.streams = to}));
    };
    append({sillok::event_type_of<account_events, money_deposited>.name, 9}, "from a later program");
    exporter all;
    const auto done = sillok::replay(store, {}, all, sillok::unknown::keep);
    REQUIRE(done);
    CHECK(done->passed_over == sillok::passed_over{.kept = 2});
    CHECK(all.known == 1);
    const std::string deposited(sillok::event_type_of<account_events, money_deposited>.name);
    CHECK(all.unknown.find(deposited + "/9 of " +
                           std::to_string(sillok::event_type_of<account_events, money_deposited>.revision)) !=
          std::string::npos);
    CHECK(all.unknown.find("/1 of 0; ") != std::string::npos);

    // Who can keep them need not, and what cannot be kept stops the reader.
    exporter strict;
    CHECK(sillok::replay(store, {}, strict).error() == sillok::error_kind::unknown_event);
    CHECK(sillok::replay(store, {}, strict, sillok::unknown::skip)->passed_over.skipped == 2);
    CHECK(strict.unknown.empty());
    append({"another.event", 1}, std::string(200, 'x'));
    CHECK(sillok::replay(store, {"account", "2"}, {}, strict, sillok::unknown::keep).error().text() ==
          "too long to keep");
}

TEST_CASE("what a handler could not take stops the replay and is its error") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    for (const std::int64_t amount : {1, 13, 2}) accounts.execute("1", deposit{amount}).value();
    picky handler;
    const auto done = sillok::replay(store, {}, handler);
    REQUIRE_FALSE(done);
    CHECK(done.error().text().find("unlucky") != std::string::npos);
    CHECK(handler.taken == 1);
    CHECK_FALSE(sillok::replay(store, {"account", "1"}, {}, handler));
}

TEST_CASE("an event that the handler's world does not know fails, or is passed over where that was chosen") {
    sillok::memory_store store;
    sillok::repository<address>(store).execute("a@example.org", reserve_address{"1"}).value();
    picky handler;
    CHECK(sillok::replay(store, {}, handler).error() == sillok::error_kind::unknown_event);
    CHECK(sillok::replay(store, {}, handler, sillok::unknown::skip).value() ==
          sillok::replayed{.last = {1}, .passed_over = {.skipped = 1}});
}

TEST_CASE("what carries a tag is replayed, from where the last replay ended") {
    sillok::memory_store store;
    const sillok::repository<ledger> ledgers(store);
    ledgers.execute("1993", book_payment{1, 500}).value();
    ledgers.execute("1993", book_payment{2, 5}).value();
    // [by_tag]
    large_payments large;
    const std::string_view tags[] = {"size:large"};
    const sillok::position seen = sillok::replay(store, {.tags = tags}, large).value().last;
    // [/by_tag]
    CHECK(large.sum == 500);
    CHECK(seen == sillok::position{2});
    ledgers.execute("1994", book_payment{3, 700}).value();
    // [go_on]
    sillok::replay(store, {.from = {seen.value + 1}, .tags = tags}, large).value();
    // [/go_on]
    CHECK(large.sum == 1200);
}
