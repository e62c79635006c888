#include "sillok/command/failure.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sstream>

namespace {
struct blocked {
    int days;
};
}  // namespace

TEST_CASE("a failure is a rejection or a technical error, never both") {
    const sillok::failure business = sillok::reject(blocked{3});
    REQUIRE(business.rejection() != nullptr);
    CHECK(business.error() == nullptr);
    CHECK(business.rejection_as<blocked>()->days == 3);
    CHECK_FALSE(business.is(sillok::error_kind::conflict));

    const sillok::failure technical = sillok::error::conflict("stream account/42 is at version 3", 2, 3);
    CHECK(technical.rejection() == nullptr);
    CHECK(technical.rejection_as<blocked>() == nullptr);
    REQUIRE(technical.error() != nullptr);
    CHECK(technical.is(sillok::error_kind::conflict));
    CHECK(technical.error()->actual() == 3);
}

TEST_CASE("a failure prints what it is") {
    std::ostringstream out;
    out << sillok::failure(sillok::reject(blocked{3})) << '\n'
        << sillok::failure(sillok::error(sillok::error_kind::no_space, "disk full"));
    CHECK(out.str() == "rejected: blocked{days = 3}\nno_space: disk full");
}
