#pragma once
// What the loads of a repository met besides the events that they applied.

#include <atomic>
#include <cstdint>

#include "sillok/event/unknown.hpp"

namespace sillok::detail {

// A sum over loads.
//
// Threads: any number at once; what is asked meanwhile may lack the last ones.
class read_counts {
public:
    void add(const passed_over& more) noexcept {
        if (more == passed_over{}) return;
        skipped_.fetch_add(more.skipped, std::memory_order_relaxed);
        kept_.fetch_add(more.kept, std::memory_order_relaxed);
        retired_.fetch_add(more.retired, std::memory_order_relaxed);
    }
    passed_over sum() const noexcept {
        return {skipped_.load(std::memory_order_relaxed), kept_.load(std::memory_order_relaxed),
                retired_.load(std::memory_order_relaxed)};
    }

private:
    std::atomic<std::uint64_t> skipped_{0};
    std::atomic<std::uint64_t> kept_{0};
    std::atomic<std::uint64_t> retired_{0};
};

}  // namespace sillok::detail
