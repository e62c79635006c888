// The macro may be replaced before the first include, which is what this file does.
namespace {
int failed = 0;
}
#define SILLOK_ASSERT(condition) ((condition) ? void() : void(++failed))

#include <sillok/core/assert.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("an assertion reports in the way the user chose", "[assert]") {
    SILLOK_ASSERT(1 + 1 == 2);
    CHECK(failed == 0);
    SILLOK_ASSERT(1 + 1 == 3);
    CHECK(failed == 1);
}
