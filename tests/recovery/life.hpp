#pragma once
// The life of a store: opened, written, closed, opened again; what fails on the way is noted and is part of it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "history.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace recovery {

inline constexpr const char* path = "torture.sillok";

// The durability of a life, and what its name promises.
struct setting {
    const char* name;
    durability chosen;
    bool syncs_each;  // whatever is acknowledged is durable
};

inline timeout of_nanoseconds(std::int64_t n) {
    timeout t;
    t.nanoseconds = n;
    return t;
}
// Intervals of no time and of more than a life, so that no clock decides what happens.
inline const setting settings[] = {
    {"durable", durable{}, true},
    {"lose_recent{0}", lose_recent{of_nanoseconds(0)}, true},
    {"lose_recent{century}", lose_recent{of_nanoseconds(3'000'000'000'000'000'000)}, false},
    {"lose_unsynced", lose_unsynced{}, false}};
inline constexpr std::size_t setting_count = sizeof settings / sizeof settings[0];

template <class Device>
result<file_store> open_store(Device& disk, const setting& with, testing::manual_clock& clock) {
    return file_store::open(path, {.clock = clock,
                                   .segment_bytes = segment_bytes_min,
                                   .cache_bytes = small_cache,
                                   .durability = with.chosen,
                                   .device = disk});
}

// Notes what is durable by now: by what the setting says, or by what the store says.
inline void note_durable(const file_store& store, const setting& with, ledger& past) {
    const position durable = store.last(horizon::durable);
    while (past.durable < past.entries.size()) {
        const entry& next = past.entries[past.durable];
        if (!next.is_acknowledged) break;
        const bool is_named = next.receipt->last <= durable;
        if (with.syncs_each && !is_named) fail("an append was acknowledged and is not at the horizon `durable`");
        if (!is_named) break;
        ++past.durable;
    }
}

// Appends a batch and notes the answer.
inline error_kind add(file_store& store, const planned_batch& batch, std::size_t number, const setting& with,
                      ledger& past, bool& is_poisoned) {
    const auto said = append(store, batch);
    if (said && is_poisoned) fail(about(number) + " was acknowledged by a store whose last outcome is unknown");
    if (said && said->repeated) {
        for (const entry& each : past.entries)
            if (each.batch == number) {
                if (each.receipt && (each.receipt->first != said->first || each.receipt->last != said->last ||
                                     each.receipt->version != said->version || each.receipt->time != said->time))
                    fail(about(number) + " was repeated and got another receipt");
                return {};
            }
        fail(about(number) + " is said to be a repetition, but was not recorded");
    }
    if (said) {
        for (const entry& each : past.entries)
            if (each.batch == number && each.is_acknowledged) fail(about(number) + " was recorded a second time");
        past.entries.push_back({number, true, *said});
        ++past.acknowledged;
        note_durable(store, with, past);
        return {};
    }
    const error_kind why = said.error().kind();
    if (why == error_kind::outcome_unknown) {
        past.entries.push_back({number, false, {}});
        ++past.unknown;
        is_poisoned = true;
    } else {
        ++past.refused;
        if (why == error_kind::damaged) fail("an append found damage that nobody did: " + said.error().text());
    }
    return why;
}

// What a session is told to do beyond appending.
struct session_plan {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t sync_every = 0;  // batches; 0: never
    bool closes = true;
    int attempts = 1;  // to open it
};

// Opens, appends, closes. Returns whether it could be opened.
template <class Device>
bool session(Device& disk, const setting& with, const plan& all, const session_plan& what, ledger& past) {
    testing::manual_clock clock;
    auto store = open_store(disk, with, clock);
    for (int attempt = 1; !store && attempt < what.attempts; ++attempt) store = open_store(disk, with, clock);
    if (!store) return false;
    past.durable = past.entries.size();  // no power was lost up to here, and what is shown now is durable
    bool is_poisoned = false;
    for (std::size_t n = what.from; n < what.to; ++n) {
        clock.advance(std::chrono::milliseconds(1));
        static_cast<void>(add(*store, all[n], n, with, past, is_poisoned));
        if (what.sync_every == 0 || n % what.sync_every != 0) continue;
        if (store->sync()) {
            if (store->last(horizon::durable) != store->last(horizon::visible))
                fail("a sync succeeded and left something out");
            past.durable = past.entries.size();
        } else {
            is_poisoned = true;
        }
    }
    if (!what.closes) {
        disk.lose_process();
    } else if (store->close() && !is_poisoned) {
        past.durable = past.entries.size();
    }
    return true;
}

// Two sessions: the second one finds what the first one left.
template <class Device>
bool live(Device& disk, const setting& with, const plan& all, bool closes, ledger& past, int attempts) {
    const std::size_t half = all.size() / 2;
    const bool opened = session(disk, with, all, {0, half, 4, closes, attempts}, past);
    return session(disk, with, all, {half, all.size(), 3, closes, attempts}, past) && opened;
}

// Opens a store that must open, compares it with its past, and lets it go on with all batches of the plan: those that are
// there are repetitions.
inline void lives_on(testing::faulty_device& disk, const setting& with, const plan& all, std::size_t from, ledger& past,
                     loss what) {
    testing::manual_clock clock;
    auto store = open_store(disk, with, clock);
    if (!store) fail("cannot be opened: " + to_string(store.error()));
    examine(*store, all, past, what);
    bool is_poisoned = false;
    for (std::size_t n = from; n < all.size(); ++n)
        if (add(*store, all[n], n, with, past, is_poisoned) != error_kind{} || is_poisoned)
            fail(about(n) + " cannot be appended any more");
    if (auto closed = store->close(); !closed) fail("cannot be closed: " + to_string(closed.error()));
    past.durable = past.entries.size();
}

inline void is_all_there(testing::faulty_device& disk, const setting& with, const plan& all, ledger& past, loss what) {
    testing::manual_clock clock;
    auto store = open_store(disk, with, clock);
    if (!store) fail("cannot be opened once more: " + to_string(store.error()));
    examine(*store, all, past, what);
}

}  // namespace recovery
