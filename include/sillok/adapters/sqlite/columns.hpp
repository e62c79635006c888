#pragma once
// The fields of a struct as columns of a table in SQLite. Whole numbers, bool, enums and timestamps (nanoseconds) are INTEGER, floating
// points REAL, std::string TEXT, bytes and uuid BLOB; what is std::optional may be NULL.
//
// Every value comes back as it was. What is in order here is in order there: a uint64 beyond 2^63 is kept as the negative number with
// its bits, and compared as what it is; a NaN is NULL, before all numbers, as in a table in memory. Only -0.0 comes back as 0.0.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/codec/reflect.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/projection/table/index.hpp"

namespace sillok::detail {

enum class column_kind : std::uint8_t { none, integer, real, text, blob };

struct column {
    std::string_view name{};
    column_kind kind = column_kind::none;
    bool is_optional = false;
    bool is_unsigned =
        false;  // of 64 bits: a value may be negative in the database, and is greater than the others then

    // Whether NULL can be in it.
    constexpr bool is_nullable() const noexcept { return is_optional || kind == column_kind::real; }
};

template <class T>
struct column_value {
    using type = T;
    static constexpr bool is_optional = false;
};
template <class T>
struct column_value<std::optional<T>> {
    using type = T;
    static constexpr bool is_optional = true;
};
template <class T>
inline constexpr bool is_bytes = false;
template <class Byte, class Allocator>
inline constexpr bool is_bytes<std::vector<Byte, Allocator>> =
    std::is_same_v<Byte, std::byte> || std::is_same_v<Byte, std::uint8_t>;

template <class T>
consteval column_kind column_kind_of() {
    using value = typename column_value<T>::type;
    if constexpr (((std::is_integral_v<value> || std::is_enum_v<value>)&&sizeof(value) <= 8) ||
                  std::is_same_v<value, timestamp>)
        return column_kind::integer;
    else if constexpr (std::is_same_v<value, float> || std::is_same_v<value, double>)
        return column_kind::real;
    else if constexpr (std::is_same_v<value, std::string>)
        return column_kind::text;
    else if constexpr (is_bytes<value> || std::is_same_v<value, uuid>)
        return column_kind::blob;
    else
        return column_kind::none;
}

// The integer that a value of an INTEGER column is; of an enum its underlying type.
template <class T>
constexpr auto integer_of(T value) noexcept {
    if constexpr (std::is_same_v<T, timestamp>)
        return value.nanoseconds;
    else if constexpr (std::is_enum_v<T>)
        return static_cast<std::underlying_type_t<T>>(value);
    else
        return value;
}
template <class T>
using integer_within = decltype(integer_of(std::declval<T>()));

template <class T>
consteval bool is_unsigned_64() {
    using value = typename column_value<T>::type;
    if constexpr (column_kind_of<T>() == column_kind::integer)
        return std::is_unsigned_v<integer_within<value>> && sizeof(value) == 8;
    else
        return false;
}

// The value of a column that holds a number, or nothing where the number is none of the type's.
template <class T>
constexpr std::optional<T> from_integer(std::int64_t stored) noexcept {
    using integer = integer_within<T>;
    if constexpr (std::is_same_v<T, timestamp>) {
        return timestamp{stored};
    } else if constexpr (std::is_same_v<integer, bool>) {
        if (stored != 0 && stored != 1) return std::nullopt;
        return static_cast<T>(stored != 0);
    } else {
        if constexpr (sizeof(integer) < 8)
            if (stored < static_cast<std::int64_t>((std::numeric_limits<integer>::min)()) ||
                stored > static_cast<std::int64_t>((std::numeric_limits<integer>::max)()))
                return std::nullopt;
        return static_cast<T>(static_cast<integer>(stored));
    }
}

}  // namespace sillok::detail

namespace sillok::require {

template <class Row, class Field>
consteval bool sqlite_can_hold() {
    constexpr bool can = detail::column_kind_of<Field>() != detail::column_kind::none;
    static_assert(
        can,
        "sillok[E0541]: a field of a row in SQLite is a whole number, bool, enum, float, double, std::string, std::vector<std::byte>, "
        "sillok::uuid, sillok::timestamp, or std::optional of one of them. Fix: give the field such a type, or put what is nested "
        "into a table of its own, with this row's key. See docs/errors.md#E0541");
    return true;  // the line above is the only error
}

}  // namespace sillok::require

namespace sillok::detail {

template <class Row>
struct check_columns {
    template <class... Field>
    constexpr std::bool_constant<(require::sqlite_can_hold<Row, Field>() && ...)> operator()(Field&...) const {
        return {};
    }
};
template <class Row>
concept row_of_columns = reflectable<Row> && std::default_initializable<Row> && field_count<Row>
!= 0 && decltype(visit_fields(std::declval<Row&>(), check_columns<Row>{}))::value;

template <class Row>
struct list_columns {
    column* to;
    template <class... Field>
    constexpr void operator()(Field&...) const {
        std::size_t i = 0;
        ((to[i] = {field_names<Row>::views[i], column_kind_of<std::remove_const_t<Field>>(),
                   column_value<std::remove_const_t<Field>>::is_optional, is_unsigned_64<std::remove_const_t<Field>>()},
          ++i),
         ...);
    }
};

// The columns of a row, once a program.
template <class Row>
std::span<const column> columns_of() {
    static const auto all = [] {
        std::array<column, field_count<Row>> made{};
        Row row{};
        visit_fields(row, list_columns<Row>{made.data()});
        return made;
    }();
    return all;
}

// Which column a member is.
template <class Row, class Value>
std::size_t column_index(Value Row::*member) {
    Row row{};
    const void* const wanted = &(row.*member);
    return visit_fields(row, [&](auto&... field) {
        std::size_t at = 0;
        static_cast<void>(((static_cast<const void*>(&field) == wanted || (++at, false)) || ...));
        return at;
    });
}
template <auto Member>
std::size_t index_of_member() {
    static const std::size_t index = column_index(Member);
    return index;
}

// --- SQL --------------------------------------------------------------------------------------------------------------

// Pieces as one text.
inline std::string sql_text(std::initializer_list<std::string_view> pieces) {
    std::string text;
    for (const std::string_view piece : pieces) text += piece;
    return text;
}

// A name as it stands in a statement, whatever is in it.
inline std::string sql_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"') text += c;
        text += c;
    }
    return text += '"';
}

// What sorts by a column as its values do.
inline std::string order_terms(const column& by, std::string_view way) {
    const std::string name = sql_name(by.name);
    return by.is_unsigned ? sql_text({name, "<0", way, ",", name, way}) : sql_text({name, way});
}

// "column = ?1", as C++ compares.
inline std::string comparison_text(const column& of, std::string_view operation, std::size_t number) {
    const std::string name = sql_name(of.name);
    const std::string digits = std::to_string(number);
    const std::string value = sql_text({"?", digits});
    if (operation == "=") return sql_text({name, of.is_nullable() ? " IS " : "=", value});
    if (operation == "<>") return sql_text({name, of.is_nullable() ? " IS NOT " : "<>", value});
    const std::string same = of.is_unsigned
                                 ? sql_text({"(", name, "<0,", name, ")", operation, "(", value, "<0,", value, ")"})
                                 : sql_text({name, operation, value});
    if (!of.is_nullable()) return same;
    // NULL is before all values, and equal to itself.
    const bool is_less = operation[0] == '<';
    const bool or_equal = operation.size() == 2;
    const std::string& before = is_less ? name : value;
    const std::string& behind = is_less ? value : name;
    const std::string both = sql_text({" OR (", name, " IS NULL AND ", value, " IS NULL)"});
    return sql_text({"(", same, " OR (", before, " IS NULL AND ", behind, " IS NOT NULL)", or_equal ? both : "", ")"});
}

}  // namespace sillok::detail
