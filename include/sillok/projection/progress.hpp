#pragma once
// How far a reader of the log has come, for those who wait for it and those who look after it.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/stop_ref.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/on_failure.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// How far a reader is behind, and whether it is stuck.
struct reader_health {
    std::string name;
    position at{};
    std::uint64_t lag = 0;              // events of the log behind what is durable
    std::int64_t lag_nanoseconds = 0;   // age of the first event that it has not looked at
    std::uint64_t repeated = 0;         // events that came again to one who had had them, and were not handed over
    std::uint32_t attempts = 0;         // at the event that it cannot take
    std::optional<error> stuck_with{};  // why
};

}  // namespace sillok

namespace sillok::detail {

// Threads: any number at once
class progress {
public:
    // Errors call the reader by both: "projection balances".
    progress(std::string_view kind, std::string name) : called_(kind), name_(std::move(name)) {
        if (!name_.empty()) called_.append(" ").append(name_);
    }

    position at() const noexcept { return {at_.load(std::memory_order_acquire)}; }

    // It stores, and looks whether anybody waits.
    void move_to(position reached) {
        at_.store(reached.value);
        if (waiting_.load() != 0) announce();
    }

    void count_repeated(std::uint64_t more) noexcept { repeated_.fetch_add(more, std::memory_order_relaxed); }

    // One more attempt at the event at a position; how many there were.
    std::uint32_t attempt(position failing) {
        const monitor_lock hold(monitor_);
        attempts_ = failing_at_ == failing ? attempts_ + 1 : 1;
        failing_at_ = failing;
        return attempts_;
    }

    // It goes on: what it was stuck with is to be seen again first.
    void go_on() {
        const monitor_lock hold(monitor_);
        stuck_with_.reset();
    }

    // Says whose error it is, and remembers it for those who wait and look.
    template <class T>
    result<T> told(result<T>&& done) {
        if (done) {
            const monitor_lock hold(monitor_);
            stuck_with_.reset();
            return std::move(done);
        }
        error why = std::move(done).error().within(called_);
        const monitor_lock hold(monitor_);
        stuck_with_ = why;
        monitor_.announce();
        return why;
    }

    // Errors: timed_out; the error with which it is stuck, at once
    result<void> wait_until(position wanted, timeout patience) const {
        const monitor_lock hold(monitor_);
        const auto is_over = [&] { return at_.load() >= wanted.value || stuck_with_; };
        ++waiting_;  // from here on it is announced
        monitor_.wait(patience.nanoseconds, is_over);
        --waiting_;
        if (at() >= wanted) return {};
        if (stuck_with_) return *stuck_with_;
        return error(error_kind::timed_out, called_ + " is at position " + std::to_string(at().value) +
                                                ", and not yet at " + std::to_string(wanted.value));
    }

    // Errors: those of reading
    result<reader_health> health(const store_ref& store, clock_ref clock) const {
        reader_health now{.name = name_, .at = at()};
        const position end = store.last(horizon::durable);
        now.lag = end > now.at ? end.value - now.at.value : 0;
        if (now.lag != 0) {
            auto first = store.read_all({.from = {now.at.value + 1}, .limit = 1, .upto = horizon::durable},
                                        [&](const record_view& record) {
                                            now.lag_nanoseconds = clock.now().nanoseconds - record.time().nanoseconds;
                                            return false;
                                        });
            if (!first) return std::move(first).error();
        }
        now.repeated = repeated_.load(std::memory_order_relaxed);
        const monitor_lock hold(monitor_);
        now.stuck_with = stuck_with_;
        now.attempts = failing_at_ > now.at ? attempts_ : 0;  // else it was taken, or put aside
        return now;
    }

private:
    void announce() {
        const monitor_lock hold(monitor_);  // who is about to wait has looked before the last move, or waits now
        monitor_.announce();
    }

    std::string called_;
    std::string name_;
    std::atomic<std::uint64_t> at_{0};
    std::atomic<std::uint64_t> repeated_{0};
    mutable std::atomic<std::uint32_t> waiting_{0};
    mutable monitor monitor_;
    std::optional<error> stuck_with_;
    position failing_at_{};
    std::uint32_t attempts_ = 0;
};

// How long a reader that goes on live waits before it looks whether it is to stop.
inline constexpr timeout stop_is_seen_within = [] {
    timeout made;
    made.nanoseconds = 50'000'000;
    return made;
}();

// Waits, unless it is told to stop, which it sees as soon.
inline void rest(timeout pause, stop_ref stop) {
    monitor over;
    const monitor_lock hold(over);
    for (std::int64_t left = pause.nanoseconds; left > 0 && !stop.stop_requested();
         left -= stop_is_seen_within.nanoseconds)
        over.wait((std::min)(left, stop_is_seen_within.nanoseconds), [] { return false; });
}

// Puts an event aside.
//
// Errors: that of the sink, with what the event had failed with
inline result<void> put_aside(const dead_letter_sink& sink, const dead_letter& letter) {
    auto aside = guarded([&] { return sink(letter); }, "the sink");
    if (aside) return aside;
    return error(aside.error().kind(), letter.why.text() + "; and it could not be put aside: " + aside.error().text());
}

// The event that a handler failed at, in front of why.
inline error at_event(const record_view& record, error why) {
    const std::string where = describe(record);
    return why.text().starts_with(where) ? why : std::move(why).within(where);
}

}  // namespace sillok::detail
