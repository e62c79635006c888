#include "sillok/testing/side_by_side.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {
struct paid {
    int amount;
    bool cash;
};
struct refunded {
    int amount;
};
}  // namespace

TEST_CASE("columns stand under each other, and what differs is marked") {
    sillok::testing::side_by_side table;
    table.expected(paid{1, true});
    table.actual(paid{2, true});
    CHECK(table.text() == R"(
          expected      actual
          paid          paid
  amount  1         !=  2
  cash    true          true)");
}

TEST_CASE("values of different types are shown one under the other") {
    sillok::testing::side_by_side table;
    table.expected(paid{1, true});
    table.actual(refunded{1});
    CHECK(table.text() == R"(
          expected      actual
          paid      !=  refunded
  amount  1         !=
  cash    true      !=
  amount            !=  1)");
}
