#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/type_list.hpp>

using sillok::types;

TEST_CASE("a type has one place in a list", "[type_list]") {
    using list = types<int, char, double>;
    STATIC_REQUIRE(list::size == 3);
    STATIC_REQUIRE(sillok::index_of<list, int> == 0);
    STATIC_REQUIRE(sillok::index_of<list, double> == 2);
    STATIC_REQUIRE(sillok::index_of<list, float> == sillok::npos);
    STATIC_REQUIRE(sillok::index_of<types<>, int> == sillok::npos);
    STATIC_REQUIRE(sillok::contains<list, int>);
    STATIC_REQUIRE(sillok::contains<list, char>);
    STATIC_REQUIRE(!sillok::contains<list, const char>);
}

TEST_CASE("a type that stands in a list twice has no place", "[type_list]") {
    STATIC_REQUIRE(sillok::index_of<types<int, char, int>, int> == sillok::npos);
    STATIC_REQUIRE(sillok::index_of<types<int, char, int>, char> == 1);
}

TEST_CASE("lists are joined in order", "[type_list]") {
    STATIC_REQUIRE(
        std::is_same_v<sillok::concatenation<types<int>, types<>, types<char, long>>, types<int, char, long>>);
    STATIC_REQUIRE(std::is_same_v<sillok::concatenation<>, types<>>);
}
