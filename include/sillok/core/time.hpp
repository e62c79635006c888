#pragma once
// Moments in UTC, and the clock a store is handed.
//
// `timestamp` stays an integer so that no header of the lower layers pays for <chrono>; it converts from and to the
// time points of the system clock wherever <chrono> is included.

#include <compare>
#include <cstdint>
#include <ctime>
#include <type_traits>

namespace sillok {

// A moment in UTC. Units: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds; years 1678 to 2261.
struct timestamp {
    std::int64_t nanoseconds = 0;

    constexpr timestamp() = default;
    constexpr explicit timestamp(std::int64_t since_epoch) noexcept : nanoseconds(since_epoch) {}

    // From a `std::chrono::sys_time` that is no finer than the system's clock.
    template <class TimePoint>
        requires requires(TimePoint t) {
            t.time_since_epoch().count();
            TimePoint::clock::to_time_t(t);
        }
    constexpr timestamp(TimePoint t) noexcept  // NOLINT(google-explicit-constructor)
        : nanoseconds(scaled<typename TimePoint::period>(t.time_since_epoch().count())) {}

    // To a time point, truncated to its precision: `t.as<std::chrono::sys_seconds>()`.
    template <class TimePoint>
    constexpr TimePoint as() const noexcept {
        using period = typename TimePoint::period;
        constexpr std::int64_t unit = std::int64_t{1'000'000'000} / period::den * period::num;
        std::int64_t count = nanoseconds / unit;
        if (nanoseconds % unit < 0) --count;
        return TimePoint(typename TimePoint::duration(static_cast<typename TimePoint::rep>(count)));
    }

    friend constexpr auto operator<=>(timestamp, timestamp) = default;

private:
    template <class Period>
    static constexpr std::int64_t scaled(auto count) noexcept {
        return static_cast<std::int64_t>(count) * (std::int64_t{1'000'000'000} / Period::den * Period::num);
    }
};

// A source of time as it is handed to a store: anything with `timestamp now()`, referred to and not owned.
class clock_ref {
public:
    // The operating system's clock in UTC.
    constexpr clock_ref() noexcept : read_(&system_now) {}

    template <class Clock>
        requires(!std::is_same_v<Clock, clock_ref> && requires(Clock & c) { timestamp{c.now()}; })
    constexpr clock_ref(Clock& clock) noexcept  // NOLINT(google-explicit-constructor)
        : self_(&clock), read_([](void* self) { return timestamp{static_cast<Clock*>(self)->now()}; }) {}

    timestamp now() const { return read_(self_); }

private:
    static timestamp system_now(void*) {
        std::timespec t{};
        ::clock_gettime(CLOCK_REALTIME, &t);
        return timestamp{std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec};
    }

    void* self_ = nullptr;
    timestamp (*read_)(void*);
};

}  // namespace sillok
