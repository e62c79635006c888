// What docs/guides/subscriptions.md shows, and that it does what is said there.
#include <atomic>
#include <chrono>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/sillok.hpp"

namespace {

using namespace ledgers;
using namespace std::chrono_literals;

}  // namespace

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
