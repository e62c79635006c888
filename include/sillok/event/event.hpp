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

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_check.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/catalogue_tables.hpp"
#include "sillok/event/entry.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"

namespace sillok {

// A catalogue: derive a struct from it. See the top of this header.
template <class... E>
struct events {
    using declared = types<E...>;
    // What is recorded still.
    using entries = decltype(detail::live_entries(declared{}));
    // The structs that handlers see, in the order of the list.
    using current_types = decltype(detail::current_types_of(entries{}));
    enum : std::size_t { size = entries::size };
    // Whether the list is free of mistakes; where it is not, one error has said why. Judged where the catalogue is written
    // down. (An enumerator, since a variable would have a symbol.)
    enum : bool { is_sound = detail::declared_soundly(declared{}, entries{}) };
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

// Every name under which an event of the catalogue was ever recorded, the current one first; for a reader that asks for types.
template <catalogue Catalogue, class T>
    requires(entry_index<Catalogue, T> != npos)
inline constexpr auto recorded_names = [] {
    using event = typename detail::place_in<Catalogue, T>::event;
    std::array<std::string_view, event::former_size + 1> names{event::type().name};
    for (std::size_t i = 0; i < event::former_size; ++i) names[i + 1] = event::former()[i];
    return names;
}();

}  // namespace sillok

namespace sillok::detail {

// Whether the record's type has that name, which is a constant where this is called.
inline bool has_name(record_view record, std::string_view name) noexcept {
    const std::string_view type = record.type();
    return type.size() == name.size() && std::memcmp(type.data(), name.data(), name.size()) == 0;
}

// Whether a record's name is that of an event of the catalogue, or was.
template <class Catalogue>
bool is_named(record_view record, std::size_t entry) noexcept {
    if (has_name(record, entries_of<Catalogue>.list[entry].current.name)) return true;
    const auto& former = former_names_of<Catalogue>;
    for (std::size_t i = 0; i < former.size; ++i)
        if (former.list[i].entry == entry && has_name(record, former.list[i].name)) return true;
    return false;
}

}  // namespace sillok::detail

namespace sillok {

// The place in the catalogue of a recorded event; `npos` where its name or revision is unknown.
//
// Complexity: O(1) in the number of events; one comparison of the name.
template <catalogue Catalogue>
std::size_t find_entry(record_view record) noexcept {
    const auto& index = detail::index_of_rows<Catalogue>;
    const auto& slot = index.find(detail::type_word(record.type_hash(), record.revision()));
    return slot.word != 0 && detail::is_named<Catalogue>(record, slot.entry) ? slot.entry : npos;
}

// Whether a recorded event is of a name that the catalogue lists as retired.
template <catalogue Catalogue>
bool is_retired(record_view record) noexcept {
    return detail::retired_names_of<Catalogue>.has(record.type());
}

}  // namespace sillok
