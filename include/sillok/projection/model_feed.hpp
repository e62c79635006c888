#pragma once
// Hands a batch of the log to a read model, in order, or type by type where the model does not mind; and knows, where an event failed
// in between, which of those behind it the model has nevertheless.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/batch_dispatch.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/type_order.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/effects.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

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
    bool is_in_order = true;
    std::optional<failed_event> failed{};
};

// Effects may be live while an event is handed over.
class acting {
public:
    acting(effects* of, position at) noexcept : of_(of) {
        if (of_ != nullptr) of_->enter(at);
    }
    acting(const acting&) = delete;
    acting& operator=(const acting&) = delete;
    ~acting() {
        if (of_ != nullptr) of_->enter(position{});
    }

private:
    effects* of_;
};

// Threads: one at a time
template <class Model>
class model_feed {
    static constexpr bool in_any_order = takes_types_in_any_order<Model>();

public:
    explicit model_feed(unknown policy) : dispatch_(policy) {}

    // Hands over the events of a range up to `end` that the model does not have, and stops at the first that fails. They come in
    // order where the model has it so, where effects may act, where `in_order` asks for it, and as long as the model has events
    // behind one that failed.
    //
    // Errors: those of reading. A model that cannot take back what it was given has had nothing then: where it had, the batch
    //         ends before what cannot be read.
    result<fed_batch> hand_over(const store_ref& store, Model& model, const log_range& range, position end,
                                effects* acts, bool in_order) {
        fed_batch done{.reached = {range.from.value - 1}};
        before_ = dispatch_.counts();
        result<position> read = position{};
        bool is_read = false;
        if constexpr (in_any_order)
            if (!in_order && acts == nullptr && ahead_.empty()) {
                read = by_types(store, model, range, end, done);
                is_read = true;
            }
        if (!is_read) read = one_by_one(store, model, range, end, acts, done);
        if (done.failed) {
            done.reached = {done.failed->at.value - 1};
        } else if (read) {
            done.reached = (std::min)(*read, end);
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
        const passed_over& now = dispatch_.counts();
        undone_.skipped += now.skipped - before_.skipped;
        undone_.kept += now.kept - before_.kept;
        undone_.retired += now.retired - before_.retired;
        before_ = now;
    }
    passed_over counts() const noexcept {
        const passed_over& all = dispatch_.counts();
        return {all.skipped - undone_.skipped, all.kept - undone_.kept, all.retired - undone_.retired};
    }

private:
    using dispatcher_type = std::conditional_t<in_any_order, batch_dispatcher<Model>, dispatcher<Model>>;

    static failed_event at_event(const record_view& record, error why) {
        const std::string where = describe(record);
        return {record.position(), why.text().starts_with(where) ? std::move(why) : std::move(why).within(where)};
    }

    result<position> one_by_one(const store_ref& store, Model& model, const log_range& range, position end,
                                effects* acts, fed_batch& done) {
        return store.read_all(range, [&](const record_view& record) {
            if (record.position() > end) return false;
            if (!std::binary_search(ahead_.begin(), ahead_.end(), record.position())) {
                const acting act(acts, record.position());
                if (auto taken = guarded([&] { return dispatch_.dispatch(model, record); }); !taken) {
                    done.failed = at_event(record, std::move(taken).error());
                    return false;
                }
                ++done.taken;
            }
            done.reached = record.position();
            return true;
        });
    }
    result<position> by_types(const store_ref& store, Model& model, const log_range& range, position end,
                              fed_batch& done) requires in_any_order {
        done.is_in_order = false;
        return store.read_many(range, [&](std::span<const record_view> records) {
            const std::size_t all = records.size();
            while (!records.empty() && records.back().position() > end) records = records.first(records.size() - 1);
            auto taken = dispatch_.dispatch(model, records, [](auto call) { return guarded(call); });
            done.taken += dispatch_.taken();
            if (!taken) {
                if (!unit_of_work<Model>::is_whole) ahead_ = dispatch_.release_ahead();
                done.failed = at_event(dispatch_.failed(), std::move(taken).error());
                return false;
            }
            if (!records.empty()) done.reached = records.back().position();
            return records.size() == all;
        });
    }

    dispatcher_type dispatch_;
    std::vector<position> ahead_;  // ascending
    passed_over before_{};
    passed_over undone_{};
};

}  // namespace sillok::detail
