#pragma once
// Sillok's file store as the benchmarks use it. It does what no contender does: limits, a time, ids, names and a checksum for
// every event and for every act.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/store/file_store.hpp"
#include "sillok/store/replay.hpp"
#include "storage/workload.hpp"

namespace storage {

inline constexpr std::string_view category = "account";

// As it comes.
struct usual_store {
    static constexpr const char* name = "sillok";
    static void choose(sillok::file_options&) {}
};
// Full segments keep their records a second time, by stream.
struct clustered_store {
    static constexpr const char* name = "sillok_clustered";
    static void choose(sillok::file_options& options) { options.clustered = true; }
};
// Everything is in the segment that is written, and the cache is as large as that.
struct active_store {
    static constexpr const char* name = "sillok_active_segment";
    static void choose(sillok::file_options& options) {
        options.segment_bytes = sillok::segment_bytes_max;
        options.cache_bytes = std::size_t{512} << 20;
    }
};

template <class Choice = usual_store>
class sillok_log {
public:
    static constexpr const char* name = Choice::name;

    sillok_log(const std::string& folder, keep when)
        : store_(sillok::file_store::open(folder + "/sillok", options(when)).value()) {}

    bool append(std::span<const part> parts) {
        if (parts.size() == 1) {
            const sillok::stream_append to = taken(parts.front());
            return store_.append({.streams = {&to, 1}}).has_value();
        }
        std::vector<sillok::stream_append> to;
        to.reserve(parts.size());
        for (const part& each : parts) to.push_back(taken(each));
        return store_.append({.streams = to}).has_value();
    }
    // Every event's amount, through typed dispatch into a view of the recorded bytes.
    bool sum_of(std::string_view stream, std::int64_t& sum) {
        summing handler;
        const bool read = sillok::replay(store_, {category, stream}, {}, handler).has_value();
        sum = handler.sum;
        return read;
    }
    bool close() { return store_.close().has_value(); }
    bool sync() { return store_.sync().has_value(); }
    sillok::file_store& store() { return store_; }
    std::uint64_t last() { return store_.last(sillok::horizon::visible).value; }

private:
    struct summing {
        using events = account_events;
        std::int64_t sum = 0;
        void apply(const view<account_opened>& e) { sum += e.amount; }
        void apply(const view<money_deposited>& e) { sum += e.amount; }
        void apply(const view<money_withdrawn>& e) { sum += e.amount; }
    };

    static sillok::file_options options(keep when) {
        sillok::file_options made;
        Choice::choose(made);
        if (when == keep::in_kernel) made.durability = sillok::lose_unsynced{};
        return made;
    }
    static sillok::stream_append taken(const part& from) {
        return {{category, from.stream}, sillok::exactly{{from.expected}}, from.events.events};
    }

    sillok::file_store store_;
};

}  // namespace storage
