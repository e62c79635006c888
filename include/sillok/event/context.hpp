#pragma once
// A context is the closed world in which an application's events are judged: the catalogues of its aggregates in one.
//
//     struct bank : sillok::context<account, transfer> {};
//
// A context is a catalogue itself. What reads it, such as a projection, selects what it wants to see:
// `using events = sillok::select<bank, money_deposited, money_withdrawn>;`

#include <bit>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"

namespace sillok {

// Something that brings events into a context: a catalogue, a context, or an aggregate, whose `events` is one.
template <class T>
concept context_part = catalogue<T> ||(std::is_class_v<T>&& requires { requires catalogue<typename T::events>; });

}  // namespace sillok

namespace sillok::require {

template <class Part>
consteval bool part_has_events() {
    static_assert(
        context_part<Part>,
        "sillok[E0209]: a part of a context is a catalogue, a context, or a struct whose `events` is a catalogue. "
        "Fix: add `using events = …` to the part, or derive its list from sillok::events<…>. See docs/errors.md#E0209");
    return context_part<Part>;
}

template <class First, class Second>
consteval bool parts_agree_on_a_name() {
    static_assert(!std::same_as<First, First>,
                  "sillok[E0210]: two parts of a context give different structs to the same event name. "
                  "Fix: let both list the same versions of one struct, or rename one event. See docs/errors.md#E0210");
    return true;
}

template <class Context, class T, bool Once>
consteval bool context_has_what_is_selected() {
    static_assert(
        current_event_of<T, Context> && Once,
        "sillok[E0208]: a selection takes current events of its context, each once. "
        "Fix: add the event to the context's catalogue, or take it off the selection. See docs/errors.md#E0208");
    return current_event_of<T, Context> && Once;
}

}  // namespace sillok::require

namespace sillok::detail {

template <class Part>
struct part_events {
    using type = typename Part::events;
};

template <catalogue Part>
struct part_events<Part> {
    using type = Part;
};

// Where the name of each event of a list stands first.
template <std::size_t Size>
struct repetitions {
    std::size_t original[Size + 1]{};
    bool any = false;

    consteval explicit repetitions(const event_type (&names)[Size + 1]) {  // NOLINT(*-avoid-c-arrays)
        constexpr std::size_t buckets = std::bit_ceil(Size * 2 + 2);
        std::size_t first[buckets]{};  // the place, counted from 1
        for (std::size_t i = 0; i < Size; ++i) {
            std::size_t at = names[i].hash % buckets;
            while (first[at] != 0 && names[first[at] - 1].name != names[i].name) at = (at + 1) % buckets;
            if (first[at] == 0)
                first[at] = i + 1;
            else
                any = true;
            original[i] = first[at] - 1;
        }
    }
};

template <class... E>
consteval auto find_repetitions(types<E...>) {
    return repetitions<sizeof...(E)>({E::type()..., event_type{}});
}

template <class Here, class There>
consteval bool same_event() {
    if constexpr (std::same_as<Here, There>)
        return true;
    else
        return !require::parts_agree_on_a_name<typename There::current, typename Here::current>();
}

// Whether the same name means the same struct wherever it stands in the list.
template <class... E, std::size_t... I>
consteval bool parts_agree(types<E...> list, std::index_sequence<I...>) {
    constexpr auto found = find_repetitions(list);
    if constexpr (found.any)
        return all_of({true, same_event<E, element<types<E...>, found.original[I]>>()...});
    else
        return true;
}

// The list without repetitions.
template <class... E, std::size_t... I>
consteval auto united(types<E...> list, std::index_sequence<I...>) {
    constexpr auto found = find_repetitions(list);
    if constexpr (found.any)
        return concatenation<std::conditional_t<found.original[I] == I, types<E>, types<>>...>{};
    else
        return list;
}

// What a context is where one of its parts is wrong: nothing more is said about it.
struct unsound_events : events<> {
    enum : bool { is_sound = false };
};

template <class Entries>
struct events_from;

template <class... E>
struct events_from<types<E...>> {
    using type = events<E...>;
};

template <class... Part>
auto choose_context() {
    if constexpr (!all_of({true, require::part_has_events<Part>()...})) {
        return std::type_identity<unsound_events>{};
    } else if constexpr (!all_of({true, bool{part_events<Part>::type::is_sound}...})) {
        return std::type_identity<unsound_events>{};
    } else {
        using all = concatenation<typename part_events<Part>::type::declared...>;
        constexpr std::make_index_sequence<all::size> places;
        if constexpr (parts_agree(all{}, places))
            return events_from<decltype(united(all{}, places))>{};
        else
            return std::type_identity<unsound_events>{};
    }
}

}  // namespace sillok::detail

namespace sillok {

// The events of all parts in one catalogue, in the order of the parts. An event that comes through two parts counts once.
template <class... Part>
struct context : decltype(detail::choose_context<Part...>())::type {};

// What is taken out of a context: the list of a projection, or of anything else that reads across aggregates.
template <class Context, class... E>
struct select {
    using context = Context;
    using current_types = types<E...>;
    // Whether the context has every event of the list; where it has not, one error says which is missing.
    static constexpr bool is_sound = [] {
        if constexpr (!require::is_a_catalogue<Context>())
            return false;
        else if constexpr (!Context::is_sound)
            return false;
        else
            return detail::all_of(
                {true, require::context_has_what_is_selected<Context, E, contains<types<E...>, E>>()...});
    }();
};

}  // namespace sillok
