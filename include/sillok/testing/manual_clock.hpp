#pragma once
// A clock that stands still until it is told otherwise.
//
//     sillok::testing::manual_clock clock;
//     sillok::memory_store store{clock};
//     clock.advance(24h);

#include <atomic>
#include <cstdint>

#include "sillok/core/time.hpp"

namespace sillok::testing {

// Begins at 2026-01-01T00:00:00Z where nothing else is said.
//
// Threads: any number at once
class manual_clock {
public:
    manual_clock() noexcept : manual_clock(timestamp{1'767'225'600'000'000'000}) {}
    explicit manual_clock(timestamp start) noexcept : now_(start.nanoseconds) {}

    timestamp now() const noexcept { return timestamp{now_.load()}; }
    void set(timestamp t) noexcept { now_.store(t.nanoseconds); }
    // By a duration of <chrono>, which may be negative.
    template <class Duration>
        requires requires(Duration d) {
            d.count();
            Duration::period::den;
        }
    void advance(Duration by) noexcept {
        constexpr std::int64_t unit = std::int64_t{1'000'000'000} * Duration::period::num / Duration::period::den;
        now_ += static_cast<std::int64_t>(by.count()) * unit;
    }

private:
    std::atomic<std::int64_t> now_;
};

}  // namespace sillok::testing
