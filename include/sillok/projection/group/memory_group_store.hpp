#pragma once
// A group of consumers that are threads of one process.
//
//     sillok::memory_group_store group({.partitions = 16});

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/projection/group/group_table.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok {

// Keeps the group as long as it is.
//
// Errors:     those of the concept; invalid_argument from every act where the settings make no sense; std::bad_alloc, and then
//             nothing was changed
// Durability: none
// Threads:    any number at once
// Complexity: O(partitions × members) for `join`, `renew` and `leave`, O(partitions) for `commit`
class memory_group_store {
public:
    // `clock` is referred to. It decides when leases are over.
    explicit memory_group_store(const group_settings& settings = {}, clock_ref clock = {})
        : sound_(detail::are_sound(settings)),
          identity_{uuid_generator()(clock.now()), settings.partitions, std::string(settings.partitioned_by),
                    settings.log},
          clock_(clock),
          table_(sound_ ? settings.partitions : 0) {}
    memory_group_store(const memory_group_store&) = delete;
    memory_group_store& operator=(const memory_group_store&) = delete;
    ~memory_group_store() = default;

    result<group_identity> identity() const {
        if (!sound_) return sound_.error();
        return identity_;
    }
    result<std::vector<owned_partition>> join(const new_member& who) {
        return act([&](detail::group_table& table, timestamp now) { return table.join(who, now); });
    }
    result<std::vector<owned_partition>> renew(const uuid& member) {
        return act([&](detail::group_table& table, timestamp now) { return table.renew(member, now); });
    }
    result<void> leave(const uuid& member) {
        return act([&](detail::group_table& table, timestamp now) -> result<void> {
            table.leave(member, now);
            return {};
        });
    }
    result<void> commit(std::span<const partition_commit> commits) {
        if (!sound_) return sound_.error();
        const detail::monitor_lock hold(monitor_);
        return table_.commit(commits);  // changes all or nothing by itself
    }
    result<group_status> status() const {
        if (!sound_) return sound_.error();
        const detail::monitor_lock hold(monitor_);
        return table_.status();
    }

private:
    // On a copy, which costs O(partitions + members), so that what fails half way changes nothing.
    template <class Change>
    auto act(Change change) -> decltype(change(std::declval<detail::group_table&>(), timestamp{})) {
        if (!sound_) return sound_.error();
        const timestamp now = clock_.now();
        const detail::monitor_lock hold(monitor_);
        detail::group_table fresh = table_;
        auto answer = change(fresh, now);
        if (answer) std::swap(table_, fresh);
        return answer;
    }

    result<void> sound_;
    group_identity identity_;
    clock_ref clock_;
    mutable detail::monitor monitor_;
    detail::group_table table_;
};

static_assert(group_store<memory_group_store>);

}  // namespace sillok
