#pragma once
// What a type looks like as bytes: its kind, how many bytes it needs at least, and whether it always has the same number.
// The layout itself is written down in docs/format.md#payload; codec/binary.hpp moves the bytes.
//
// Types of the standard library are recognised by their shape, so that only those headers are paid for which are needed.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/codec/reflect.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/core/uuid.hpp"

namespace sillok {

// How deep types may be nested, and values of recursive types too.
inline constexpr std::size_t nesting_max = 64;

}  // namespace sillok

namespace sillok::detail {

enum class wire_kind : unsigned char {
    unsupported,
    integer,    // 1, 2, 4 or 8 bytes; an enum is its underlying type
    boolean,    // 0 or 1
    real,       // float, double
    uuid,       // 16 bytes
    time,       // sillok::timestamp: i64
    ticks,      // a duration: its count
    moment,     // a time point: the count since its epoch
    text,       // u32 bytes, then these
    blob,       // the same, of a vector of bytes
    optional,   // u8 0 or 1, then the value
    variant,    // u8 index, then the alternative
    sequence,   // u32 count, then the elements
    flags,      // the same, of a vector<bool>
    set,        // the same, strictly ascending
    map,        // the same, pairs with strictly ascending keys
    array,      // the elements
    product,    // a pair or tuple: its parts
    record,     // a struct: its fields
    text_view,  // in views: where the text lies
    blob_view,
    sequence_view,
};

template <class T>
concept byte_like = std::is_same_v<T, std::byte> || std::is_same_v<T, std::uint8_t>;

template <class T>
concept duration_like = requires(const T& t) {
    typename T::rep;
    typename T::period;
    { t.count() } -> std::same_as<typename T::rep>;
    requires std::is_arithmetic_v<typename T::rep>;
};

// What a duration's count is recorded as. Integers have one width, since those of std::chrono differ between libraries.
template <class Rep>
using recorded_count = std::conditional_t<std::is_integral_v<Rep>, std::int64_t, Rep>;

// A steady clock's moments mean nothing to another run of the program.
template <class Clock>
concept lasting_clock = !requires {
    requires Clock::is_steady;
};

template <class T>
concept time_point_like = requires(const T& t) {
    typename T::clock;
    typename T::duration;
    { t.time_since_epoch() } -> std::same_as<typename T::duration>;
    requires duration_like<typename T::duration>;
    requires lasting_clock<typename T::clock>;
};

template <class T>
concept ordered_set_like = requires(T& t, typename T::key_type key) {
    typename T::key_compare;
    { t.insert(key).second } -> std::convertible_to<bool>;
    requires std::is_same_v<typename T::key_type, typename T::value_type>;
};

template <class T>
concept ordered_map_like = requires(T& t, typename T::value_type entry) {
    typename T::key_compare;
    typename T::mapped_type;
    { t.insert(entry).second } -> std::convertible_to<bool>;
};

template <class T>
concept variant_like = requires(const T& t) {
    { t.valueless_by_exception() } -> std::same_as<bool>;
    { t.index() } -> std::same_as<std::size_t>;
};

// Instances of class templates, by the pattern of their arguments. (Here and below the question that most structs answer
// stands first: a compiler passes over what is behind it.)
template <class T>
struct class_kind {
    static constexpr wire_kind value = [] {
        if constexpr (std::is_aggregate_v<T>)
            return wire_kind::record;
        else if constexpr (duration_like<T>)
            return wire_kind::ticks;
        else if constexpr (time_point_like<T>)
            return wire_kind::moment;
        else if constexpr (ordered_map_like<T>)
            return wire_kind::map;
        else if constexpr (ordered_set_like<T>)
            return wire_kind::set;
        else if constexpr (variant_like<T>)
            return wire_kind::variant;
        else if constexpr (reflectable<T>)
            return wire_kind::record;
        else
            return wire_kind::unsupported;
    }();
};

template <wire_kind Kind>
struct kind_is {
    static constexpr wire_kind value = Kind;
};

template <>
struct class_kind<uuid> : kind_is<wire_kind::uuid> {};
template <>
struct class_kind<timestamp> : kind_is<wire_kind::time> {};
template <class A>
struct class_kind<std::basic_string<char, std::char_traits<char>, A>> : kind_is<wire_kind::text> {};
template <>
struct class_kind<std::string_view> : kind_is<wire_kind::text_view> {};
template <class T>
    requires byte_like<std::remove_const_t<T>> && std::is_const_v<T>
struct class_kind<std::span<T>> : kind_is<wire_kind::blob_view> {
};
template <class T, class A>
struct class_kind<std::vector<T, A>> : kind_is<wire_kind::sequence> {};
template <class A>
struct class_kind<std::vector<bool, A>> : kind_is<wire_kind::flags> {};
template <byte_like T, class A>
struct class_kind<std::vector<T, A>> : kind_is<wire_kind::blob> {};
template <class T>
struct class_kind<std::optional<T>> : kind_is<wire_kind::optional> {};
template <class T, std::size_t N>
struct class_kind<std::array<T, N>> : kind_is<wire_kind::array> {};
template <class A, class B>
struct class_kind<std::pair<A, B>> : kind_is<wire_kind::product> {};
template <class... T>
struct class_kind<std::tuple<T...>> : kind_is<wire_kind::product> {};

template <class T>
consteval wire_kind find_kind() {
    if constexpr (std::is_const_v<T> || std::is_volatile_v<T>)
        return wire_kind::unsupported;
    else if constexpr (std::is_class_v<T>)
        return class_kind<T>::value;
    else if constexpr (std::is_same_v<T, bool>)
        return wire_kind::boolean;
    else if constexpr (std::is_same_v<T, wchar_t>)
        return wire_kind::unsupported;
    else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
        return sizeof(T) <= 8 ? wire_kind::integer : wire_kind::unsupported;
    else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
        return wire_kind::real;
    else
        return wire_kind::unsupported;
}

template <class T>
inline constexpr wire_kind kind_of = find_kind<T>();

// The types of the fields of a struct, as a list.
struct list_types {
    template <class... Field>
    constexpr types<Field...> operator()(Field&...) const noexcept {
        return {};
    }
};

template <class T>
using fields_of = decltype(fields_by<T>::visit(std::declval<T&>(), std::declval<list_types&>()));

// The types that a product, variant, sequence or record is made of.
template <class T>
struct parts;
template <class A, class B>
struct parts<std::pair<A, B>> {
    using type = types<std::remove_const_t<A>, std::remove_const_t<B>>;
};
template <template <class...> class Template, class... T>
struct parts<Template<T...>> {
    using type = types<T...>;
};
template <class T>
using parts_of = typename parts<T>::type;

// The unsigned integer of so many bytes.
template <std::size_t Bytes>
using unsigned_of = std::conditional_t<
    Bytes == 1, std::uint8_t,
    std::conditional_t<Bytes == 2, std::uint16_t, std::conditional_t<Bytes == 4, std::uint32_t, std::uint64_t>>>;

// `front`: the bytes that stand at the start of every T, up to and with the first length, flag or index; one check that these
// are there serves them all. `fixed`: that nothing follows. `least`: the fewest bytes that a T can have.
struct wire_size {
    std::size_t front = 0;
    std::size_t least = 0;
    bool fixed = true;

    // What it is when another value comes behind.
    constexpr wire_size then(wire_size next) const noexcept {
        return {fixed ? front + next.front : front, least + next.least, fixed && next.fixed};
    }
};

template <class T>
consteval wire_size find_size();

template <class T>
inline constexpr wire_size size_of = find_size<T>();

template <class... T>
consteval wire_size size_in_row(types<T...>) {
    wire_size all;
    for (const wire_size each : {wire_size{}, size_of<T>...}) all = all.then(each);
    return all;
}

template <class T>
consteval wire_size find_size() {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::record) {
        return size_in_row(fields_of<T>{});
    } else if constexpr (kind == wire_kind::integer || kind == wire_kind::boolean || kind == wire_kind::real) {
        return {sizeof(T), sizeof(T), true};
    } else if constexpr (kind == wire_kind::uuid) {
        return {16, 16, true};
    } else if constexpr (kind == wire_kind::time) {
        return {8, 8, true};
    } else if constexpr (kind == wire_kind::ticks) {
        return {sizeof(recorded_count<typename T::rep>), sizeof(recorded_count<typename T::rep>), true};
    } else if constexpr (kind == wire_kind::moment) {
        return size_of<typename T::duration>;
    } else if constexpr (kind == wire_kind::optional) {
        return {1, 1, false};
    } else if constexpr (kind == wire_kind::variant) {
        return {1, 1, false};
    } else if constexpr (kind == wire_kind::array) {
        if constexpr (std::tuple_size_v<T> == 0) {
            return {};
        } else {
            constexpr wire_size each = size_of<typename T::value_type>;
            constexpr std::size_t n = std::tuple_size_v<T>;
            return {each.fixed ? n * each.front : each.front, n * each.least, each.fixed};
        }
    } else if constexpr (kind == wire_kind::product) {
        return size_in_row(parts_of<T>{});
    } else {
        return {4, 4, false};
    }
}

}  // namespace sillok::detail
