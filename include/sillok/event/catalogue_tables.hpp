#pragma once
// What the compiler knows of a list of events: which place a type has in it, and the tables by which records are found.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/binary_reader.hpp"  // what a shape refers to
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/entry.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/former_names.hpp"

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

// A fold over && without the compilers' limit of 256 operands.
template <std::size_t N>
consteval bool all_of(const bool (&each)[N]) {
    for (const bool one : each)
        if (!one) return false;
    return true;
}

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

// Former names have words in the index as well, for the rows of their event.
template <class... E>
consteval std::size_t words_of(types<E...>) {
    std::size_t words = 0;
    for (const std::size_t each : {std::size_t{0}, E::versions::size * (1 + E::former_size)...}) words += each;
    return words;
}

template <class... E>
consteval auto index_from(types<E...> list) {
    constexpr auto former = former_names_from(list);
    return catalogue_index<words_of(list)>(entries_from(list).list, sizeof...(E), former.list, former.size);
}

// The entries of a list that are recorded still.
template <class... E>
auto live_entries(types<E...> list) {
    if constexpr (all_of({true, E::versions::size != 0 ...}))
        return list;
    else
        return concatenation<std::conditional_t<E::versions::size == 0, types<>, types<E>>...>{};
}

template <class... E>
types<typename E::current...> current_types_of(types<E...>);

template <class... E>
consteval auto retired_from(types<E...>) {
    constexpr std::size_t size = [] {
        std::size_t count = 0;
        for (const std::size_t versions : {std::size_t{1}, E::versions::size...}) count += versions == 0 ? 1 : 0;
        return count;
    }();
    retired_names<size> names;
    if constexpr (size != 0) {
        std::size_t at = 0;
        for (const event_type& each : {E::type()...})
            if (each.revision == 0) names.list[at++] = each.name;
    }
    return names;
}

// The tables of a catalogue. Whatever has a symbol is a template over the catalogue's own, short name and never over the
// list of its events: a symbol that spells out hundreds of events costs g++ half a second.
template <class Catalogue>
inline constexpr auto entries_of = entries_from(typename Catalogue::entries{});
template <class Catalogue>
inline constexpr auto index_of_rows = index_from(typename Catalogue::entries{});
template <class Catalogue>
inline constexpr auto former_names_of = former_names_from(typename Catalogue::entries{});
template <class Catalogue>
inline constexpr auto retired_names_of = retired_from(typename Catalogue::declared{});

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
