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
concept context_part = catalogue<T> || (std::is_class_v<T> && requires { requires catalogue<typename T::events>; });

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
    static_assert(
        !std::same_as<First, First>,
        "sillok[E0210]: two parts of a context give different structs to the same event name. "
        "Fix: let both list the same versions of one struct, or rename one event. See docs/errors.md#E0210");
    return true;
}

template <class Context, class T>
consteval bool context_has_what_is_selected() {
    static_assert(
        current_event_of<T, Context>,
        "sillok[E0208]: a selection takes current events of its context only. "
        "Fix: add the event to the context's catalogue, or take it off the selection. See docs/errors.md#E0208");
    return current_event_of<T, Context>;
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

// Joins lists sixteen at a time, so that joining many is neither deep nor quadratic in practice.
template <class... Lists>
struct joined;

template <>
struct joined<> {
    using type = types<>;
};

template <class... A>
struct joined<types<A...>> {
    using type = types<A...>;
};

template <class... A, class... B, class... Rest>
struct joined<types<A...>, types<B...>, Rest...> : joined<types<A..., B...>, Rest...> {};

template <class... A, class... B, class... C, class... D, class... E, class... F, class... G, class... H, class... I,
          class... J, class... K, class... L, class... M, class... N, class... O, class... P, class... Rest>
struct joined<types<A...>, types<B...>, types<C...>, types<D...>, types<E...>, types<F...>, types<G...>, types<H...>,
              types<I...>, types<J...>, types<K...>, types<L...>, types<M...>, types<N...>, types<O...>, types<P...>, Rest...>
    : joined<types<A..., B..., C..., D..., E..., F..., G..., H..., I..., J..., K..., L..., M..., N..., O..., P...>, Rest...> {};

// Which places of a list of events repeat an earlier one's name.
template <std::size_t Size>
struct repetitions {
    bool repeats[Size + 1]{};
    std::size_t original[Size + 1]{};
    bool any = false;

    consteval explicit repetitions(const event_type* names) {
        constexpr std::size_t slots = std::bit_ceil(Size * 2 + 2);
        std::size_t first[slots]{};  // the place, counted from 1
        for (std::size_t i = 0; i < Size; ++i) {
            std::size_t at = names[i].hash % slots;
            while (first[at] != 0 && names[first[at] - 1].name != names[i].name) at = (at + 1) % slots;
            if (first[at] == 0) {
                first[at] = i + 1;
            } else {
                repeats[i] = any = true;
                original[i] = first[at] - 1;
            }
        }
    }
};

// A list of events without repetitions.
template <class Entries>
struct united;

template <class... E>
struct united<types<E...>> {
    static constexpr event_type names[]{E::type..., event_type{}};
    static constexpr repetitions<sizeof...(E)> found{names};

    template <class Here, std::size_t I>
    static consteval bool agrees() {
        if constexpr (found.repeats[I]) {
            using there = element<types<E...>, found.original[I]>;
            if constexpr (!std::same_as<Here, there>)
                return !require::parts_agree_on_a_name<typename there::current, typename Here::current>();
        }
        return true;
    }
    template <std::size_t... I>
    static consteval bool all_agree(std::index_sequence<I...>) {
        return all_of({true, agrees<E, I>()...});
    }
    // Whether the same name means the same struct wherever it stands.
    static constexpr bool agreed = !found.any || all_agree(std::index_sequence_for<E...>{});

    template <std::size_t... I>
    static auto kept(std::index_sequence<I...>) -> joined<std::conditional_t<found.repeats[I], types<>, types<E>>...>;

    static auto choose() {
        if constexpr (found.any)
            return kept(std::index_sequence_for<E...>{});
        else
            return joined<types<E...>>{};
    }
    using type = typename decltype(choose())::type;
};

// What a context is where one of its parts is wrong: nothing more is said about it.
struct unsound_events : events<> {
    static constexpr bool is_sound = false;
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
    } else if constexpr (!all_of({true, part_events<Part>::type::is_sound...})) {
        return std::type_identity<unsound_events>{};
    } else {
        using all = typename joined<typename part_events<Part>::type::entries...>::type;
        if constexpr (united<all>::agreed)
            return events_from<typename united<all>::type>{};
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
            return detail::all_of({true, require::context_has_what_is_selected<Context, E>()...});
    }();
};

}  // namespace sillok
