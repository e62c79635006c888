#pragma once
// The laws of stores about the layouts of events.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sillok/codec/layout.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"
#include "sillok/testing/store_laws.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing::laws {

// One event, as two programs see it.
enum class mood : std::uint8_t { calm, curious };
enum class later_mood : std::uint8_t { calm, curious, cross };
struct first_layout {
    std::int64_t amount;
    mood as;
};
struct more_moods {
    std::int64_t amount;
    later_mood as;
};
struct other_layout {
    std::int32_t amount;
    mood as;
};

template <class T>
inline constexpr const detail::wire_shape* shape = &detail::shape_of<T>::value;

// An event of a version that looks like that.
inline draft looking_like(const detail::wire_shape* as, std::string_view type, std::uint16_t revision = 1) {
    draft one{{"account", "1"}, any_version{}, {"x"}};
    one.type = type;
    one.revision = revision;
    one.shape = as;
    return one;
}

inline void the_first_event_of_a_version_notes_its_layout(store_probe& p) {
    p.expect(p.schemas().empty(), "an empty store has noted a layout");
    p.expect(p.append(looking_like(nullptr, "a")).has_value(), "an event without a shape was refused");
    draft json = looking_like(shape<first_layout>, "a");
    json.codec = payload_codec::json;
    p.expect(p.append(json).has_value(), "an event in JSON was refused");
    p.expect(p.schemas().empty(), "what has no layout, or is recorded as JSON, was noted");

    p.clock.advance(std::chrono::hours(1));
    p.expect(p.append(looking_like(shape<first_layout>, "a")).has_value(), "the first event of a version was refused");
    const auto first = p.schemas();
    if (!p.expect_equal(first.size(), std::size_t{1}, "layouts that are noted after the first event")) return;
    p.expect_equal(first[0].name, std::string("a"), "name of a version that is noted");
    p.expect_equal(first[0].layout, std::string(layout_of<first_layout>), "layout that is noted");
    p.expect(first[0].revision == 1, "the revision that is noted is another one");
    p.expect_equal(first[0].at, position{2}, "last position before the event with which a layout was noted");
    p.expect_equal(first[0].time, p.clock.now(), "time of a note");

    p.clock.advance(std::chrono::hours(1));
    for (int again = 0; again < 3; ++again)
        p.expect(p.append(looking_like(shape<first_layout>, "a")).has_value(),
                 "an event of a noted version was refused");
    p.expect(p.append(looking_like(shape<more_moods>, "a")).has_value(), "more enumerators were refused");
    p.expect(p.schemas() == first, "a note changed, or was made again");

    p.expect(p.append(looking_like(shape<other_layout>, "a", 2)).has_value(), "another revision was refused");
    p.expect(p.append(looking_like(shape<other_layout>, "a.b")).has_value(), "another name was refused");
    draft two = looking_like(shape<other_layout>, "c");
    two.payloads = {"1", "2", "3"};
    p.expect(p.append(two).has_value(), "three events of a version were refused");
    const auto all = p.schemas();
    if (!p.expect_equal(all.size(), std::size_t{4}, "layouts that are noted")) return;
    p.expect(all[0] == first[0], "the first note changed");
    p.expect(all[1].revision == 2 && all[1].layout == layout_of<other_layout>, "a second revision has another layout");
    std::size_t given = 0;
    p.expect(p.store.read_schemas([&](const recorded_schema&) { return ++given < 2; }).has_value() && given == 2,
             "a visitor of layouts that had enough was given more");
}

inline void a_contradiction_is_refused_and_nothing_is_written(store_probe& p) {
    p.expect(p.append(looking_like(shape<first_layout>, "a")).has_value(), "an append failed");
    const auto noted = p.schemas();
    const auto refuses = [&](const result<receipt>& done, std::string_view what) {
        if (p.expect_error(done, error_kind::schema_changed, what))
            p.expect(done.error().text().find("\"a\", revision 1") != std::string::npos &&
                         done.error().text().find("amount: i64") != std::string::npos &&
                         done.error().text().find("amount: i32") != std::string::npos,
                     std::string(what) + ": the error does not name event, version and field, before and now");
        p.expect(p.schemas() == noted, std::string(what) + ": a refused append left a note");
        p.expect_equal(p.store.last(horizon::visible), position{1}, "last after a contradiction");
    };
    for (int again = 0; again < 2; ++again) refuses(p.append(looking_like(shape<other_layout>, "a")), "another layout");
    const draft others[] = {looking_like(shape<first_layout>, "new"), looking_like(shape<other_layout>, "a")};
    draft second = others[1];
    second.stream = {"account", "2"};
    refuses(p.append({others[0], second}, {}), "another layout behind a new version");
    p.expect(p.append(looking_like(shape<other_layout>, "new")).has_value(), "a refused append left a layout behind");
    p.expect(p.append(looking_like(shape<first_layout>, "a")).has_value(), "the layout that is noted was refused");

    // Within one act, too.
    draft same = looking_like(shape<first_layout>, "b");
    draft not_same = looking_like(shape<other_layout>, "b");
    not_same.stream = {"account", "2"};
    p.expect_error(p.append({same, not_same}, {}), error_kind::schema_changed, "two layouts of a version in one act");
    p.expect(p.append(not_same).has_value(), "an act with two layouts of a version noted one of them");
    p.expect_error(p.append(same), error_kind::schema_changed, "the other of two layouts");
    p.expect_error(p.append(looking_like(shape<mood>, "b")), error_kind::schema_changed, "what is no struct");
    p.expect(p.append(looking_like(shape<more_moods>, "m")).has_value(), "an append failed");
    p.expect_error(p.append(looking_like(shape<first_layout>, "m")), error_kind::schema_changed, "fewer enumerators");
    p.expect(p.append(looking_like(nullptr, "b")).has_value(), "an event without a shape was refused");
}

inline void an_append_that_is_refused_leaves_no_note(store_probe& p) {
    draft fits = looking_like(shape<first_layout>, "a");
    fits.tags = {"tx:1"};
    p.expect(p.append({fits}, {.streams = {}, .batch = test_id(1)}).has_value(), "an append failed");
    const auto noted = p.schemas();
    draft no = looking_like(shape<other_layout>, "b");
    no.expected = no_stream{};
    p.expect_error(p.append(no), error_kind::conflict, "no_stream on a stream");
    no.expected = any_version{};
    p.expect_error(p.append_if({"tx:1"}, no), error_kind::condition_failed, "a tag that is taken");
    p.expect_error(p.append({no}, {.streams = {}, .batch = test_id(1)}), error_kind::command_reused,
                   "an id that is taken");
    draft twice = no;
    p.expect_error(p.append({no, twice}, {}), error_kind::invalid_argument, "a stream twice");
    p.expect(p.schemas() == noted, "a refused append left a note");
    p.expect(p.append(looking_like(shape<first_layout>, "b")).has_value(), "a refused append left a layout behind");

    // A repetition is answered, whatever its events look like by now.
    draft changed = fits;
    changed.shape = shape<other_layout>;
    const auto again = p.append({changed}, {.streams = {}, .batch = test_id(1)});
    p.expect(again.has_value() && again->repeated, "a repeated batch was refused for its layout");
}

inline void of_those_who_bring_two_layouts_one_wins(store_probe& p) {
    constexpr int rounds = 20;
    std::atomic<int> wrong{0};
    std::atomic<std::uint64_t> taken{0};
    const auto bring = [&](const detail::wire_shape* as, std::string_view key) {
        for (int round = 0; round < rounds; ++round) {
            const std::string name = "event." + std::to_string(round);
            event_type type(name, 1);
            type.shape = as;
            const new_event event{.type = type, .payload = {}};
            const stream_append to{{"account", key}, any_version{}, {&event, 1}};
            const auto done = p.store.append({.streams = {&to, 1}});
            if (done) ++taken;
            if (!done && done.error() != error_kind::schema_changed) ++wrong;
        }
    };
    std::thread first([&] { bring(shape<first_layout>, "1"); });
    std::thread second([&] { bring(shape<other_layout>, "2"); });
    first.join();
    second.join();
    p.expect(wrong == 0, "an append failed for another reason than its layout");
    p.expect_equal(taken.load(), std::uint64_t{rounds}, "events of versions that came with two layouts");
    p.expect_equal(p.schemas().size(), std::size_t{rounds}, "layouts that are noted");
}

// Closing and opening again loses no note, and none is made again.
inline void notes_outlive_the_store(store_probe& p, function_ref<store_ref()> reopen) {
    p.expect(p.append(looking_like(shape<first_layout>, "a")).has_value(), "an append failed");
    for (std::uint16_t round = 1; round < 4; ++round) {
        p.expect(p.append(looking_like(shape<other_layout>, "b", round)).has_value(), "an append failed");
        const auto before = p.schemas();
        p.store = reopen();
        p.expect(p.schemas() == before && before.size() == round + 1U, "a note was lost, or changed");
        p.expect_error(p.append(looking_like(shape<other_layout>, "a")), error_kind::schema_changed,
                       "another layout, when the store was opened again");
        p.expect(p.append(looking_like(shape<first_layout>, "a")).has_value(), "the layout that is noted was refused");
        p.expect(p.schemas() == before, "a note was made again");
    }
}

}  // namespace sillok::testing::laws
