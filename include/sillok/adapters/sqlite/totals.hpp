#pragma once
// Sums, averages and extremes that SQLite works out. Whole numbers are added in two halves of 32 bits each, so no sum of them
// overflows there, and one that 64 bits do not hold is an error here and not another number.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "sillok/adapters/sqlite/columns.hpp"
#include "sillok/adapters/sqlite/statement.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/projection/table/totals.hpp"

namespace sillok::detail {

// Each has what it selects, and reads that from column `at` on; `where` is for its errors.
struct sqlite_count {
    using answer = std::uint64_t;
    static std::string text(const column&) { return "count(*)"; }
    static result<answer> read(const sqlite_lease& from, int at, std::string_view) {
        return static_cast<std::uint64_t>(from.integer(at));
    }
};

template <class T>
struct sqlite_total {
    using value = typename column_value<T>::type;
    static constexpr bool is_whole = column_kind_of<T>() == column_kind::integer;
    static_assert(std::is_arithmetic_v<value>, "sillok: what is added up is a number");

    // Both halves of a sum, how many values it is of, and how many rows.
    static std::string text(const column& of) {
        const std::string name = sql_name(of.name);
        const std::string counts = sql_text({",count(", name, "),count(*)"});
        if (!is_whole) return sql_text({"sum(", name, "),0", counts});
        return sql_text(
            {"sum((", name, ">>32)", of.is_unsigned ? "&4294967295" : "", "),sum(", name, "&4294967295)", counts});
    }
    static wide_integer whole(const sqlite_lease& from, int at) {
        return static_cast<wide_integer>(from.integer(at)) * 4294967296 + from.integer(at + 1);
    }
    static std::int64_t count(const sqlite_lease& from, int at) { return from.integer(at + 2); }
    // What is NULL and no optional is a NaN; infinities of both signs make one, too.
    static double real(const sqlite_lease& from, int at) {
        const bool has_nan = !column_value<T>::is_optional && count(from, at) != from.integer(at + 3);
        if (has_nan || (count(from, at) != 0 && from.type(at) == SQLITE_NULL))
            return std::numeric_limits<double>::quiet_NaN();
        return from.real(at);
    }
};

template <class T>
struct sqlite_sum : sqlite_total<T> {
    using total = sqlite_total<T>;
    using whole_answer = std::conditional_t<std::is_signed_v<typename total::value>, std::int64_t, std::uint64_t>;
    using answer = std::conditional_t<total::is_whole, whole_answer, double>;
    static result<answer> read(const sqlite_lease& from, int at, std::string_view where) {
        if constexpr (total::is_whole) {
            const wide_integer sum = total::whole(from, at);
            if (static_cast<wide_integer>(static_cast<answer>(sum)) != sum)
                return error(error_kind::too_large, std::string(where) + ": the sum of " +
                                                        std::to_string(total::count(from, at)) +
                                                        " values does not fit into 64 bits; sum fewer rows");
            return static_cast<answer>(sum);
        } else {
            return total::real(from, at);
        }
    }
};

template <class T>
struct sqlite_average : sqlite_total<T> {
    using total = sqlite_total<T>;
    using answer = std::optional<double>;
    static result<answer> read(const sqlite_lease& from, int at, std::string_view) {
        const std::int64_t count = column_value<T>::is_optional ? total::count(from, at) : from.integer(at + 3);
        if (count == 0) return answer();
        if constexpr (total::is_whole)
            return answer(static_cast<double>(static_cast<long double>(total::whole(from, at)) /
                                              static_cast<long double>(count)));
        else
            return answer(total::real(from, at) / static_cast<double>(count));
    }
};

// The smallest or greatest value of a group, as C++ compares: what is NULL is before all others.
template <class T, bool IsSmallest>
struct sqlite_extreme {
    using answer = T;
    static std::string text(const column& of) {
        const std::string name = sql_name(of.name);
        std::string found = sql_text({IsSmallest ? "min(" : "max(", name, ")"});
        if (of.is_unsigned)
            found = sql_text({IsSmallest ? "coalesce(min(" : "coalesce(max(", "CASE WHEN ", name,
                              IsSmallest ? ">=0" : "<0", " THEN ", name, " END),", found, ")"});
        if (IsSmallest && of.is_nullable())
            found = sql_text({"CASE WHEN count(", name, ")=count(*) THEN ", found, " END"});
        return found;
    }
    static result<answer> read(const sqlite_lease& from, int at, std::string_view where) {
        answer value{};
        if (read_value(from, at, value)) return value;
        return error(error_kind::damaged, std::string(where) + " has a value that its field cannot hold");
    }
};

}  // namespace sillok::detail
