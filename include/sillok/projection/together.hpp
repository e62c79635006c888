#pragma once
// Several read models in one pass over the log: each event is decoded once and handed to all that take it.
//
//     using reports = sillok::together<"reports", balances, turnover, largest>;    // a projection itself
//     sillok::shared_model<reports> shown;
//     shown.read([](const reports& r) { return r.get<turnover>().total; });

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sillok/core/fixed_string.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/context.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/handler.hpp"
#include "sillok/event/kept_state.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/projection/idempotence.hpp"
#include "sillok/projection/projection.hpp"

namespace sillok::require {

template <class Model, class Event>
consteval bool model_takes_the_struct() {
    static_assert(
        !handles_as_view<Model, Event>,
        "sillok[E0503]: read models that are brought forward together take events as structs, since each is decoded once. "
        "Fix: take `const Event&`, or bring the model forward by itself. See docs/errors.md#E0503");
    return !handles_as_view<Model, Event>;
}

template <class First, class Model>
consteval bool models_share_a_context() {
    static_assert(std::same_as<catalogue_of<First>, catalogue_of<Model>>,
                  "sillok[E0504]: read models that are brought forward together select their events from one context. "
                  "Fix: select from the same context in each. See docs/errors.md#E0504");
    return std::same_as<catalogue_of<First>, catalogue_of<Model>>;
}

}  // namespace sillok::require

namespace sillok::detail {

// Takes one event type for all models.
template <class E, class All>
struct takes_for_all {
    result<void> on(const E& event, const metadata& about) { return static_cast<All&>(*this).hand_on(event, about); }
};
template <class List, class All>
struct takes_each;
template <class... E, class All>
struct takes_each<types<E...>, All> : takes_for_all<E, All>... {
    using takes_for_all<E, All>::on...;
};

template <class E, class... Model>
inline constexpr bool any_takes = (contains<events_taken<Model>, E> || ...);

// What any of the models takes, in the order of their context.
template <class List, class... Model>
struct taken_by_any;
template <class... E, class... Model>
struct taken_by_any<types<E...>, Model...> {
    using type = concatenation<std::conditional_t<any_takes<E, Model...>, types<E>, types<>>...>;
};
template <class Context, class List>
struct selection_from;
template <class Context, class... E>
struct selection_from<Context, types<E...>> {
    using type = select<Context, E...>;
};

template <class... Model>
consteval bool all_can_be_kept() {
    return (can_be_kept<Model>() && ...);
}

// What is kept of all.
template <bool CanBeKept, class All, class... Model>
struct kept_together {};
template <class All, class... Model>
struct kept_together<true, All, Model...> {
    using snapshot = std::tuple<typename kept_form<Model>::type...>;
    snapshot kept() const {
        return std::apply([](const Model&... model) { return snapshot{kept_form<Model>::of(model)...}; },
                          static_cast<const All&>(*this).models());
    }
    static All restored(const snapshot& from) {
        return std::apply(
            [](const auto&... kept) { return All(kept_form<Model>::from(typename kept_form<Model>::type(kept))...); },
            from);
    }
};

}  // namespace sillok::detail

namespace sillok {

// Owns its models. Where all of them can take back what was done to them it can, too; where all can be kept it can be kept.
//
// Errors:     the first that a model's handler returns; the models behind it were not called then
// Complexity: an event is decoded once; each model that takes it is called
template <fixed_string Name, class First, class... Model>
class together : public detail::takes_each<
                     typename detail::taken_by_any<typename catalogue_of<First>::current_types, First, Model...>::type,
                     together<Name, First, Model...>>,
                 public detail::kept_together<detail::all_can_be_kept<First, Model...>(),
                                              together<Name, First, Model...>, First, Model...> {
    enum : bool { is_sound = (require::models_share_a_context<First, Model>() && ... && true) };
    template <class M>
    static constexpr bool bears_again = idempotent_model<M> || repeatable_model<M>;
    static constexpr bool all_take_back = transactional_model<First> && (transactional_model<Model> && ...);

public:
    static_assert(
        is_name(Name.view()),
        "sillok: a projection's name has 1 to 255 printable characters, without space, quote, backslash and comma");
    static constexpr std::string_view name = Name.view();
    // It matters as soon as it does to one of the models.
    static constexpr bool order_across_types =
        !detail::is_fed_by_types<First> || (!detail::is_fed_by_types<Model> || ...);
    using events = typename detail::selection_from<
        catalogue_of<First>,
        typename detail::taken_by_any<typename catalogue_of<First>::current_types, First, Model...>::type>::type;

    together() = default;
    explicit together(First first, Model... model) : models_(std::move(first), std::move(model)...) {}

    template <class M>
    const M& get() const noexcept {
        return std::get<M>(models_);
    }
    template <class M>
    M& get() noexcept {
        return std::get<M>(models_);
    }
    const std::tuple<First, Model...>& models() const noexcept { return models_; }

    // Of which only the position may be kept (checkpoint_file.hpp): each is asked by itself what it has had.
    static constexpr bool at_least_once = (bears_again<First> && ... && bears_again<Model>);
    result<void> sync() const requires(synced_model<First> || (synced_model<Model> || ...)) {
        result<void> done;
        std::apply([&](const auto&... model) { ((done = sync_one(model)) && ...); }, models_);
        return done;
    }

    void begin() requires all_take_back {
        std::apply([](auto&... model) { (model.begin(), ...); }, models_);
    }
    void commit() requires all_take_back {
        std::apply([](auto&... model) { (model.commit(), ...); }, models_);
    }
    void rollback() requires all_take_back {
        std::apply([](auto&... model) { (model.rollback(), ...); }, models_);
    }

    friend bool operator==(const together& a, const together& b) requires(std::equality_comparable<First> &&
                                                                          (std::equality_comparable<Model> && ...)) {
        return a.models_ == b.models_;
    }

private:
    template <class E, class All>
    friend struct detail::takes_for_all;

    template <class E>
    result<void> hand_on(const E& event, const metadata& about) {
        result<void> done;
        std::apply([&](auto&... model) { ((done = hand_to(model, event, about)) && ...); }, models_);
        return done;
    }
    template <class M, class E>
    static result<void> hand_to(M& model, const E& event, const metadata& about) {
        if constexpr (contains<events_taken<M>, E>) {
            if constexpr (require::model_takes_the_struct<M, E>()) {
                if constexpr (idempotent_model<M>) {
                    std::uint64_t repeated = 0;
                    return detail::hand_once(model, event, about, repeated);
                } else if constexpr (std::is_void_v<decltype(deliver(model, event, about))>)
                    deliver(model, event, about);
                else
                    return deliver(model, event, about);
            }
        }
        return {};
    }

    template <class M>
    static result<void> sync_one([[maybe_unused]] const M& model) {
        if constexpr (synced_model<M>) return model.sync();
        return {};
    }

    std::tuple<First, Model...> models_;
};

}  // namespace sillok
