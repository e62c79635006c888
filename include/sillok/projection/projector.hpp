#pragma once
// Brings a read model forward behind the log: from where it is, batch by batch, and live.
//
//     sillok::shared_model<balances> shown;
//     sillok::projector<balances> follow(store, shown);
//     follow.catch_up();                                              // to the end of what is durable
//     std::jthread live([&](std::stop_token stop) { tell(follow.run(stop)); });
//     follow.wait_until(receipt.last, 1s);                            // read your own writes
//     shown.read([](const balances& b) { … });

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/stop_ref.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/checkpoint.hpp"
#include "sillok/projection/effects.hpp"
#include "sillok/projection/event_filter.hpp"
#include "sillok/projection/model_feed.hpp"
#include "sillok/projection/model_keeper.hpp"
#include "sillok/projection/on_failure.hpp"
#include "sillok/projection/progress.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

struct projector_options {
    std::uint64_t batch = 1024;       // events in one unit of work, for which the model is locked; 1 at least
    sillok::on_failure on_failure{};  // stop, if nothing is said
    sillok::unknown unknown = sillok::unknown::fail;  // events that the catalogue does not know
    event_filter filter{};                            // what is read of the log; all of it, if nothing is said
    std::uint64_t keep_every = 100'000;               // events after which the model is kept, where there is a keeper
    clock_ref clock{};                                // for the lag
    sillok::effects* effects = nullptr;               // of the model's handlers, which it must outlive
};

// What a step did.
struct projected {
    position at{};               // the model has everything up to there
    std::uint64_t taken = 0;     // events that were handed over
    std::uint64_t repeated = 0;  // of these, such as the model had before (has_taken), and was not asked to take again
    timeout pause{};             // before the next step: an event failed, and is tried again
};

// Always in the order of positions, and never ahead of what is durable. A model that keeps its position (positioned_model) goes on from
// there, each event in effect once; so does one that is kept with its position (model_keeper.hpp). A model that can take back what
// a failed batch did (transactional_model) does so; any other must not have changed anything when its handler fails, or say of what
// it did that it has had the event (idempotent_model), which is then not handed over again.
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
        : model_(&model),
          keeper_(keeper),
          options_(std::move(options)),
          log_(store, options_.filter),
          feed_(options_.unknown),
          progress_("projection", detail::name_of_model<Model>()) {
        if (options_.batch == 0) options_.batch = 1;
    }
    projector(const projector&) = delete;
    projector& operator=(const projector&) = delete;

    // One batch, of which what is done is kept when it is told to stop.
    //
    // Errors: those of reading; schema_changed, unknown_event, malformed; whatever a handler returns, and handler_failed for what it
    //         throws, when on_failure says no more; those of the model and of the dead letters' sink; condition_failed: the model is of
    //         another log. They name projection and event, and the model has everything before that event. The next step tries again.
    result<projected> step(stop_ref stop = {}) {
        const detail::monitor_lock one_at_a_time(stepping_);
        return progress_.told(make_step(stop));
    }

    // Steps until it has all that is durable.
    result<position> catch_up() {
        progress_.go_on();
        return finish(catch_up(stop_ref{}));
    }

    // Catches up and goes on live until it is told to stop, which it notices between two events, or within 50 ms. It never ends without
    // saying why: the position, where it was told to; else an error.
    result<position> run(stop_ref stop) {
        progress_.go_on();
        for (;;) {
            auto reached = catch_up(stop);
            if (!reached || stop.stop_requested()) return finish(std::move(reached));
            auto more = log_.store().wait(*reached, horizon::durable, detail::stop_is_seen_within);
            if (!more) return finish(progress_.told(result<position>(std::move(more).error())));
            if (*more <= *reached && keeper_.keeps_when_idle())
                if (auto kept = finish(std::move(reached)); !kept) return kept;
        }
    }

    // Everything up to there is in the model.
    position at() const noexcept { return progress_.at(); }

    // Returns when the model has everything up to a position, for who wants to see what they wrote.
    //
    // Errors: timed_out; the error with which it is stuck, at once; both name the projection
    result<void> wait_until(position wanted, timeout patience) const { return progress_.wait_until(wanted, patience); }

    // Errors: those of reading
    result<reader_health> health() const { return progress_.health(log_.store(), options_.clock); }

    // Unknown events that were passed over or kept, and those of retired names.
    passed_over counts() const {
        const detail::monitor_lock one_at_a_time(stepping_);
        return feed_.counts();
    }

    // Makes the model anew from the whole log, beside the one that is shown, and shows it when it has all that is durable: readers
    // see the old one until then. `fresh` is empty, as the model began.
    //
    // Errors: as step; what is shown is unchanged then
    result<position> rebuild(Model fresh) requires(!positioned_model<Model>) {
        const detail::monitor_lock one_at_a_time(stepping_);
        shared_model<Model> beside(std::move(fresh));
        projector_options inert = options_;
        inert.effects = nullptr;
        projector maker(log_.store(), beside, std::move(inert));
        auto reached = maker.catch_up();
        if (!reached) return reached;
        model_->update([&](Model& shown) { beside.update([&](Model& made) { std::swap(shown, made); }); });
        feed_.begin_anew();
        is_started_ = true;
        since_kept_ = options_.keep_every;
        progress_.move_to(*reached);
        return kept(progress_.told(std::move(reached)));
    }

private:
    using failed_event = detail::failed_event;

    // Where the model is when nothing was done yet.
    result<void> start() {
        if (is_started_) return {};
        checkpoint begin{};
        if constexpr (positioned_model<Model>) {
            auto kept = model_->read([](const Model& model) { return model.checkpoint(); });
            if (!kept) return std::move(kept).error();
            begin = *kept;
        } else if (keeper_) {
            auto kept = keeper_.load(log_.store(), *model_);
            if (!kept) return std::move(kept).error();
            begin.at = *kept;
        }
        if (auto same = detail::compare_log(log_.store(), begin); !same) return same;
        is_started_ = true;
        progress_.move_to(begin.at);
        return {};
    }

    result<projected> make_step(stop_ref stop) {
        const store_ref& store = log_.store();
        if (auto started = start(); !started) return std::move(started).error();
        if (auto fits = schemas_.template compare<catalogue_of<Model>>(store); !fits) return std::move(fits).error();
        const position end = store.last(horizon::durable);
        if (at() == end) return projected{.at = at()};
        std::optional<failed_event> failed;
        if (options_.effects != nullptr)
            if (auto known = options_.effects->look_up(store); !known) return std::move(known).error();
        auto done = model_->update([&](Model& model) { return work(model, options_.batch, end, stop, failed); });
        if (auto fits = schemas_.template compare_again<catalogue_of<Model>>(store); !fits)
            return std::move(fits).error();
        if (!done || !failed) return done;
        if (done->taken != 0) return done;  // what comes before it is done; it is the next step's first
        return meet(*std::move(failed), *done);
    }

    // Hands a batch to the model and commits it; up to the first event that fails, if one does.
    result<projected> work(Model& model, std::uint64_t limit, position end, stop_ref stop,
                           std::optional<failed_event>& failed, bool in_order = false) {
        projected done{.at = at()};
        detail::unit_of_work<Model> unit(model);
        if (auto begun = unit.begin(); !begun) return std::move(begun).error();
        auto fed = feed_.hand_over(log_, model, {done.at, limit, end}, options_.effects, stop, in_order);
        if (!fed) return std::move(fed).error();
        done.taken = fed->taken;
        done.repeated = fed->repeated;
        failed = std::move(fed->failed);
        if (failed && detail::unit_of_work<Model>::is_whole) {
            unit.rollback();
            feed_.take_back();
            if (!fed->is_in_order) return work(model, limit, end, stop, failed, true);
            if (done.taken == 0) return done;
            const failed_event why = *std::move(failed);  // what came before it is done again, without it
            auto before = work(model, done.taken, end, {}, failed, true);
            if (before && !failed) failed = why;
            return before;
        }
        done.at = fed->reached;
        if (auto committed = commit(unit, done.at); !committed) return std::move(committed).error();
        since_kept_ += done.taken;
        progress_.count_repeated(done.repeated);
        if (since_kept_ >= options_.keep_every)
            if (auto kept = keep(model); !kept) return std::move(kept).error();
        return done;
    }

    result<void> commit(detail::unit_of_work<Model>& unit, position upto) {
        checkpoint reached{upto, {}};
        if constexpr (positioned_model<Model>) {
            auto marked = detail::checkpoint_at(log_.store(), upto);
            if (!marked) return std::move(marked).error();
            reached = *marked;
        }
        auto done = unit.commit(reached);
        if (done) progress_.move_to(upto);
        return done;
    }

    // An event that stands first and cannot be taken: again, aside, or no further.
    result<projected> meet(failed_event failed, projected done) {
        const std::uint32_t attempts = progress_.attempt(failed.at);
        if (attempts <= options_.on_failure.retries) {
            done.pause = options_.on_failure.pause;
            return done;
        }
        if (!options_.on_failure.sink) return std::move(failed).why;
        result<void> aside;
        auto read = log_.store().read_all(
            {.from = failed.at, .limit = 1, .upto = horizon::durable}, [&](const record_view& record) {
                aside = detail::put_aside(options_.on_failure.sink,
                                          {std::string_view(Model::name), record, failed.why, attempts});
                return false;
            });
        if (!read) return std::move(read).error();
        if (!aside) return std::move(aside).error();
        return model_->update([&](Model& model) -> result<projected> {
            detail::unit_of_work<Model> unit(model);
            if (auto begun = unit.begin(); !begun) return std::move(begun).error();
            if (auto committed = commit(unit, failed.at); !committed) return std::move(committed).error();
            ++since_kept_;
            done.at = failed.at;
            return done;
        });
    }

    result<position> catch_up(stop_ref stop) {
        while (!stop.stop_requested()) {
            auto done = step(stop);
            if (!done) return std::move(done).error();
            if (done->pause.nanoseconds != 0) {
                detail::rest(done->pause, stop);
            } else if (done->at >= log_.store().last(horizon::durable)) {
                break;
            }
        }
        return at();
    }

    result<void> keep(const Model& model) {
        if (!keeper_ || feed_.is_ahead()) return {};
        auto kept = keeper_.save(log_.store(), model, at());
        if (kept) since_kept_ = 0;
        return kept;
    }
    result<position> finish(result<position>&& ended) {
        const detail::monitor_lock one_at_a_time(stepping_);
        return kept(std::move(ended));
    }
    result<position> kept(result<position>&& ended) {
        if (since_kept_ == 0) return std::move(ended);
        auto saved = model_->read([&](const Model& model) { return keep(model); });
        if (!saved && ended) return progress_.told(result<position>(std::move(saved).error()));
        return std::move(ended);
    }

    shared_model<Model>* model_;
    model_keeper_ref<Model> keeper_;
    projector_options options_;
    detail::filtered_log log_;

    mutable detail::monitor stepping_;
    detail::model_feed<Model> feed_;
    detail::schema_guard schemas_;
    bool is_started_ = false;
    std::uint64_t since_kept_ = 0;
    detail::progress progress_;
};

}  // namespace sillok
