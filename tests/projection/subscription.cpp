#include "sillok/projection/subscription.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/testing/faulty_device.hpp"

namespace {

using namespace std::chrono_literals;
using namespace ledgers;
using namespace sillok;

// Takes payments one by one.
struct amounts {
    using events = sillok::select<ledger_events, paid>;
    std::vector<std::int64_t> seen{};
    void on(const paid& e) { seen.push_back(e.amount); }
};

void record_something_else(memory_store& store) {
    const new_event event{.type = {"never.heard.of", 1}};
    const stream_append to{{"other", "1"}, any_version{}, {&event, 1}};
    REQUIRE(store.append({.streams = {&to, 1}}));
}

}  // namespace

TEST_CASE("a subscription begins at the start, behind a position or now") {
    memory_store store;
    for (const std::int64_t amount : {1, 2, 3}) pay(store, "ada", amount);
    amounts all, later, news;
    subscription from_first(store, all);
    subscription from_second(store, later, {.start = from_after{{1}}});
    subscription from_here(store, news, {.start = from_now{}});
    CHECK(from_here.at() == position{3});
    for (const std::int64_t amount : {4, 5}) pay(store, "ada", amount);
    CHECK(from_first.catch_up()->taken == 5);
    CHECK(from_second.catch_up()->taken == 4);
    const auto end = from_here.catch_up();
    REQUIRE(end);
    CHECK(end->taken == 2);
    CHECK(end->at == position{5});
    CHECK(end->why == stop_reason::caught_up);
    CHECK(all.seen == std::vector<std::int64_t>{1, 2, 3, 4, 5});
    CHECK(later.seen == std::vector<std::int64_t>{2, 3, 4, 5});
    CHECK(news.seen == std::vector<std::int64_t>{4, 5});
    CHECK(from_here.catch_up()->taken == 0);
}

TEST_CASE("a subscription to a stream, a category, types or tags gets these and nothing else") {
    memory_store store;
    pay(store, "ada", 1);
    pay(store, "bob", 2);
    close(store, "ada");
    const auto positions = [&](event_filter filter) {
        std::vector<std::uint64_t> given;
        subscription some(store, [&](const record_view& record) { given.push_back(record.position().value); },
                          {.filter = std::move(filter), .batch = 1});
        REQUIRE(some.catch_up()->at == position{3});
        return given;
    };
    CHECK(positions({}) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(positions({.stream = stream_id{"ledger", "ada"}}) == std::vector<std::uint64_t>{1, 3});
    CHECK(positions({.types = recorded_types<ledger_events, closed>()}) == std::vector<std::uint64_t>{3});
    CHECK(positions({.category = "shop"}).empty());
    CHECK(positions({.tags = {"nobody:1"}}).empty());
}

TEST_CASE("a subscription goes on live: with writers racing there is no gap and nothing comes twice") {
    memory_store store;
    for (int i = 0; i < 100; ++i) pay(store, "early", i);
    std::vector<std::uint64_t> given;
    subscription all(store, [&](const record_view& record) { given.push_back(record.position().value); }, {.batch = 7});
    std::atomic<int> strangers = 0;
    subscription of_one(store, [&](const record_view& record) { strangers += record.stream().key == "1" ? 0 : 1; },
                        {.filter = {.stream = stream_id{"ledger", "1"}}});
    subscription_end ended, ended_too;
    std::jthread live([&](const std::stop_token& stop) { ended = all.run(stop).value(); });
    std::jthread live_too([&](const std::stop_token& stop) { ended_too = of_one.run(stop).value(); });
    std::vector<std::jthread> writers;
    for (int w = 0; w < 3; ++w)
        writers.emplace_back([&store, w] {
            for (int i = 0; i < 300; ++i) pay(store, std::to_string(w), i);
        });
    writers.clear();
    REQUIRE(all.wait_until({1000}, 30s));
    REQUIRE(of_one.wait_until({1000}, 30s));
    live.request_stop();
    live.join();
    live_too.request_stop();
    live_too.join();
    CHECK(ended.why == stop_reason::told);
    CHECK(ended.at == position{1000});
    CHECK(ended.taken == 1000);
    CHECK(ended_too.taken == 300);
    CHECK(strangers == 0);
    REQUIRE(given.size() == 1000);
    for (std::uint64_t i = 0; i < 1000; ++i) CHECK(given[i] == i + 1);
}

TEST_CASE("what was stopped goes on where it was, the same one or another one") {
    memory_store store;
    for (std::int64_t amount = 1; amount <= 10; ++amount) pay(store, "ada", amount);
    amounts seen;
    position kept{};
    {
        subscription first(store, seen, {.batch = 3});
        REQUIRE(first.step());
        CHECK(first.at() == position{3});
        REQUIRE(first.step());
        kept = first.at();
    }
    subscription second(store, seen, {.start = from_after{kept}});
    REQUIRE(second.catch_up());
    CHECK(seen.seen == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("a slow handler keeps nobody waiting, and is stopped between two events") {
    memory_store store;
    for (int i = 0; i < 1000; ++i) pay(store, "ada", i);
    std::stop_source source;
    std::uint64_t taken = 0;
    subscription slow(store, [&](const record_view&) {
        if (++taken == 5) source.request_stop();
    });
    const auto end = slow.run(source.get_token());
    REQUIRE(end);
    CHECK(end->why == stop_reason::told);
    CHECK(end->at == position{5});
    CHECK(taken == 5);
    const auto again = slow.catch_up();
    CHECK(again->taken == 995);
}

TEST_CASE("a handler that wants no more ends its subscription, and the last event is handled") {
    memory_store store;
    for (int i = 0; i < 10; ++i) pay(store, "ada", i);
    subscription until_four(store, [](const record_view& record) { return record.position() < position{4}; });
    const auto end = until_four.run(std::stop_token());
    REQUIRE(end);
    CHECK(end->why == stop_reason::handler);
    CHECK(to_string(end->why) == "its handler wants no more");
    CHECK(end->at == position{4});
    CHECK(end->taken == 4);
    CHECK(until_four.run(std::stop_token())->at == position{5});
}

TEST_CASE("an event that fails stops a subscription, which says which one and why, and goes on with it") {
    memory_store store;
    for (std::int64_t amount = 1; amount <= 5; ++amount) pay(store, "ada", amount);
    bool throws = false;
    bool refuses = true;
    std::vector<std::uint64_t> given;
    const auto careful = [&](const record_view& record) -> result<void> {
        if (refuses && record.position() == position{3}) {
            if (throws) throw std::runtime_error("a bad day");
            return error(error_kind::invalid_argument, "not that one");
        }
        given.push_back(record.position().value);
        return {};
    };
    subscription reads(store, careful, {.name = "letters"});
    auto ended = reads.catch_up();
    REQUIRE(!ended);
    CHECK(ended.error().text() ==
          "subscription letters: ledger.paid revision 1 at position 3 of ledger/ada: not that one");
    CHECK(reads.at() == position{2});
    const auto health = reads.health().value();
    CHECK(health.name == "letters");
    CHECK(health.lag == 3);
    CHECK(health.attempts == 1);
    CHECK(health.stuck_with == error_kind::invalid_argument);
    CHECK(reads.wait_until({3}, 30s).error() == error_kind::invalid_argument);
    throws = true;
    ended = reads.catch_up();
    CHECK(ended.error() == error_kind::handler_failed);
    CHECK(ended.error().text().ends_with("of ledger/ada: the handler threw: a bad day"));
    CHECK(reads.health()->attempts == 2);
    refuses = false;
    CHECK(reads.catch_up()->taken == 3);
    CHECK(given == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
    CHECK(!reads.health()->stuck_with);
    CHECK(reads.health()->attempts == 0);
}

TEST_CASE("an event that fails is tried again as often as was said, and then put aside") {
    memory_store store;
    for (std::int64_t amount = 1; amount <= 5; ++amount) pay(store, "ada", amount);
    int attempts = 0;
    std::vector<std::string> letters;
    bool is_full = false;
    const auto keep = [&](const dead_letter& letter) -> result<void> {
        if (is_full) return error(error_kind::no_space, "the drawer is full");
        letters.push_back(std::string(letter.handler) + ": " + letter.why.text() + ", after " +
                          std::to_string(letter.attempts));
        return {};
    };
    const auto refuses_three = [&](const record_view& record) -> result<void> {
        if (record.position() != position{3}) return {};
        ++attempts;
        return error(error_kind::invalid_argument, "no");
    };
    for (const timeout pause : {timeout(1ms), timeout(0ms)}) {
        attempts = 0;
        letters.clear();
        subscription reads(store, refuses_three,
                           {.on_failure = on_failure::retry(2, pause).then_put_aside(keep), .name = "letters"});
        const auto first = reads.step();
        REQUIRE(first);
        CHECK(first->taken == 2);
        CHECK(first->at == position{2});
        CHECK(first->pause.nanoseconds > 0);
        CHECK(letters.empty());
        const auto end = reads.catch_up();
        REQUIRE(end);
        CHECK(end->taken == 2);  // what was put aside was not handled
        CHECK(end->at == position{5});
        CHECK(attempts == 3);
        CHECK(letters ==
              std::vector<std::string>{"letters: ledger.paid revision 1 at position 3 of ledger/ada: no, after 3"});
    }
    is_full = true;
    subscription stuck(store, refuses_three, {.on_failure = on_failure::put_aside(keep)});
    const auto ended = stuck.catch_up();
    CHECK(
        ended.error().text() ==
        "subscription: ledger.paid revision 1 at position 3 of ledger/ada: no; and it could not be put aside: the drawer is full");
    CHECK(stuck.at() == position{2});
}

TEST_CASE("an event that no catalogue knows stops a typed subscription, unless it was said what becomes of it") {
    memory_store store;
    pay(store, "ada", 1);
    record_something_else(store);
    pay(store, "ada", 2);
    amounts seen;
    subscription strict(store, seen);
    CHECK(strict.catch_up().error() == error_kind::unknown_event);
    CHECK(strict.at() == position{1});
    subscription lenient(store, seen, {}, unknown::skip);
    CHECK(lenient.catch_up()->at == position{3});
    CHECK(lenient.counts().skipped == 1);
    subscription among_ours(store, seen, {.filter = {.category = "ledger"}});
    CHECK(among_ours.catch_up()->taken == 2);
}

TEST_CASE("a filter by a type that the handler does not take is refused, not waited for in vain") {
    memory_store store;
    amounts seen;
    subscription misspelt(store, seen, {.filter = {.types = {"ledger.payed"}}});
    const auto ended = misspelt.catch_up();
    CHECK(ended.error() == error_kind::invalid_argument);
    CHECK(ended.error().text() ==
          "subscription: the filter asks for events of the type 'ledger.payed', which the handler does not take");
}

TEST_CASE("a subscription that begins behind the end of the log says that it is another log") {
    memory_store store;
    pay(store, "ada", 1);
    subscription ahead(store, [](const record_view&) {}, {.start = from_after{{7}}});
    CHECK(ahead.run(std::stop_token()).error() == error_kind::condition_failed);
    CHECK(ahead.step().error().text() ==
          "subscription: it begins behind position 7, and the log ends at 1: it is another log, or events were lost");
}

TEST_CASE("a subscription to a stream that is deleted ends with that") {
    memory_store store;
    pay(store, "ada", 1);
    subscription of_ada(store, [](const record_view&) {}, {.filter = {.stream = stream_id{"ledger", "ada"}}});
    REQUIRE(of_ada.catch_up());
    REQUIRE(delete_stream(store, {"ledger", "ada"}));
    pay(store, "bob", 1);
    CHECK(of_ada.catch_up().error() == error_kind::stream_deleted);
}

TEST_CASE("only what is durable is handed over, and what is appended after now is news even then") {
    testing::faulty_device disk;
    auto log = file_store::open("log", {.durability = lose_unsynced{}, .device = disk}).value();
    pay(log, "ada", 1);
    amounts all, news;
    subscription from_first(log, all);
    subscription from_here(log, news, {.start = from_now{}});
    pay(log, "ada", 2);
    CHECK(from_first.catch_up()->taken == 0);
    CHECK(from_here.catch_up()->taken == 0);
    REQUIRE(log.sync());
    CHECK(from_first.catch_up()->taken == 2);
    CHECK(from_here.catch_up()->taken == 1);
    CHECK(news.seen == std::vector<std::int64_t>{2});
}

TEST_CASE("a handler that is given as a temporary is kept, and any other is referred to") {
    memory_store store;
    pay(store, "ada", 1);
    int calls = 0;
    struct counting {
        int* calls;
        void operator()(const record_view&) { ++*calls; }
    } referred{&calls};
    subscription kept(store, counting{&calls});
    subscription referring(store, referred);
    static_assert(std::is_same_v<decltype(kept), subscription<counting>>);
    static_assert(std::is_same_v<decltype(referring), subscription<counting&>>);
    REQUIRE(kept.catch_up());
    int more = 0;
    referred.calls = &more;
    REQUIRE(referring.catch_up());
    CHECK(calls == 1);
    CHECK(more == 1);
}

TEST_CASE("steps of no events are steps of one, so that nobody waits for ever") {
    memory_store store;
    for (int i = 0; i < 3; ++i) pay(store, "ada", i);
    subscription all(store, [](const record_view&) {}, {.batch = 0});
    CHECK(all.catch_up()->taken == 3);
}

TEST_CASE("who waits for a subscription that goes on is not told what it was stuck with before") {
    memory_store store;
    pay(store, "ada", 1);
    bool refuses = true;
    std::stop_source source;
    subscription mended(store, [&](const record_view&) -> result<void> {
        if (refuses) return error(error_kind::invalid_argument, "no");
        return {};
    });
    REQUIRE(!mended.run(source.get_token()));
    CHECK(mended.wait_until({1}, 1ms).error() == error_kind::invalid_argument);
    refuses = false;
    source.request_stop();  // so that it only begins
    REQUIRE(mended.run(source.get_token()));
    CHECK(mended.wait_until({1}, 1ms).error() == error_kind::timed_out);
}
