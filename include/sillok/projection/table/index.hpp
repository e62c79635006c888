#pragma once
// What a table is indexed by: lists of members. And how members are compared, hashed and called by their names.
//
//     sillok::unique<&payment_row::id>                           // one row for each value; found at once
//     sillok::ordered<&payment_row::user, &payment_row::at>      // by user, and of one user by time

#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "sillok/codec/print.hpp"
#include "sillok/codec/reflect.hpp"

namespace sillok {

// An index in which no two rows have the same values. The first of a table is its key.
template <auto... Members>
struct unique {};

// An index by which rows are in order: by the first member, then by the next, and at last by the key.
template <auto... Members>
struct ordered {};

}  // namespace sillok

namespace sillok::detail {

template <class Pointer>
struct member_type;
template <class Row, class Value>
struct member_type<Value Row::*> {
    using row = Row;
    using value = Value;
};
template <auto Member>
using value_of_member = typename member_type<std::remove_const_t<decltype(Member)>>::value;

// How a value of a member is handed in: a text by any view of it.
template <class Value>
struct lookup_type {
    using type = const Value&;
};
template <>
struct lookup_type<std::string> {
    using type = std::string_view;
};
template <class Value>
using lookup_of = typename lookup_type<Value>::type;

template <class T>
concept in_total_order = std::floating_point<T> || requires(const T& a, const T& b) {
    { a <=> b } -> std::convertible_to<std::weak_ordering>;
};

template <std::floating_point T>
constexpr bool is_not_a_number(T value) noexcept {
    return value != value;  // NOLINT(misc-redundant-expression)
}

// Less than, equal to or greater than 0. Of floating points a NaN is equal to any other and before all numbers: without that, one
// of them would break an index.
template <in_total_order T>
constexpr int order(const T& a, const T& b) {
    if constexpr (std::floating_point<T>) {
        if (a < b) return -1;
        if (b < a) return 1;
        return is_not_a_number(a) == is_not_a_number(b) ? 0 : is_not_a_number(a) ? -1 : 1;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
        return a < b ? -1 : int{b < a};
    } else {
        const std::weak_ordering found = a <=> b;
        return found < 0 ? -1 : int{found > 0};
    }
}
inline int order(const std::string& a, std::string_view b) noexcept { return a.compare(b); }
inline int order(std::string_view a, const std::string& b) noexcept { return a.compare(b); }

// --- hashes: of this run alone ----------------------------------------------------------------------------------------

// Source: the finaliser of splitmix64.
constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

template <class T>
consteval bool can_be_hashed();
template <class T>
concept hashed_by_std = requires(const T& value) {
    { std::hash<T>{}(value) } -> std::convertible_to<std::size_t>;
};
struct all_can_be_hashed {
    template <class... Field>
    constexpr std::bool_constant<(can_be_hashed<std::remove_cvref_t<Field>>() && ...)> operator()(Field&...) const {
        return {};
    }
};
template <class T>
consteval bool can_be_hashed() {
    if constexpr (hashed_by_std<T> || std::has_unique_object_representations_v<T>)
        return true;
    else if constexpr (reflectable<T>)
        return decltype(visit_fields(std::declval<T&>(), all_can_be_hashed{}))::value;
    else
        return false;
}

template <class T>
std::uint64_t hash_of(const T& value);

struct hash_fields {
    template <class... Field>
    std::uint64_t operator()(const Field&... field) const {
        std::uint64_t hash = 0;
        ((hash = mixed(hash + 0x9e3779b97f4a7c15U + hash_of(field))), ...);
        return hash;
    }
};

// By std::hash where there is one; else by the bytes, where equal values have equal bytes; else field by field.
template <class T>
std::uint64_t hash_of(const T& value) {
    if constexpr (std::floating_point<T>) {
        return is_not_a_number(value) ? 1 : mixed(std::hash<T>{}(value));
    } else if constexpr (hashed_by_std<T>) {
        return mixed(std::hash<T>{}(value));
    } else if constexpr (std::has_unique_object_representations_v<T> && sizeof(T) <= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, &value, sizeof value);
        return mixed(word);
    } else if constexpr (std::has_unique_object_representations_v<T>) {
        return mixed(std::hash<std::string_view>{}({reinterpret_cast<const char*>(&value), sizeof value}));
    } else {
        return visit_fields(value, hash_fields{});
    }
}

// --- lists of members -------------------------------------------------------------------------------------------------

// The address of one of these stands for a member where a query is planned; pointers to members of several types are no array.
template <auto Member>
inline constexpr char member_id = 0;

template <auto Member>
consteval std::string_view member_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(text.find("= &") + 3);
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind("::") + 2);
}

template <auto... Members>
struct member_list {
    static constexpr std::size_t size = sizeof...(Members);
    static constexpr const void* ids[sizeof...(Members) + 1] = {&member_id<Members>..., nullptr};

    // By the first `count` members.
    template <class Row>
    static int compare_first(std::size_t count, const Row& a, const Row& b) {
        int found = 0;
        std::size_t i = 0;
        static_cast<void>(((i++ < count && (found = order(a.*Members, b.*Members)) == 0) && ...));
        return found;
    }
    template <class Row>
    static int compare(const Row& a, const Row& b) {
        int found = 0;
        static_cast<void>((((found = order(a.*Members, b.*Members)) == 0) && ...));
        return found;
    }

    template <class Row>
    static std::uint32_t hash(const Row& row) {
        return hash_values(row.*Members...);
    }
    static std::uint32_t hash_values(const lookup_of<value_of_member<Members>>&... value) {
        return static_cast<std::uint32_t>(hash_fields{}(value...) >> 33);
    }
    template <class Row>
    static bool has(const Row& row, const lookup_of<value_of_member<Members>>&... value) {
        return ((order(row.*Members, value) == 0) && ...);
    }

    // user = "ada", at = 2026-01-01T00:00:00Z
    template <class Row>
    static std::string describe(const Row& row) {
        return describe_values(row.*Members...);
    }
    static std::string describe_values(const lookup_of<value_of_member<Members>>&... value) {
        std::string text;
        ((text += text.empty() ? "" : ", ", text += member_name<Members>(), text += " = ",
          text += sillok::describe(value)),
         ...);
        return text;
    }
};

// What is known of an index when a query is planned.
struct index_shape {
    bool is_ordered;
    std::span<const void* const> members;
};

template <class Index>
struct index_traits;
template <auto... Members>
struct index_traits<unique<Members...>> {
    using members = member_list<Members...>;
    static constexpr bool is_ordered = false;
    static constexpr index_shape shape{false, {members::ids, members::size}};
};
template <auto... Members>
struct index_traits<ordered<Members...>> {
    using members = member_list<Members...>;
    static constexpr bool is_ordered = true;
    static constexpr index_shape shape{true, {members::ids, members::size}};
};

template <class Row, auto Member>
inline constexpr bool is_member_of = false;
template <class Row, auto Member>
    requires std::is_member_object_pointer_v<decltype(Member)>
inline constexpr bool is_member_of<Row, Member> =
    std::is_same_v<typename member_type<std::remove_const_t<decltype(Member)>>::row, Row>;

template <class Row, auto Member>
concept ordering_member = is_member_of<Row, Member> && in_total_order<value_of_member<Member>>;
template <class Row, auto Member>
concept identifying_member = ordering_member<Row, Member> && can_be_hashed<value_of_member<Member>>();

template <class Row, class Index>
inline constexpr bool can_be_index = false;
template <class Row, auto... Members>
inline constexpr bool can_be_index<Row, ordered<Members...>> = sizeof...(Members) > 0 &&
                                                               (ordering_member<Row, Members> && ...);
template <class Row, auto... Members>
inline constexpr bool can_be_index<Row, unique<Members...>> = sizeof...(Members) > 0 &&
                                                              (identifying_member<Row, Members> && ...);

template <class Index>
inline constexpr bool is_unique = false;
template <auto... Members>
inline constexpr bool is_unique<unique<Members...>> = true;

}  // namespace sillok::detail
