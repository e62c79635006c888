#include "sillok/projection/projector.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace {

using namespace std::chrono_literals;
using namespace ledgers;
using sillok::on_failure;
using sillok::position;

// Takes payments until one is of the amount that it refuses; what it did is taken back by whole batches.
struct careful {
    static constexpr sillok::name name = "careful";
    using events = sillok::select<ledger_events, paid>;
    std::vector<std::int64_t> amounts{};
    std::int64_t refuses = -1;
    std::uint32_t after = 0;  // as often
    bool throws = false;
    std::size_t kept = 0;
    std::string acts{};

    void begin() { kept = amounts.size(), acts += 'b'; }
    void commit() { acts += 'c'; }
    void rollback() { amounts.resize(kept), acts += 'r'; }
    sillok::result<void> on(const paid& e) {
        amounts.push_back(e.amount);
        if (e.amount != refuses || (after != 0 && --after == 0)) return {};
        if (throws) throw std::runtime_error("a bad day");
        return sillok::error(sillok::error_kind::invalid_argument, "not that amount");
    }
};

template <class Model>
std::vector<std::int64_t> amounts_of(const sillok::shared_model<Model>& model) {
    return model.read([](const Model& m) { return m.amounts; });
}

}  // namespace

TEST_CASE("a projector brings its model to the end of the log, and on from there") {
    sillok::memory_store store;
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown, {.batch = 3});
    CHECK(*follow.catch_up() == position{0});
    for (int i = 0; i < 10; ++i) pay(store, i % 2 == 0 ? "ada" : "bob", 10);
    close(store, "ada");
    CHECK(*follow.catch_up() == position{11});
    CHECK(shown.read([](const balances& b) { return b.by_account; }) ==
          std::map<std::string, std::int64_t>{{"bob", 50}});
    pay(store, "bob", 1);
    const auto one = follow.step();
    REQUIRE(one);
    CHECK(one->taken == 1);
    CHECK(one->at == position{12});
    CHECK(follow.step()->taken == 0);
    CHECK(follow.at() == position{12});
}

TEST_CASE("a projector goes on live, shows who wrote what they wrote, and says that it was told to stop") {
    sillok::memory_store store;
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown);
    std::atomic<bool> is_good = false;
    {
        std::jthread live([&](const std::stop_token& stop) { is_good = follow.run(stop).has_value(); });
        for (int i = 1; i <= 200; ++i) {
            const auto at = pay(store, "ada", 1);
            REQUIRE(follow.wait_until(at, 10s));
            CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == i);
        }
    }
    CHECK(is_good);
    const auto late = follow.wait_until(pay(store, "ada", 1), 1ms);
    CHECK(late.error() == sillok::error_kind::timed_out);
    CHECK(late.error().text() == "projection balances is at position 200, and not yet at 201");
}

TEST_CASE("with writers racing nothing is projected twice, and nothing is left out") {
    sillok::memory_store store;
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown, {.batch = 7});
    std::jthread live([&](const std::stop_token& stop) { CHECK(follow.run(stop)); });
    std::vector<std::jthread> writers;
    for (int w = 0; w < 3; ++w)
        writers.emplace_back([&] {
            for (int i = 0; i < 500; ++i) pay(store, "ada", 1);
        });
    writers.clear();
    REQUIRE(follow.wait_until({1500}, 30s));
    CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == 1500);
}

TEST_CASE("an event that fails stops its projection, which says which one and why, and has all before it") {
    sillok::memory_store store;
    for (const std::int64_t amount : {1, 2, 3, 4, 5}) pay(store, "ada", amount);
    for (const bool throws : {false, true}) {
        sillok::shared_model<careful> shown(careful{.refuses = 4, .throws = throws});
        sillok::projector<careful> follow(store, shown);
        const auto ended = follow.catch_up();
        REQUIRE(!ended);
        const std::string event = "projection careful: ledger.paid revision 1 at position 4 of ledger/ada: ";
        CHECK(ended.error().text() == event + (throws ? "the handler threw: a bad day" : "not that amount"));
        CHECK(ended.error() == (throws ? sillok::error_kind::handler_failed : sillok::error_kind::invalid_argument));
        CHECK(amounts_of(shown) == std::vector<std::int64_t>{1, 2, 3});
        CHECK(follow.at() == position{3});
        CHECK(shown.read([](const careful& c) { return c.acts; }) == "brbcbr");
        const auto health = follow.health();
        REQUIRE(health);
        CHECK(health->name == "careful");
        CHECK(health->lag == 2);
        REQUIRE(health->stuck_with);
        CHECK(follow.wait_until({4}, 10s).error() == health->stuck_with->kind());

        shown.update([](careful& c) { c.refuses = -1; });  // somebody mends it
        CHECK(*follow.catch_up() == position{5});
        CHECK(amounts_of(shown) == std::vector<std::int64_t>{1, 2, 3, 4, 5});
        CHECK_FALSE(follow.health()->stuck_with);
    }
}

TEST_CASE("an event that fails is tried again as often as is said, after a pause") {
    sillok::memory_store store;
    for (const std::int64_t amount : {1, 2, 3}) pay(store, "ada", amount);
    sillok::shared_model<careful> shown(careful{.refuses = 2, .after = 5});
    sillok::projector<careful> follow(store, shown, {.on_failure = on_failure::retry(4, 1ms)});
    REQUIRE(follow.step()->at == position{1});  // one failure
    const auto again = follow.step();
    CHECK(again->pause.nanoseconds == 1'000'000);
    CHECK(follow.health()->attempts == 1);
    CHECK(*follow.catch_up() == position{3});
    CHECK(amounts_of(shown) == std::vector<std::int64_t>{1, 2, 3});

    sillok::shared_model<careful> never(careful{.refuses = 2});
    sillok::projector<careful> stuck(store, never, {.on_failure = on_failure::retry(3, 1ms)});
    CHECK_FALSE(stuck.catch_up());
    CHECK(stuck.health()->attempts == 4);
    CHECK(amounts_of(never) == std::vector<std::int64_t>{1});
}

TEST_CASE("an event that fails is put aside, with what is needed to do it later, and the projection goes on") {
    sillok::memory_store store;
    for (const std::int64_t amount : {1, 2, 3, 2, 4}) pay(store, "ada", amount);
    std::vector<std::string> aside;
    bool is_full = false;
    const auto sink = [&](const sillok::dead_letter& letter) -> sillok::result<void> {
        if (is_full) return sillok::error(sillok::error_kind::no_space, "no room");
        aside.push_back(std::string(letter.handler) + " " + letter.why.text() + " " + std::to_string(letter.attempts));
        CHECK(letter.event.type() == "ledger.paid");
        return {};
    };
    sillok::shared_model<careful> shown(careful{.refuses = 2});
    sillok::projector<careful> follow(store, shown, {.on_failure = on_failure::retry(1, 1ms).then_put_aside(sink)});
    CHECK(*follow.catch_up() == position{5});
    CHECK(amounts_of(shown) == std::vector<std::int64_t>{1, 3, 4});
    CHECK(aside ==
          std::vector<std::string>{"careful ledger.paid revision 1 at position 2 of ledger/ada: not that amount 2",
                                   "careful ledger.paid revision 1 at position 4 of ledger/ada: not that amount 2"});
    is_full = true;
    pay(store, "ada", 2);
    const auto ended = follow.catch_up();
    CHECK(
        ended.error().text() ==
        "projection careful: ledger.paid revision 1 at position 6 of ledger/ada: not that amount; and it could not be put aside: no room");
    CHECK(follow.at() == position{5});
}

TEST_CASE("a projection is rebuilt beside the one that is shown") {
    sillok::memory_store store;
    for (int i = 0; i < 5; ++i) pay(store, "ada", 1);
    sillok::shared_model<balances> shown(balances{{{"ghost", 7}}});
    sillok::projector<balances> follow(store, shown);
    REQUIRE(follow.catch_up());
    CHECK(*follow.rebuild(balances{}) == position{5});
    CHECK(shown.read([](const balances& b) { return b.by_account; }) ==
          std::map<std::string, std::int64_t>{{"ada", 5}});
    pay(store, "ada", 1);
    CHECK(*follow.catch_up() == position{6});
    CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == 6);

    sillok::shared_model<careful> careful_one(careful{.amounts = {9}});
    sillok::projector<careful> other(store, careful_one);
    CHECK_FALSE(other.rebuild(careful{.refuses = 1}));
    CHECK(amounts_of(careful_one) == std::vector<std::int64_t>{9});
}

TEST_CASE("the lag is told in events and in time") {
    sillok::testing::manual_clock clock;
    sillok::memory_store store(clock);
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown, {.batch = 1, .clock = clock});
    pay(store, "ada", 1);
    clock.advance(30s);
    pay(store, "ada", 1);
    clock.advance(5s);
    CHECK(follow.health()->lag == 2);
    CHECK(follow.health()->lag_nanoseconds == 35'000'000'000);
    REQUIRE(follow.step());
    CHECK(follow.health()->lag_nanoseconds == 5'000'000'000);
    REQUIRE(follow.step());
    CHECK(follow.health()->lag_nanoseconds == 0);
}

namespace {

// Asks to be stopped when it has had five.
struct stopping {
    static constexpr sillok::name name = "stopping";
    using events = sillok::select<ledger_events, paid>;
    std::stop_source* source = nullptr;
    std::int64_t sum = 0;
    void on(const paid& e) {
        sum += e.amount;
        if (e.amount == 5) source->request_stop();
    }
};

// Keeps its position with what it holds, and fails to where it is told.
struct database {
    static constexpr sillok::name name = "database";
    using events = sillok::select<ledger_events, paid>;
    struct content {
        std::int64_t sum = 0;
        sillok::checkpoint reached{};
    };
    content durable{};
    content open{};
    int commits_left = 1000;
    void on(const paid& e) { open.sum += e.amount; }
    sillok::result<sillok::checkpoint> checkpoint() const { return durable.reached; }
    sillok::result<void> begin() { return open = durable, sillok::result<void>(); }
    sillok::result<void> commit(const sillok::checkpoint& reached) {
        if (--commits_left < 0) return sillok::error(sillok::error_kind::io, "the database is gone");
        open.reached = reached;
        durable = open;
        return {};
    }
    void rollback() { open = durable; }
};

}  // namespace

TEST_CASE("a model that keeps its position goes on from there, also after a crash between any two commits") {
    sillok::memory_store store;
    for (std::int64_t i = 1; i <= 20; ++i) pay(store, "ada", i);
    database disk;
    for (int round = 0; round < 30; ++round) {
        sillok::shared_model<database> shown(database{.durable = disk.durable, .commits_left = 1});
        sillok::projector<database> follow(store, shown, {.batch = 3});
        const auto ended = follow.catch_up();
        if (!ended) CHECK(ended.error().text() == "projection database: the database is gone");
        disk = shown.read([](const database& d) { return d; });
        const auto at = static_cast<std::int64_t>(disk.durable.reached.at.value);
        CHECK(disk.durable.sum == at * (at + 1) / 2);
    }
    CHECK(disk.durable.sum == 210);
}

TEST_CASE("a model is known to be of another log by the event at its position") {
    sillok::memory_store first, second;
    for (std::int64_t i = 1; i <= 5; ++i) pay(first, "ada", i), pay(second, "ada", i);
    sillok::shared_model<database> shown;
    REQUIRE(sillok::projector<database>(first, shown).catch_up());
    for (std::int64_t i = 6; i <= 8; ++i) pay(first, "ada", i), pay(second, "ada", i);
    const auto ended = sillok::projector<database>(second, shown).catch_up();
    CHECK(ended.error() == sillok::error_kind::condition_failed);
    CHECK(ended.error().text().find("the event there is another one") != std::string::npos);
    REQUIRE(sillok::projector<database>(first, shown).catch_up());
    CHECK(shown.read([](const database& d) { return d.durable.sum; }) == 36);
}

TEST_CASE("a projection of a part of the log has that part, and goes on where it was") {
    sillok::memory_store store;
    for (std::int64_t i = 1; i <= 10; ++i) pay(store, i % 2 == 0 ? "ada" : "bob", i);
    sillok::shared_model<database> shown;
    const sillok::projector_options of_ada{.batch = 2, .filter = {.stream = sillok::stream_id{"ledger", "ada"}}};
    REQUIRE(sillok::projector<database>(store, shown, of_ada).step()->taken == 2);
    CHECK(shown.read([](const database& d) { return d.durable.reached.at; }) == position{4});
    REQUIRE(sillok::projector<database>(store, shown, of_ada).catch_up());
    CHECK(shown.read([](const database& d) { return d.durable.sum; }) == 30);
    CHECK(shown.read([](const database& d) { return d.durable.reached.at; }) == position{10});
}

TEST_CASE("a projection is stopped between two events, and has those before") {
    sillok::memory_store store;
    for (std::int64_t i = 1; i <= 100; ++i) pay(store, "ada", i);
    std::stop_source source;
    sillok::shared_model<stopping> shown(stopping{&source});
    sillok::projector<stopping> follow(store, shown);
    CHECK(follow.run(source.get_token()).value() == position{5});
    CHECK(follow.catch_up().value() == position{100});
    CHECK(shown.read([](const stopping& s) { return s.sum; }) == 5050);
}

TEST_CASE("a model that is ahead of its store is of another one") {
    sillok::memory_store store;
    pay(store, "ada", 1);
    sillok::shared_model<database> shown(database{.durable = {5, {{2}, {}}}});
    sillok::projector<database> follow(store, shown);
    const auto ended = follow.catch_up();
    CHECK(ended.error() == sillok::error_kind::condition_failed);
    CHECK(ended.error().text() ==
          "projection database: the model is at position 2, and the log ends at 1: it is the model of another "
          "log, or of events that were lost");
}

TEST_CASE("a projection that is live is counted, looked at and rebuilt meanwhile") {
    sillok::memory_store store;
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown);
    std::jthread live([&](const std::stop_token& stop) { CHECK(follow.run(stop)); });
    for (int i = 1; i <= 50; ++i) {
        const auto at = pay(store, "ada", 1);
        if (i % 10 == 0) REQUIRE(follow.rebuild(balances{}));
        REQUIRE(follow.wait_until(at, 10s));
        CHECK(follow.counts() == sillok::passed_over{});
        CHECK(follow.health()->name == "balances");
        CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == i);
    }
}
