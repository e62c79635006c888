#pragma once
// What stands in a catalogue: an event with its versions and the names that it had, or a name that is retired.
//
//     struct order_events : sillok::events<
//         sillok::event<"order.placed", sillok::formerly<"order.submitted">, v1::order_placed, order_placed>,
//         sillok::event<"order.noted", sillok::coded_by<sillok::weak_json_codec>, order_noted>,
//         sillok::retired<"order.printed">> {};

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/codec.hpp"
#include "sillok/core/fixed_string.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/upcast.hpp"

namespace sillok::detail {

// A version's place in a catalogue, as a base class by which it is found.
template <std::size_t Entry, std::uint16_t Revision, class T, class Event>
struct version_leaf {};

template <std::size_t Entry, class Event, class Revisions, class... V>
struct version_leaves;

template <std::size_t Entry, class Event, std::size_t... R, class... V>
struct version_leaves<Entry, Event, std::index_sequence<R...>, V...>
    : version_leaf<Entry, static_cast<std::uint16_t>(R + 1), V, Event>... {};

template <class... V>
struct last_of {
    using type = typename decltype((static_cast<void>(0), ..., std::type_identity<V>{}))::type;
};

// The versions of an event, of which most have one.
template <class... V>
struct version_chain {
    using current = typename last_of<V...>::type;
    static constexpr bool splits = chain_splits<V...>;
    template <std::size_t Entry, class Event>
    using leaves = version_leaves<Entry, Event, std::index_sequence_for<V...>, V...>;
};
template <class V>
struct version_chain<V> {
    using current = V;
    static constexpr bool splits = false;
    template <std::size_t Entry, class Event>
    using leaves = version_leaf<Entry, 1, V, Event>;
};

}  // namespace sillok::detail

namespace sillok::require {

template <class Current>
consteval bool event_name_is_a_name() {
    static_assert(
        !std::same_as<Current, Current>,
        "sillok[E0204]: an event's name has 1 to 255 printable characters, without space, quote, backslash and comma. "
        "Fix: write a name like \"account.opened\". See docs/errors.md#E0204");
    return true;
}

}  // namespace sillok::require

namespace sillok {

// Names under which an event was recorded before it got its name. A revision is the same struct under each of them.
template <fixed_string... Name>
struct formerly {};

// With what an event is recorded, where that is not binary_codec: by the first; and read by the one that has the format of the
// payload. What was recorded by binary_codec before stays readable, and so does what the others wrote.
template <codec Writer, codec... Reader>
struct coded_by {};

// One event: the name under which it is persisted, and its versions from the oldest to the current. Behind the name may stand what it
// was called before, `formerly<"…">`, and with what it is recorded, `coded_by<…>`.
template <fixed_string Name, class... Versions>
struct event {
    static_assert(sizeof...(Versions) > 0, "sillok: an event has at least one version");

    using versions = types<Versions...>;
    enum : std::size_t { former_size = 0 };
    enum : bool { is_split = detail::version_chain<Versions...>::splits, is_coded = false };
    static consteval std::array<std::string_view, 0> former() { return {}; }
    using current = typename detail::version_chain<Versions...>::current;
    // What is recorded: the name, and the revision of the current version.
    static consteval event_type type() { return {Name.view(), static_cast<std::uint16_t>(sizeof...(Versions))}; }

    template <std::size_t Entry, class Event = event>
    using leaves = typename detail::version_chain<Versions...>::template leaves<Entry, Event>;

    // Whether this can be part of a catalogue; where it cannot, one error has said why.
    static consteval bool is_sound() {
        if constexpr (!is_name(Name.view()))
            return !require::event_name_is_a_name<current>();
        else
            return detail::upcasts_exist<Versions...>;
    }
};

template <fixed_string Name, fixed_string... Former, class... Versions>
struct event<Name, formerly<Former...>, Versions...> {
    static_assert(sizeof...(Versions) > 0, "sillok: an event has at least one version");

    using versions = types<Versions...>;
    using current = typename detail::version_chain<Versions...>::current;
    enum : std::size_t { former_size = sizeof...(Former) };
    enum : bool { is_split = detail::version_chain<Versions...>::splits, is_coded = false };
    static consteval std::array<std::string_view, sizeof...(Former)> former() { return {Former.view()...}; }
    static consteval event_type type() { return {Name.view(), static_cast<std::uint16_t>(sizeof...(Versions))}; }

    template <std::size_t Entry, class Event = event>
    using leaves = typename detail::version_chain<Versions...>::template leaves<Entry, Event>;

    static consteval bool is_sound() {
        if constexpr (!(is_name(Name.view()) && ... && is_name(Former.view())))
            return !require::event_name_is_a_name<current>();
        else
            return detail::upcasts_exist<Versions...>;
    }
};

template <fixed_string Name, class... Codecs, class... Versions>
struct event<Name, coded_by<Codecs...>, Versions...> : event<Name, Versions...> {
    using codecs = types<Codecs...>;
    enum : bool { is_coded = true };

    template <std::size_t Entry>
    using leaves = typename event<Name, Versions...>::template leaves<Entry, event>;
};
template <fixed_string Name, fixed_string... Former, class... Codecs, class... Versions>
struct event<Name, formerly<Former...>, coded_by<Codecs...>, Versions...>
    : event<Name, coded_by<Codecs...>, formerly<Former...>, Versions...> {};

// An event that is not recorded any more, and that no handler is given. Its struct may go; its name stays here, so that what was
// recorded under it is known, and passed over and counted.
template <fixed_string Name>
struct retired {
    using versions = types<>;
    using current = retired;
    static consteval event_type type() { return {Name.view(), 0}; }
    static consteval bool is_sound() {
        if constexpr (!is_name(Name.view()))
            return !require::event_name_is_a_name<retired>();
        else
            return true;
    }
};

}  // namespace sillok
