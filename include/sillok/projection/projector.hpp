#pragma once
// Brings a read model forward behind the log: from where it is, batch by batch, and live.
//
//     sillok::shared_model<balances> shown;
//     sillok::projector<balances> follow(store, shown);
//     follow.catch_up();                                              // to the end of what is durable
//     std::jthread live([&](std::stop_token stop) { tell(follow.run(stop)); });
//     follow.wait_until(receipt.last, 1s);                            // read your own writes
//     shown.read([](const balances& b) { … });

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/effects.hpp"
#include "sillok/projection/model_feed.hpp"
#include "sillok/projection/model_keeper.hpp"
#include "sillok/projection/on_failure.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

struct projector_options {
    std::uint64_t batch = 1024;                       // events in one unit of work, for which the model is locked
    sillok::on_failure on_failure{};                  // stop, if nothing is said
    sillok::unknown unknown = sillok::unknown::fail;  // events that the catalogue does not know
    std::string category{};                           // of the streams that are read; empty: all
    std::uint64_t keep_every = 100'000;               // events after which the model is kept, where there is a keeper
    clock_ref clock{};                                // for the lag
    sillok::effects* effects = nullptr;               // of the model's handlers, which it must outlive
};

// What a step did.
struct projected {
    position at{};            // the model has everything up to there
    std::uint64_t taken = 0;  // events that were handed over
    timeout pause{};          // before the next step: an event failed, and is tried again
};

// How far a projection is behind, and whether it is stuck.
struct projection_health {
    std::string_view name;
    position at{};
    std::uint64_t lag = 0;              // events behind what is durable
    std::int64_t lag_nanoseconds = 0;   // age of the first event that it does not have
    std::uint32_t attempts = 0;         // at the event that it cannot take
    std::optional<error> stuck_with{};  // why
};

// Always in the order of positions, and never ahead of what is durable. A model that keeps its position (positioned_model) goes on from
// there, each event in effect once; so does one that is kept with its position (model_keeper.hpp). A model that can take back what
// a failed batch did (transactional_model) does so; any other must not have changed anything when its handler fails.
//
// Threads: any number at once, for every function; steps are made one at a time, and a rebuild keeps them waiting. Store, model and keeper
//          must outlive it.
template <class Model>
class projector {
    enum : bool { is_sound = require::projection_has_a_name<Model>() };

public:
    projector(store_ref store, shared_model<Model>& model, projector_options options = {})
        : projector(store, model, model_keeper_ref<Model>(), std::move(options)) {}
    // `keeper` has the model as it was, and keeps it from time to time, and when `run` or `catch_up` ends.
    projector(store_ref store, shared_model<Model>& model, model_keeper_ref<Model> keeper,
              projector_options options = {})
        : store_(store), model_(&model), keeper_(keeper), options_(std::move(options)), feed_(options_.unknown) {}
    projector(const projector&) = delete;
    projector& operator=(const projector&) = delete;

    // One batch.
    //
    // Errors: those of reading; schema_changed, unknown_event, malformed; whatever a handler returns, and handler_failed for what it
    //         throws, when on_failure says no more; those of the model and of the dead letters' sink. They name projection and
    //         event, and the model has everything before that event. The next step tries again.
    result<projected> step() {
        const std::lock_guard one_at_a_time(stepping_);
        return told(make_step());
    }

    // Steps until it has all that is durable.
    result<position> catch_up() { return finish(catch_up(std::stop_token{})); }

    // Catches up and goes on live until it is told to stop, which it notices within 50 ms. It never ends without saying why: the
    // position, where it was told to; else an error.
    result<position> run(const std::stop_token& stop) {
        for (;;) {
            auto reached = catch_up(stop);
            if (!reached || stop.stop_requested()) return finish(std::move(reached));
            if (auto more = store_.wait(*reached, horizon::durable, std::chrono::milliseconds(50)); !more)
                return finish(told(result<position>(std::move(more).error())));
        }
    }

    // Everything up to there is in the model.
    position at() const noexcept { return {at_.load(std::memory_order_acquire)}; }

    // Returns when the model has everything up to a position, for who wants to see what they wrote.
    //
    // Errors: timed_out; the error with which it is stuck, at once; both name the projection
    result<void> wait_until(position wanted, timeout patience) const {
        std::unique_lock hold(telling_);
        const auto is_over = [&] { return at() >= wanted || stuck_with_; };
        moved_.wait_for(hold, std::chrono::nanoseconds((std::min)(patience.nanoseconds, std::int64_t{1} << 61)),
                        is_over);
        if (at() >= wanted) return {};
        if (stuck_with_) return *stuck_with_;
        return error(error_kind::timed_out, "projection " + name() + " is at position " + std::to_string(at().value) +
                                                ", and not yet at " + std::to_string(wanted.value));
    }

    // Errors: those of reading
    result<projection_health> health() const {
        projection_health now{.name = Model::name, .at = at()};
        const position end = store_.last(horizon::durable);
        now.lag = end > now.at ? end.value - now.at.value : 0;
        if (now.lag != 0) {
            auto first = store_.read_all(
                {.from = {now.at.value + 1}, .limit = 1, .upto = horizon::durable}, [&](const record_view& record) {
                    now.lag_nanoseconds = options_.clock.now().nanoseconds - record.time().nanoseconds;
                    return false;
                });
            if (!first) return std::move(first).error();
        }
        const std::lock_guard hold(telling_);
        now.stuck_with = stuck_with_;
        now.attempts = attempts_.load(std::memory_order_relaxed);
        return now;
    }

    // Unknown events that were passed over or kept, and those of retired names.
    passed_over counts() const {
        const std::lock_guard one_at_a_time(stepping_);
        return feed_.counts();
    }

    // Makes the model anew from the whole log, beside the one that is shown, and shows it when it has all that is durable: readers
    // see the old one until then. `fresh` is empty, as the model began.
    //
    // Errors: as step; what is shown is unchanged then
    result<position> rebuild(Model fresh) requires(!positioned_model<Model>) {
        const std::lock_guard one_at_a_time(stepping_);
        shared_model<Model> beside(std::move(fresh));
        projector_options inert = options_;
        inert.effects = nullptr;
        projector maker(store_, beside, std::move(inert));
        auto reached = maker.catch_up();
        if (!reached) return told(std::move(reached));
        model_->update([&](Model& shown) { beside.update([&](Model& made) { std::swap(shown, made); }); });
        feed_.begin_anew();
        is_started_ = true;
        since_kept_ = options_.keep_every;
        move_to(*reached);
        return kept(told(std::move(reached)));
    }

private:
    using failed_event = detail::failed_event;

    static std::string name() { return std::string(std::string_view(Model::name)); }

    // Where the model is when nothing was done yet.
    result<void> start() {
        if (is_started_) return {};
        position begin{};
        if constexpr (positioned_model<Model>) {
            auto kept = model_->read([](const Model& model) { return model.checkpoint(); });
            if (!kept) return std::move(kept).error();
            begin = *kept;
        } else if (keeper_) {
            auto kept = keeper_.load(store_, *model_);
            if (!kept) return std::move(kept).error();
            begin = *kept;
        }
        if (begin > store_.last(horizon::durable))
            return error(error_kind::condition_failed,
                         "the model is at position " + std::to_string(begin.value) + ", and the store ends at " +
                             std::to_string(store_.last(horizon::durable).value) +
                             ": it is the model of another store, or of events that were lost. Rebuild it");
        is_started_ = true;
        move_to(begin);
        return {};
    }

    result<projected> make_step() {
        if (auto started = start(); !started) return std::move(started).error();
        if (auto fits = schemas_.template compare<catalogue_of<Model>>(store_); !fits) return std::move(fits).error();
        if (at() == store_.last(horizon::durable)) return projected{.at = at()};
        std::optional<failed_event> failed;
        const position end = store_.last(horizon::durable);
        if (options_.effects != nullptr)
            if (auto known = options_.effects->look_up(store_); !known) return std::move(known).error();
        auto done = model_->update([&](Model& model) { return work(model, options_.batch, end, failed); });
        if (auto fits = schemas_.template compare_again<catalogue_of<Model>>(store_); !fits)
            return std::move(fits).error();
        if (!done || !failed) return done;
        if (done->taken != 0) return done;  // what comes before it is done; it is the next step's first
        return meet(*std::move(failed), *done);
    }

    // Hands a batch to the model and commits it; up to the first event that fails, if one does.
    result<projected> work(Model& model, std::uint64_t limit, position end, std::optional<failed_event>& failed,
                           bool in_order = false) {
        projected done{.at = at()};
        detail::unit_of_work<Model> unit(model);
        if (auto begun = unit.begin(); !begun) return std::move(begun).error();
        const log_range range{
            .from = {done.at.value + 1}, .limit = limit, .upto = horizon::durable, .category = options_.category};
        auto fed = feed_.hand_over(store_, model, range, end, options_.effects, in_order);
        if (!fed) return std::move(fed).error();
        done.taken = fed->taken;
        failed = std::move(fed->failed);
        if (failed && detail::unit_of_work<Model>::is_whole) {
            unit.rollback();
            feed_.take_back();
            if (!fed->is_in_order) return work(model, limit, end, failed, true);
            if (done.taken == 0) return done;
            const failed_event why = *std::move(failed);  // what came before it is done again, without it
            auto before = work(model, done.taken, end, failed, true);
            if (before && !failed) failed = why;
            return before;
        }
        done.at = fed->reached;
        if (auto committed = unit.commit(done.at); !committed) return std::move(committed).error();
        move_to(done.at);
        since_kept_ += done.taken;
        if (since_kept_ >= options_.keep_every)
            if (auto kept = keep(model); !kept) return std::move(kept).error();
        return done;
    }

    // An event that stands first and cannot be taken: again, aside, or no further.
    result<projected> meet(failed_event failed, projected done) {
        const std::uint32_t attempts = failing_at_ == failed.at ? attempts_.load(std::memory_order_relaxed) + 1 : 1;
        failing_at_ = failed.at;
        attempts_.store(attempts, std::memory_order_relaxed);
        if (attempts <= options_.on_failure.retries) {
            done.pause = options_.on_failure.pause;
            return done;
        }
        if (!options_.on_failure.sink) return std::move(failed).why;
        result<void> aside;
        auto read =
            store_.read_all({.from = failed.at, .limit = 1, .upto = horizon::durable}, [&](const record_view& record) {
                aside = detail::guarded([&] {
                    return options_.on_failure.sink({std::string_view(Model::name), record, failed.why, attempts});
                });
                return false;
            });
        if (!read) return std::move(read).error();
        if (!aside) return std::move(aside).error().within("it could not be put aside");
        return model_->update([&](Model& model) -> result<projected> {
            detail::unit_of_work<Model> unit(model);
            if (auto begun = unit.begin(); !begun) return std::move(begun).error();
            if (auto committed = unit.commit(failed.at); !committed) return std::move(committed).error();
            move_to(failed.at);
            done.at = failed.at;
            return done;
        });
    }

    result<position> catch_up(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            auto done = step();
            if (!done) return std::move(done).error();
            if (done->pause.nanoseconds != 0) {
                rest(done->pause, stop);
            } else if (done->at >= store_.last(horizon::durable)) {
                break;
            }
        }
        return at();
    }

    // Waits, unless it is told to stop.
    static void rest(timeout pause, const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any over;
        std::unique_lock hold(mutex);
        over.wait_for(hold, stop, std::chrono::nanoseconds(pause.nanoseconds), [] { return false; });
    }

    result<void> keep(const Model& model) {
        if (!keeper_ || feed_.is_ahead()) return {};
        auto kept = keeper_.save(store_, model, at());
        if (kept) since_kept_ = 0;
        return kept;
    }
    result<position> finish(result<position>&& ended) {
        const std::lock_guard one_at_a_time(stepping_);
        return kept(std::move(ended));
    }
    result<position> kept(result<position>&& ended) {
        if (since_kept_ == 0) return std::move(ended);
        auto saved = model_->read([&](const Model& model) { return keep(model); });
        if (!saved && ended) return told(result<position>(std::move(saved).error()));
        return std::move(ended);
    }

    void move_to(position reached) {
        {
            const std::lock_guard hold(telling_);
            at_.store(reached.value, std::memory_order_release);
        }
        moved_.notify_all();
    }

    // Says whose error it is, and remembers it for those who wait and look.
    template <class T>
    result<T> told(result<T>&& done) {
        if (done) {
            const std::lock_guard hold(telling_);
            stuck_with_.reset();
            return std::move(done);
        }
        error why = std::move(done).error().within("projection " + name());
        {
            const std::lock_guard hold(telling_);
            stuck_with_ = why;
        }
        moved_.notify_all();
        return why;
    }

    store_ref store_;
    shared_model<Model>* model_;
    model_keeper_ref<Model> keeper_;
    projector_options options_;

    mutable std::mutex stepping_;
    detail::model_feed<Model> feed_;
    detail::schema_guard schemas_;
    bool is_started_ = false;
    std::uint64_t since_kept_ = 0;
    position failing_at_{};

    mutable std::mutex telling_;
    mutable std::condition_variable moved_;
    std::optional<error> stuck_with_;
    std::atomic<std::uint64_t> at_{0};
    std::atomic<std::uint32_t> attempts_{0};
};

}  // namespace sillok
