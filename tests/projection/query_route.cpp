#include "sillok/projection/query_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

using namespace sillok::detail;

namespace {

struct row {
    std::uint64_t id;
    std::uint64_t receipt;
    int user;
    int at;
    int amount;
};
constexpr std::array shapes{
    index_traits<sillok::unique<&row::id>>::shape, index_traits<sillok::unique<&row::receipt, &row::user>>::shape,
    index_traits<sillok::ordered<&row::user>>::shape, index_traits<sillok::ordered<&row::user, &row::at>>::shape,
    index_traits<sillok::ordered<&row::at>>::shape};

template <auto... Members>
using list = member_list<Members...>;

template <class Equal, class Range, class Sort>
consteval query_route routed(Equal, Range, Sort) {
    sort_wish sort;
    if (Sort::size != 0) sort = {sort_wish::kind::members, {Sort::ids, Sort::size}};
    return plan_route(shapes, {Equal::ids, Equal::size}, {Range::ids, Range::size}, sort);
}
constexpr bool is(query_route route, query_route::kind by, std::size_t index, bool sorted) {
    return route.by == by && route.index == index && route.is_sorted == sorted;
}

constexpr list<> none;
constexpr list<&row::user> user;
constexpr list<&row::at> at;
constexpr list<&row::user, &row::at> user_at;

// All rows: by key only where an ordered index has it.
static_assert(is(routed(none, none, none), query_route::everything, 0, false));
static_assert(is(routed(none, none, at), query_route::walk, 4, true));
static_assert(is(routed(none, none, user_at), query_route::walk, 3, true));
static_assert(is(routed(none, none, list<&row::amount>{}), query_route::everything, 0, false));
// One row.
static_assert(is(routed(list<&row::id>{}, none, at), query_route::one, 0, true));
static_assert(is(routed(list<&row::receipt, &row::user>{}, none, none), query_route::one, 1, true));
static_assert(is(routed(list<&row::receipt>{}, none, none), query_route::none, 0, false));
static_assert(is(routed(none, list<&row::id>{}, none), query_route::none, 0, false));
// The first index that fits, or one that has the order, too.
static_assert(is(routed(user, none, none), query_route::walk, 2, true));
static_assert(is(routed(user, none, at), query_route::walk, 3, true));
static_assert(is(routed(user, none, user), query_route::walk, 2, true));
static_assert(is(routed(user, none, list<&row::amount>{}), query_route::walk, 2, false));
static_assert(is(routed(user, at, none), query_route::walk, 3, true));
static_assert(is(routed(user, at, at), query_route::walk, 3, true));
static_assert(is(routed(none, at, at), query_route::walk, 4, true));
static_assert(is(routed(none, user, at), query_route::walk, 2, false));
// Equal rows of an index would not come in the order of their keys.
static_assert(is(routed(none, user, user), query_route::walk, 2, true));
// No index begins so.
static_assert(is(routed(at, user, none), query_route::none, 0, false));
static_assert(is(routed(list<&row::at, &row::user>{}, none, none), query_route::none, 0, false));
static_assert(is(routed(list<&row::amount>{}, none, none), query_route::none, 0, false));
static_assert(is(routed(user_at, list<&row::amount>{}, none), query_route::none, 0, false));

}  // namespace

TEST_CASE("a query's index is settled when it compiles") {
    constexpr query_route route = routed(user, at, at);
    CHECK(route.index == 3);
    CHECK(route.is_sorted);
}
