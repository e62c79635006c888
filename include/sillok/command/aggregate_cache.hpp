#pragma once
// The states of the aggregates that were used last, each with the version it is at. What is taken out of it is a starting
// point only: the load reads what came since, and the append checks the version.

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "sillok/store/monitor.hpp"

namespace sillok {

// Remembers at most `capacity` keys; the one that was not used for longest goes first.
//
// Threads:    any number at once. A value is taken out for use, so two users never share one.
// Complexity: O(1) each; nothing is allocated for a key that is remembered.
template <class Value>
class aggregate_cache {
public:
    explicit aggregate_cache(std::size_t capacity) noexcept : capacity_(capacity) {}

    // The value under `key`, which leaves the cache until it is put back.
    std::optional<Value> take(std::string_view key) {
        if (capacity_ == 0) return std::nullopt;
        const detail::monitor_lock hold(monitor_);
        const auto found = places_.find(key);
        if (found == places_.end()) return std::nullopt;
        return std::exchange(found->second->value, std::nullopt);
    }

    // Keeps `value` under `key`, in place of what is there.
    void put(std::string_view key, Value&& value) {
        if (capacity_ == 0) return;
        const detail::monitor_lock hold(monitor_);
        if (const auto found = places_.find(key); found != places_.end()) {
            found->second->value = std::move(value);
            entries_.splice(entries_.begin(), entries_, found->second);
            return;
        }
        std::list<entry> fresh;
        fresh.push_back({std::string(key), std::move(value)});
        places_.emplace(fresh.front().key, fresh.begin());
        entries_.splice(entries_.begin(), fresh);
        if (entries_.size() > capacity_) {
            places_.erase(entries_.back().key);
            entries_.pop_back();
        }
    }

private:
    struct entry {
        std::string key;
        std::optional<Value> value;  // none while somebody has it
    };

    detail::monitor monitor_;
    std::list<entry> entries_;                                                          // the last used in front
    std::unordered_map<std::string_view, typename std::list<entry>::iterator> places_;  // keys point into entries_
    std::size_t capacity_;
};

}  // namespace sillok
