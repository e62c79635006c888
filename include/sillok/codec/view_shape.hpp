#pragma once
// Whether a view has the shape of the struct that it is a view of, told when it is compiled (docs/errors.md#E0407).

#include <cstddef>
#include <type_traits>
#include <utility>

#include "sillok/codec/encodable.hpp"

namespace sillok::require {

template <class View, class Original, std::size_t Index, class ViewMember, class OriginalMember>
consteval bool view_has_the_shape() {
    static_assert(
        detail::never<View>,
        "sillok[E0407]: a view must have the fields of its view_of, with the same names and order: std::string_view "
        "for a string, std::span<const std::byte> for a vector of bytes, sillok::sequence_view<V> for another vector. "
        "Fix: change the view's member. See docs/errors.md#E0407");
    return false;
}

}  // namespace sillok::require

namespace sillok::detail {

// Whether a member V of a view may stand for a member O of its original. `Seen` are the views around it.
template <bool Report, class V, class O, class View, class Original, std::size_t Index, class Seen>
consteval bool stands_for();

template <bool Report, class View, class Original, class Seen, class... V, class... O, std::size_t... I>
consteval bool all_stand_for(types<V...>, types<O...>, std::index_sequence<I...>) {
    return (std::size_t{stands_for<Report, V, O, View, Original, I, Seen>()} + ... + 0) ==
           sizeof...(V);  // each is asked
}

template <bool Report, class V, class O, class Seen>
consteval bool parts_stand_for() {
    if constexpr (V::size != O::size)
        return false;
    else
        return all_stand_for<Report, nothing_around, nothing_around, Seen>(V{}, O{},
                                                                           std::make_index_sequence<V::size>{});
}

template <class V, class O>
consteval bool same_names() {
    for (std::size_t i = 0; i < field_count<V>; ++i)
        if (field_names<V>::views[i] != field_names<O>::views[i]) return false;
    return true;
}

// A view as a whole.
template <bool Report, class V, class Seen>
consteval bool is_view() {
    using original = typename V::view_of;
    if constexpr (contains<Seen, V>) {
        return true;
    } else if constexpr (!reflectable<V> || !reflectable<original>) {
        if constexpr (Report) return require::view_has_the_shape<V, original, 0, V, original>();
        return false;
    } else if constexpr (field_count<V> != field_count<original>) {
        if constexpr (Report) return require::view_has_the_shape<V, original, field_count<V>, V, original>();
        return false;
    } else if constexpr (!same_names<V, original>()) {
        if constexpr (Report) return require::view_has_the_shape<V, original, 0, V, original>();
        return false;
    } else {
        return all_stand_for<Report, V, original, outer_and<Seen, V>>(fields_of<V>{}, fields_of<original>{},
                                                                      std::make_index_sequence<field_count<V>>{});
    }
}

template <class V, class O, class Seen>
consteval bool matches() {
    constexpr wire_kind view = kind_of<V>;
    constexpr wire_kind original = kind_of<O>;
    if constexpr (view_struct<V>)
        return std::is_same_v<typename V::view_of, O> && is_view<false, V, Seen>();
    else if constexpr (view == wire_kind::text_view)
        return original == wire_kind::text;
    else if constexpr (view == wire_kind::blob_view)
        return original == wire_kind::blob;
    else if constexpr (view == wire_kind::sequence_view && original == wire_kind::sequence)
        return matches<typename V::value_type, typename O::value_type, Seen>();
    else if constexpr (view == wire_kind::optional && original == wire_kind::optional)
        return matches<typename V::value_type, typename O::value_type, Seen>();
    else if constexpr (view == wire_kind::array && original == wire_kind::array)
        return std::tuple_size_v<V> == std::tuple_size_v<O> &&
               matches<typename V::value_type, typename O::value_type, Seen>();
    else if constexpr ((view == wire_kind::variant && original == wire_kind::variant) ||
                       (view == wire_kind::product && original == wire_kind::product))
        return parts_stand_for<false, parts_of<V>, parts_of<O>, Seen>();
    else if constexpr (std::is_same_v<V, O> && view < wire_kind::text && view != wire_kind::unsupported)
        return true;
    else if constexpr (std::is_same_v<V, O> && view == wire_kind::record)
        return encodable<V> && size_of<V>.fixed;  // nothing in it could allocate
    else
        return false;
}

template <bool Report, class V, class O, class View, class Original, std::size_t Index, class Seen>
consteval bool stands_for() {
    if constexpr (matches<V, O, Seen>())
        return true;
    else if constexpr (Report)
        return require::view_has_the_shape<View, Original, Index, V, O>();
    else
        return false;
}

}  // namespace sillok::detail

namespace sillok::require {

// Says why a type cannot be read from bytes: an owning one must be `encodable`, a view must match its original.
template <class T>
consteval bool decodable_type() {
    if constexpr (!detail::view_struct<T>)
        return encodable_type<T>();
    else if constexpr (!encodable_type<typename T::view_of>())
        return false;
    else if constexpr (detail::is_view<false, T, types<>>())
        return true;
    else
        return detail::is_view<true, T, types<>>();
}

}  // namespace sillok::require
