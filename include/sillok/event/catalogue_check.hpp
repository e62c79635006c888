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
        "sillok[E0213]: what an old event becomes are events of its catalogue, and none of its own older versions or what becomes "
        "one of them again. "
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

// The steps of all versions of a list, and whether some lead back to where they began: then what is read would never come to an end.
// A row is a version; the steps of each stand one behind the other.
template <std::size_t Rows, std::size_t Steps>
struct split_steps {
    std::size_t first[Rows + 1]{};
    std::size_t to[Steps + 1]{};
    std::size_t rows = 0;
    std::size_t size = 0;

    constexpr void end_row() { first[++rows] = size; }

    // A row on a circle; `npos` where there is none.
    constexpr std::size_t circle() const {
        unsigned char seen[Rows + 1]{};  // 1: on the way, 2: done with
        for (std::size_t row = 0; row < rows; ++row)
            if (const std::size_t found = walk(row, seen); found != npos) return found;
        return npos;
    }

private:
    constexpr std::size_t walk(std::size_t row, unsigned char* seen) const {
        if (seen[row] == 2) return npos;
        if (seen[row] == 1) return row;
        seen[row] = 1;
        for (std::size_t i = first[row]; i < first[row + 1]; ++i)
            if (const std::size_t found = walk(to[i], seen); found != npos) return found;
        seen[row] = 2;
        return npos;
    }
};

template <class Previous, class Next>
consteval std::size_t steps_between() {
    if constexpr (is_several<step_result<Previous, Next>>)
        return step_result<Previous, Next>::event_types::size;
    else
        return 1;
}
template <class Last>
consteval std::size_t count_steps(types<Last>) {
    return 0;
}
template <class Previous, class Next, class... Rest>
consteval std::size_t count_steps(types<Previous, Next, Rest...>) {
    return steps_between<Previous, Next>() + count_steps(types<Next, Rest...>{});
}

template <class Entries, class Graph, class Last>
constexpr void add_steps(Graph& to, const std::size_t*, types<Last>) {
    to.end_row();
}
template <class Entries, class Graph, class... Part>
constexpr void add_parts(Graph& to, const std::size_t* rows, types<Part...>) {
    ((to.to[to.size++] = rows[place_among<Entries, Part>::entry] + place_among<Entries, Part>::revision - 1), ...);
}
template <class Entries, class Graph, class Previous, class Next, class... Rest>
constexpr void add_steps(Graph& to, const std::size_t* rows, types<Previous, Next, Rest...>) {
    if constexpr (is_several<step_result<Previous, Next>>)
        add_parts<Entries>(to, rows, typename step_result<Previous, Next>::event_types{});
    else
        to.to[to.size++] = to.rows + 1;
    to.end_row();
    add_steps<Entries>(to, rows, types<Next, Rest...>{});
}

// The place of an event that becomes itself again; `npos` where there is none.
template <class... E>
consteval std::size_t find_circle(types<E...> entries) {
    split_steps<rows_of(entries), (count_steps(typename E::versions{}) + ... + 0)> graph;
    std::size_t rows[sizeof...(E) + 1]{};
    std::size_t at = 0;
    for (const std::size_t size : {E::versions::size...}) rows[at + 1] = rows[at] + size, ++at;
    (add_steps<types<E...>>(graph, rows, typename E::versions{}), ...);
    const std::size_t row = graph.circle();
    for (std::size_t entry = 0; row != npos && entry < sizeof...(E); ++entry)
        if (row < rows[entry + 1]) return entry;
    return npos;
}
template <class... E>
consteval bool splits_end(types<E...> entries) {
    constexpr std::size_t circle = find_circle(entries);
    if constexpr (circle != npos) {
        using event = typename element<types<E...>, circle>::current;
        return require::part_is_of_the_catalogue<event, event>();
    }
    return true;
}

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
    // Former names, by the places of the events that had them.
    std::size_t at = 0;
    name_clash clash;
    const auto look = [&]<class Event>(std::type_identity<Event>) {
        if constexpr (requires { Event::former_size; })
            for (std::size_t f = 0; f < Event::former_size; ++f)
                for (std::size_t i = 0; i < sizeof...(E); ++i)
                    if (types[i].revision == 0 && types[i].name == Event::former()[f]) clash = {i, at};
        ++at;
    };
    (look(std::type_identity<E>{}), ...);
    return clash;
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
        else if constexpr (!once || !all_of({true, splits_soundly<types<E...>, E>{}()...}))
            return false;
        else
            return splits_end(list);
    }
}
template <class... Declared, class Live>
consteval bool declared_soundly(types<Declared...> declared, Live live) {
    if constexpr (Live::size != sizeof...(Declared))
        if constexpr (!retired_names_are_free(declared) || !all_of({true, Declared::is_sound()...})) return false;
    return list_is_sound(live);
}

}  // namespace sillok::detail
