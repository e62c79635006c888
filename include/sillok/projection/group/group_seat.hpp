#pragma once
// What a member knows of its place in a group: which partitions it has, by what tokens, and how far it has come in each. It knows
// neither handlers nor events.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok::detail {

// A partition that is owned, and up to where it was handled: the same as committed, or ahead of that.
struct held_partition {
    std::uint32_t number = 0;
    std::uint64_t token = 0;
    position committed{};
    position handled{};
};

// What a renewal changed.
struct seat_change {
    std::uint32_t gained = 0;
    std::uint32_t lost = 0;
    bool has_lapsed = false;  // the lease was over, and everything was lost first
};

// Threads: one at a time
class group_seat {
public:
    group_seat(group_store_ref group, timeout lease, std::string_view name, clock_ref clock)
        : group_(group), name_(name), clock_(clock), lease_(lease), id_(uuid_generator()(clock.now())) {}

    const uuid& id() const noexcept { return id_; }
    const std::vector<held_partition>& held() const noexcept { return held_; }
    bool is_member() const noexcept { return is_member_; }

    // Whether a third of the lease is over, or the clock went back.
    bool is_due() const { return !is_member_ || left_ns() <= 0; }
    // How long until that. Units: nanoseconds
    std::int64_t left_ns() const {
        const std::int64_t since = clock_.now().nanoseconds - renewed_.nanoseconds;
        return since < 0 ? 0 : lease_.nanoseconds / 3 - since;
    }

    // Joins, or begins the lease anew, and takes over what the group says. One whose lease was over joins again.
    //
    // Errors: those of the group; the seat is as it was
    result<seat_change> renew() {
        if (watch_.is_in_child())
            return error(error_kind::closed,
                         "the member was made before a fork; make one in the child, so that it has tokens of its own");
        const timestamp now = clock_.now();
        seat_change change;
        auto owned = is_member_ ? group_.renew(id_) : group_.join({id_, lease_, name_});
        if (!owned && is_member_ && owned.error() == error_kind::fenced) {
            change.has_lapsed = true;
            change.lost = static_cast<std::uint32_t>(held_.size());
            forget_all();
            owned = group_.join({id_, lease_, name_});
        }
        if (!owned) return std::move(owned).error();
        is_member_ = true;
        renewed_ = now;
        take_over(*owned, change);
        return change;
    }

    // The partition of that number, where it is held; valid until the next renewal.
    held_partition* find(std::uint32_t number) noexcept {
        return number < places_.size() && places_[number] != 0 ? &held_[places_[number] - 1] : nullptr;
    }

    // The position behind which to read next. It is mostly that of the partition that has come least far. Where another one is ahead
    // of it, every second time that one goes first, so that nothing new waits for what is long past.
    //
    // Requires: a partition is held
    position next_from() noexcept {
        const position behind = least();
        const position ahead = most();
        is_ahead_next_ = behind != ahead && !is_ahead_next_;
        return is_ahead_next_ || behind == ahead ? ahead : behind;
    }
    position least() const noexcept {
        position found = held_.front().handled;
        for (const held_partition& each : held_) found = (std::min)(found, each.handled);
        return found;
    }
    position most() const noexcept {
        position found{};
        for (const held_partition& each : held_) found = (std::max)(found, each.handled);
        return found;
    }

    // All up to `upto` was looked at, by one who began behind `from`: those who stood there or further have come as far.
    void pass(position from, position upto) noexcept {
        for (held_partition& each : held_)
            if (each.handled >= from) each.handled = (std::max)(each.handled, upto);
    }
    // What was handled since the last commit counts as not handled.
    void go_back() noexcept {
        for (held_partition& each : held_) each.handled = each.committed;
    }

    // Whether some partition is further than it is committed by so many positions.
    bool is_ahead_by(std::uint64_t positions) const noexcept {
        return std::any_of(held_.begin(), held_.end(), [&](const held_partition& each) {
            return each.handled.value - each.committed.value >= positions;
        });
    }
    // Commits what was handled. Where partitions went to others meanwhile they are let go, and the others are committed all the same.
    //
    // Errors: those of the group; what was handled stays to be committed
    result<seat_change> commit() {
        seat_change change;
        for (int attempts = 2;; --attempts) {
            std::vector<partition_commit> commits;
            for (const held_partition& each : held_)
                if (each.handled > each.committed) commits.push_back({each.number, each.token, each.handled});
            if (commits.empty()) return change;
            if (watch_.is_in_child()) return error(error_kind::closed, "the member was made before a fork");
            auto done = group_.commit(commits);
            if (done) {
                for (held_partition& each : held_) each.committed = each.handled;
                return change;
            }
            if (done.error() != error_kind::fenced || attempts == 0) return std::move(done).error();
            auto renewed = renew();
            if (!renewed) return renewed;
            change.gained += renewed->gained;
            change.lost += renewed->lost;
            change.has_lapsed |= renewed->has_lapsed;
        }
    }

    // Gives everything back. What was handled and not committed comes again, to others.
    //
    // Errors: those of the group; it is tried again the next time
    result<void> leave() {
        if (!is_member_) return {};
        if (watch_.is_in_child()) return error(error_kind::closed, "the member was made before a fork");
        if (auto left = group_.leave(id_); !left) return left;
        is_member_ = false;
        forget_all();
        return {};
    }

private:
    void forget_all() noexcept {
        is_member_ = false;
        held_.clear();
        std::fill(places_.begin(), places_.end(), 0U);
    }
    void take_over(const std::vector<owned_partition>& owned, seat_change& change) {
        std::vector<held_partition> fresh;
        fresh.reserve(owned.size());
        std::uint32_t kept = 0;
        for (const owned_partition& each : owned) {
            if (each.number >= places_.size()) places_.resize(each.number + std::size_t{1});
            const held_partition* const before = find(each.number);
            if (before != nullptr && before->token == each.token) {
                fresh.push_back({each.number, each.token, each.committed, (std::max)(before->handled, each.committed)});
                ++kept;
            } else {
                fresh.push_back({each.number, each.token, each.committed, each.committed});
                ++change.gained;
            }
        }
        change.lost += static_cast<std::uint32_t>(held_.size()) - kept;
        std::fill(places_.begin(), places_.end(), 0U);
        held_ = std::move(fresh);
        for (std::uint32_t i = 0; i < held_.size(); ++i) places_[held_[i].number] = i + 1;
    }

    group_store_ref group_;
    std::string name_;
    clock_ref clock_;
    timeout lease_;
    uuid id_;
    fork_watch watch_;
    timestamp renewed_{};
    std::vector<held_partition> held_;
    std::vector<std::uint32_t> places_;  // by number, counted from 1; 0: not held
    bool is_member_ = false;
    bool is_ahead_next_ = false;
};

}  // namespace sillok::detail
