#pragma once
// What a query is made of: bounds for an index, filters, and orders.

#include <cstddef>
#include <cstdint>

#include "sillok/projection/query_route.hpp"
#include "sillok/projection/table/index.hpp"
#include "sillok/projection/table/totals.hpp"

namespace sillok {

enum class sort_order : std::uint8_t { ascending, descending };
inline constexpr sort_order ascending = sort_order::ascending;
inline constexpr sort_order descending = sort_order::descending;

}  // namespace sillok

namespace sillok::detail {

template <class Equal, class Range>
struct query_bounds {
    static constexpr std::size_t size = Equal::size + Range::size;
    using equal = Equal;
    using range = Range;
};
template <class List, auto... More>
struct list_with;
template <auto... Members, auto... More>
struct list_with<member_list<Members...>, More...> {
    using type = member_list<Members..., More...>;
};

// The values of bounds, in rows that have nothing else.
template <class Row>
struct bound_rows {
    Row from{};  // with the values that are to be equal, too
    Row until{};
    bool has_from = false;
    bool has_until = false;
};
struct no_bounds {};

struct every_row {
    template <class Row>
    constexpr bool operator()(const Row&) const noexcept {
        return true;
    }
};
template <class First, class Second>
struct both {
    First first;
    Second second;
    template <class Row>
    constexpr bool operator()(const Row& row) const {
        return first(row) && static_cast<bool>(taken(second, row));
    }
};

struct unsorted {
    static constexpr sort_wish wish{};
    static constexpr sort_order way = ascending;
    template <class Row>
    static int compare(const Row&, const Row&) noexcept {
        return 0;
    }
};
template <auto... Members>
struct sorted_by_members {
    static constexpr sort_wish wish{sort_wish::kind::members,
                                    {member_list<Members...>::ids, member_list<Members...>::size}};
    sort_order way;
    template <class Row>
    static int compare(const Row& a, const Row& b) {
        return member_list<Members...>::compare(a, b);
    }
};
template <class What>
struct sorted_by_value {
    static constexpr sort_wish wish{sort_wish::kind::unknown};
    What what;
    sort_order way;
    template <class Row>
    int compare(const Row& a, const Row& b) const {
        const auto& left = taken(what, a);
        const auto& right = taken(what, b);
        return order(left, right);
    }
};

}  // namespace sillok::detail
