#include "sillok/projection/together.hpp"

#include <cstdint>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"

namespace {

using namespace ledgers;

struct turnover {
    static constexpr sillok::name name = "turnover";
    using events = sillok::select<ledger_events, paid>;
    std::int64_t total = 0;
    std::int64_t refuses = -1;
    sillok::result<void> on(const paid& e) {
        if (e.amount == refuses) return sillok::error(sillok::error_kind::invalid_argument, "not that");
        total += e.amount;
        return {};
    }
    friend bool operator==(const turnover&, const turnover&) = default;
};
struct closings {
    static constexpr sillok::name name = "closings";
    using events = sillok::select<ledger_events, closed>;
    std::string keys{};
    void on(const closed&, const sillok::metadata& m) { keys += m.key(); }
    friend bool operator==(const closings&, const closings&) = default;
};
// [together]
using reports = sillok::together<"reports", balances, turnover, closings>;
// [/together]

static_assert(std::same_as<sillok::events_taken<reports>, sillok::types<paid, closed>>);
static_assert(std::same_as<sillok::events_taken<sillok::together<"r", turnover>>, sillok::types<paid>>);
static_assert(sillok::detail::can_be_kept<reports>());
static_assert(!sillok::transactional_model<reports>);
static_assert(std::string_view(turnover::name) != std::string_view(closings::name));

struct undoing {
    static constexpr sillok::name name = "undoing";
    using events = sillok::select<ledger_events, paid>;
    int count = 0, before = 0;
    void begin() { before = count; }
    void commit() {}
    void rollback() { count = before; }
    void on(const paid&) { ++count; }
};
static_assert(sillok::transactional_model<sillok::together<"u", undoing>>);
static_assert(std::string_view(undoing::name) == "undoing");

}  // namespace

TEST_CASE("models that are brought forward together are what each of them is alone") {
    sillok::memory_store store;
    for (int i = 0; i < 20; ++i) {
        pay(store, i % 3 == 0 ? "ada" : "bob", i);
        if (i % 7 == 6) close(store, "bob");
    }
    reports all;
    balances one;
    turnover two;
    closings three;
    REQUIRE(sillok::replay(store, {}, all));
    REQUIRE(sillok::replay(store, {}, one));
    REQUIRE(sillok::replay(store, {}, two));
    REQUIRE(sillok::replay(store, {}, three));
    CHECK(all.get<balances>() == one);
    CHECK(all.get<turnover>() == two);
    CHECK(all.get<closings>() == three);
    CHECK(all == reports(one, two, three));
    CHECK(reports::restored(all.kept()) == all);
}

TEST_CASE("models that are brought forward together stop where one of them does, and go back together where all can") {
    sillok::memory_store store;
    for (const std::int64_t amount : {1, 2, 3}) pay(store, "ada", amount);
    reports all(balances{}, turnover{.refuses = 2}, closings{});
    CHECK(sillok::replay(store, {}, all).error() == sillok::error_kind::invalid_argument);
    CHECK(all.get<turnover>().total == 1);

    sillok::together<"u", undoing> undo;
    undo.begin();
    REQUIRE(sillok::replay(store, {}, undo));
    undo.rollback();
    CHECK(undo.get<undoing>().count == 0);
    sillok::shared_model<reports> shown;
    sillok::projector<reports> follow(store, shown);
    REQUIRE(follow.catch_up());
    CHECK(shown.read([](const reports& r) { return r.get<turnover>().total; }) == 6);
}
