#include "sillok/command/summaries.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

#include "sillok/command/repository.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;

namespace {

struct opened {
    std::string owner;
};
struct moved {
    std::int64_t amount;
    std::int32_t day;
};
struct closed_v1 {
    std::string owner;
    std::int64_t balance;
};
struct closed {
    std::string owner;
    std::int64_t balance;
    std::int32_t day;

    static closed upcast(const closed_v1& old) { return {old.owner, old.balance, 0}; }
};
struct ledger_events : events<event<"opened", opened>, event<"moved", moved>, event<"year.closed", closed_v1, closed>> {
};

struct open_it {
    std::string owner;
};
struct move {
    std::int64_t amount;
    std::int32_t day = 1;
};
struct close_year {
    std::int32_t day = 1;
};

struct books {
    static constexpr sillok::name name = "books";
    using events = ledger_events;
    using commands = sillok::commands<open_it, move, close_year>;
    using summaries = sillok::summaries<closed>;

    std::string owner;
    std::int64_t balance = 0;

    void apply(const opened& e) { owner = e.owner; }
    void apply(const moved& e) { balance += e.amount; }
    void apply(const closed& e) {
        owner = e.owner;
        balance = e.balance;
    }
    decision<opened> decide(const open_it& c) const { return opened{c.owner}; }
    decision<moved> decide(const move& c) const { return moved{c.amount, c.day}; }
    decision<closed> decide(const close_year& c) const { return closed{owner, balance, c.day}; }
};

const auto date_of = [](const auto& e) -> std::optional<std::int32_t> {
    if constexpr (requires { e.day; }) return e.day;
    return std::nullopt;
};

// 1 opened, 2 +10 on day 1, 3 +20 on day 2, 4 closed on day 3, 5 +5 on day 4
template <class Store>
void fill(Store& store, std::size_t cached_max = 0) {
    const repository<books> all(store, {.cached_max = cached_max});
    REQUIRE(all.execute("7", open_it{"Kim"}));
    REQUIRE(all.execute("7", move{10, 1}));
    REQUIRE(all.execute("7", move{20, 2}));
    REQUIRE(all.execute("7", close_year{3}));
    REQUIRE(all.execute("7", move{5, 4}));
}

}  // namespace

TEST_CASE("an aggregate loads from its summary as it would from all its events", "[summaries]") {
    memory_store memory;
    testing::faulty_device disk;
    auto files = file_store::open("s", {.device = disk}).value();
    const auto check = [](auto& store) {
        fill(store);
        const repository<books> all(store);
        REQUIRE(truncate_to_summary<books>(store, "7"));
        const auto now = all.load("7");
        CHECK(now->version == version{5});
        CHECK(now->state.owner == "Kim");
        CHECK(now->state.balance == 35);
        CHECK(all.load("7", at_version{4})->state.balance == 30);
        CHECK(all.load("7", at_version{4})->state.owner == "Kim");
        CHECK(all.execute("7", move{1, 9})->version == version{6});
        CHECK(all.as_of("7", 3, date_of)->state.balance == 30);
        CHECK(all.as_of("7", 9, date_of)->state.balance == 36);
    };
    check(memory);
    check(files);
}

TEST_CASE("what is not kept, and what nothing stands for, is said and not guessed", "[summaries]") {
    memory_store store;
    fill(store);
    const repository<books> all(store);
    REQUIRE(truncate_to_summary<books>(store, "7"));
    const auto is_refused = [](const auto& answer) {
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error() == error_kind::truncated);
        return answer.error().text();
    };
    CHECK(is_refused(all.load("7", at_version{3}))
              .find("books/7 is kept from version 4 on; what was asked for lies before that") != std::string::npos);
    is_refused(all.load("7", as_at{timestamp{0}}));
    is_refused(all.as_of("7", 2, date_of));
    // Cut behind the summary: there is nothing to begin with.
    REQUIRE(truncate(store, {"books", "7"}, version{5}));
    CHECK(is_refused(all.load("7")).find("version 5 on; moved, which that is, does not stand") != std::string::npos);
    is_refused(all.as_of("7", 9, date_of));
    CHECK(all.execute("7", move{1}).error().is(error_kind::truncated));
    CHECK(truncate_to_summary<books>(store, "7").error() == error_kind::truncated);
    CHECK(store.version_of({"books", "7"}).value() == version{5});
}

TEST_CASE("an aggregate in the cache goes on where its stream was cut behind it", "[summaries]") {
    memory_store store;
    const repository<books> cached(store, {.cached_max = 10});
    const repository<books> other(store);
    REQUIRE(cached.execute("7", open_it{"Kim"}));
    REQUIRE(cached.load("7"));
    REQUIRE(other.execute("7", move{10}));
    REQUIRE(other.execute("7", close_year{}));
    REQUIRE(other.execute("7", move{1}));
    REQUIRE(truncate_to_summary<books>(store, "7"));
    CHECK(cached.load("7")->state.balance == 11);
    CHECK(cached.load("7")->state.owner == "Kim");
    REQUIRE(delete_stream(store, {"books", "7"}));
    CHECK(cached.load("7").error() == error_kind::stream_deleted);
    CHECK(cached.execute("7", move{1}).error().is(error_kind::stream_deleted));
}

TEST_CASE("an old version of a summary stands for what came before, too", "[summaries]") {
    memory_store store;
    fill(store);
    byte_buffer payload;
    binary_codec::encode(closed_v1{"Lee", 500}, payload);
    const new_event old{.type = event_type_of<ledger_events, closed_v1>, .payload = payload.view()};
    const stream_append to{{"books", "7"}, any_version{}, {&old, 1}};
    REQUIRE(store.append({.streams = {&to, 1}}));
    REQUIRE(truncate_to_summary<books>(store, "7"));
    const repository<books> all(store);
    CHECK(all.load("7")->state.balance == 500);
    CHECK(all.load("7")->state.owner == "Lee");
}

TEST_CASE("an aggregate without summaries is not cut by them", "[summaries]") {
    struct plain {};
    STATIC_REQUIRE(std::is_same_v<detail::summaries_listed_by<plain>::type, summaries<>>);
    STATIC_REQUIRE(std::is_same_v<detail::summaries_listed_by<books>::type, summaries<closed>>);
}

namespace {

// The ledger of later, in which a year's end has another name.
struct later_events : events<event<"opened", opened>, event<"moved", moved>,
                             event<"books.closed", formerly<"year.closed">, closed_v1, closed>> {};
struct later_books : books {
    using events = later_events;
};

}  // namespace

TEST_CASE("a summary that was recorded under a former name stands for what came before it") {
    memory_store store;
    const repository<books> before(store);
    REQUIRE(before.execute("1", open_it{"ada"}));
    REQUIRE(before.execute("1", move{5}));
    REQUIRE(before.execute("1", close_year{}));
    REQUIRE(before.execute("1", move{7}));
    REQUIRE(truncate_to_summary<later_books>(store, "1"));
    const auto now = repository<later_books>(store).load("1");
    REQUIRE(now);
    CHECK(now->state.balance == 12);
    CHECK(now->state.owner == "ada");
}
