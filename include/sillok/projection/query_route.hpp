#pragma once
// Which index a query uses, settled when it compiles: lists of members are arrays of addresses here, so that planning is a loop.

#include <cstddef>
#include <span>

#include "sillok/projection/table/index.hpp"

namespace sillok::detail {

// The order that is asked for: none, of members, or of what no index knows.
struct sort_wish {
    enum class kind : unsigned char { none, members, unknown } by = kind::none;
    std::span<const void* const> members{};
};

struct query_route {
    enum class kind : unsigned char { none, everything, one, walk };
    static constexpr kind none = kind::none;              // there is no index for it
    static constexpr kind everything = kind::everything;  // all rows, in no order
    static constexpr kind one = kind::one;                // a unique index, so one row at most
    static constexpr kind walk = kind::walk;              // a part of an ordered index, or all of it

    kind by = none;
    std::size_t index = 0;
    bool is_sorted = false;  // rows come in the order that is asked for
};

consteval bool same_members(std::span<const void* const> a, std::span<const void* const> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i]) return false;
    return true;
}

// Whether what is left of an index, after up to `constant` members that are equal in all rows, is this order.
consteval bool walks_in_order(std::span<const void* const> index, std::size_t constant, sort_wish sort) {
    if (sort.by != sort_wish::kind::members) return sort.by == sort_wish::kind::none;
    for (std::size_t skipped = 0; skipped <= constant && skipped < index.size(); ++skipped)
        if (same_members(index.subspan(skipped), sort.members)) return true;
    return false;
}

// Rows that are equal in `equal` and within bounds in `range`, which is one member or none. The first index that fits is taken,
// or the first that fits and has the order, too. The first shape is the key's.
consteval query_route plan_route(std::span<const index_shape> shapes, std::span<const void* const> equal,
                                 std::span<const void* const> range, sort_wish sort) {
    const std::size_t bound = equal.size() + range.size();
    if (bound == 0) {
        if (sort.by == sort_wish::kind::none) sort = {sort_wish::kind::members, shapes[0].members};
        for (std::size_t i = 0; i < shapes.size(); ++i)
            if (shapes[i].is_ordered && sort.by == sort_wish::kind::members &&
                same_members(shapes[i].members, sort.members))
                return {query_route::walk, i, true};
        return {query_route::everything, 0, false};
    }
    query_route found;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const auto members = shapes[i].members;
        if (!shapes[i].is_ordered) {
            if (range.empty() && same_members(members, equal)) return {query_route::one, i, true};
            continue;
        }
        if (members.size() < bound || !same_members(members.first(equal.size()), equal) ||
            !same_members(members.subspan(equal.size(), range.size()), range))
            continue;
        const bool sorted = walks_in_order(members, equal.size(), sort);
        if (found.by == query_route::none || (sorted && !found.is_sorted)) found = {query_route::walk, i, sorted};
    }
    return found;
}

}  // namespace sillok::detail
