#pragma once
// The laws that every store of events keeps, as a test that anybody can run against a store of theirs.
//
//     struct my_stores {                                   // a source of stores to be tested
//         std::optional<my_store> current;
//         sillok::store_ref fresh(sillok::clock_ref clock) { return current.emplace(clock); }
//         sillok::store_ref reopen() { … }                 // only if it can be closed and opened again
//     };
//     my_stores stores;
//     auto seen = sillok::testing::check_store(stores, [](const auto& f) { std::cerr << f.law << ": " << f.what << '\n'; });

#include <concepts>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/time.hpp"
#include "sillok/store/store_ref.hpp"
#include "sillok/testing/manual_clock.hpp"
#include "sillok/testing/schema_laws.hpp"
#include "sillok/testing/store_laws.hpp"
#include "sillok/testing/store_probe.hpp"
#include "sillok/testing/store_races.hpp"
#include "sillok/testing/witness_laws.hpp"

namespace sillok::testing {

// `fresh` ends the store before and gives an empty one that reads that clock; it is valid until the next call.
template <class S>
concept store_source = requires(S& source, clock_ref clock) {
    { source.fresh(clock) } -> std::convertible_to<store_ref>;
};

// A source whose stores outlive being closed: `reopen` closes the one in use and opens it again, with the same clock.
template <class S>
concept reopening_store_source = store_source<S> && requires(S& source) {
    { source.reopen() } -> std::convertible_to<store_ref>;
};

// How much was looked at. A run without checks is not a test.
struct conformance {
    std::size_t laws = 0;
    std::size_t checks = 0;
    std::size_t findings = 0;
};

}  // namespace sillok::testing

namespace sillok::testing::laws {

// Closing and opening again loses nothing: events, versions, tags, batches, the time.
inline void what_is_recorded_outlives_the_store(store_probe& p, function_ref<store_ref()> reopen) {
    const append_request with_id{.streams = {}, .batch = test_id(1)};
    std::vector<kept_event> before;
    for (int round = 0; round < 3; ++round) {
        for (const std::string_view key : {"1", "2"})
            p.expect(p.append({{"account", key}, any_version{}, {"a", "b"}, {"tx:1"}}).has_value(), "an append failed");
        const auto batch = p.append({{{"account", "1"}, any_version{}, {"batch"}}}, with_id);
        p.expect(batch.has_value() && batch->repeated == (round > 0),
                 "a batch was not remembered when its store was opened again");
        before = p.log();
        p.store = reopen();
        const auto after = p.log();
        if (!p.expect_equal(after.size(), before.size(), "events after a store was opened again")) return;
        for (std::size_t i = 0; i < after.size(); ++i)
            p.expect(after[i].id == before[i].id && after[i].time == before[i].time &&
                         after[i].payload == before[i].payload && after[i].position == before[i].position &&
                         after[i].stream == before[i].stream,
                     "an event changed when its store was opened again");
        p.expect_equal(p.version_of({"account", "2"}), version{static_cast<std::uint64_t>(2 * round + 2)},
                       "version after a store was opened again");
        p.expect_equal(p.store.last(horizon::durable), before.back().position,
                       "last durable position after a store was opened again");
        const std::string_view tag[] = {"tx:1"};
        p.expect_equal(p.log({.tags = tag}).size(), static_cast<std::size_t>(4 * round + 4),
                       "events by tag after a store was opened again");
        p.clock.advance(std::chrono::hours(-1));
    }
    p.expect_error(p.append_if({"tx:1"}, {{"account", "3"}, any_version{}, {"no"}}), error_kind::condition_failed,
                   "a tag recorded before");
    for (std::size_t i = 1; i < before.size(); ++i)
        p.expect(before[i].time >= before[i - 1].time, "the time went back when a store was opened again");
}

// One act may write to a thousand streams and take a tag for each: all of the tags, or none where one of them is taken.
inline void a_thousand_tags_are_taken_in_one_act(store_probe& p) {
    constexpr std::size_t count = 1000;
    const auto take = [&](std::size_t first) {
        std::vector<std::string> users;
        for (std::size_t i = 0; i < count; ++i) users.push_back("user:" + std::to_string(first + i));
        const std::vector<std::string_view> tags(users.begin(), users.end());
        std::vector<new_event> events;
        for (const std::string_view& tag : tags)
            events.push_back({.type = {"probe.event", 1}, .payload = as_bytes(tag), .tags = {&tag, 1}});
        std::vector<stream_append> streams;
        std::vector<none_tagged> conditions;
        for (std::size_t i = 0; i < count; ++i) {
            streams.push_back({{"user", tags[i]}, any_version{}, {&events[i], 1}});
            conditions.push_back({tags[i]});
        }
        return p.store.append({.streams = streams, .conditions = conditions});
    };
    p.expect(take(1).has_value(), "a thousand tags that nobody carries");
    p.expect_error(take(1000), error_kind::condition_failed, "the first of a thousand tags is taken");
    p.expect(p.append({{"user", "last"}, any_version{}, {"last"}, {"user:3000"}}).has_value(), "an append failed");
    p.expect_error(take(2001), error_kind::condition_failed, "the last of a thousand tags is taken");
    p.expect_equal(p.store.last(horizon::visible), position{count + 1}, "last position after acts that were refused");
    p.expect(take(2000).has_value(), "a thousand tags of acts that were refused");
    for (const int user : {1, 500, 1000, 2000, 2999}) {
        const std::string name = "user:" + std::to_string(user);
        const std::string_view tag[] = {name};
        p.expect_equal(p.payloads(p.log({.tags = tag})), name, "events by one of a thousand tags");
        p.expect_equal(p.version_of({"user", name}), version{1}, "version of one of a thousand streams");
    }
}

struct law {
    std::string_view name;
    void (*holds)(store_probe&);
};

inline constexpr law all[] = {
    {"an empty store has nothing", an_empty_store_has_nothing},
    {"what was appended is read", what_was_appended_is_read},
    {"positions and versions have no gap", positions_and_versions_have_no_gap},
    {"expectations hold or nothing is written", expectations_hold_or_nothing_is_written},
    {"several streams are written together or not at all", several_streams_are_written_together_or_not_at_all},
    {"conditions hold or nothing is written", conditions_hold_or_nothing_is_written},
    {"a batch is recorded once", a_batch_is_recorded_once},
    {"correlation and causation have their defaults", correlation_and_causation_have_their_defaults},
    {"time never decreases", time_never_decreases},
    {"streams are read in both directions", streams_are_read_in_both_directions},
    {"the log is filtered", the_log_is_filtered},
    {"keys are any bytes", keys_are_any_bytes},
    {"what makes no sense is refused", what_makes_no_sense_is_refused},
    {"waiting ends when there is more or when the time is over",
     waiting_ends_when_there_is_more_or_when_the_time_is_over},
    {"no update is lost and no reader sees a gap", no_update_is_lost_and_no_reader_sees_a_gap},
    {"of those who expect one version one wins", of_those_who_expect_one_version_one_wins},
    {"of those who want one tag one gets it", of_those_who_want_one_tag_one_gets_it},
    {"of those who bring one batch one records it", of_those_who_bring_one_batch_one_records_it},
    {"no wake-up is missed", no_wake_up_is_missed},
    {"a thousand tags are taken in one act", a_thousand_tags_are_taken_in_one_act},
    {"the first event of a version notes its layout", the_first_event_of_a_version_notes_its_layout},
    {"a contradiction is refused and nothing is written", a_contradiction_is_refused_and_nothing_is_written},
    {"an append that is refused leaves no note", an_append_that_is_refused_leaves_no_note},
    {"of those who bring two layouts one wins", of_those_who_bring_two_layouts_one_wins},
    {"a witness sees each event before it is recorded", a_witness_sees_each_event_before_it_is_recorded},
    {"what a witness refuses never was", what_a_witness_refuses_never_was},
};

}  // namespace sillok::testing::laws

namespace sillok::testing {

// Runs every law against stores of the source, each against a fresh one, and reports what does not hold.
//
// Threads: starts up to five of its own, and joins them. The report is called by one at a time.
template <store_source Source>
conformance check_store(Source& source, finding_report report) {
    conformance seen;
    std::mutex one_at_a_time;
    const auto counted = [&](const finding& each) {
        const std::lock_guard hold(one_at_a_time);
        ++seen.findings;
        report(each);
    };
    const auto run = [&](std::string_view name, auto holds) {
        manual_clock clock;
        store_probe probe(source.fresh(clock), clock, name, counted);
        holds(probe);
        ++seen.laws;
        seen.checks += probe.checks;
    };
    for (const laws::law& each : laws::all) run(each.name, each.holds);
    if constexpr (reopening_store_source<Source>) {
        const auto reopen = [&]() -> store_ref { return source.reopen(); };
        run("what is recorded outlives the store",
            [&](store_probe& probe) { laws::what_is_recorded_outlives_the_store(probe, reopen); });
        run("notes outlive the store", [&](store_probe& probe) { laws::notes_outlive_the_store(probe, reopen); });
    }
    return seen;
}

}  // namespace sillok::testing
