#include "sillok/projection/inline_store.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/store/memory_store.hpp"
#include "store/conformance.hpp"

namespace {

using namespace ledgers;
using sillok::position;

static_assert(sillok::event_store<sillok::inline_store<balances>>);

// No ledger may go below nothing; one that cannot take back what it did.
struct no_debts {
    static constexpr sillok::name name = "no_debts";
    using events = sillok::select<ledger_events, paid>;
    std::map<std::string, std::int64_t> by_account{};
    bool throws = false;
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        auto& balance = by_account[std::string(m.key())];
        balance += e.amount;
        if (balance >= 0) return {};
        if (throws) throw std::runtime_error("too deep");
        return sillok::error(sillok::error_kind::condition_failed,
                             std::string(m.key()) + " would owe " + std::to_string(-balance));
    }
};
// One that can.
struct counter {
    static constexpr sillok::name name = "counter";
    using events = sillok::select<ledger_events, paid>;
    int count = 0;
    int before = 0;
    void begin() { before = count; }
    void commit() {}
    void rollback() { count = before; }
    void on(const paid&) { ++count; }
};

sillok::result<sillok::receipt> pay_all(const sillok::store_ref& store, std::string_view key,
                                        std::vector<std::int64_t> amounts) {
    std::vector<sillok::byte_buffer> payloads(amounts.size());
    std::vector<sillok::new_event> events;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
        const auto type = sillok::encode_event<ledger_events>(paid{amounts[i]}, payloads[i]);
        events.push_back({.type = type, .payload = payloads[i].view()});
    }
    const sillok::stream_append to[] = {{{"ledger", key}, sillok::any_version{}, events}};
    return store.append({.streams = to});
}

auto debts_of(const sillok::shared_model<no_debts>& model) {
    return model.read([](const no_debts& m) { return m.by_account; });
}
int count_of(const sillok::shared_model<counter>& model) {
    return model.read([](const counter& m) { return m.count; });
}

}  // namespace

TEST_CASE("who appended sees it in the models at once, and what was there before as well") {
    sillok::memory_store log;
    pay(log, "ada", 5);
    sillok::shared_model<balances> shown;
    sillok::shared_model<counter> counted;
    sillok::inline_store store(log, shown, counted);
    REQUIRE(store.catch_up());
    pay(store, "ada", 2);
    CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == 7);
    CHECK(count_of(counted) == 2);
    close(store, "ada");
    CHECK(shown.read([](const balances& b) { return b.by_account.empty(); }));
}

TEST_CASE("where a handler says no or throws, nothing is recorded and no model has a trace of it") {
    for (const bool throws : {false, true}) {
        sillok::memory_store log;
        sillok::shared_model<no_debts> debts(no_debts{.throws = throws});
        sillok::shared_model<counter> counted;
        sillok::inline_store store(log, counted, debts);
        pay(store, "ada", 5);
        const auto refused = pay_all(store, "ada", {1, -2, -10, 3});
        CHECK(refused.error().text() ==
              (throws ? "projection no_debts: the handler threw: too deep" : "projection no_debts: ada would owe 6"));
        CHECK(log.last(sillok::horizon::visible) == position{1});
        CHECK(debts_of(debts) == std::map<std::string, std::int64_t>{{"ada", 5}});
        CHECK(count_of(counted) == 1);
        REQUIRE(pay_all(store, "ada", {1, -6}));
        CHECK(debts_of(debts) == std::map<std::string, std::int64_t>{{"ada", 0}});
        CHECK(count_of(counted) == 3);
        CHECK_FALSE(pay_all(store, "ada", {-1}));
        CHECK(debts_of(debts) == std::map<std::string, std::int64_t>{{"ada", 0}});
    }
}

TEST_CASE("an append that fails for another reason leaves no trace in the models") {
    sillok::memory_store log;
    sillok::shared_model<counter> counted;
    sillok::inline_store store(log, counted);
    pay(store, "ada", 5);
    sillok::byte_buffer payload;
    const sillok::new_event event{.type = sillok::encode_event<ledger_events>(paid{1}, payload),
                                  .payload = payload.view()};
    const sillok::stream_append stale[] = {{{"ledger", "ada"}, sillok::no_stream{}, {&event, 1}}};
    CHECK(store.append({.streams = stale}).error() == sillok::error_kind::conflict);
    const auto refuse = [](const sillok::record_view&) -> sillok::result<void> {
        return sillok::error(sillok::error_kind::not_authorised, "no");
    };
    const auto hear = [](bool) {};
    const sillok::append_witness witness{refuse, hear};
    const sillok::stream_append fine[] = {{{"ledger", "ada"}, sillok::any_version{}, {&event, 1}}};
    CHECK(store.append({.streams = fine, .witness = &witness}).error() == sillok::error_kind::not_authorised);
    CHECK(count_of(counted) == 1);
}

TEST_CASE("what was appended by another way is made up for") {
    sillok::memory_store log;
    sillok::shared_model<balances> shown;
    sillok::shared_model<counter> counted;
    sillok::inline_store store(log, shown, counted);
    pay(store, "ada", 1);
    pay(log, "ada", 10);
    pay(store, "ada", 100);
    CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == 111);
    CHECK(count_of(counted) == 3);
}

TEST_CASE("a log with an event that a handler refuses is caught up with to the event before it, each time") {
    sillok::memory_store log;
    for (int i = 0; i < 3000; ++i) pay(log, "ada", i == 2500 ? -10'000'000 : 1);
    sillok::shared_model<no_debts> debts;
    sillok::shared_model<counter> counted;
    sillok::inline_store store(log, counted, debts);
    for (int round = 0; round < 2; ++round) {
        CHECK(store.catch_up().error().text().starts_with(
            "projection no_debts: ledger.paid revision 1 at position 2501 of ledger/ada: ada would owe"));
        CHECK(debts_of(debts).at("ada") == 2500);
        CHECK(count_of(counted) == 3000);
    }
}

TEST_CASE("with writers racing each model has what the log has, and readers see whole acts only") {
    sillok::memory_store log;
    sillok::shared_model<no_debts> debts;
    sillok::shared_model<counter> counted;
    sillok::inline_store store(log, debts, counted);
    std::vector<std::jthread> threads;
    std::atomic<int> refused = 0;
    for (int w = 0; w < 3; ++w)
        threads.emplace_back([&, w] {
            for (int i = 0; i < 200; ++i)
                if (!pay_all(store, w == 0 ? "ada" : "bob", {3, -3, i % 5 == 0 ? -1'000'000 : 0})) ++refused;
        });
    threads.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            CHECK(count_of(counted) % 3 == 0);
            for (const auto& [key, balance] : debts_of(debts)) CHECK(balance == 0);
        }
    });
    for (int w = 0; w < 3; ++w) threads[static_cast<std::size_t>(w)].join();
    threads.back().request_stop();
    threads.clear();
    CHECK(refused == 120);
    CHECK(count_of(counted) == 480 * 3);
    CHECK(log.last(sillok::horizon::visible) == position{480 * 3});
}

namespace {

// Makes inline stores to be tested, each over a memory store.
struct inline_stores {
    std::optional<sillok::memory_store> log{};
    std::optional<sillok::shared_model<counter>> model{};
    std::optional<sillok::inline_store<counter>> store{};
    sillok::store_ref fresh(sillok::clock_ref clock) {
        store.reset();
        log.emplace(clock);
        model.emplace();
        return store.emplace(*log, sillok::unknown::skip, *model);
    }
};

}  // namespace

TEST_CASE("an inline store keeps every law of stores") {
    inline_stores source;
    const auto seen = sillok::testing::check_store(
        source, [](const sillok::testing::finding& each) { FAIL_CHECK(each.law << ": " << each.what); });
    CHECK(seen.checks > 1000);
}
