#pragma once
// The laws of stores that one thread can see.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/uuid.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/limits.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing::laws {

inline uuid test_id(std::uint8_t n) {
    uuid id;
    id.octets[6] = 0x70;
    id.octets[15] = n;
    return id;
}

inline void an_empty_store_has_nothing(store_probe& p) {
    p.expect_equal(p.store.last(horizon::visible), position{0}, "last of an empty store");
    p.expect_equal(p.store.last(horizon::durable), position{0}, "last durable of an empty store");
    p.expect_equal(p.version_of({"account", "1"}), version{0}, "version of an unknown stream");
    p.expect(p.stream({"account", "1"}).empty(), "an unknown stream has events");
    p.expect(p.log().empty(), "an empty log has events");
    p.expect_equal(p.looked_at, position{0}, "read_all of an empty store looked at");
    p.expect(!p.found(test_id(1)), "an empty store knows a batch");
}

inline void what_was_appended_is_read(store_probe& p) {
    const auto done = p.append({{"account", "1"}, no_stream{}, {"a", "b"}, {"tx:1"}, "money.moved"});
    if (!p.expect(done.has_value(), "an append failed")) return;
    p.expect_equal(done->first, position{1}, "first position of the receipt");
    p.expect_equal(done->last, position{2}, "last position of the receipt");
    p.expect_equal(done->version, version{2}, "version of the receipt");
    p.expect_equal(done->time, p.clock.now(), "time of the receipt");
    p.expect(!done->repeated, "a first append says that it was repeated");
    const auto seen = p.log();
    if (!p.expect_equal(p.payloads(seen), std::string("a b"), "the log")) return;
    p.expect_equal(seen[0].position, position{1}, "position of the first event");
    p.expect_equal(seen[1].position, position{2}, "position of the second event");
    p.expect_equal(seen[1].version, version{2}, "version of the second event");
    p.expect_equal(seen[1].time, p.clock.now(), "time of an event");
    p.expect_equal(seen[0].type, std::string("money.moved"), "type of an event");
    p.expect_equal(seen[0].stream.category + '|' + seen[0].stream.key, std::string("account|1"), "stream of an event");
    p.expect(seen[0].tags == std::vector<std::string>{"tx:1"}, "the tags of an event are not those that were given");
    p.expect(seen[0].id != seen[1].id && !seen[0].id.is_nil(), "two events have one id, or none");
    p.expect_equal(p.store.last(horizon::visible), position{2}, "last");
    p.expect_equal(p.version_of({"account", "1"}), version{2}, "version_of");
}

inline void positions_and_versions_have_no_gap(store_probe& p) {
    const std::string keys[] = {"1", "2", "3"};
    std::uint64_t versions[3] = {};
    std::uint64_t last = 0;
    for (int round = 0; round < 60; ++round) {
        const auto k = static_cast<std::size_t>(round * 7 % 3);
        const std::vector<std::string_view> payloads(static_cast<std::size_t>(1 + round % 4), "x");
        const auto done = p.append({{"account", keys[k]}, exactly{{versions[k]}}, payloads});
        if (!p.expect(done.has_value(), "an append at the right version failed")) return;
        p.expect_equal(done->first, position{last + 1}, "first position of an append");
        last += payloads.size();
        versions[k] += payloads.size();
        p.expect_equal(done->last, position{last}, "last position of an append");
        p.expect_equal(done->version, version{versions[k]}, "version after an append");
        if (round % 10 == 3)
            p.expect(!p.append({{"account", keys[k]}, no_stream{}, {"no"}}).has_value(), "no_stream held");
    }
    std::uint64_t at = 0;
    for (const kept_event& each : p.log()) p.expect_equal(each.position, position{++at}, "position in the log");
    p.expect_equal(position{at}, position{last}, "number of events in the log");
    for (std::size_t k = 0; k < 3; ++k) {
        std::uint64_t in_stream = 0;
        for (const kept_event& each : p.stream({"account", keys[k]}))
            p.expect_equal(each.version, version{++in_stream}, "version in a stream");
        p.expect_equal(version{in_stream}, version{versions[k]}, "number of events in a stream");
    }
}

inline void expectations_hold_or_nothing_is_written(store_probe& p) {
    const stream_view s{"account", "1"};
    const auto conflict = [&](expectation e, std::uint64_t actual, std::string_view what) {
        const auto done = p.append({s, e, {"no"}});
        if (p.expect_error(done, error_kind::conflict, what))
            p.expect_equal(version{done.error().actual()}, version{actual}, "the version that a conflict names");
    };
    const auto fits = [&](expectation e, std::string_view what) {
        p.expect(p.append({s, e, {"x"}}).has_value(), what);
    };
    conflict(stream_exists{}, 0, "stream_exists on an unknown stream");
    conflict(exactly{{1}}, 0, "exactly 1 on an unknown stream");
    fits(exactly{{0}}, "exactly 0 did not fit an unknown stream");
    conflict(no_stream{}, 1, "no_stream on a stream");
    conflict(exactly{{0}}, 1, "exactly 0 on a stream");
    conflict(exactly{{2}}, 1, "exactly 2 on a stream at 1");
    fits(exactly{{1}}, "exactly 1 did not fit");
    fits(stream_exists{}, "stream_exists did not fit");
    fits(any_version{}, "any_version did not fit");
    conflict(exactly{{3}}, 4, "exactly 3 on a stream at 4");
    p.expect_equal(p.payloads(p.log()), std::string("x x x x"), "the log after conflicts");
}

inline void several_streams_are_written_together_or_not_at_all(store_probe& p) {
    const stream_view a{"account", "1"};
    const stream_view b{"transfer", "1"};
    const auto both = p.append({{a, no_stream{}, {"a1", "a2"}}, {b, no_stream{}, {"b1"}}}, {});
    if (!p.expect(both.has_value(), "an append to two streams failed")) return;
    p.expect_equal(both->last, position{3}, "last position of an append to two streams");
    p.expect_equal(both->version, version{2}, "version of the first of two streams");
    p.expect_error(p.append({{a, exactly{{2}}, {"no"}}, {b, exactly{{7}}, {"no"}}}, {}), error_kind::conflict,
                   "the second of two expectations");
    p.expect_error(p.append({{a, exactly{{7}}, {"no"}}, {b, exactly{{1}}, {"no"}}}, {}), error_kind::conflict,
                   "the first of two expectations");
    p.expect_equal(p.payloads(p.log()), std::string("a1 a2 b1"), "the log");
    p.expect_equal(p.version_of(a), version{2}, "version of the first stream");
    p.expect_equal(p.version_of(b), version{1}, "version of the second stream");

    // A stream without events is an expectation alone.
    p.expect_error(p.append({{a, exactly{{1}}, {}}, {b, exactly{{1}}, {"no"}}}, {}), error_kind::conflict,
                   "an expectation alone");
    const auto alone = p.append({{a, exactly{{2}}, {}}, {b, exactly{{1}}, {"b2"}}}, {});
    if (!p.expect(alone.has_value(), "an expectation alone did not fit")) return;
    p.expect_equal(alone->version, version{2}, "version of the first stream that has events");
    p.expect_equal(p.version_of(a), version{2}, "version of a stream that was only expected");
}

inline void conditions_hold_or_nothing_is_written(store_probe& p) {
    p.expect(p.append_if({"tx:1"}, {{"account", "1"}, any_version{}, {"a"}, {"tx:1", "day:1"}}).has_value(),
             "a tag that nobody carries");
    p.expect_error(p.append_if({"tx:1"}, {{"account", "2"}, any_version{}, {"no"}, {"tx:1"}}),
                   error_kind::condition_failed, "a tag that is taken");
    p.expect_error(p.append_if({"day:1"}, {{"account", "2"}, any_version{}, {"no"}}), error_kind::condition_failed,
                   "a second tag that is taken");
    p.expect(p.append_if({"tx:10"}, {{"account", "2"}, any_version{}, {"b"}}).has_value(),
             "a longer tag was taken for a shorter one");
    p.expect(p.append_if({"tx:"}, {{"account", "2"}, any_version{}, {"c"}}).has_value(),
             "a shorter tag was taken for a longer one");
    p.expect_equal(p.payloads(p.log()), std::string("a b c"), "the log");
    p.expect_equal(p.version_of({"account", "2"}), version{2}, "version after a condition that failed");
}

inline void a_batch_is_recorded_once(store_probe& p) {
    const draft first{{"account", "1"}, exactly{{0}}, {"a", "b"}};
    const append_request with_id{.streams = {}, .batch = test_id(1)};
    const auto once = p.append({first}, with_id);
    if (!p.expect(once.has_value(), "a batch with an id failed")) return;
    p.clock.advance(std::chrono::hours(1));
    p.expect(p.append({{"account", "1"}, any_version{}, {"c"}}).has_value(), "an append failed");
    const auto twice = p.append({first}, with_id);
    if (p.expect(twice.has_value(), "a repeated batch was refused, though its first receipt was wanted")) {
        p.expect(twice->repeated, "a repeated batch does not say so");
        p.expect_equal(twice->first, once->first, "first position of a repeated batch");
        p.expect_equal(twice->last, once->last, "last position of a repeated batch");
        p.expect_equal(twice->version, once->version, "version of a repeated batch");
        p.expect_equal(twice->time, once->time, "time of a repeated batch");
    }
    p.expect_error(p.append({{{"account", "1"}, any_version{}, {"a", "other"}}}, with_id), error_kind::command_reused,
                   "an id with other events");
    p.expect_error(p.append({{{"account", "2"}, any_version{}, {"a", "b"}}}, with_id), error_kind::command_reused,
                   "an id with another stream");

    const append_request named{.streams = {}, .batch = test_id(2), .content = 77};
    p.expect(p.append({{{"account", "1"}, any_version{}, {"d"}}}, named).has_value(),
             "a batch with stated content failed");
    const auto same = p.append({{{"account", "1"}, any_version{}, {"decided anew"}}}, named);
    p.expect(same.has_value() && same->repeated, "the same stated content was not taken for a repetition");
    append_request other = named;
    other.content = 78;
    p.expect_error(p.append({{{"account", "1"}, any_version{}, {"d"}}}, other), error_kind::command_reused,
                   "an id with other stated content");
    p.expect_equal(p.payloads(p.log()), std::string("a b c d"), "the log");

    const auto found = p.found(test_id(1));
    if (p.expect(found.has_value(), "find_batch does not find a batch"))
        p.expect_equal(found->receipt.last, once->last, "the receipt that find_batch gives");
    p.expect(!p.found(test_id(9)), "find_batch finds what was never recorded");
    p.expect_error(p.append({{{"account", "3"}, stream_exists{}, {"no"}}}, {.streams = {}, .batch = test_id(3)}),
                   error_kind::conflict, "a conflict with an id");
    p.expect(p.append({{{"account", "3"}, any_version{}, {"e"}}}, {.streams = {}, .batch = test_id(3)}).has_value(),
             "an id whose append failed is spent");
}

inline void correlation_and_causation_have_their_defaults(store_probe& p) {
    p.expect(p.append({{"a", "1"}, any_version{}, {"x", "y"}}).has_value(), "an append failed");
    p.expect(p.append({{{"a", "1"}, any_version{}, {"z"}}}, {.streams = {}, .batch = test_id(1)}).has_value(),
             "an append failed");
    p.expect(p.append({{{"a", "1"}, any_version{}, {"w"}}},
                      {.streams = {}, .batch = test_id(2), .causation = test_id(8), .correlation = test_id(7)})
                 .has_value(),
             "an append failed");
    const auto seen = p.log();
    if (!p.expect_equal(seen.size(), std::size_t{4}, "events")) return;
    p.expect_equal(seen[0].causation, seen[0].id, "causation without anything");
    p.expect_equal(seen[0].correlation, seen[0].causation, "correlation without anything");
    p.expect_equal(seen[1].correlation, seen[0].correlation, "correlation of the second event of an act");
    p.expect_equal(seen[1].causation, seen[0].causation, "causation of the second event of an act");
    p.expect_equal(seen[2].correlation, test_id(1), "correlation of a batch");
    p.expect_equal(seen[2].causation, test_id(1), "causation of a batch");
    p.expect_equal(seen[3].correlation, test_id(7), "correlation that was given");
    p.expect_equal(seen[3].causation, test_id(8), "causation that was given");
}

inline void time_never_decreases(store_probe& p) {
    const timestamp start = p.clock.now();
    const std::chrono::seconds steps[] = {std::chrono::seconds(5), std::chrono::seconds(-60), std::chrono::seconds(10),
                                          std::chrono::seconds(100)};
    timestamp before{};
    for (const auto step : steps) {
        p.clock.advance(step);
        const auto done = p.append({{"account", "1"}, any_version{}, {"x"}});
        if (!p.expect(done.has_value(), "an append failed")) return;
        p.expect(done->time >= before, "the time of a receipt went back");
        before = done->time;
    }
    timestamp last{};
    for (const kept_event& each : p.log()) {
        p.expect(each.time >= last, "the time of a record went back");
        p.expect(each.time >= start, "the time of a record is before the clock's");
        last = each.time;
    }
    p.expect_equal(last, p.clock.now(), "time after the clock went on");
}

inline void streams_are_read_in_both_directions(store_probe& p) {
    const stream_view s{"account", "1"};
    for (const std::string_view each : {"1", "2", "3", "4", "5"}) {
        p.expect(p.append({s, any_version{}, {each}}).has_value(), "an append failed");
        p.expect(p.append({{"account", "2"}, any_version{}, {"other"}}).has_value(), "an append failed");
    }
    const auto reads = [&](const stream_range& range, std::string_view wanted) {
        p.expect_equal(p.payloads(p.stream(s, range)), std::string(wanted),
                       "a stream read from " + std::to_string(range.from.value) +
                           (range.order == direction::forwards ? " forwards" : " backwards"));
    };
    reads({}, "1 2 3 4 5");
    reads({.from = {3}}, "3 4 5");
    reads({.from = {5}}, "5");
    reads({.from = {6}}, "");
    reads({.from = {2}, .limit = 2}, "2 3");
    reads({.limit = 0}, "");
    reads({.order = direction::backwards}, "5 4 3 2 1");
    reads({.from = {2}, .order = direction::backwards}, "2 1");
    reads({.from = {99}, .order = direction::backwards, .limit = 2}, "5 4");
    reads({.upto = horizon::durable}, "1 2 3 4 5");
    std::string seen;
    const auto read = p.store.read_stream(s, {}, [&](const record_view& r) {
        seen += as_text(r.payload());
        return seen.size() < 2;
    });
    p.expect(read.has_value() && seen == "12", "a visitor that had enough was given more");
}

inline void the_log_is_filtered(store_probe& p) {
    const auto add = [&](std::string_view category, std::string_view type, std::string_view payload,
                         std::vector<std::string_view> tags) {
        p.expect(p.append({{category, "1"}, any_version{}, {payload}, std::move(tags), type}).has_value(),
                 "an append failed");
    };
    add("account", "opened", "1", {"user:1", "tx:1"});
    add("account", "moved", "2", {"tx:2"});
    add("transfer", "moved", "3", {"user:1", "user:2"});
    add("accounts", "moved.twice", "4", {});
    add("account", "closed", "5", {"user:1", "user:1"});
    const auto reads = [&](const log_range& range, std::string_view wanted, std::uint64_t looked_at,
                           std::string_view what) {
        p.expect_equal(p.payloads(p.log(range)), std::string(wanted), what);
        p.expect_equal(p.looked_at, position{looked_at}, std::string("last position looked at, ") + std::string(what));
    };
    const std::string_view moved[] = {"moved"};
    const std::string_view two[] = {"closed", "opened"};
    const std::string_view user[] = {"user:1"};
    const std::string_view users[] = {"user:2", "user:1", "tx:2"};
    const std::string_view second[] = {"user:2"};
    const std::string_view nobody[] = {"user:3"};
    reads({}, "1 2 3 4 5", 5, "all");
    reads({.from = {0}}, "1 2 3 4 5", 5, "all from 0");
    reads({.from = {4}}, "4 5", 5, "from 4");
    reads({.from = {6}}, "", 5, "from behind the end");
    reads({.from = {2}, .limit = 2}, "2 3", 3, "from 2, at most 2");
    reads({.limit = 0}, "", 0, "none");
    reads({.upto = horizon::durable}, "1 2 3 4 5", 5, "what is durable");
    reads({.category = "account"}, "1 2 5", 5, "by category");
    reads({.from = {2}, .limit = 1, .category = "account"}, "2", 2, "by category, at most 1");
    reads({.types = moved}, "2 3", 5, "by type");
    reads({.types = two}, "1 5", 5, "by two types");
    reads({.tags = user}, "1 3 5", 5, "by tag");
    reads({.from = {2}, .tags = user}, "3 5", 5, "by tag from 2");
    reads({.limit = 2, .tags = user}, "1 3", 3, "by tag, at most 2");
    reads({.tags = users}, "1 2 3 5", 5, "by any of three tags");
    reads({.tags = second}, "3", 5, "by an event's second tag");
    reads({.tags = nobody}, "", 5, "by a tag that nobody carries");
    reads({.category = "account", .types = two, .tags = user}, "1 5", 5, "by category, type and tag");
    std::string seen;
    const auto read = p.store.read_all({}, [&](const record_view& r) {
        seen += as_text(r.payload());
        return seen.size() < 3;
    });
    p.expect(read.has_value() && *read == position{3} && seen == "123", "a visitor that had enough was given more");
}

inline void keys_are_any_bytes(store_probe& p) {
    const std::string_view nul("\0x\0", 3);
    const std::string longest(key_bytes_max, 'k');
    const std::string almost(key_bytes_max - 1, 'k');
    const stream_view names[] = {{"a", "b:c"},
                                 {"a:b", "c"},
                                 {"a", "b/c"},
                                 {"a/b", "c"},
                                 {"a", "b-c"},
                                 {"a-b", "c"},
                                 {"ab", "c"},
                                 {"a", "bc"},
                                 {"a", nul},
                                 {"a", "x"},
                                 {"a", ""},
                                 {"a", ".."},
                                 {"a", "../../etc/passwd"},
                                 {nul, "a"},
                                 {"a", "\xFF\xFE"},
                                 {"a", longest},
                                 {"a", almost},
                                 {"a", "\n"},
                                 {"A", "x"}};
    std::uint64_t n = 0;
    for (const stream_view each : names) {
        const std::string payload = std::to_string(++n);
        p.expect(p.append({each, no_stream{}, {payload}}).has_value(),
                 "the key of stream " + payload + " was refused or taken for another");
    }
    n = 0;
    for (const stream_view each : names) {
        const auto seen = p.stream(each);
        p.expect_equal(p.payloads(seen), std::to_string(++n), "a stream with a hostile key");
        if (!seen.empty()) p.expect(stream_view(seen[0].stream) == each, "a hostile key came back changed");
    }
}

inline void what_makes_no_sense_is_refused(store_probe& p) {
    const stream_view s{"account", "1"};
    const std::string big(key_bytes_max + 1, 'k');
    const std::string big_category(category_bytes_max + 1, 'c');
    const std::string big_tag(tag_bytes_max + 1, 't');
    const std::string big_payload(payload_bytes_max + 1, 'p');
    const auto refuses = [&](const result<receipt>& done, error_kind kind, std::string_view what) {
        if (p.expect_error(done, kind, what))
            p.expect(!done.error().text().empty(), std::string(what) + ": the error says nothing");
    };
    refuses(p.store.append({}), error_kind::invalid_argument, "an append of nothing");
    refuses(p.append({s, any_version{}, {}}), error_kind::invalid_argument, "an append without events");
    refuses(p.append({{s, any_version{}, {"a"}}, {s, any_version{}, {"b"}}}, {}), error_kind::invalid_argument,
            "a stream twice");
    refuses(p.append({{"", "1"}, any_version{}, {"a"}}), error_kind::invalid_argument, "an empty category");
    refuses(p.append({{big_category, "1"}, any_version{}, {"a"}}), error_kind::too_large, "a category too long");
    refuses(p.append({{"a", big}, any_version{}, {"a"}}), error_kind::too_large, "a key too long");
    refuses(p.append({s, any_version{}, {"a"}, {""}}), error_kind::invalid_argument, "an empty tag");
    refuses(p.append({s, any_version{}, {"a"}, {big_tag}}), error_kind::too_large, "a tag too long");
    refuses(p.append({s, any_version{}, {"a"}, std::vector<std::string_view>(70, std::string_view(big_tag).substr(1))}),
            error_kind::too_large, "too many tags");
    refuses(p.append({s, any_version{}, {big_payload}}), error_kind::too_large, "a payload too large");
    refuses(p.append({s, any_version{}, {"a"}, {}, ""}), error_kind::invalid_argument, "a type without a name");
    refuses(p.append({s, any_version{}, {"a"}, {}, "not a name"}), error_kind::invalid_argument,
            "a type that is not a name");
    refuses(p.append_if({""}, {s, any_version{}, {"a"}}), error_kind::invalid_argument, "a condition on an empty tag");
    refuses(p.append({{s, any_version{}, {"a"}}}, {.streams = {}, .source = big}), error_kind::too_large,
            "a source too long");
    const header unnamed{"", "v"};
    refuses(p.append({{s, any_version{}, {"a"}}}, {.streams = {}, .headers = {&unnamed, 1}}),
            error_kind::invalid_argument, "a header without a name");
    const new_event revision_0{.type = {"probe.event", 0}, .payload = {}};
    const stream_append to{s, any_version{}, {&revision_0, 1}};
    refuses(p.store.append({.streams = {&to, 1}}), error_kind::invalid_argument, "revision 0");
    p.expect_equal(p.store.last(horizon::visible), position{0}, "last after refusals");

    const std::string whole_payload(payload_bytes_max, 'p');
    p.expect(p.append({{std::string_view(big_category).substr(1), std::string_view(big).substr(1)},
                       any_version{},
                       {whole_payload},
                       {std::string_view(big_tag).substr(1)}})
                 .has_value(),
             "an append just within the limits was refused");
    const auto seen = p.log();
    p.expect(seen.size() == 1 && seen[0].payload == whole_payload, "an event just within the limits came back changed");
}

inline void waiting_ends_when_there_is_more_or_when_the_time_is_over(store_probe& p) {
    const auto nothing = p.store.wait(position{0}, horizon::visible, std::chrono::milliseconds(1));
    p.expect(nothing.has_value() && *nothing == position{0}, "waiting for the first event ended with another position");
    p.expect(p.append({{"account", "1"}, any_version{}, {"a"}}).has_value(), "an append failed");
    const auto more = p.store.wait(position{0}, horizon::durable, std::chrono::hours(24));
    p.expect(more.has_value() && *more == position{1}, "waiting for what is there did not end with it");
    const auto none = p.store.wait(position{1}, horizon::durable, std::chrono::nanoseconds(0));
    p.expect(none.has_value() && *none == position{1}, "waiting for no time ended with another position");
}

}  // namespace sillok::testing::laws
