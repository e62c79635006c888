#pragma once
// A store that brings read models forward in the same atomic act as each append: who appended sees it there at once, and where a
// handler says no, nothing is recorded.
//
//     sillok::shared_model<balances> shown;
//     sillok::inline_store store(log, shown);                // an event store itself
//     if (auto there = store.catch_up(); !there) …           // what is in the log already
//     auto accounts = sillok::repository<account>(store);

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/progress.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/append_witness.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::detail {

// A read model within appends. One that cannot take back what was done to it is kept twice, the second a step behind.
template <class Model>
class inline_model {
    enum : bool { is_sound = require::projection_has_a_name<Model>() };
    static constexpr bool is_twice = !transactional_model<Model>;
    static constexpr std::uint64_t batch = 1024;
    static_assert(!positioned_model<Model>,
                  "sillok: a model that keeps its own position cannot be part of another store's append");

public:
    struct setup {
        shared_model<Model>& shown;
        unknown policy;
    };

    explicit inline_model(const setup& given)
        : shown_(&given.shown),
          dispatch_(given.policy),
          behind_(given.shown.read([](const Model& model) { return start_of(model); })) {}

    result<void> catch_up(const store_ref& store, position upto) {
        if (auto fits = schemas_.template compare<catalogue_of<Model>>(store); !fits) return fits;
        const updating update(*shown_);
        while (at_ < upto && !broken_)
            if (auto taken = take_batch(*update, store, upto); !taken) return taken;
        return broken_ ? result<void>(*broken_) : result<void>();
    }

    // Whether the log went on without this model.
    bool is_behind() const noexcept { return is_behind_; }

    result<void> before(const record_view& record) {
        if (broken_) return *broken_;
        if (!update_) {
            update_.emplace(*shown_);
            unit_.emplace(**update_);
            if (auto begun = unit_->begin(); !begun) return begun;
            act_.clear();
            is_behind_ = false;
        }
        if (record.position().value != at_.value + act_.size() + 1) {
            is_behind_ = true;
            return error(error_kind::condition_failed, name() + ": the log was appended to by another way");
        }
        act_.push_back(record);
        if (auto taken = take(**update_, record); !taken) return std::move(taken).error().within(name());
        return {};
    }
    void after(bool is_recorded) noexcept {
        if (!update_) return;
        if (is_recorded) {
            at_ = act_.back().position();
            static_cast<void>(unit_->commit({at_, act_.back().id()}));
            for (const record_view& each : act_) take_again(each);
        } else {
            unit_->rollback();
            if constexpr (is_twice) **update_ = behind_;
        }
        unit_.reset();
        update_.reset();
    }

private:
    using updating = typename shared_model<Model>::updating;
    struct nothing {};

    static auto start_of(const Model& model) {
        if constexpr (is_twice)
            return model;
        else
            return nothing{};
    }
    static std::string name() { return "projection " + std::string(std::string_view(Model::name)); }
    result<void> take(Model& into, const record_view& record) {
        return guarded([&] { return dispatch_.dispatch(into, record); });
    }

    // What is in the log already, up to a position. Where an event fails, the model has what came before it, or before its batch.
    result<void> take_batch(Model& model, const store_ref& store, position upto) {
        unit_of_work<Model> unit(model);
        if (auto begun = unit.begin(); !begun) return begun;
        result<void> taken;
        position reached = at_;
        auto read = store.read_all({.from = {at_.value + 1}, .limit = batch}, [&](const record_view& record) {
            if (record.position() > upto) return false;
            taken = take(model, record);
            if (!taken) taken = at_event(record, std::move(taken).error());
            if (taken) take_again(record);
            if (!taken || broken_) return false;
            reached = record.position();
            return true;
        });
        if (taken && read) {
            at_ = (std::min)(*read, upto);
            return unit.commit({at_, {}});
        }
        unit.rollback();
        if constexpr (is_twice) {
            model = behind_;
            at_ = reached;
        }
        return read ? std::move(taken).error().within(name()) : std::move(read).error();
    }
    // For the copy that is a step behind.
    void take_again([[maybe_unused]] const record_view& record) {
        if constexpr (is_twice)
            if (auto taken = take(behind_, record); !taken)
                broken_ = std::move(taken).error().within(name() + ": its second copy");
    }

    shared_model<Model>* shown_;
    dispatcher<Model> dispatch_;
    schema_guard schemas_;
    [[no_unique_address]] decltype(start_of(std::declval<const Model&>())) behind_;
    position at_{};
    bool is_behind_ = false;
    std::optional<error> broken_;  // what a handler did once it did not do again: nothing can be taken back any more
    std::optional<updating> update_;
    std::optional<unit_of_work<Model>> unit_;
    std::vector<record_view> act_;
};

}  // namespace sillok::detail

namespace sillok {

// Refers to the log and the models, which must outlive it. What is visible is in the models, also where it is not durable yet; models
// are empty when it is made.
//
// A model that can take back (transactional_model) is kept once; any other twice, since what an append that fails did to it is undone
// by the second: so its handlers are called twice for each event, and copying it must not throw.
//
// Errors:     append: what a handler returns or throws refuses it whole, with the projection's name. Those of the log.
// Threads:    any number at once; the models are locked from the first event of an append to its end, and before the sync. Who reads a
//             model must not append meanwhile.
// Complexity: that of the log, and the handlers. An append that is refused copies each model that cannot take back: where refusals are
//             common and the model is large, give it begin, commit and rollback, as a table has them.
template <class... Model>
class inline_store {
public:
    explicit inline_store(store_ref log, shared_model<Model>&... shown) : inline_store(log, unknown::fail, shown...) {}
    inline_store(store_ref log, unknown policy, shared_model<Model>&... shown)
        : log_(log), models_(typename detail::inline_model<Model>::setup{shown, policy}...) {}
    inline_store(const inline_store&) = delete;
    inline_store& operator=(const inline_store&) = delete;

    // Brings the models to the end of the log. Nobody may append by another way afterwards; who does makes the next append here do this
    // again.
    //
    // Errors: as replay
    result<void> catch_up() {
        const detail::monitor_lock one_at_a_time(catching_up_);
        const position end = log_.last(horizon::visible);
        result<void> done;
        std::apply([&](auto&... model) { ((done = model.catch_up(log_, end)) && ...); }, models_);
        return done;
    }

    result<receipt> append(const append_request& request) {
        for (int attempt = 0;; ++attempt) {
            bool is_behind = false;
            const auto before = [&](const record_view& record) -> result<void> {
                result<void> agreed;
                if (request.witness != nullptr) agreed = request.witness->before(record);
                if (agreed) std::apply([&](auto&... model) { ((agreed = model.before(record)) && ...); }, models_);
                return agreed;
            };
            const auto after = [&](bool is_recorded) {
                std::apply(
                    [&](auto&... model) {
                        is_behind = (model.is_behind() || ...);
                        (model.after(is_recorded), ...);
                    },
                    models_);
                if (request.witness != nullptr) request.witness->after(is_recorded);
            };
            const append_witness witness{before, after};
            append_request with_models = request;
            with_models.witness = &witness;
            auto done = log_.append(with_models);
            if (done || !is_behind || attempt == attempts_max) return done;
            if (auto there = catch_up(); !there) return std::move(there).error();
        }
    }

    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        return log_.read_stream(stream, range, visit);
    }
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return log_.read_all(range, visit);
    }
    result<version> version_of(stream_view stream) const { return log_.version_of(stream); }
    position last(horizon upto) const { return log_.last(upto); }
    result<position> wait(position after, horizon upto, timeout patience) const {
        return log_.wait(after, upto, patience);
    }
    result<version> first_kept(stream_view stream) const { return log_.first_kept(stream); }
    result<void> settle(position upto) const { return log_.settle(upto); }
    result<std::optional<recorded_batch>> find_batch(const uuid& batch) const { return log_.find_batch(batch); }
    result<void> read_schemas(schema_visitor visit) const { return log_.read_schemas(visit); }
    std::uint64_t schema_count() const noexcept { return log_.schema_count(); }

private:
    static constexpr int attempts_max = 16;

    store_ref log_;
    std::tuple<detail::inline_model<Model>...> models_;
    detail::monitor catching_up_;
};

}  // namespace sillok
