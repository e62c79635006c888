#pragma once
// The list of a handler: which events it says that it takes, in which catalogue, and whether that is true.
//
// A handler is judged where it is used. What it misses, what it takes beyond its list, and what it takes by something else
// than the event's exact type is a compile error that names handler and event.

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "sillok/core/type_list.hpp"
#include "sillok/event/context.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/handler.hpp"

namespace sillok::detail {

template <class T>
std::false_type is_selection(const T*);
template <class Context, class... E>
std::true_type is_selection(const select<Context, E...>*);

template <class Handler>
concept has_event_list = requires {
    typename Handler::events;
    requires catalogue<typename Handler::events> ||
        decltype(is_selection(static_cast<const typename Handler::events*>(nullptr)))::value;
};

}  // namespace sillok::detail

namespace sillok::require {

template <class Handler>
consteval bool handler_has_events() {
    static_assert(detail::has_event_list<Handler>,
                  "sillok[E0209]: a handler says in `events` which events it takes: a catalogue or a selection of one. "
                  "Fix: add `using events = …` to the handler. See docs/errors.md#E0209");
    return detail::has_event_list<Handler>;
}

template <class Handler, class Event>
consteval bool handler_takes_every_event_of_its_list() {
    static_assert(
        handles<Handler, Event>,
        "sillok[E0206]: a handler must take every event of its list. "
        "Fix: add `void on(const Event&)`, or `void apply(const Event&)` to an aggregate, or take the event off the list. "
        "See docs/errors.md#E0206");
    return handles<Handler, Event>;
}

template <class Handler, class Event>
consteval bool handler_takes_no_other_event() {
    static_assert(!handles<Handler, Event>,
                  "sillok[E0207]: a handler may take only the events that it selected. "
                  "Fix: add the event to the selection, or remove the function. See docs/errors.md#E0207");
    return !handles<Handler, Event>;
}

template <class Handler, class Event>
consteval bool handler_takes_events_by_their_exact_type() {
    static_assert(
        handles<Handler, Event>,
        "sillok[E0211]: a handler must name the event that it takes; a base class, a parameter that the event converts to, "
        "or `const auto&` would take later events unseen. "
        "Fix: write `void on(const Event&)`, or `void apply(const Event&)` in an aggregate. See docs/errors.md#E0211");
    return handles<Handler, Event>;
}

}  // namespace sillok::require

namespace sillok::detail {

template <class H, class E>
consteval bool takes_listed() {
    if constexpr (is_taken_twice<H, E>())
        return require::event_is_taken_by_one_function<H, E>();
    else if constexpr (handles<H, E>)
        return true;
    else if constexpr (accepts_somehow<H, E>)
        return require::handler_takes_events_by_their_exact_type<H, E>();
    else
        return require::handler_takes_every_event_of_its_list<H, E>();
}

template <class H, class E, bool Selected>
consteval bool leaves_unselected() {
    if constexpr (Selected)
        return true;
    else
        return require::handler_takes_no_other_event<H, E>();
}

// What a handler takes, and the catalogue in which it is looked up.
template <class Handler>
struct event_list {
    using context = events<>;
    using current_types = types<>;
    static constexpr bool is_selected = false;
    static constexpr bool is_sound = !require::handler_has_events<Handler>();
};

template <has_event_list Handler>
    requires catalogue<typename Handler::events>
struct event_list<Handler> {
    using context = typename Handler::events;
    using current_types = std::conditional_t<context::is_sound, typename context::current_types, types<>>;
    static constexpr bool is_selected = false;
    static constexpr bool is_sound = context::is_sound;
};

template <has_event_list Handler>
    requires(!catalogue<typename Handler::events>)
struct event_list<Handler> {
    using context = std::conditional_t<Handler::events::is_sound, typename Handler::events::context, events<>>;
    using current_types =
        std::conditional_t<Handler::events::is_sound, typename Handler::events::current_types, types<>>;
    static constexpr bool is_selected = true;
    static constexpr bool is_sound = Handler::events::is_sound;
};

// Which events of a context are in a selection, by their places.
template <class Context, class List>
struct selection_of;

template <class Context, class... E>
struct selection_of<Context, types<E...>> {
    bool has[Context::size + 1]{};

    consteval selection_of() {
        for (const std::size_t entry : {npos, entry_index<Context, E>...})
            if (entry != npos) has[entry] = true;
    }
};

template <class H, class... E>
consteval bool takes_all(types<E...>) {
    return all_of({true, takes_listed<H, E>()...});
}

template <class H, class Selection, class... E, std::size_t... I>
consteval bool takes_nothing_else(types<E...>, std::index_sequence<I...>) {
    constexpr Selection selected;
    return all_of({true, leaves_unselected<H, E, selected.has[I]>()...});
}

// Whether a handler takes what its list says and nothing else; where not, one error for each event says so.
template <class H>
consteval bool handler_is_sound() {
    using list = event_list<H>;
    if constexpr (!list::is_sound)
        return false;
    else if constexpr (!list::is_selected)
        return takes_all<H>(typename list::current_types{});
    else {
        using context = typename list::context;
        return all_of({takes_all<H>(typename list::current_types{}),
                       takes_nothing_else<H, selection_of<context, typename list::current_types>>(
                           typename context::current_types{}, std::make_index_sequence<context::size>{})});
    }
}

}  // namespace sillok::detail

namespace sillok {

// What a handler takes, in the order of its list.
template <class Handler>
using events_taken = typename detail::event_list<Handler>::current_types;

// The catalogue in which the events of a handler are looked up: its own, or the context of its selection.
template <class Handler>
using catalogue_of = typename detail::event_list<Handler>::context;

}  // namespace sillok
