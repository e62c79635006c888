#pragma once
// The laws that every store of snapshots keeps, as a test that anybody can run against one of theirs.
//
//     struct my_source {
//         std::optional<my_snapshots> current;
//         sillok::snapshot_store_ref fresh() { return current.emplace(); }
//     };
//     my_source source;
//     auto seen = sillok::testing::check_snapshots(source, [](const auto& f) { std::cerr << f.law << ": " << f.what << '\n'; });

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/store/snapshot_store.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing {

// `fresh` ends the store before and gives an empty one, with room for some megabytes; it is valid until the next call.
template <class S>
concept snapshot_source = requires(S& source) {
    { source.fresh() } -> std::convertible_to<snapshot_store_ref>;
};

struct snapshot_conformance {
    std::size_t laws = 0;
    std::size_t checks = 0;
    std::size_t findings = 0;
};

// A snapshot, kept, with what a test needs to make one.
struct snapshot_draft {
    stream_id stream{"account", "1"};
    std::uint64_t version = 1;
    std::uint64_t fingerprint = 7;
    std::string state = "state";
    std::uint8_t event = 1;
    std::uint64_t first = 1;

    snapshot view() const noexcept {
        uuid id;
        id.octets[0] = event;
        id.octets[15] = static_cast<std::uint8_t>(version);
        return {.stream = stream,
                .version = {version},
                .first = {first},
                .position = {version * 3},
                .event = id,
                .time = timestamp{-5 + static_cast<std::int64_t>(version)},
                .fingerprint = fingerprint,
                .state = as_bytes(state)};
    }
};

// A store of snapshots under test, and where findings go.
class snapshot_probe {
public:
    snapshot_probe(snapshot_store_ref tested, std::string_view law, finding_report report) noexcept
        : store(tested), law_(law), report_(report) {}

    bool expect(bool holds, std::string_view what) {
        const std::lock_guard hold(one_at_a_time_);
        ++checks;
        if (!holds) report_({std::string(law_), std::string(what)});
        return holds;
    }
    void save(const snapshot_draft& one) { expect(store.save(one.view()).has_value(), "a save failed"); }
    void drop(const stream_id& stream) { expect(store.drop(stream).has_value(), "a drop failed"); }
    // Looks whether that one is there, or with nullopt that none is.
    void expect_kept(const stream_id& stream, const std::optional<snapshot_draft>& wanted, const std::string& what) {
        int visits = 0;
        bool is_same = false;
        const auto loaded = store.load(stream, [&](const snapshot& kept) {
            ++visits;
            is_same = wanted && are_same(kept, wanted->view());
        });
        if (!expect(loaded.has_value(), what + ": the load failed")) return;
        expect(visits == (*loaded ? 1 : 0), what + ": visits do not fit the answer");
        expect(*loaded == wanted.has_value(), what + (*loaded ? ": there is one" : ": there is none"));
        if (*loaded && wanted) expect(is_same, what + ": it is another one than was saved");
    }
    static bool are_same(const snapshot& a, const snapshot& b) noexcept {
        return a.stream == b.stream && a.version == b.version && a.first == b.first && a.position == b.position &&
               a.event == b.event && a.time == b.time && a.fingerprint == b.fingerprint &&
               as_text(a.state) == as_text(b.state);
    }

    snapshot_store_ref store;
    std::size_t checks = 0;

private:
    std::string_view law_;
    finding_report report_;
    std::mutex one_at_a_time_;
};

}  // namespace sillok::testing

namespace sillok::testing::snapshot_laws {

inline void what_was_saved_is_loaded(snapshot_probe& p) {
    p.expect_kept({"account", "1"}, std::nullopt, "of a stream without a snapshot");
    snapshot_draft one;
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{300'000}}) {
        one.state.assign(bytes, '\xFE');
        one.version += 1;
        p.save(one);
        p.expect_kept(one.stream, one, "of " + std::to_string(bytes) + " bytes");
        p.expect_kept(one.stream, one, "loaded again, of " + std::to_string(bytes) + " bytes");
    }
    one.version = 0xFFFF'FFFF'FF00;
    one.fingerprint = ~std::uint64_t{0};
    one.first = 0xFFFF'FFFF'FE00;
    p.save(one);
    p.expect_kept(one.stream, one, "with large numbers");
}

inline void streams_are_told_apart(snapshot_probe& p) {
    const std::string long_name(category_bytes_max - 1, 'c');
    const std::string long_key(key_bytes_max - 1, 'k');
    const std::vector<stream_id> streams{{"a", "bc"},
                                         {"ab", "c"},
                                         {"abc", ""},
                                         {"a", std::string("b\0c", 3)},
                                         {"a", std::string(1, '\0')},
                                         {long_name + "1", "1"},
                                         {long_name + "2", "1"},
                                         {"a", long_key + "1"},
                                         {"a", long_key + "2"},
                                         {long_name + "1", long_key + "1"},
                                         {"\xFF\xFE", "\xFF"}};
    for (std::size_t i = 0; i < streams.size(); ++i)
        p.save({.stream = streams[i], .version = i + 1, .state = "of " + std::to_string(i)});
    for (std::size_t i = 0; i < streams.size(); ++i)
        p.expect_kept(streams[i],
                      snapshot_draft{.stream = streams[i], .version = i + 1, .state = "of " + std::to_string(i)},
                      "of stream " + std::to_string(i));
    p.drop(streams[5]);
    for (std::size_t i = 0; i < streams.size(); ++i)
        if (i != 5)
            p.expect_kept(streams[i],
                          snapshot_draft{.stream = streams[i], .version = i + 1, .state = "of " + std::to_string(i)},
                          "of stream " + std::to_string(i) + " when another was dropped");
    p.expect_kept(streams[5], std::nullopt, "of a stream that was dropped");
}

inline void the_latest_one_stays(snapshot_probe& p) {
    const stream_id stream = snapshot_draft{}.stream;
    const auto saved = [&](const snapshot_draft& one, const snapshot_draft& stays, const std::string& what) {
        p.save(one);
        p.expect_kept(stream, stays, what);
    };
    const snapshot_draft tenth{.version = 10, .state = "tenth"};
    const snapshot_draft fifth{.version = 5, .state = "fifth"};
    const snapshot_draft twelfth{.version = 12, .state = "twelfth"};
    saved(tenth, tenth, "the first one");
    saved(fifth, tenth, "an earlier one behind a later one");
    saved(twelfth, twelfth, "a later one");
    const snapshot_draft other{.version = 12, .fingerprint = 8, .state = "other program"};
    saved(other, other, "one of another program at the same version");
    const snapshot_draft event{.version = 12, .fingerprint = 8, .state = "other event", .event = 2};
    saved(event, event, "one of another event at the same version");
    const snapshot_draft cut{.version = 12, .fingerprint = 8, .state = "cut", .event = 2, .first = 3};
    saved(cut, cut, "one that begins elsewhere, at the same version");
    saved({.version = 12, .fingerprint = 8, .state = "twin", .event = 2, .first = 3}, cut, "the same one again");
}

inline void what_was_dropped_is_forgotten(snapshot_probe& p) {
    const snapshot_draft late{.version = 100, .state = "late"};
    const snapshot_draft early{.version = 2, .state = "early"};
    p.drop(late.stream);
    for (int round = 0; round < 20; ++round) {
        p.save(late);
        p.drop(late.stream);
        p.expect_kept(late.stream, std::nullopt, "dropped");
        p.drop(late.stream);
        p.save(early);
        p.expect_kept(early.stream, early, "an earlier one behind a drop");
    }
    for (std::uint64_t version = 3; version < 60; ++version) {
        const snapshot_draft next{.version = version, .state = std::string(version, 'x')};
        p.save(next);
        p.expect_kept(next.stream, next, "one of many");
    }
}

inline void a_visitor_may_call_the_store(snapshot_probe& p) {
    const snapshot_draft one{.version = 1, .state = std::string(1000, 'a')};
    const snapshot_draft two{.version = 2, .state = std::string(1000, 'b')};
    p.save(one);
    const auto loaded = p.store.load(one.stream, [&](const snapshot& kept) {
        p.save(two);
        p.expect(snapshot_probe::are_same(kept, one.view()), "what a visitor has changed under a save");
        p.drop(one.stream);
        p.expect(snapshot_probe::are_same(kept, one.view()), "what a visitor has changed under a drop");
        p.save(one);
    });
    p.expect(loaded.has_value() && *loaded, "a load whose visitor called the store");
    p.expect_kept(one.stream, one, "saved by a visitor");
}

inline void of_those_that_race_the_latest_stays(snapshot_probe& p) {
    constexpr std::uint64_t rounds = 60;
    constexpr std::uint64_t writers = 3;
    const auto of = [](std::uint64_t version) {
        return snapshot_draft{.version = version,
                              .state = std::string(version * 7, static_cast<char>('a' + version % 26))};
    };
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < writers; ++t)
        threads.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < rounds; ++i) {
                p.save(of(i * writers + t + 1));
                std::uint64_t seen = 0;
                bool is_whole = true;
                const auto loaded = p.store.load(of(1).stream, [&](const snapshot& kept) {
                    seen = kept.version.value;
                    is_whole = snapshot_probe::are_same(kept, of(seen).view());
                });
                p.expect(loaded.has_value() && *loaded && is_whole, "a load in a race");
                p.expect(seen >= i * writers + t + 1, "a load behind a save gave an earlier one");
            }
        });
    for (auto& each : threads) each.join();
    p.expect_kept(of(1).stream, of(rounds * writers), "the latest of all");
}

struct law {
    std::string_view name;
    void (*holds)(snapshot_probe&);
};

inline constexpr law all[] = {
    {"what was saved is loaded", what_was_saved_is_loaded},
    {"streams are told apart", streams_are_told_apart},
    {"the latest one stays", the_latest_one_stays},
    {"what was dropped is forgotten", what_was_dropped_is_forgotten},
    {"a visitor may call the store", a_visitor_may_call_the_store},
    {"of those that race the latest stays", of_those_that_race_the_latest_stays},
};

}  // namespace sillok::testing::snapshot_laws

namespace sillok::testing {

// Runs every law against stores of the source, each against a fresh one, and reports what does not hold.
//
// Threads: starts up to three of its own, and joins them. The report is called by one at a time.
template <snapshot_source Source>
snapshot_conformance check_snapshots(Source& source, finding_report report) {
    snapshot_conformance seen;
    const auto counted = [&](const finding& each) {
        ++seen.findings;
        report(each);
    };
    for (const auto& law : snapshot_laws::all) {
        snapshot_probe probe(source.fresh(), law.name, counted);
        law.holds(probe);
        ++seen.laws;
        seen.checks += probe.checks;
    }
    return seen;
}

}  // namespace sillok::testing
