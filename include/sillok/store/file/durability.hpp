#pragma once
// When an append to a file store returns: the name says what a loss of power may take.
//
//     sillok::file_store::open("ticks.sillok", {.durability = sillok::lose_recent{100ms}});

#include <cstdint>

#include "sillok/store/event_store.hpp"

namespace sillok {

// When it is on the disk. Nothing that was acknowledged is lost, if the device honours a flush.
struct durable {};

// When the kernel has it, which outlives the process but not the machine. The first append that comes later than `interval`
// after the last sync makes a sync, as `sync()` does: at most the last interval and one sync are lost.
struct lose_recent {
    timeout interval;
};

// When the kernel has it. All that came after the last successful `sync()` may be lost.
struct lose_unsynced {};

// One of the three. Whatever it is, what is found after a crash is a prefix of what was acknowledged, in whole acts.
class durability {
public:
    constexpr durability(durable) noexcept {}     // NOLINT(google-explicit-constructor)
    constexpr durability(lose_recent r) noexcept  // NOLINT(google-explicit-constructor)
        : kind_(1), interval_(r.interval.nanoseconds) {}
    constexpr durability(lose_unsynced) noexcept : kind_(2) {}  // NOLINT(google-explicit-constructor)

    constexpr bool is_durable() const noexcept { return kind_ == 0; }
    constexpr bool is_timed() const noexcept { return kind_ == 1; }
    // Between syncs, where it is timed. Units: nanoseconds
    constexpr std::int64_t interval() const noexcept { return interval_; }
    // As the header of a segment says it.
    constexpr std::uint32_t code() const noexcept { return kind_; }

private:
    std::uint32_t kind_ = 0;
    std::int64_t interval_ = 0;
};

}  // namespace sillok
