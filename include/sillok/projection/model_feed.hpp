#pragma once
// Hands a batch of the log to a read model, in order, or type by type where the model does not mind; and knows, where an event failed
// in between, which of those behind it the model has nevertheless.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/stop_ref.hpp"
#include "sillok/event/batch_dispatch.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/effects.hpp"
#include "sillok/projection/event_filter.hpp"
#include "sillok/projection/idempotence.hpp"
#include "sillok/projection/progress.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok::detail {

// The first event of a batch that the model could not take.
struct failed_event {
    position at{};
    error why;
};

// What became of a batch.
struct fed_batch {
    position reached{};  // the model has everything up to there
    std::uint64_t taken = 0;
    std::uint64_t repeated = 0;  // of these, such as the model had had before
    bool is_in_order = true;
    std::optional<failed_event> failed{};
};

// Which events: those behind a position, so many at most, and none behind an end that is durable.
struct feed_range {
    position after{};
    std::uint64_t limit = no_limit;
    position end{};
};

// Threads: one at a time
template <class Model>
class model_feed {
    static constexpr bool in_any_order = is_fed_by_types<Model>;
    using hand = dispatcher_to<Model>;

public:
    explicit model_feed(unknown policy) : hand_(policy) {}

    // Hands over the events of a range that the model does not have, and stops at the first that fails, or where it is told to. They
    // come in order where the model has it so, where effects may act, where `in_order` asks for it, and as long as the model has
    // events behind one that failed.
    //
    // Errors: those of reading. A model that cannot take back what it was given has had nothing then: where it had, the batch
    //         ends before what cannot be read.
    result<fed_batch> hand_over(filtered_log& log, Model& model, const feed_range& range, effects* acts, stop_ref stop,
                                bool in_order) {
        fed_batch done{.reached = range.after};
        before_ = hand_.counts();
        bool is_stopped = false;
        result<position> read = position{};
        bool is_read = false;
        if constexpr (in_any_order)
            if (!in_order && acts == nullptr && ahead_.empty()) {
                read = by_types(log, model, range, stop, is_stopped, done);
                is_read = true;
            }
        if (!is_read) read = one_by_one(log, model, range, acts, stop, is_stopped, done);
        if (done.failed) {
            done.reached = {done.failed->at.value - 1};
        } else if (read) {
            if (!is_stopped) done.reached = *read;
        } else if (done.taken == 0 || unit_of_work<Model>::is_whole) {
            return std::move(read).error();
        }
        ahead_.erase(ahead_.begin(), std::upper_bound(ahead_.begin(), ahead_.end(), done.reached));
        return done;
    }

    // Whether the model has events behind one that failed. Then its state is that of no position.
    bool is_ahead() const noexcept { return !ahead_.empty(); }
    // The model is another one.
    void begin_anew() noexcept { ahead_.clear(); }
    // What was done with the last batch was taken back.
    void take_back() noexcept {
        const passed_over& now = hand_.counts();
        undone_.skipped += now.skipped - before_.skipped;
        undone_.kept += now.kept - before_.kept;
        undone_.retired += now.retired - before_.retired;
        before_ = now;
    }
    passed_over counts() const noexcept {
        const passed_over& all = hand_.counts();
        return {all.skipped - undone_.skipped, all.kept - undone_.kept, all.retired - undone_.retired};
    }

private:
    using dispatcher_type = std::conditional_t<in_any_order, batch_dispatcher<Model>, typename hand::type>;

    result<position> one_by_one(filtered_log& log, Model& model, const feed_range& range, effects* acts, stop_ref stop,
                                bool& is_stopped, fed_batch& done) {
        return log.read(range.after, range.limit, range.end, [&](const record_view& record) {
            is_stopped = stop.stop_requested();
            if (is_stopped) return false;
            if (!std::binary_search(ahead_.begin(), ahead_.end(), record.position())) {
                const acting act(acts, record.position());
                if (auto taken = guarded([&] { return dispatch(model, record, done.repeated); }); !taken) {
                    done.failed = failed_event{record.position(), at_event(record, std::move(taken).error())};
                    return false;
                }
                ++done.taken;
            }
            done.reached = record.position();
            return true;
        });
    }
    result<void> dispatch(Model& model, const record_view& record, [[maybe_unused]] std::uint64_t& repeated) {
        if constexpr (in_any_order)
            return hand_.dispatch(model, record);
        else
            return hand::dispatch(hand_, model, record, repeated);
    }
    result<position> by_types(filtered_log& log, Model& model, const feed_range& range, stop_ref stop, bool& is_stopped,
                              fed_batch& done) requires in_any_order {
        done.is_in_order = false;
        return log.read_many(range.after, range.limit, range.end, [&](std::span<const record_view> records) {
            is_stopped = stop.stop_requested();
            if (is_stopped) return false;
            auto taken = hand_.dispatch(model, records, [](auto call) { return guarded(call); });
            done.taken += hand_.taken();
            if (!taken) {
                if (!unit_of_work<Model>::is_whole) ahead_ = hand_.release_ahead();
                done.failed =
                    failed_event{hand_.failed().position(), at_event(hand_.failed(), std::move(taken).error())};
                return false;
            }
            done.reached = records.back().position();
            return true;
        });
    }

    dispatcher_type hand_;
    std::vector<position> ahead_;  // ascending
    passed_over before_{};
    passed_over undone_{};
};

}  // namespace sillok::detail
