#pragma once
// A type as data: what reads bytes or writes words along it is then no template. codec/malformed.hpp says by it what is wrong with
// bytes, and codec/layout.hpp what a type looks like.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/reflect.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/type_list.hpp"

namespace sillok::detail {

// A type as data.
struct wire_shape {
    wire_kind kind;
    wire_size size;
    std::size_t count = 0;                     // elements of an array; parts of a product, variant or record
    const wire_shape* const* parts = nullptr;  // of those; or of the element; of key and value
    const char* spelling = nullptr;  // the names of a record's first eight fields, see name_in; of an enum's values
    const char* const* spellings = nullptr;   // those of all, where there are more
    const std::string_view* names = nullptr;  // or the names themselves
    const char* word = nullptr;               // what a scalar is called in a layout, see codec/layout.hpp
    bool is_enum = false;
    std::int64_t period[2] = {0, 0};  // a tick of a duration or time point, as a fraction of a second
    bool (*is_ordered)(const std::byte*, const std::byte*) = nullptr;
};

// What a scalar is called. A char is apart from the small integers: whether it has a sign is the platform's affair.
template <class T>
consteval const char* word_of() {
    if constexpr (std::is_enum_v<T>)
        return word_of<std::underlying_type_t<T>>();
    else if constexpr (std::is_same_v<T, char>)
        return "char";
    else if constexpr (std::is_same_v<T, bool>)
        return "bool";
    else if constexpr (std::is_floating_point_v<T>)
        return sizeof(T) == 4 ? "f32" : "f64";
    else if constexpr (std::is_signed_v<T>)
        return sizeof(T) == 1 ? "i8" : sizeof(T) == 2 ? "i16" : sizeof(T) == 4 ? "i32" : "i64";
    else
        return sizeof(T) == 1 ? "u8" : sizeof(T) == 2 ? "u16" : sizeof(T) == 4 ? "u32" : "u64";
}

// The values of an enum whose names are looked up: 0 to 63, the greater powers of two, and -1 to -8.
struct enum_values {
    std::size_t bits;  // of its underlying type, without the sign
    bool is_signed;

    constexpr std::size_t first_ones() const noexcept { return bits < 6 ? std::size_t{1} << bits : 64; }
    constexpr std::size_t powers() const noexcept { return bits < 6 ? 0 : bits - 6; }
    constexpr std::size_t count() const noexcept { return first_ones() + powers() + (is_signed ? 8 : 0); }
    constexpr bool is_negative(std::size_t place) const noexcept { return place >= first_ones() + powers(); }
    // Without its sign.
    constexpr std::uint64_t magnitude(std::size_t place) const noexcept {
        if (place < first_ones()) return place;
        if (!is_negative(place)) return std::uint64_t{64} << (place - first_ones());
        return place - first_ones() - powers() + 1;
    }
};

template <class T>
consteval enum_values values_of() {
    using integer = std::underlying_type_t<T>;
    if constexpr (std::is_same_v<integer, bool>)
        return {1, false};
    else
        return {sizeof(integer) * 8 - std::is_signed_v<integer>, std::is_signed_v<integer>};
}

// The compiler's spelling of some values of an enum, which has the names of those that have one.
template <class T, T... Value>
consteval const char* spelled_values() {
    return __PRETTY_FUNCTION__;
}

template <class T>
consteval T enum_value(std::size_t place) {
    constexpr enum_values all = values_of<T>();
    const std::uint64_t magnitude = all.magnitude(place);
    return static_cast<T>(all.is_negative(place) ? std::uint64_t{0} - magnitude : magnitude);
}

template <class T, std::size_t... Place>
consteval const char* spelled_enumerators(std::index_sequence<Place...>) {
    return spelled_values<T, enum_value<T>(Place)...>();
}

// Null where an enum has no fixed underlying type: the compiler need not know a value that has no name.
template <class T>
consteval const char* enumerators_of() {
    if constexpr (requires { T{0}; })
        return spelled_enumerators<T>(std::make_index_sequence<values_of<T>().count()>{});
    else
        return nullptr;
}

// Defined with the decoder, which it calls.
template <class T>
bool is_ordered(const std::byte* at, const std::byte* end);  // NOLINT(readability-redundant-declaration)

template <class T>
struct shape_of;

template <class List>
struct shapes_of;
template <class... T>
struct shapes_of<types<T...>> {
    static constexpr const wire_shape* list[sizeof...(T) + 1] = {&shape_of<T>::value..., nullptr};
};

template <class T, class Parts>
struct spellings_of;
template <class T, std::size_t... Part>
struct spellings_of<T, std::index_sequence<Part...>> {
    static constexpr const char* list[] = {spelled_fields<T, Part * spelled_at_once>()..., nullptr};
};

template <class T>
consteval wire_shape describe_shape() {
    constexpr wire_kind kind = kind_of<T>;
    wire_shape shape{kind, size_of<T>};
    if constexpr (kind == wire_kind::record) {
        shape.count = field_count<T>;
        shape.parts = shapes_of<fields_of<T>>::list;
        if constexpr (access<T> == field_access::hana)
            shape.names = field_names<T>::views.data();
        else if constexpr (field_count<T> != 0 && field_count<T> <= spelled_at_once)
            shape.spelling = spelled_fields<T, 0>();
        else
            shape.spellings =
                spellings_of<T,
                             std::make_index_sequence<(field_count<T> + spelled_at_once - 1) / spelled_at_once>>::list;
    } else if constexpr (kind == wire_kind::product || kind == wire_kind::variant) {
        shape.count = parts_of<T>::size;
        shape.parts = shapes_of<parts_of<T>>::list;
    } else if constexpr (kind == wire_kind::map) {
        shape.parts = shapes_of<types<typename T::key_type, typename T::mapped_type>>::list;
        shape.is_ordered = &is_ordered<T>;
    } else if constexpr (kind == wire_kind::set) {
        shape.parts = shapes_of<types<typename T::value_type>>::list;
        shape.is_ordered = &is_ordered<T>;
    } else if constexpr (kind == wire_kind::array) {
        shape.count = std::tuple_size_v<T>;
        shape.parts = shapes_of<types<typename T::value_type>>::list;
    } else if constexpr (kind == wire_kind::optional || kind == wire_kind::sequence ||
                         kind == wire_kind::sequence_view) {
        shape.parts = shapes_of<types<typename T::value_type>>::list;
    } else if constexpr (kind == wire_kind::integer || kind == wire_kind::boolean || kind == wire_kind::real) {
        shape.word = word_of<T>();
        shape.is_enum = std::is_enum_v<T>;
        if constexpr (std::is_enum_v<T>) shape.spelling = enumerators_of<T>();
    } else if constexpr (kind == wire_kind::ticks) {
        shape.word = word_of<recorded_count<typename T::rep>>();
        shape.period[0] = T::period::num;
        shape.period[1] = T::period::den;
    } else if constexpr (kind == wire_kind::moment) {
        shape.word = word_of<recorded_count<typename T::duration::rep>>();
        shape.period[0] = T::duration::period::num;
        shape.period[1] = T::duration::period::den;
    }
    return shape;
}

template <class T>
struct shape_of {
    static constexpr wire_shape value = describe_shape<T>();
};

}  // namespace sillok::detail
