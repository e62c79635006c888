#pragma once
// Which types can be written as bytes, and a reason where one cannot: one line with a code, and the struct, the place of the
// member and its type in the lines around it (docs/errors.md#E0401 and following).

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/wire.hpp"
#include "sillok/core/type_list.hpp"

namespace sillok::detail {

template <class...>
inline constexpr bool never = false;

// A member whose type cannot be named, because nothing can be bound to it.
struct unknown_type;

// What stands outside of every struct.
struct nothing_around;

template <class T>
concept view_struct = requires {
    typename T::view_of;
};

}  // namespace sillok::detail

namespace sillok::require {

// The culprits are the template arguments: compilers print them with the message.
template <class Struct, std::size_t Index, class Member>
consteval bool member_has_bytes() {
    static_assert(
        detail::never<Member>,
        "sillok[E0401]: a member must have a type whose bytes are the same everywhere; pointers, references, const "
        "members, unions, functions and unordered containers are not. Fix: hold the value itself, std::optional, "
        "std::variant, std::vector or std::map. See docs/errors.md#E0401");
    return false;
}

template <class Struct, std::size_t Index, class Member>
consteval bool member_is_no_c_array() {
    static_assert(
        detail::never<Member>,
        "sillok[E0402]: a member must not be a C array. Fix: write std::array<T, N> member. See docs/errors.md#E0402");
    return false;
}

template <class Struct>
consteval bool struct_has_no_base() {
    static_assert(
        detail::never<Struct>,
        "sillok[E0403]: an event must not have a base class. Fix: make the base a member. See docs/errors.md#E0403");
    return false;
}

template <class Struct>
consteval bool struct_is_plain() {
    static_assert(
        detail::never<Struct>,
        "sillok[E0404]: an event must be a plain struct, without private members, constructors and virtual functions. "
        "Fix: make the members public and remove the constructors. See docs/errors.md#E0404");
    return false;
}

template <class Sequence, class Element>
consteval bool element_has_bytes() {
    static_assert(
        detail::never<Sequence>,
        "sillok[E0405]: an element of a container must have at least one byte, or a count could not be checked "
        "against the bytes there are. Fix: store the number of elements instead. See docs/errors.md#E0405");
    return false;
}

template <class Struct, class Member>
consteval bool nesting_is_bounded() {
    static_assert(
        detail::never<Struct>,
        "sillok[E0406]: types must not be nested deeper than 64. Fix: flatten the struct. See docs/errors.md#E0406");
    return false;
}

template <class Struct>
consteval bool compiler_survives() {
    static_assert(
        detail::never<Struct>,
        "sillok[E0408]: g++ 12 crashes on a struct of more than 32 fields with a std::array of elements that have a "
        "destructor. Fix: hold a std::vector, or group fields into structs. See docs/errors.md#E0408");
    return false;
}

}  // namespace sillok::require

namespace sillok::detail {

// Whether T holds no struct: then it cannot be recursive, and is judged once wherever it stands.
template <class T>
consteval bool find_plain();
template <class T>
inline constexpr bool is_plain = find_plain<T>();

template <class... T>
consteval bool all_plain(types<T...>) {
    return (is_plain<T> && ...);
}

template <class T>
consteval bool find_plain() {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::unsupported || kind == wire_kind::record || kind >= wire_kind::text_view)
        return false;
    else if constexpr (kind == wire_kind::optional || kind == wire_kind::array || kind == wire_kind::sequence ||
                       kind == wire_kind::set)
        return kind_of<typename T::value_type> < wire_kind::optional && is_plain<typename T::value_type>;
    else if constexpr (kind == wire_kind::map || kind == wire_kind::variant || kind == wire_kind::product)
        return false;
    else
        return true;
}

// The place of the last member without which nothing of T can be made: a reference, say.
template <class T, std::size_t... I>
consteval std::size_t find_stubborn(std::index_sequence<I...>) {
    if constexpr (requires { T{anything((void(I), anything{}))...}; } || sizeof...(I) > bindings_max)
        return sizeof...(I) - 1;
    else
        return find_stubborn<T>(std::make_index_sequence<sizeof...(I) + 1>{});
}

// A type on its way through a check. `In` and `Index` say where it stands, `Outer` which structs are around it.
template <bool Report, class T, class In, std::size_t Index, class Outer, std::size_t Depth>
consteval bool has_bytes();

template <bool Report, class In, class Outer, std::size_t Depth, class... T, std::size_t... I>
consteval bool all_have_bytes(types<T...>, std::index_sequence<I...>) {
    return (std::size_t{has_bytes<Report, T, In, I, Outer, Depth>()} + ... + 0) == sizeof...(T);  // each is asked
}

template <class Outer, class T>
using outer_and = concatenation<Outer, types<T>>;

template <class T>
consteval bool is_of_std() {
    return spelled_type<T>().find("T = std::") != std::string_view::npos;
}

template <bool Report, class T, class In, std::size_t Index>
consteval bool refused() {
    if constexpr (Report) {
        if constexpr (std::is_array_v<T>)
            return require::member_is_no_c_array<In, Index, T>();
        else if constexpr (std::is_class_v<T> && !std::is_const_v<T> && !is_of_std<T>())
            return require::struct_is_plain<T>();
        else
            return require::member_has_bytes<In, Index, T>();
    }
    return false;
}

// Whether the elements of container T have bytes by which their count can be checked.
template <bool Report, class T, class Elements>
consteval bool has_countable() {
    constexpr bool countable = size_in_row(Elements{}).least != 0;
    if constexpr (Report && !countable) return require::element_has_bytes<T, typename T::value_type>();
    return countable;
}

template <bool Report, class T, class In, std::size_t Index, class Outer, std::size_t Depth>
consteval bool record_has_bytes() {
    if constexpr (access<T> == field_access::none) {
        if constexpr (Report && has_base<T>) return require::struct_has_no_base<T>();
        if constexpr (Report && !has_base<T>) return require::compiler_survives<T>();
        return false;
    } else if constexpr (access<T> == field_access::bindings && !binding<plain_field_count<T>>::template fits<T>) {
        if constexpr (Report)
            return require::member_has_bytes<T, find_stubborn<T>(std::index_sequence<0>{}), unknown_type>();
        return false;
    } else if constexpr (access<T> == field_access::bindings && binding<plain_field_count<T>>::template more<T>) {
        if constexpr (Report) return require::member_has_bytes<T, plain_field_count<T>, unknown_type>();
        return false;
    } else if constexpr (view_struct<T>) {
        if constexpr (Report) return require::member_has_bytes<In, Index, T>();
        return false;
    } else if constexpr (all_plain(fields_of<T>{})) {
        return true;
    } else {
        using fields = fields_of<T>;
        return all_have_bytes<Report, T, outer_and<Outer, T>, Depth + 1>(fields{},
                                                                         std::make_index_sequence<fields::size>{});
    }
}

template <bool Report, class T, class In, std::size_t Index, class Outer, std::size_t Depth>
consteval bool has_bytes() {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::record && Depth <= nesting_max && !contains<Outer, T>) {
        return record_has_bytes<Report, T, In, Index, Outer, Depth>();
    } else if constexpr (kind == wire_kind::unsupported || kind >= wire_kind::text_view) {
        return refused<Report, T, In, Index>();
    } else if constexpr (is_plain<T> || contains<Outer, T>) {
        return true;
    } else if constexpr (Depth > nesting_max) {
        if constexpr (Report) return require::nesting_is_bounded<In, T>();
        return false;
    } else if constexpr (kind == wire_kind::map) {
        using key = typename T::key_type;
        using mapped = typename T::mapped_type;
        if constexpr (!has_bytes<Report, key, In, Index, Outer, Depth + 1>() ||
                      !has_bytes<Report, mapped, In, Index, Outer, Depth + 1>())
            return false;
        else
            return has_countable<Report, T, types<key, mapped>>();
    } else if constexpr (kind == wire_kind::variant || kind == wire_kind::product) {
        using list = parts_of<T>;
        if constexpr (kind == wire_kind::variant && list::size > 255)
            return refused<Report, T, In, Index>();
        else
            return all_have_bytes<Report, In, Outer, Depth + 1>(list{}, std::make_index_sequence<list::size>{});
    } else {
        using element = typename T::value_type;
        if constexpr (!has_bytes<Report, element, In, Index, Outer, Depth + 1>())
            return false;
        else if constexpr (kind == wire_kind::sequence || kind == wire_kind::set)
            return has_countable<Report, T, types<element>>();
        else
            return true;
    }
}

}  // namespace sillok::detail

namespace sillok {

// A type that the codecs write and read: a scalar, string, uuid, duration, time point or timestamp; optional, variant, vector,
// array, map, set, pair or tuple of such types; a plain struct of them.
template <class T>
concept encodable = detail::has_bytes < false,
        T, detail::nothing_around, 0, types<>,
0 > ();

}  // namespace sillok

namespace sillok::require {

// Says why a type is not `encodable`.
template <class T>
consteval bool encodable_type() {
    if constexpr (encodable<T>)
        return true;
    else
        return detail::has_bytes<true, T, detail::nothing_around, 0, types<>, 0>();
}

}  // namespace sillok::require
