#pragma once
// Events and their catalogue: which names are persisted, and which struct each revision of a name has.
//
//     struct account_events : sillok::events<
//         sillok::event<"account.opened",  account_opened>,
//         sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>> {};
//
// A catalogue is a named struct, so that symbols and messages stay short. A version is a place in the list: the first is
// revision 1, the last is the current one, the only one that handlers see and that is recorded.
//
// Types stand at the border only: a record's name and revision become a small number by one search in a table that the
// compiler built, and a type becomes the same number by one overload resolution (core/type_list.hpp).

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/binary_reader.hpp"  // what a shape refers to
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/fixed_string.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
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

template <std::size_t Entry, class Event, class... V>
struct leaves_of_event {
    using type = version_leaves<Entry, Event, std::index_sequence_for<V...>, V...>;
};

template <std::size_t Entry, class Event, class V>
struct leaves_of_event<Entry, Event, V> {
    using type = version_leaf<Entry, 1, V, Event>;
};

template <class... V>
struct last_of {
    using type = typename decltype((static_cast<void>(0), ..., std::type_identity<V>{}))::type;
};

template <class V>
struct last_of<V> {
    using type = V;
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

// One event: the name under which it is persisted, and its versions from the oldest to the current.
template <fixed_string Name, class... Versions>
struct event {
    static_assert(sizeof...(Versions) > 0, "sillok: an event has at least one version");

    using versions = types<Versions...>;
    using current = typename detail::last_of<Versions...>::type;
    // What is recorded: the name, and the revision of the current version.
    static consteval event_type type() { return {Name.view(), static_cast<std::uint16_t>(sizeof...(Versions))}; }

    template <std::size_t Entry>
    using leaves = typename detail::leaves_of_event<Entry, event, Versions...>::type;

    // Whether this can be part of a catalogue; where it cannot, one error has said why.
    static consteval bool is_sound() {
        if constexpr (!is_name(Name.view()))
            return !require::event_name_is_a_name<current>();
        else
            return detail::upcasts_exist<Versions...>;
    }
};

}  // namespace sillok

namespace sillok::detail {

template <std::size_t Entry, std::uint16_t Revision, class Event>
struct version_place {
    enum : std::size_t { entry = Entry };
    enum : std::uint16_t { revision = Revision };
    using event = Event;
};

template <class T, std::size_t Entry, std::uint16_t Revision, class Event>
version_place<Entry, Revision, Event> place_of(const version_leaf<Entry, Revision, T, Event>*);
template <class T>
version_place<npos, 0, void> place_of(const void*);

template <class Entries, class Indices>
struct all_leaves;

template <class... E, std::size_t... I>
struct all_leaves<types<E...>, std::index_sequence<I...>> : E::template leaves<I>... {};

template <class... E>
consteval std::size_t rows_of(types<E...>) {
    std::size_t rows = 0;
    for (const std::size_t revisions : {std::size_t{0}, E::versions::size...}) rows += revisions;
    return rows;
}

template <class... E>
consteval auto entries_from(types<E...>) {
    return catalogue_entries<sizeof...(E)>({E::type()..., event_type{}});
}

template <class... E>
consteval auto index_from(types<E...> list) {
    return catalogue_index<rows_of(list)>(entries_from(list).list, sizeof...(E));
}

// The tables of a catalogue. Whatever has a symbol is a template over the catalogue's own, short name and never over the
// list of its events: a symbol that spells out hundreds of events costs g++ half a second.
template <class Catalogue>
inline constexpr auto entries_of = entries_from(typename Catalogue::entries{});
template <class Catalogue>
inline constexpr auto index_of_rows = index_from(typename Catalogue::entries{});

template <class Entries>
struct leaves_of_entries;
template <class... E>
struct leaves_of_entries<types<E...>> {
    using type = all_leaves<types<E...>, std::index_sequence_for<E...>>;
};

template <class Entries, class T>
using place_among = decltype(place_of<T>(static_cast<const typename leaves_of_entries<Entries>::type*>(nullptr)));
template <class Catalogue, class T>
struct place_in : place_among<typename Catalogue::entries, T> {};

template <class Catalogue, class T>
consteval event_type type_in() {
    using place = place_in<Catalogue, T>;
    event_type type = place::event::type();
    type.revision = place::revision;
    type.shape = &shape_of<T>::value;
    return type;
}

template <std::size_t I, class T>
std::type_identity<T> element_of(const leaf<I, T>*);
template <class List, std::size_t I>
using element = typename decltype(element_of<I>(static_cast<const typename leaves_of<List>::type*>(nullptr)))::type;

}  // namespace sillok::detail

namespace sillok::require {

template <class First, class Second>
consteval bool event_names_are_unique() {
    static_assert(
        !std::same_as<First, First>,
        "sillok[E0201]: two events of a catalogue may not have the same name. "
        "Fix: give one of them another name, or list both structs as versions of one event. See docs/errors.md#E0201");
    return true;
}

template <class T>
consteval bool types_are_listed_once() {
    static_assert(!std::same_as<T, T>,
                  "sillok[E0202]: a type may stand in a catalogue only once, as one version of one event. "
                  "Fix: write a struct of its own for each event and version. See docs/errors.md#E0202");
    return true;
}

template <class First, class Second>
consteval bool name_hashes_are_unique() {
    static_assert(!std::same_as<First, First>,
                  "sillok[E0203]: two event names of a catalogue have the same 32-bit hash. "
                  "Fix: change one of the two names by a letter before it is first recorded. See docs/errors.md#E0203");
    return true;
}

}  // namespace sillok::require

namespace sillok::detail {

// A fold over && without the compilers' limit of 256 operands.
template <std::size_t N>
consteval bool all_of(const bool (&each)[N]) {
    for (const bool one : each)
        if (!one) return false;
    return true;
}

template <class V, bool IsPlaced>
struct placed_once : std::true_type {};
template <class V>
struct placed_once<V, false> : std::bool_constant<!require::types_are_listed_once<V>()> {};

// Whether the versions of one event stand in the list only there. A type, since a function would have a symbol.
template <class Entries, class Versions>
struct listed_once;
template <class Entries, class... V>
struct listed_once<Entries, types<V...>>
    : std::bool_constant<all_of({true, placed_once<V, place_among<Entries, V>::entry != npos>{}()...})> {};

// Whether a list of events can be a catalogue. Where it cannot, one error says why and the rest of the library is silent.
template <class... E>
consteval bool list_is_sound(types<E...> list) {
    constexpr name_clash clash = index_from(list).clash;
    if constexpr (!all_of({true, E::is_sound()...})) {
        return false;
    } else if constexpr (clash.first != npos) {
        using first = element<types<E...>, clash.first>;
        using second = element<types<E...>, clash.second>;
        if constexpr (first::type().name == second::type().name)
            return !require::event_names_are_unique<typename first::current, typename second::current>();
        else
            return !require::name_hashes_are_unique<typename first::current, typename second::current>();
    } else {
        return all_of({true, listed_once<types<E...>, typename E::versions>{}()...});
    }
}

}  // namespace sillok::detail

namespace sillok {

// A catalogue: derive a struct from it. See the top of this header.
template <class... E>
struct events {
    using entries = types<E...>;
    // The structs that handlers see, in the order of the list.
    using current_types = types<typename E::current...>;
    enum : std::size_t { size = sizeof...(E) };
    // Whether the list is free of mistakes; where it is not, one error has said why. Judged where the catalogue is written
    // down. (An enumerator, since a variable would have a symbol.)
    enum : bool { is_sound = detail::list_is_sound(types<E...>{}) };
};

namespace detail {

template <class... E>
std::true_type derives_from_events(const events<E...>*);
std::false_type derives_from_events(const void*);

}  // namespace detail

// A struct that derives from events<…>: a catalogue of one's own, or a context.
template <class T>
concept catalogue = std::is_class_v<T> && decltype(detail::derives_from_events(static_cast<const T*>(nullptr)))::value;

}  // namespace sillok

namespace sillok::require {

template <class T>
consteval bool is_a_catalogue() {
    static_assert(
        catalogue<T>,
        "sillok[E0209]: events are looked up in a catalogue, a struct that derives from sillok::events<...>. "
        "Fix: write `struct my_events : sillok::events<sillok::event<\"name\", my_event>> {}` and name it here. "
        "See docs/errors.md#E0209");
    return catalogue<T>;
}

}  // namespace sillok::require

namespace sillok {

// The place of an event in a catalogue, by its current struct or any older version; `npos` where it has none.
template <catalogue Catalogue, class T>
inline constexpr std::size_t entry_index = detail::place_in<Catalogue, T>::entry;

// Whether `T` is the current struct of an event of the catalogue: what may be recorded, and what handlers see.
template <class T, class Catalogue>
concept current_event_of = catalogue<Catalogue> && requires {
    requires std::same_as<typename detail::place_in<Catalogue, T>::event::current, T>;
};

// What a record says of a struct: its persisted name, the name's hash, and the revision whose shape it is; and that shape.
template <catalogue Catalogue, class T>
    requires(entry_index<Catalogue, T> != npos)
inline constexpr event_type event_type_of = detail::type_in<Catalogue, T>();

// The place in the catalogue of a recorded event; `npos` where its name or revision is unknown.
//
// Complexity: O(1) in the number of events; one comparison of the name.
template <catalogue Catalogue>
std::size_t find_entry(record_view record) noexcept {
    const auto& index = detail::index_of_rows<Catalogue>;
    const auto& slot = index.find(detail::type_word(record.type_hash(), record.revision()));
    if (slot.word == 0 || detail::entries_of<Catalogue>.list[slot.entry].current.name != record.type()) return npos;
    return slot.entry;
}

}  // namespace sillok
