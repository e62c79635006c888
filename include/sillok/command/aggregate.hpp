#pragma once
// An aggregate is its own state: a struct that applies events and decides commands.
//
//     struct account {
//         static constexpr sillok::name name = "account";          // the category of its streams
//         using events   = account_events;                         // its catalogue
//         using commands = sillok::commands<open_account, deposit, withdraw>;
//
//         void apply(const money_deposited& e) { balance += e.amount; }        // for each event; may take metadata too
//         sillok::decision<money_withdrawn> decide(const withdraw& c) const;   // for each command
//         static void tag(const money_withdrawn& e, sillok::tags& out);        // optional, for each event that has tags
//     };

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/command/decision.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/handler.hpp"

namespace sillok {

// The commands that an aggregate, or a handler on a bus, takes.
template <class... C>
struct commands : types<C...> {};

}  // namespace sillok

namespace sillok::detail {

template <class List>
struct as_types {
    using type = types<>;
};
template <class... C>
struct as_types<commands<C...>> {
    using type = types<C...>;
};
template <class... C>
struct as_types<types<C...>> {
    using type = types<C...>;
};

// The commands that a part takes, as a plain list.
template <class Part>
using commands_of = typename as_types<typename Part::commands>::type;

// What `decide` returns for a command, or void where nothing takes it.
template <class A, class C>
struct decision_of {
    using type = void;
};
template <class A, class C>
    requires requires(const A& state, const C& command) { state.decide(command); }
struct decision_of<A, C> {
    using type = decltype(std::declval<const A&>().decide(std::declval<const C&>()));
};

// `&A::decide` as exactly that signature, and not as an instance of a template: a base class, a conversion and
// `const auto&` would swallow a command that was added later without a word.
template <class A, class Signature>
concept has_decide = requires { static_cast<Signature>(&A::decide); } && !requires { static_cast<Signature>(&A::template decide<>); };

template <class A, class C, class R>
concept decides_exactly = has_decide<A, R (A::*)(const C&) const> || has_decide<A, R (*)(const C&)> || has_decide<A, R (A::*)(C) const>;

template <class Decision, class Catalogue>
inline constexpr bool yields_only = false;
template <class... E, class Catalogue>
inline constexpr bool yields_only<decision<E...>, Catalogue> = (current_event_of<E, Catalogue> && ...);

// Whether `apply` takes nothing but the event, for all events of a list.
template <class A, class E>
concept applies_event_alone = requires(A& state, const E& event) {
    { state.apply(event) } -> std::same_as<void>;
};
template <class A, class Events>
inline constexpr bool applies_alone = false;
template <class A, class... E>
inline constexpr bool applies_alone<A, types<E...>> = (applies_event_alone<A, E> && ...);

template <class A>
concept has_aggregate_parts = requires {
    { A::name } -> std::convertible_to<std::string_view>;
    typename A::events;
    typename A::commands;
} && std::default_initializable<A> && std::copyable<A>;

}  // namespace sillok::detail

namespace sillok::require {

template <class Aggregate>
consteval bool aggregate_is_complete() {
    static_assert(detail::has_aggregate_parts<Aggregate>,
                  "sillok[E0101]: an aggregate is a struct that can be copied and made from nothing, with a name, events and "
                  "commands. Fix: add `static constexpr sillok::name name = \"…\"; using events = …; using commands = "
                  "sillok::commands<…>;`. See docs/errors.md#E0101");
    return detail::has_aggregate_parts<Aggregate>;
}

template <class Aggregate, class Event>
consteval bool aggregate_applies_event() {
    static_assert(handles<Aggregate, Event>,
                  "sillok[E0102]: an aggregate must apply every event that it lists, by its exact type. Fix: add `void "
                  "apply(const Event&)`. See docs/errors.md#E0102");
    return handles<Aggregate, Event>;
}

template <class Aggregate, class Command>
consteval bool aggregate_decides_command() {
    using decided = typename detail::decision_of<Aggregate, Command>::type;
    constexpr bool decides = detail::decides_exactly<Aggregate, Command, decided>;
    static_assert(decides,
                  "sillok[E0103]: an aggregate must decide every command that it lists, by its exact type. Fix: add "
                  "`sillok::decision<…> decide(const Command&) const`. See docs/errors.md#E0103");
    return decides;
}

template <class Aggregate, class Command, class Decision>
consteval bool decision_yields_own_events() {
    constexpr bool own = detail::yields_only<Decision, typename Aggregate::events>;
    static_assert(own,
                  "sillok[E0104]: `decide` returns a sillok::decision of current events of its aggregate's catalogue. Fix: list "
                  "the event in the catalogue, or decide one that is there. See docs/errors.md#E0104");
    return own;
}

template <class Aggregate, class Command>
consteval bool aggregate_lists_command() {
    constexpr bool listed = contains<detail::commands_of<Aggregate>, Command>;
    static_assert(listed,
                  "sillok[E0105]: an aggregate executes the commands that it lists. Fix: add the command to "
                  "`using commands`, or send it to the aggregate that lists it. See docs/errors.md#E0105");
    return listed;
}

}  // namespace sillok::require

namespace sillok::detail {

template <class A, class C>
consteval bool decides_well() {
    if constexpr (require::aggregate_decides_command<A, C>())
        return require::decision_yields_own_events<A, C, typename decision_of<A, C>::type>();
    else
        return false;
}

template <class A, class... E>
consteval bool applies_all(types<E...>) {
    return all_of({true, require::aggregate_applies_event<A, E>()...});
}
template <class A, class... C>
consteval bool decides_all(types<C...>) {
    return all_of({true, decides_well<A, C>()...});
}

template <class A>
consteval bool is_sound_aggregate() {
    if constexpr (!require::aggregate_is_complete<A>()) {
        return false;
    } else if constexpr (!require::is_a_catalogue<typename A::events>()) {
        return false;
    } else {
        // Both, so that each mistake is said; not &&, which would still say both but read as if it did not.
        const bool applies = applies_all<A>(typename A::events::current_types{});
        const bool decides = decides_all<A>(commands_of<A>{});
        return applies && decides && A::events::is_sound;
    }
}

}  // namespace sillok::detail

namespace sillok {

// Whether `A` can be an aggregate. Where it cannot, naming it in a repository says why in one error.
template <class A>
inline constexpr bool is_aggregate = detail::is_sound_aggregate<A>();

}  // namespace sillok
