#include "sillok/adapters/sqlite/columns.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::detail::column_kind;
using sillok::detail::column_kind_of;

TEST_CASE("the types of fields have their kinds of columns, and no others have any") {
    static_assert(column_kind_of<std::int8_t>() == column_kind::integer);
    static_assert(column_kind_of<std::uint64_t>() == column_kind::integer);
    static_assert(column_kind_of<bool>() == column_kind::integer);
    static_assert(column_kind_of<state>() == column_kind::integer);
    static_assert(column_kind_of<sillok::timestamp>() == column_kind::integer);
    static_assert(column_kind_of<float>() == column_kind::real);
    static_assert(column_kind_of<std::optional<double>>() == column_kind::real);
    static_assert(column_kind_of<std::string>() == column_kind::text);
    static_assert(column_kind_of<std::vector<std::uint8_t>>() == column_kind::blob);
    static_assert(column_kind_of<sillok::uuid>() == column_kind::blob);
    static_assert(column_kind_of<long double>() == column_kind::none);
    static_assert(column_kind_of<std::vector<int>>() == column_kind::none);
    static_assert(column_kind_of<std::optional<std::optional<int>>>() == column_kind::none);
    static_assert(column_kind_of<const char*>() == column_kind::none);
    const auto columns = sillok::detail::columns_of<wide_row>();
    REQUIRE(columns.size() == 15);
    CHECK(columns[0].name == "id");
    CHECK(columns[0].is_unsigned);
    CHECK_FALSE(columns[4].is_unsigned);
    CHECK(columns[12].is_optional);
    CHECK(columns[14].is_unsigned);
}

TEST_CASE("a number that is none of a field's is not read as another") {
    using sillok::detail::from_integer;
    static_assert(from_integer<std::int8_t>(-128) == std::int8_t{-128});
    static_assert(!from_integer<std::int8_t>(128));
    static_assert(!from_integer<std::uint32_t>(-1));
    static_assert(!from_integer<bool>(2));
    static_assert(!from_integer<state>(256));
    static_assert(from_integer<std::uint64_t>(-1) == ~std::uint64_t{0});
    CHECK_FALSE(from_integer<std::uint16_t>(65536));
}

TEST_CASE("a member is found among the columns, and names are quoted whatever they are") {
    CHECK(sillok::detail::column_index(&wide_row::id) == 0);
    CHECK(sillok::detail::column_index(&wide_row::other) == 14);
    CHECK(sillok::detail::index_of_member<&wide_row::at>() == 11);
    CHECK(sillok::detail::sql_name("a\"b'c") == "\"a\"\"b'c\"");
}
