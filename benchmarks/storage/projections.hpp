#pragma once
// Three small projections, and how they are fed: by hand from a raw file, and by Sillok's typed dispatch.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "storage/raw_log.hpp"
#include "storage/sillok_log.hpp"
#include "storage/workload.hpp"

namespace storage {

struct balance {
    using events = account_events;
    std::int64_t sum = 0;
    void on(const view<account_opened>& e) { sum += e.amount; }
    void on(const view<money_deposited>& e) { sum += e.amount; }
    void on(const view<money_withdrawn>& e) { sum -= e.amount; }
};
struct activity {
    using events = account_events;
    std::int64_t opened = 0;
    std::int64_t moved = 0;
    void on(const view<account_opened>& e) { opened += e.at; }
    void on(const view<money_deposited>& e) { moved += e.at; }
    void on(const view<money_withdrawn>& e) { moved += e.at; }
};
struct text_volume {
    using events = account_events;
    std::uint64_t bytes = 0;
    void on(const view<account_opened>& e) { bytes += e.note.size(); }
    void on(const view<money_deposited>& e) { bytes += e.note.size(); }
    void on(const view<money_withdrawn>& e) { bytes += e.note.size(); }
};

// All three behind one handler, so that an event is decoded once.
struct all_three {
    using events = account_events;
    storage::balance balance{};
    storage::activity activity{};
    text_volume volume{};
    void on(const view<account_opened>& e) { each(e); }
    void on(const view<money_deposited>& e) { each(e); }
    void on(const view<money_withdrawn>& e) { each(e); }

    template <class Event>
    void each(const Event& e) {
        balance.on(e);
        activity.on(e);
        volume.on(e);
    }
    friend bool operator==(const all_three& a, const all_three& b) {
        return a.balance.sum == b.balance.sum && a.activity.opened == b.activity.opened &&
               a.activity.moved == b.activity.moved && a.volume.bytes == b.volume.bytes;
    }
};

// A value into the three, by a switch over its type.
inline bool feed(sillok::bytes_view kept, all_three& into) {
    fields read{};
    if (!read_value(kept, read)) return false;
    const auto& of = read.of;
    switch (read.type) {
        case 0: into.each(view<account_opened>{of.amount, of.at, of.note}); return true;
        case 1: into.each(view<money_deposited>{of.amount, of.at, of.note}); return true;
        case 2: into.each(view<money_withdrawn>{of.amount, of.at, of.note}); return true;
        default: return false;
    }
}

// A raw file from its beginning in chunks of 256 KiB, each record's length, checksum and position checked.
inline bool replay_by_hand(const std::string& path, all_three& into) {
    constexpr std::size_t chunk = std::size_t{256} << 10;
    const int file = ::open(path.c_str(), O_RDONLY);
    std::vector<std::byte> buffer(chunk + raw_record_bytes);
    std::size_t left = 0;
    std::uint64_t position = 0;
    bool good = file >= 0;
    while (good) {
        const ::ssize_t got = ::read(file, buffer.data() + left, chunk);
        good = got >= 0;
        if (got <= 0) break;
        const sillok::bytes_view have(buffer.data(), left + static_cast<std::size_t>(got));
        std::size_t at = 0;
        while (good && have.size() - at >= raw_record_bytes) {
            const raw_record record = read_raw(have.subspan(at));
            good = record.position == ++position && feed(record.kept, into);
            at += raw_record_bytes;
        }
        left = have.size() - at;
        std::memmove(buffer.data(), buffer.data() + at, left);
    }
    ::close(file);
    return good && left == 0;
}

// One handler through sillok::replay.
inline bool replay_as_one(sillok::file_store& store, all_three& into) {
    return sillok::replay(store, {}, into).has_value();
}

// Three handlers that know nothing of each other, each with a dispatcher of its own.
inline bool replay_as_three(sillok::file_store& store, all_three& into) {
    sillok::dispatcher<balance> to_balance;
    sillok::dispatcher<activity> to_activity;
    sillok::dispatcher<text_volume> to_volume;
    bool good = true;
    const auto read = store.read_all({}, [&](const sillok::record_view& record) {
        good = to_balance.dispatch(into.balance, record).has_value() &&
               to_activity.dispatch(into.activity, record).has_value() &&
               to_volume.dispatch(into.volume, record).has_value();
        return good;
    });
    return good && read.has_value();
}

}  // namespace storage
