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
//         using summaries = sillok::summaries<year_closed>;                    // optional; see summaries.hpp
//     };

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/command/decision.hpp"
#include "sillok/command/tags.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/handler.hpp"

namespace sillok {

// The commands that an aggregate, or a handler on a bus, takes.
template <class... C>
struct commands : types<C...> {};

// What an aggregate lists as `summaries`: current events of its catalogue. Applied to an aggregate that has had nothing happen to
// it, each makes the one that all events up to there would have made.
template <class... E>
struct summaries : types<E...> {};

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

// The list that an aggregate gives, or an empty one, so that what is missing is said once and in words.
template <class A>
struct commands_listed_by {
    using type = commands<>;
};
template <class A>
    requires requires { typename A::commands; }
struct commands_listed_by<A> {
    using type = typename A::commands;
};
template <class A>
using listed_commands = typename commands_listed_by<A>::type;

// The commands that a part takes, as a plain list.
template <class Part>
using commands_of = typename as_types<typename Part::commands>::type;

template <class C, class... Listed>
consteval bool is_listed(types<Listed...>) {
    return (std::same_as<C, Listed> || ...);
}

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
concept has_decide = requires {
    static_cast<Signature>(&A::decide);
    requires !requires { static_cast<Signature>(&A::template decide<>); };
};

template <class A, class C, class R>
concept decides_exactly =
    has_decide<A, R (A::*)(const C&) const> || has_decide<A, R (*)(const C&)> || has_decide<A, R (A::*)(C) const>;

// Whether the aggregate gives the event tags.
template <class A, class E>
concept tags_event = requires {
    static_cast<void (*)(const E&, tags&)>(&A::tag);
};

template <class A, class E>
void tag_event([[maybe_unused]] const E& event, [[maybe_unused]] tags& out) {
    if constexpr (tags_event<A, E>) A::tag(event, out);
}

// Whether it has a member of that name at all, of whatever kind and access: then `&any_tag<A>::tag` is ambiguous.
struct has_tag {
    int tag;
};
template <class A>
struct any_tag : A, has_tag {};
template <class A>
concept mentions_tag = std::is_class_v<A> && !requires {
    &any_tag<A>::tag;
};

// Stand for arguments of any type, for lvalues and for rvalues.
struct any_lvalue {
    template <class T>
    operator T&() const;  // NOLINT(google-explicit-constructor)
};
struct any_rvalue {
    template <class T>
    operator T&&() const;  // NOLINT(google-explicit-constructor)
};

template <class A, class... Argument>
concept calls_tag = requires(A& aggregate, Argument... argument) {
    aggregate.tag(static_cast<Argument>(argument)...);
};

// Whether a `tag` takes the event in a way in which it is never called.
template <class A, class E>
concept tags_in_vain = calls_tag<A, const E&, any_lvalue, any_lvalue> || calls_tag<A, any_lvalue, const E&> ||
    (!tags_event<A, E> &&
     (calls_tag<A, E&, any_lvalue> || calls_tag<A, E&, any_rvalue> || calls_tag<A, E, any_lvalue> || calls_tag<A, E&>));

// Whether it takes an old version of an event, of which none is recorded any more; not as a template of everything.
template <class A, class Current, class Old>
concept tags_old_version = !std::same_as<Old, Current> && tags_event<A, Old> && !requires {
    static_cast<void (*)(const Old&, tags&)>(&A::template tag<>);
};
template <class A, class Current, class... V>
consteval bool tags_no_old_version(types<V...>) {
    return (!tags_old_version<A, Current, V> && ...);
}

template <class Decision, class Catalogue>
inline constexpr bool yields_only = false;
template <class... E, class Catalogue>
inline constexpr bool yields_only<decision<E...>, Catalogue> = (current_event_of<E, Catalogue> && ...);

template <class A>
struct summaries_listed_by {
    using type = summaries<>;
};
template <class A>
    requires requires { typename A::summaries; }
struct summaries_listed_by<A> {
    using type = typename A::summaries;
};

template <class Catalogue, class List>
inline constexpr bool are_current = false;
template <class Catalogue, class... E>
inline constexpr bool are_current<Catalogue, summaries<E...>> = (current_event_of<E, Catalogue> && ...);

// Whether the `apply` that is called for each event of a list takes the event alone.
template <class A, class Events>
inline constexpr bool applies_alone = false;
template <class A, class... E>
inline constexpr bool applies_alone<A, types<E...>> = ((form_of<A, E> == handler_form::apply) && ...);

template <class A>
concept has_aggregate_parts = requires {
    { A::name } -> std::convertible_to<std::string_view>;
    typename A::events;
    typename A::commands;
    requires std::default_initializable<A>;
    requires std::copyable<A>;
    requires !std::is_final_v<A>;  // whether it has a `tag` at all is found out by deriving from it
};

// Whether the name is known when this compiles, and a name.
template <class A>
concept has_sound_name = requires {
    requires std::bool_constant<is_name(A::name)>::value;
};

}  // namespace sillok::detail

namespace sillok::require {

template <class Aggregate>
consteval bool aggregate_is_complete() {
    static_assert(
        detail::has_aggregate_parts<Aggregate>,
        "sillok[E0101]: an aggregate is a struct, not final, that can be copied and made from nothing, with a name, events "
        "and commands, all public. Fix: add what is missing of `static constexpr sillok::name name = \"...\"; using events = "
        "...; using commands = sillok::commands<...>;`, or what keeps it from being copied. See docs/errors.md#E0101");
    return detail::has_aggregate_parts<Aggregate>;
}

template <class Aggregate>
consteval bool aggregate_has_a_name() {
    static_assert(
        detail::has_sound_name<Aggregate>,
        "sillok[E0113]: an aggregate's name is a constant of 1 to 255 printable characters, without space, quote, "
        "backslash and comma. Fix: write `static constexpr sillok::name name = \"account\";`. See docs/errors.md#E0113");
    return detail::has_sound_name<Aggregate>;
}

template <class Aggregate, class Command>
consteval bool aggregate_lists_command_once() {
    constexpr bool once = contains<detail::commands_of<Aggregate>, Command>;
    static_assert(
        once,
        "sillok[E0112]: an aggregate lists each command once. Fix: remove the repetition from `using commands`. "
        "See docs/errors.md#E0112");
    return once;
}

template <class Aggregate, class Event>
consteval bool aggregate_applies_event() {
    static_assert(
        handles<Aggregate, Event>,
        "sillok[E0102]: an aggregate must apply every event that it lists, by its exact type. Fix: add a public "
        "`void apply(const Event&)`; one that is there is private, a template, takes another type, or returns a "
        "value. See docs/errors.md#E0102");
    return handles<Aggregate, Event>;
}

template <class Aggregate, class Command>
consteval bool aggregate_decides_command() {
    using decided = typename detail::decision_of<Aggregate, Command>::type;
    constexpr bool decides = detail::decides_exactly<Aggregate, Command, decided>;
    static_assert(
        decides,
        "sillok[E0103]: an aggregate must decide every command that it lists, by its exact type. Fix: add a "
        "public `sillok::decision<...> decide(const Command&) const`; one that is there is private, not const, a "
        "template, or takes another type. See docs/errors.md#E0103");
    return decides;
}

template <class Aggregate, class Command, class Decision>
consteval bool decision_yields_own_events() {
    constexpr bool own = detail::yields_only<Decision, typename Aggregate::events>;
    static_assert(
        own,
        "sillok[E0104]: `decide` returns a sillok::decision of current events of its aggregate's catalogue. Fix: "
        "return `sillok::decision<Event>`, with the current struct of an event that the catalogue lists. See docs/errors.md#E0104");
    return own;
}

template <class Aggregate, class Event>
consteval bool aggregate_tags_event() {
    constexpr bool right = !detail::tags_in_vain<Aggregate, Event>;
    static_assert(
        right,
        "sillok[E0109]: `tag` is called for an event only if it is static and takes exactly the event and a "
        "sillok::tags&; anything else would be passed over. Fix: write `static void tag(const Event&, sillok::tags&)`, "
        "public. See docs/errors.md#E0109");
    constexpr bool current = detail::tags_no_old_version<Aggregate, Event>(
        typename detail::place_in<typename Aggregate::events, Event>::event::versions{});
    static_assert(
        current || !right,
        "sillok[E0109]: `tag` is called for the current version of an event only; none of this older one is recorded any "
        "more. Fix: write it for the current struct. See docs/errors.md#E0109");
    return right && current;
}

template <class Aggregate>
consteval bool aggregate_has_a_tag_that_is_called() {
    static_assert(
        !std::same_as<Aggregate, Aggregate>,
        "sillok[E0109]: an aggregate's `tag` is called only if it is static and public and takes exactly an event of the "
        "catalogue and a sillok::tags&; this one would be passed over. Fix: write `static void tag(const Event&, "
        "sillok::tags&)`. See docs/errors.md#E0109");
    return false;
}

template <class Aggregate>
consteval bool summaries_are_own_events() {
    constexpr bool own =
        detail::are_current<typename Aggregate::events, typename detail::summaries_listed_by<Aggregate>::type>;
    static_assert(
        own,
        "sillok[E0114]: an aggregate's summaries are current events of its catalogue. Fix: write `using summaries = "
        "sillok::summaries<Event>;`, with the current struct of an event that the catalogue lists. See "
        "docs/errors.md#E0114");
    return own;
}

template <class Aggregate, class Command>
consteval bool aggregate_lists_command() {
    constexpr bool listed = detail::is_listed<Command>(detail::commands_of<Aggregate>{});
    static_assert(listed,
                  "sillok[E0105]: an aggregate executes the commands that it lists. Fix: add the command to "
                  "`using commands`, or send it to the aggregate that lists it. See docs/errors.md#E0105");
    return listed;
}

}  // namespace sillok::require

namespace sillok::detail {

template <class A, class C>
consteval bool decides_well() {
    if constexpr (!require::aggregate_lists_command_once<A, C>())
        return false;
    else if constexpr (require::aggregate_decides_command<A, C>())
        return require::decision_yields_own_events<A, C, typename decision_of<A, C>::type>();
    else
        return false;
}

template <class A, class E>
consteval bool applies_well() {
    if constexpr (is_taken_twice<A, E>())
        return require::event_is_taken_by_one_function<A, E>();
    else
        return require::aggregate_applies_event<A, E>();
}

template <class A, class... E>
consteval bool applies_all(types<E...>) {
    return all_of({true, applies_well<A, E>()...});
}
template <class A, class... E>
consteval bool tags_well(types<E...>) {
    if constexpr (!mentions_tag<A>)
        return true;
    else if constexpr ((tags_event<A, E> || ...))
        return all_of({true, require::aggregate_tags_event<A, E>()...});
    else  // of a name that is never called, one event is named, not all
        return require::aggregate_has_a_tag_that_is_called<A>();
}
template <class A, class... C>
consteval bool decides_all(types<C...>) {
    return all_of({true, decides_well<A, C>()...});
}

template <class A>
consteval bool is_sound_aggregate() {
    if constexpr (!require::aggregate_is_complete<A>()) {
        return false;
    } else if constexpr (!require::aggregate_has_a_name<A>()) {
        return false;
    } else if constexpr (!require::is_a_catalogue<typename A::events>()) {
        return false;
    } else if constexpr (!A::events::is_sound) {
        return false;  // one error has said why, and what follows from it would be others
    } else {
        // Both, so that each mistake is said; not &&, which would still say both but read as if it did not.
        const bool applies = applies_all<A>(typename A::events::current_types{});
        const bool decides = decides_all<A>(commands_of<A>{});
        const bool tags = tags_well<A>(typename A::events::current_types{});
        const bool summaries = require::summaries_are_own_events<A>();
        return applies && decides && tags && summaries;
    }
}

}  // namespace sillok::detail

namespace sillok {

// Whether `A` can be an aggregate. Where it cannot, naming it in a repository says why in one error.
template <class A>
inline constexpr bool is_aggregate = detail::is_sound_aggregate<A>();

}  // namespace sillok
