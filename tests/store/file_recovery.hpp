#pragma once
// A small history on a faulty disk, and what may be left of it afterwards.

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>

#include "sillok/store/file_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace recovery_tests {

using namespace sillok;

inline constexpr const char* path = "bank.sillok";

// A directory that goes with the test.
struct scratch {
    std::string path;
    scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "sillok-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() { std::filesystem::remove_all(path); }
    std::string operator/(std::string_view name) const { return path + '/' + std::string(name); }
};

// What was asked for, and what the store said to it.
struct history {
    std::vector<std::string> acknowledged;
    std::vector<std::string> possible;  // acknowledged ones and those whose outcome is unknown, in order
};

inline std::string payload_of(int n, std::size_t bytes) {
    std::string text = "event " + std::to_string(n) + ' ';
    while (text.size() < bytes) text += static_cast<char>('a' + (n + static_cast<int>(text.size())) % 26);
    return text;
}

inline uuid batch_of(int n) {
    uuid batch;
    batch.octets[0] = 1;
    batch.octets[15] = static_cast<std::uint8_t>(n);
    return batch;
}

inline result<receipt> append(file_store& store, const std::string& payload, int n) {
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{{"account", n % 2 == 0 ? "even" : "odd"}, any_version{}, {&event, 1}};
    return store.append({.streams = {&to, 1}, .batch = batch_of(n)});
}

// Opens a store, appends `events`, each of `bytes`, and closes it; whatever fails on the way is part of the history.
inline void live(testing::faulty_device& disk, history& past, int from, int events, std::size_t bytes) {
    testing::manual_clock clock;
    auto store = file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk});
    if (!store) return;
    for (int n = from; n < from + events; ++n) {
        const std::string payload = payload_of(n, bytes);
        const auto done = append(*store, payload, n);
        if (done) past.acknowledged.push_back(payload);
        if (done || done.error() == error_kind::outcome_unknown) past.possible.push_back(payload);
    }
}

inline std::vector<std::string> read(const file_store& store, std::vector<error>* errors = nullptr) {
    std::vector<std::string> seen;
    const auto read = store.read_all({}, [&](const record_view& r) {
        seen.emplace_back(as_text(r.payload()));
        return true;
    });
    if (!read && errors != nullptr) errors->push_back(read.error());
    if (errors == nullptr) CHECK(read.has_value());
    return seen;
}

// What is there now is all that was acknowledged, perhaps something whose outcome was unknown, and nothing else.
inline void is_a_possible_past(const std::vector<std::string>& now, const history& past) {
    std::size_t at = 0;
    std::size_t kept = 0;
    bool fits = true;
    for (const std::string& each : now) {
        while (at < past.possible.size() && past.possible[at] != each) ++at;
        fits = fits && at < past.possible.size();
        if (kept < past.acknowledged.size() && past.acknowledged[kept] == each) ++kept;
    }
    CHECK(fits);
    CHECK(kept == past.acknowledged.size());
}

// Opens the store again and appends to it.
inline void lives_on(testing::faulty_device& disk, history& past) {
    testing::manual_clock clock;
    auto store = file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk});
    if (!store) FAIL("cannot be opened: " << store.error().text());
    is_a_possible_past(read(*store), past);
    past.possible = past.acknowledged = read(*store);
    const int n = 100 + static_cast<int>(past.acknowledged.size());
    const std::string more = payload_of(n, 50);
    REQUIRE(append(*store, more, n).has_value());
    past.possible.push_back(more);
    past.acknowledged.push_back(more);
    CHECK(read(*store) == past.acknowledged);
}

// Does something to copies of a store, of which the n-th call fails, for every n: once, for want of space, and for good, as when the
// power goes. Afterwards, and when it was done again, `holds` is to hold.
template <class Act, class Holds>
void stop_anywhere(const testing::faulty_device& origin, const file_options& with, Act act, Holds holds) {
    for (const int error : {EIO, ENOSPC}) {
        bool is_over = false;
        for (std::uint64_t at = 1; !is_over; ++at) {
            auto disk = origin.copy();
            file_options options = with;
            options.device = *disk;
            auto store = file_store::open("s", options).value();
            const std::uint64_t before = disk->calls();
            if (error == EIO)
                disk->stop_at_call(at);
            else
                disk->fail_call(at, error);
            const auto done = act(store);
            is_over = disk->calls() - before < at;
            disk->heal();
            CAPTURE(at, error);
            if (is_over) CHECK(done.has_value());
            if (error == ENOSPC && !is_over && (done || done.error() != error_kind::outcome_unknown)) holds(store);
            disk->lose_power(at);
            store = file_store::open("s", options).value();
            holds(store);
            REQUIRE(act(store));
            holds(store);
        }
    }
}

}  // namespace recovery_tests
