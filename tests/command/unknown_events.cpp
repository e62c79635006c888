// What a repository does with events that its catalogue does not know: by the policy, on every way of loading.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "sillok/command/repository.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/memory_store.hpp"

namespace {

struct deposited {
    std::int64_t amount;
    std::int64_t day;
};
struct frozen {
    std::string why;
};
struct deposit {
    std::int64_t amount;
};
struct later_events
    : sillok::events<sillok::event<"money.deposited", deposited>, sillok::event<"account.frozen", frozen>> {};
struct account_events : sillok::events<sillok::event<"money.deposited", deposited>> {};

struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<deposit>;
    std::int64_t balance = 0;
    void apply(const deposited& e) { balance += e.amount; }
    sillok::decision<deposited> decide(const deposit& c) const { return deposited{c.amount, 9}; }
};
struct wary_account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<deposit>;
    std::int64_t balance = 0;
    std::string unknown{};
    void apply(const deposited& e) { balance += e.amount; }
    sillok::decision<deposited> decide(const deposit& c) const { return deposited{c.amount, 9}; }
    void on_unknown(const sillok::unknown_event& e) { unknown += e.raw.type(); }
};

template <class E>
void record(sillok::memory_store& store, const E& e) {
    sillok::byte_buffer payload;
    const sillok::new_event event{.type = sillok::encode_event<later_events>(e, payload), .payload = payload.view()};
    const sillok::stream_append to[] = {{{"account", "1"}, sillok::any_version{}, {&event, 1}}};
    REQUIRE(store.append({.streams = to}));
}
void record_three(sillok::memory_store& store) {
    record(store, deposited{10, 2});
    record(store, frozen{"why not"});
    record(store, deposited{5, 1});
}
constexpr auto by_day = [](const deposited& e) { return e.day; };

}  // namespace

TEST_CASE("a repository stops at an unknown event, on every way of loading, when nothing is said") {
    sillok::memory_store store;
    record_three(store);
    const sillok::repository<account> accounts(store);
    CHECK(accounts.load("1").error() == sillok::error_kind::unknown_event);
    CHECK(accounts.load("1", sillok::at_version{3}).error() == sillok::error_kind::unknown_event);
    CHECK(accounts.as_of("1", std::int64_t{9}, by_day).error() == sillok::error_kind::unknown_event);
    CHECK(accounts.execute("1", deposit{1}).error().is(sillok::error_kind::unknown_event));
    REQUIRE(accounts.load("1", sillok::at_version{1}));
    CHECK(store.last(sillok::horizon::visible) == sillok::position{3});
    CHECK(accounts.counts() == sillok::passed_over{});
}

TEST_CASE("a repository that skips unknown events counts them, and versions go on as they were recorded") {
    sillok::memory_store store;
    record_three(store);
    const sillok::repository<account> accounts(store, {.unknown = sillok::unknown::skip});
    const auto now = accounts.load("1");
    REQUIRE(now);
    CHECK(now->state.balance == 15);
    CHECK(now->version == sillok::version{3});
    CHECK(accounts.counts() == sillok::passed_over{.skipped = 1});
    const auto then = accounts.as_of("1", std::int64_t{1}, by_day);
    REQUIRE(then);
    CHECK(then->state.balance == 5);
    CHECK(accounts.counts().skipped == 2);
    REQUIRE(accounts.execute("1", deposit{1}));
    CHECK(accounts.load("1")->state.balance == 16);
}

TEST_CASE("a repository that keeps unknown events gives them to the aggregate") {
    sillok::memory_store store;
    record_three(store);
    const sillok::repository<wary_account> accounts(store, {.unknown = sillok::unknown::keep});
    const auto now = accounts.load("1");
    REQUIRE(now);
    CHECK(now->state.unknown == "account.frozen");
    CHECK(now->state.balance == 15);
    CHECK(accounts.counts() == sillok::passed_over{.kept = 1});
    CHECK(accounts.as_of("1", std::int64_t{9}, by_day)->state.unknown == "account.frozen");
}

TEST_CASE("keeping unknown events for an aggregate that does not take them is failing") {
    sillok::memory_store store;
    record_three(store);
    const sillok::repository<account> accounts(store, {.unknown = sillok::unknown::keep});
    CHECK(accounts.load("1").error() == sillok::error_kind::unknown_event);
}

TEST_CASE("a snapshot is never of a state in which an unknown event was passed over or kept") {
    sillok::memory_store store;
    sillok::memory_snapshots kept;
    const sillok::snapshots each{kept, {.events = 1}};
    record_three(store);
    for (int round = 0; round < 2; ++round) {
        CHECK(sillok::repository<wary_account>(store, each, {.unknown = sillok::unknown::skip})
                  .load("1")
                  ->state.unknown.empty());
        CHECK(sillok::repository<wary_account>(store, each, {.unknown = sillok::unknown::keep})
                  .load("1")
                  ->state.unknown == "account.frozen");
        CHECK(sillok::repository<wary_account>(store, each).load("1").error() == sillok::error_kind::unknown_event);
    }
}
