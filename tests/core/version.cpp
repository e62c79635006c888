#include <catch2/catch_test_macros.hpp>

#include <sillok/version.hpp>

TEST_CASE("the version number orders versions", "[version]") {
    STATIC_REQUIRE(SILLOK_VERSION_NUMBER ==
                   SILLOK_VERSION_MAJOR * 10000 + SILLOK_VERSION_MINOR * 100 + SILLOK_VERSION_PATCH);
    STATIC_REQUIRE(SILLOK_VERSION_MINOR < 100);
    STATIC_REQUIRE(SILLOK_VERSION_PATCH < 100);
    CHECK(SILLOK_VERSION_NUMBER > 0);
}
