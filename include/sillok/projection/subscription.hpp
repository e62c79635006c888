#pragma once
// Reads what somebody asked for of the log, from where they say, and goes on live; it never ends without saying why.
//
//     sillok::subscription alarms(store, [&](const sillok::record_view& record) { ring(record); },
//                                 {.filter = {.types = sillok::recorded_types<bank, account_overdrawn>()},
//                                  .start = sillok::from_now{}});
//     std::jthread live([&](std::stop_token stop) { tell(alarms.run(stop)); });     // or step() by step()
//
// There is no queue between the log and the handler: what it has not taken yet lies in the log, so a slow one keeps nobody waiting and fills
// no memory.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/stop_ref.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/event_filter.hpp"
#include "sillok/projection/on_failure.hpp"
#include "sillok/projection/progress.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// Where a subscription begins.
struct from_start {};  // with the first event that is kept
struct from_now {};    // with the first event that is appended after the subscription was made
struct from_after {
    position at;
};  // behind a position, such as that of the last event that was handled

class starting_point {
public:
    constexpr starting_point(from_start) noexcept {}                          // NOLINT
    constexpr starting_point(from_now) noexcept : is_now_(true) {}            // NOLINT
    constexpr starting_point(from_after behind) noexcept : at_(behind.at) {}  // NOLINT
    // The position behind which it begins, in a store.
    position in(const store_ref& store) const { return is_now_ ? store.last(horizon::visible) : at_; }

private:
    position at_{};
    bool is_now_ = false;
};

struct subscription_options {
    event_filter filter{};                // which events; all of them, if nothing is said
    starting_point start = from_start{};  // and from where
    std::uint64_t batch = 1024;           // how many of them a step hands over, at most; 1 at least
    sillok::on_failure on_failure{};      // stop, if nothing is said
    std::string name{};                   // for errors, dead letters and people
    clock_ref clock{};                    // for the lag
};

// Why a subscription has stopped where no error stopped it.
enum class stop_reason : std::uint8_t {
    told,       // by its stop token
    handler,    // said that it wants no more
    caught_up,  // it has all that is durable, and was to go no further
};

constexpr std::string_view to_string(stop_reason why) noexcept {
    switch (why) {
        case stop_reason::told: return "told to stop";
        case stop_reason::handler: return "its handler wants no more";
        case stop_reason::caught_up: return "caught up";
    }
    return "?";
}

// How a subscription ended.
struct subscription_end {
    stop_reason why{};
    position at{};            // everything up to there was looked at; `from_after` goes on behind it
    std::uint64_t taken = 0;  // events that were handled since it was started
};

// What a step did.
struct subscription_step {
    position at{};
    std::uint64_t taken = 0;
    timeout pause{};             // before the next step: an event failed, and is tried again
    bool wants_no_more = false;  // the handler
};

// What takes records as they were recorded: it returns nothing, whether to go on, or what failed.
template <class H>
concept record_handler = requires(H& handler, const record_view& record) {
    handler(record);
}
&&(std::is_void_v<std::invoke_result_t<H&, const record_view&>> ||
   std::same_as<std::invoke_result_t<H&, const record_view&>, bool> ||
   std::same_as<std::invoke_result_t<H&, const record_view&>, result<void>>);

}  // namespace sillok

namespace sillok::require {

template <class Handler>
consteval bool subscriber_takes_events() {
    static_assert(
        record_handler<Handler> || detail::has_event_list<Handler>,
        "sillok[E0511]: a subscriber has a list `events` and an `on` for each, or is called with a record and returns void, "
        "bool or result<void>. "
        "Fix: write `[&](const sillok::record_view& record) { … }`, or add `using events = …`. See docs/errors.md#E0511");
    return record_handler<Handler> || detail::has_event_list<Handler>;
}

}  // namespace sillok::require

namespace sillok::detail {

// How a subscriber is called: with the record, or with what is recorded.
template <class Handler>
class handing_over {
public:
    explicit handing_over(unknown) noexcept {}
    result<void> fits(const store_ref&, const event_filter&) { return {}; }
    result<void> fits_still(const store_ref&) { return {}; }
    result<void> take(Handler& handler, const record_view& record, bool& goes_on) {
        using answer = std::invoke_result_t<Handler&, const record_view&>;
        if constexpr (std::same_as<answer, result<void>>) {
            return handler(record);
        } else if constexpr (std::same_as<answer, bool>) {
            goes_on = handler(record);
        } else {
            handler(record);
        }
        return {};
    }
    passed_over counts() const { return {}; }
};

template <has_event_list Handler>
class handing_over<Handler> {
    using catalogue = catalogue_of<Handler>;

public:
    template <class Policy>
    explicit handing_over(Policy policy) : dispatch_(policy) {}

    // A type that the handler does not take is a mistake, and would be waited for in vain.
    result<void> fits(const store_ref& store, const event_filter& filter) {
        for (const std::string& each : filter.types)
            if (!takes_type(each, events_taken<Handler>{}))
                return error(error_kind::invalid_argument,
                             "the filter asks for events of the type '" + each + "', which the handler does not take");
        return schemas_.template compare<catalogue>(store);
    }
    result<void> fits_still(const store_ref& store) { return schemas_.template compare_again<catalogue>(store); }
    result<void> take(Handler& handler, const record_view& record, bool&) {
        return dispatch_.dispatch(handler, record);
    }
    passed_over counts() const { return dispatch_.counts(); }

private:
    template <class... E>
    static bool takes_type(std::string_view name, types<E...>) {
        const auto names = recorded_types<catalogue, E...>();
        return std::find(names.begin(), names.end(), name) != names.end() || retired_names_of<catalogue>.has(name);
    }

    dispatcher<Handler> dispatch_;
    schema_guard schemas_;
};

}  // namespace sillok::detail

namespace sillok {

// In the order of positions, each event once as long as the subscription lives, and never ahead of what is durable. Who keeps `at()` and begins
// behind it after a crash gets again what was handled since it was kept. A handler that is given as a temporary is kept; any other is
// referred to and must outlive the subscription, as the store must.
//
// Threads:    any number at once, for every function; steps are made one at a time. The handler may ask where the subscription is and how it
//             is, and must neither step it nor ask for its counts, which wait for the step.
// Complexity: O(events looked at); by tag, O(events that carry it); of a stream, O(events of it)
template <class Handler>
class subscription {
    using subscriber = std::remove_reference_t<Handler>;
    enum : bool { is_sound = require::subscriber_takes_events<subscriber>() };

public:
    // `policy` says what becomes of events that a handler's catalogue does not know: `unknown::fail`, `unknown::skip` or `unknown::keep`.
    template <std::derived_from<unknown> Policy = unknown>
    subscription(store_ref store, Handler&& handler, subscription_options options = {}, Policy policy = unknown::fail)
        : handler_(std::forward<Handler>(handler)),
          options_(std::move(options)),
          log_(store, options_.filter),
          hands_over_(policy),
          progress_("subscription", options_.name) {
        if (options_.batch == 0) options_.batch = 1;
        progress_.move_to(options_.start.in(store));
    }
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;

    // Hands over a batch at most, and no more when it is told to stop.
    //
    // Errors: those of reading; of a handler with `events`: schema_changed, unknown_event, malformed, and invalid_argument for a filter
    //         that asks for a type that it does not take; whatever the handler returns, and handler_failed for what it throws, when
    //         on_failure says no more; those of the dead letters' sink; condition_failed: it begins behind the end of the log. They name
    //         subscription and event. Everything before that event was handled, and the next step tries again.
    result<subscription_step> step(stop_ref stop = {}) {
        const detail::monitor_lock one_at_a_time(stepping_);
        return progress_.told(make_step(stop));
    }

    // Steps until it has all that is durable.
    result<subscription_end> catch_up() {
        progress_.go_on();
        return drive(stop_ref{}, 0);
    }

    // Catches up and goes on live until it is told to stop, which it notices within 50 ms, or the handler wants no more. It can run again.
    result<subscription_end> run(stop_ref stop) {
        progress_.go_on();
        std::uint64_t taken = 0;
        for (;;) {
            auto end = drive(stop, taken);
            if (!end || end->why != stop_reason::caught_up) return end;
            taken = end->taken;
            if (auto more = log_.store().wait(end->at, horizon::durable, detail::stop_is_seen_within); !more)
                return progress_.told(result<subscription_end>(std::move(more).error()));
        }
    }

    // Everything up to there was looked at, and handled if it was asked for.
    position at() const noexcept { return progress_.at(); }

    // Returns when that is so of a position.
    //
    // Errors: timed_out; the error with which it is stuck, at once
    result<void> wait_until(position wanted, timeout patience) const { return progress_.wait_until(wanted, patience); }

    // Errors: those of reading
    result<reader_health> health() const { return progress_.health(log_.store(), options_.clock); }

    // Unknown events that were passed over or kept, and those of retired names.
    passed_over counts() const {
        const detail::monitor_lock one_at_a_time(stepping_);
        return hands_over_.counts();
    }

private:
    result<subscription_step> make_step(stop_ref stop) {
        const store_ref& store = log_.store();
        subscription_step done{.at = at()};
        if (auto fits = begin(store); !fits) return std::move(fits).error();
        result<void> handled;
        bool is_stopped = false;
        const auto take = [&](const record_view& record) {
            bool goes_on = true;
            is_stopped = stop.stop_requested() || !hand_over(record, done, goes_on, handled);
            progress_.move_to({record.position().value - (is_stopped ? 1 : 0)});
            return goes_on && !is_stopped;
        };
        auto reached = log_.read(done.at, options_.batch, store.last(horizon::durable), take);
        if (reached && !is_stopped) progress_.move_to(*reached);
        done.at = at();
        if (auto fits = hands_over_.fits_still(store); !fits) return std::move(fits).error();
        if (!handled) return std::move(handled).error();
        if (!reached) return std::move(reached).error();
        return done;
    }

    result<void> begin(const store_ref& store) {
        if (!is_started_ && at() > store.last(horizon::visible))
            return error(error_kind::condition_failed, "it begins behind position " + std::to_string(at().value) +
                                                           ", and the log ends at " +
                                                           std::to_string(store.last(horizon::visible).value) +
                                                           ": it is another log, or events were lost");
        is_started_ = true;
        return hands_over_.fits(store, options_.filter);
    }

    // Whether the event is done with.
    bool hand_over(const record_view& record, subscription_step& done, bool& goes_on, result<void>& handled) {
        handled = detail::guarded([&] { return hands_over_.take(handler_, record, goes_on); });
        if (handled) {
            ++done.taken;
            done.wants_no_more = !goes_on;
            return true;
        }
        handled = meet(record, detail::at_event(record, std::move(handled).error()), done.pause);
        return handled && done.pause.nanoseconds == 0;
    }

    // An event that cannot be taken: again after a pause, aside, or no further.
    result<void> meet(const record_view& record, error why, timeout& pause) {
        const std::uint32_t attempts = progress_.attempt(record.position());
        if (attempts <= options_.on_failure.retries) {
            pause.nanoseconds = (std::max)(options_.on_failure.pause.nanoseconds, std::int64_t{1});
            return {};
        }
        if (!options_.on_failure.sink) return why;
        return detail::put_aside(options_.on_failure.sink, {options_.name, record, why, attempts});
    }

    result<subscription_end> drive(stop_ref stop, std::uint64_t taken) {
        while (!stop.stop_requested()) {
            auto done = step(stop);
            if (!done) return std::move(done).error();
            taken += done->taken;
            if (done->wants_no_more) return subscription_end{stop_reason::handler, done->at, taken};
            if (done->pause.nanoseconds != 0)
                detail::rest(done->pause, stop);
            else if (done->at >= log_.store().last(horizon::durable))
                return subscription_end{stop_reason::caught_up, done->at, taken};
        }
        return subscription_end{stop_reason::told, at(), taken};
    }

    Handler handler_;
    subscription_options options_;
    detail::filtered_log log_;
    mutable detail::monitor stepping_;
    detail::handing_over<subscriber> hands_over_;
    detail::progress progress_;
    bool is_started_ = false;
};

template <class Handler>
subscription(store_ref, Handler&&, subscription_options = {}) -> subscription<Handler>;
template <class Handler, class Policy>
subscription(store_ref, Handler&&, subscription_options, Policy) -> subscription<Handler>;

}  // namespace sillok
