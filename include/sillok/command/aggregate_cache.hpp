#pragma once
// The states of the aggregates that were used last, each with the version it is at. What is taken out of it is a starting
// point only: the load reads what came since, and the append checks the version.

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sillok {

// Holds at most `capacity` values; the one that was not used for longest goes first.
//
// Threads:    any number at once. A value is taken out for use, so two users never share one.
// Complexity: O(1) each.
template <class Value>
class aggregate_cache {
public:
    explicit aggregate_cache(std::size_t capacity) : capacity_(capacity) {}

    // The value under `key`, which leaves the cache.
    std::optional<Value> take(std::string_view key) {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(key);
        if (found == places_.end()) return std::nullopt;
        std::optional<Value> value(std::move(found->second->second));
        entries_.erase(found->second);
        places_.erase(found);
        return value;
    }

    // Keeps `value` under `key`, in place of what is there.
    void put(std::string_view key, Value value) {
        if (capacity_ == 0) return;
        const std::lock_guard lock(mutex_);
        if (const auto found = places_.find(key); found != places_.end()) {
            found->second->second = std::move(value);
            entries_.splice(entries_.begin(), entries_, found->second);
            return;
        }
        entries_.emplace_front(std::string(key), std::move(value));
        try {
            places_.emplace(std::string_view(entries_.front().first), entries_.begin());
        } catch (...) {
            entries_.pop_front();
            throw;
        }
        if (entries_.size() > capacity_) {
            places_.erase(std::string_view(entries_.back().first));
            entries_.pop_back();
        }
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

private:
    using entry_list = std::list<std::pair<std::string, Value>>;

    mutable std::mutex mutex_;
    entry_list entries_;                                                        // the last used in front
    std::unordered_map<std::string_view, typename entry_list::iterator> places_;  // keys point into entries_
    std::size_t capacity_;
};

}  // namespace sillok
