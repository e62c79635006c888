#pragma once
// Threads that wait for the disk share its syncs: one of them runs a sync for all that was written when it began.

#include <atomic>
#include <cstdint>
#include <utility>

#include <sched.h>

#include "sillok/core/result.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// A leader gives those whom the last sync served the time to come back with their next append, before it begins: else it would
// leave with the first of them, the others would wait for two syncs, and every sync would serve half of the threads. It waits
// a part of what a sync takes at most, and not at all for one thread alone. (docs/decisions/0007-shared-syncs.md)
//
// Source:  group commit: D. J. DeWitt et al., Implementation Techniques for Main Memory Database Systems, 1984.
// Threads: any number at once
class group_sync {
public:
    // Returns when `is_done()`, an answer that is an error where it never will be. Meanwhile one of those who are here runs `sync`,
    // which makes done what was asked for before it began.
    //
    // Errors: those of both
    template <class IsDone, class Sync>
    result<void> wait(IsDone is_done, Sync sync) {
        monitor_lock hold(guard_);
        bool is_counted = false;
        for (;;) {
            result<bool> done = is_done();
            if (!done) return std::move(done).error();
            if (*done) return {};
            if (!is_counted) arrived_.fetch_add(1, std::memory_order_relaxed);
            is_counted = true;
            if (is_syncing_) {
                guard_.wait();
                continue;
            }
            is_syncing_ = true;
            guard_.unlock();
            gather();
            const std::int64_t began = steady_now();
            const std::uint32_t served = arrived_.load(std::memory_order_relaxed);
            result<void> synced;
            {
                const leader ends{*this, served, began};
                synced = sync();
            }
            if (!synced) return synced;
        }
    }

private:
    // However a sync ends, those who wait hear of it, and the guard is held again.
    struct leader {
        group_sync& of;
        std::uint32_t served;
        std::int64_t began;

        ~leader() {
            const std::int64_t took = steady_now() - began;
            of.guard_.lock();
            // Whoever is counted had written before the sync began.
            of.arrived_.fetch_sub(served, std::memory_order_relaxed);
            of.served_ = served;
            of.usual_ns_ += (took - of.usual_ns_) / 8;
            of.is_syncing_ = false;
            of.guard_.announce();
        }
    };
    static constexpr std::int64_t patience_ns_max = 500'000;

    void gather() const noexcept {
        if (arrived_.load(std::memory_order_relaxed) >= served_) return;
        const std::int64_t patience = usual_ns_ / 2 < patience_ns_max ? usual_ns_ / 2 : patience_ns_max;
        const std::int64_t began = steady_now();
        while (arrived_.load(std::memory_order_relaxed) < served_ && steady_now() - began < patience) ::sched_yield();
    }

    monitor guard_;
    std::atomic<std::uint32_t> arrived_{0};  // who has not been served yet
    std::uint32_t served_ = 0;               // by the last sync
    std::int64_t usual_ns_ = 0;              // what a sync takes
    bool is_syncing_ = false;
};

}  // namespace sillok::detail
