#pragma once
// Events that come again, because the position of a read model is behind what it holds after a crash: what a model says of such, and that
// none is handed over twice to one that knows what it has had.
//
//     struct archive {
//         static constexpr sillok::name name = "archive";
//         using events = sillok::select<bank, money_deposited>;
//         bool has_taken(const sillok::metadata& m) const { return m.position() <= last_; }     // the last one in its own file
//         …
//     };

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/handler.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/type_order.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/projection.hpp"

namespace sillok {

// A read model that knows what it has had: `has_taken` is asked before each event that the model selects, and where the answer is yes,
// the event is passed over. Of an old event that became several, each is asked for, with its `part()`.
//
// Requires: yes only where all that the event does is done, and as durable as the model needs it; where only a part of it is,
//           the answer is no, and the handler does the rest.
template <class M>
concept idempotent_model = requires(const M& model, const metadata& about) {
    requires std::same_as<decltype(model.has_taken(about)), bool> ||
        std::same_as<decltype(model.has_taken(about)), result<bool>>;
};

// A read model that says by name, `static constexpr bool at_least_once = true;`, that it bears to be handed events again: they do the same
// when they are done again, or whoever is told of them knows them by their ids.
template <class M>
concept repeatable_model = requires {
    requires M::at_least_once;
};

// A read model that makes durable what it holds, before its position is recorded. Any other has done so when a handler returns.
template <class M>
concept synced_model = requires(const M& model) {
    { model.sync() } -> std::same_as<result<void>>;
};

}  // namespace sillok

namespace sillok::detail {

// Whether it is meant to be synced: one that says so in another shape is not passed over in silence.
template <class M>
concept mentions_sync = requires(M& model) {
    model.sync();
};

// Whether the model has had the event. What it throws is an error.
template <idempotent_model Model>
result<bool> has_taken(const Model& model, const metadata& about) {
    bool has = false;
    auto asked = guarded([&]() -> result<void> {
        if constexpr (std::same_as<decltype(model.has_taken(about)), bool>) {
            has = model.has_taken(about);
        } else {
            auto answer = model.has_taken(about);
            if (!answer) return std::move(answer).error();
            has = *answer;
        }
        return {};
    });
    if (!asked) return std::move(asked).error();
    return has;
}

// Whether a model may be given events type by type. One that says what it has had may know that by a position, and minds.
template <class Model>
inline constexpr bool is_fed_by_types = takes_types_in_any_order<Model>() && !idempotent_model<Model>;

// Hands an event over, unless the model has had it. Returns what the handler returns.
template <class Model, class Event>
result<void> hand_once(Model& model, const Event& event, const metadata& about, std::uint64_t& repeated) {
    auto had = has_taken(std::as_const(model), about);
    if (!had) return std::move(had).error();
    if (*had) {
        ++repeated;
        return {};
    }
    if constexpr (std::same_as<decltype(deliver(model, event, about)), result<void>>)
        return deliver(model, event, about);
    else
        deliver(model, event, about);
    return {};
}

// What a model takes of an event: the struct, or a view of it.
template <class Model, class E>
struct taken_form {
    using type = E;
};
template <class Model, class E>
    requires handles_as_view<Model, E>
struct taken_form<Model, E> {
    using type = view_of_event<Model, E>;
};

template <class Form, class All>
struct asks_first {
    result<void> on(const Form& event, const metadata& about) { return static_cast<All&>(*this).hand_on(event, about); }
};
template <class List, class Model, class All>
struct asks_first_for_each;
template <class... E, class Model, class All>
struct asks_first_for_each<types<E...>, Model, All> : asks_first<typename taken_form<Model, E>::type, All>... {
    using asks_first<typename taken_form<Model, E>::type, All>::on...;
};

// Handles events for a model, and passes over what that has had.
template <class Model>
class once_only : public asks_first_for_each<events_taken<Model>, Model, once_only<Model>> {
    enum : bool { is_sound = handler_is_sound<Model>() };

public:
    using events = typename Model::events;

    once_only(Model& model, std::uint64_t& repeated) noexcept : model_(model), repeated_(repeated) {}

    template <class Form>
    result<void> hand_on(const Form& event, const metadata& about) {
        if constexpr (handles<Model, Form>)
            return hand_once(model_, event, about, repeated_);
        else
            return {};  // it was said why that does not compile
    }
    result<void> on_unknown(const unknown_event& event) requires keeps_unknown<Model> {
        auto had = has_taken(std::as_const(model_), metadata(event.raw));
        if (!had) return std::move(had).error();
        if (*had) {
            ++repeated_;
            return {};
        }
        if constexpr (std::same_as<decltype(model_.on_unknown(event)), result<void>>)
            return model_.on_unknown(event);
        else
            model_.on_unknown(event);
        return {};
    }

private:
    Model& model_;
    std::uint64_t& repeated_;
};

// What hands events to a model: through once_only where the model knows what it has had.
template <class Model>
struct dispatcher_to {
    using type = dispatcher<Model>;
    static result<void> dispatch(type& by, Model& model, const record_view& record, std::uint64_t&) {
        return by.dispatch(model, record);
    }
};
template <idempotent_model Model>
struct dispatcher_to<Model> {
    using type = dispatcher<once_only<Model>>;
    static result<void> dispatch(type& by, Model& model, const record_view& record, std::uint64_t& repeated) {
        once_only<Model> asking(model, repeated);
        return by.dispatch(asking, record);
    }
};

}  // namespace sillok::detail
