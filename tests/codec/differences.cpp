#include "sillok/codec/differences.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace {

struct line {
    std::string sku;
    std::uint32_t quantity = 0;
};
struct order {
    std::string customer;
    std::vector<line> lines;
    std::optional<line> gift;
    std::map<std::string, std::int64_t> balances;
    std::set<int> marks;
    std::array<int, 2> place{};
    std::pair<int, bool> both{};
    std::variant<int, line> either;
    std::vector<bool> flags;
    double share = 0;
};

std::string text(const order& before, const order& after) {
    std::ostringstream out;
    for (const auto& each : sillok::differences(before, after)) out << each << "; ";
    return out.str();
}

}  // namespace

TEST_CASE("differences name each field by its path, as it was and as it is") {
    const order empty{};
    CHECK(text(empty, empty).empty());
    order other = empty;
    other.customer = "ada";
    other.lines = {{"a", 1}, {"b", 2}};
    CHECK(text(empty, other) ==
          "customer: \"\" -> \"ada\"; lines[0]: nothing -> line{sku = \"a\", quantity = 1}; "
          "lines[1]: nothing -> line{sku = \"b\", quantity = 2}; ");
    order third = other;
    third.lines[1].quantity = 5;
    third.lines.erase(third.lines.begin());
    CHECK(text(other, third) ==
          "lines[0].sku: \"a\" -> \"b\"; lines[0].quantity: 1 -> 5; "
          "lines[1]: line{sku = \"b\", quantity = 2} -> nothing; ");
}

TEST_CASE("what may be absent, and what has keys, is compared by what it holds") {
    order before;
    before.gift = line{"g", 1};
    before.balances = {{"EUR", 5}, {"KRW", 7}, {"USD", 1}};
    before.marks = {1, 2};
    before.either = 4;
    order after = before;
    after.gift->quantity = 2;
    after.balances = {{"CHF", 3}, {"EUR", 5}, {"KRW", 8}};
    after.marks = {2, 3};
    after.place = {0, 9};
    after.both = {0, true};
    after.either = line{"v", 1};
    after.flags = {true};
    after.share = 0.5;
    CHECK(
        text(before, after) ==
        "gift.quantity: 1 -> 2; balances[\"CHF\"]: nothing -> 3; balances[\"KRW\"]: 7 -> 8; balances[\"USD\"]: 1 -> nothing; "
        "marks[1]: 1 -> nothing; marks[3]: nothing -> 3; place[1]: 0 -> 9; both[1]: false -> true; "
        "either: 4 -> line{sku = \"v\", quantity = 1}; flags[0]: nothing -> true; share: 0 -> 0.5; ");
    order gone = after;
    gone.gift.reset();
    std::get<line>(gone.either).quantity = 2;
    CHECK(text(after, gone) == "gift: line{sku = \"g\", quantity = 2} -> nothing; either.quantity: 1 -> 2; ");
    CHECK(sillok::differences(1, 2) == std::vector<sillok::field_difference>{{"", "1", "2"}});
}

TEST_CASE("what is no number and stays none is no difference") {
    struct reading {
        double value;
        float other;
    };
    const double none = std::numeric_limits<double>::quiet_NaN();
    CHECK(sillok::differences(reading{none, 1}, reading{none, 1}).empty());
    REQUIRE(sillok::differences(reading{none, 1}, reading{2, 1}).size() == 1);
}
