#include "sillok/projection/table/query_terms.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <type_traits>

using namespace sillok::detail;

namespace {

struct row {
    int id;
    std::string name;
    bool open;
    std::string_view initial() const { return std::string_view(name).substr(0, 1); }
};

static_assert(std::is_same_v<list_with<member_list<&row::id>, &row::name>::type, member_list<&row::id, &row::name>>);
static_assert(query_bounds<member_list<&row::id>, member_list<&row::name>>::size == 2);

}  // namespace

TEST_CASE("filters are functions of the row or members, one after the other") {
    const both<every_row, bool row::*> open{{}, &row::open};
    CHECK(open(row{1, "a", true}));
    CHECK_FALSE(open(row{1, "a", false}));
    const auto first = [](const row& r) { return r.id == 1; };
    const both<both<every_row, bool row::*>, decltype(first)> two{open, first};
    CHECK(two(row{1, "a", true}));
    CHECK_FALSE(two(row{2, "a", true}));
}

TEST_CASE("orders compare members, or what is taken of a row") {
    const row a{1, "b", true};
    const row b{2, "a", true};
    CHECK(sorted_by_members<&row::id>{sillok::ascending}.compare(a, b) < 0);
    CHECK(sorted_by_members<&row::name, &row::id>{sillok::ascending}.compare(a, b) > 0);
    const sorted_by_value<std::string row::*> by_name{&row::name, sillok::ascending};
    CHECK(by_name.compare(a, b) > 0);
    const sorted_by_value<decltype(&row::initial)> by_initial{&row::initial, sillok::descending};
    CHECK(by_initial.compare(a, b) > 0);
    CHECK(unsorted::compare(a, b) == 0);
}
