#pragma once
// Sums, averages and extremes of what is taken of rows: a member, or what a function makes of a row. Whole numbers are added in 128
// bits, so no order of adding overflows, and a sum that does not fit into 64 is an error and not another number.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/projection/table/index.hpp"

namespace sillok::detail {

template <class What, class Row>
constexpr decltype(auto) taken(const What& what, const Row& row) {
    if constexpr (std::is_member_object_pointer_v<What>)
        return (row.*what);
    else if constexpr (std::is_member_function_pointer_v<What>)
        return (row.*what)();
    else
        return what(row);
}

// What is kept of something taken: it outlives the row, so a view of a text becomes a text.
template <class What, class Row>
struct taken_type {
    using bare = std::remove_cvref_t<decltype(taken(std::declval<const What&>(), std::declval<const Row&>()))>;
    using type = std::conditional_t<std::is_same_v<bare, std::string_view>, std::string, bare>;
};
template <class What, class Row>
using taken_of = typename taken_type<What, Row>::type;

struct running_count {
    std::uint64_t count = 0;
    void add() noexcept { ++count; }
    std::uint64_t value() const noexcept { return count; }
};

__extension__ typedef __int128 wide_integer;

template <class T>
class running_sum {
    static_assert(
        std::is_arithmetic_v<T>,
        "sillok: what is added up is a number; a function can make one of a row, such as its duration's count()");
};

template <std::integral T>
class running_sum<T> {
public:
    using sum = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    using answer = result<sum>;

    void add(T value) noexcept {
        sum_ += static_cast<wide_integer>(value);
        ++count_;
    }
    bool fits() const noexcept { return static_cast<wide_integer>(static_cast<sum>(sum_)) == sum_; }
    // Requires: fits()
    sum value() const noexcept { return static_cast<sum>(sum_); }
    answer checked() const {
        if (!fits())
            return error(error_kind::too_large, "the sum of " + std::to_string(count_) + " rows is about " +
                                                    number_text(static_cast<double>(sum_)) +
                                                    ", which 64 bits do not hold; sum fewer rows, or a larger unit");
        return value();
    }
    std::optional<double> average() const noexcept {
        if (count_ == 0) return std::nullopt;
        return static_cast<double>(static_cast<long double>(sum_) / static_cast<long double>(count_));
    }

private:
    wide_integer sum_ = 0;
    std::uint64_t count_ = 0;
};

// Source: the compensated sum of A. Neumaier: Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, 1974.
template <std::floating_point T>
class running_sum<T> {
public:
    using sum = double;
    using answer = double;

    void add(T value) noexcept {
        const auto more = static_cast<double>(value);
        const double fresh = sum_ + more;
        const bool finite = fresh - fresh == 0;
        if (finite) lost_ += magnitude(sum_) >= magnitude(more) ? (sum_ - fresh) + more : (more - fresh) + sum_;
        sum_ = fresh;
        ++count_;
    }
    bool fits() const noexcept { return true; }
    double value() const noexcept { return sum_ - sum_ == 0 ? sum_ + lost_ : sum_; }
    answer checked() const noexcept { return value(); }
    std::optional<double> average() const noexcept {
        if (count_ == 0) return std::nullopt;
        return value() / static_cast<double>(count_);
    }

private:
    static double magnitude(double x) noexcept { return x < 0 ? -x : x; }
    double sum_ = 0;
    double lost_ = 0;
    std::uint64_t count_ = 0;
};

// The smallest, or with Sign -1 the greatest.
template <class T, int Sign>
struct running_extreme {
    std::optional<T> found;
    template <class Value>
    void add(const Value& value) {
        if (!found || Sign * order(value, *found) < 0) found.emplace(value);
    }
};

}  // namespace sillok::detail
