#pragma once
// Whether a list of events can be a catalogue. Where it cannot, one error with a code says why (docs/errors.md#E0201 and following).

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_tables.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/several.hpp"
#include "sillok/event/upcast.hpp"

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

template <class Next, class Part>
consteval bool part_is_of_the_catalogue() {
    static_assert(
        !std::same_as<Part, Part>,
        "sillok[E0213]: what an old event becomes are events of its catalogue, and none of its own older versions. "
        "Fix: add the event to the catalogue, or take it out of the several<...> that upcast returns. See docs/errors.md#E0213");
    return false;
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

// Whether what a step of the chain splits into can go on from there, and comes to an end.
template <class Entries, class Entry, class Next, class Part>
consteval bool part_is_listed() {
    using versions = typename Entry::versions;
    constexpr std::size_t own = index_of<versions, Part>;
    if constexpr (place_among<Entries, Part>::entry != npos && (own == npos || own >= index_of<versions, Next>))
        return true;
    else
        return require::part_is_of_the_catalogue<Next, Part>();
}
template <class Entries, class Entry, class Next, class... Part>
consteval bool parts_are_listed(types<Part...>) {
    return all_of({true, part_is_listed<Entries, Entry, Next, Part>()...});
}
template <class Entries, class Entry, class Last>
consteval bool splits_well(types<Last>) {
    return true;
}
template <class Entries, class Entry, class Previous, class Next, class... Rest>
consteval bool splits_well(types<Previous, Next, Rest...>) {
    bool good = splits_well<Entries, Entry>(types<Next, Rest...>{});
    if constexpr (is_several<step_result<Previous, Next>>)
        good &= parts_are_listed<Entries, Entry, Next>(typename step_result<Previous, Next>::event_types{});
    return good;
}
template <class Entries, class Entry, bool Splits = Entry::is_split>
struct splits_soundly : std::true_type {};
template <class Entries, class Entry>
struct splits_soundly<Entries, Entry, true>
    : std::bool_constant<splits_well<Entries, Entry>(typename Entry::versions{})> {};

// Whether two events had the same name at any time.
template <class First, class Second>
consteval bool share_a_name() {
    std::string_view names[First::former_size + 1]{First::type().name};
    for (std::size_t i = 0; i < First::former_size; ++i) names[i + 1] = First::former()[i];
    for (const std::string_view each : names) {
        if (each == Second::type().name) return true;
        for (const std::string_view former : Second::former())
            if (each == former) return true;
    }
    return false;
}

// A retired name of a list that something else in it has, by their places; `npos` twice where there is none.
template <class... E>
consteval name_clash find_retired_clash(types<E...>) {
    const event_type types[] = {E::type()..., event_type{}};
    for (std::size_t i = 0; i < sizeof...(E); ++i)
        for (std::size_t j = 0; types[i].revision == 0 && j < sizeof...(E); ++j)
            if (i != j && types[i].name == types[j].name) return {i, j};
    return {};
}
template <class... E>
consteval bool retired_names_are_free(types<E...> declared) {
    constexpr name_clash clash = find_retired_clash(declared);
    if constexpr (clash.first != npos) {
        using first = element<types<E...>, clash.first>;
        using second = element<types<E...>, clash.second>;
        return !require::event_names_are_unique<first, typename second::current>();
    }
    return true;
}

// Whether a list of events can be a catalogue. Where it cannot, one error says why and the rest of the library is silent.
template <class... E>
consteval bool list_is_sound(types<E...> list) {
    constexpr name_clash clash = index_from(list).clash;
    if constexpr (!all_of({true, E::is_sound()...})) {
        return false;
    } else if constexpr (clash.first != npos) {
        using first = element<types<E...>, clash.first>;
        using second = element<types<E...>, clash.second>;
        if constexpr (share_a_name<first, second>())
            return !require::event_names_are_unique<typename first::current, typename second::current>();
        else
            return !require::name_hashes_are_unique<typename first::current, typename second::current>();
    } else {
        constexpr bool once = all_of({true, listed_once<types<E...>, typename E::versions>{}()...});
        if constexpr (all_of({true, !E::is_split...}))
            return once;
        else
            return once && all_of({true, splits_soundly<types<E...>, E>{}()...});
    }
}
template <class... Declared, class Live>
consteval bool declared_soundly(types<Declared...> declared, Live live) {
    if constexpr (Live::size != sizeof...(Declared))
        if constexpr (!retired_names_are_free(declared) || !all_of({true, Declared::is_sound()...})) return false;
    return list_is_sound(live);
}

}  // namespace sillok::detail
