#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/error.hpp>

using sillok::error;
using sillok::error_kind;

TEST_CASE("an error prints its kind and its text", "[error]") {
    std::ostringstream out;
    out << error(error_kind::no_space, "the device is full").within("bank.sillok");
    CHECK(out.str() == "no_space: bank.sillok: the device is full");
}

TEST_CASE("a conflict carries both versions", "[error]") {
    const error conflict = error::conflict("account 42", 3, 5);
    CHECK(conflict == error_kind::conflict);
    CHECK(!(conflict == error_kind::io));
    CHECK(conflict.expected() == 3);
    CHECK(conflict.actual() == 5);
}
