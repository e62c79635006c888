#include "sillok/projection/table/index.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <optional>
#include <string>

#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"

using namespace sillok::detail;

namespace {

enum class colour : std::uint8_t { red, green };
struct place {
    std::int32_t x;
    double y;
    auto operator<=>(const place&) const = default;
};
struct town {
    std::int16_t x;
    std::string name;
    auto operator<=>(const town&) const = default;
};
struct row {
    std::uint64_t id;
    std::string name;
    double price = 0;
    colour shade = colour::red;
    place where = {};
    town home = {};
    sillok::uuid key = {};
    sillok::timestamp at = {};
    std::optional<int> age = {};
};

static_assert(ordering_member<row, &row::id> && ordering_member<row, &row::price> && ordering_member<row, &row::age>);
static_assert(!ordering_member<row, &row::where>);  // a struct with a floating point has no total order
static_assert(identifying_member<row, &row::home> && identifying_member<row, &row::key> &&
              identifying_member<row, &row::at> && identifying_member<row, &row::shade>);
static_assert(!can_be_index<row, sillok::ordered<>> && !can_be_index<row, sillok::unique<&place::x>> &&
              !can_be_index<row, int> && !can_be_index<row, sillok::unique<7>>);
static_assert(can_be_index<row, sillok::unique<&row::id, &row::name>>);
static_assert(member_name<&row::home>() == "home" && member_name<&town::name>() == "name");

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
static_assert(order(1, 2) < 0 && order(2, 1) > 0 && order(2, 2) == 0);
static_assert(order(not_a_number, -infinite) < 0 && order(-infinite, not_a_number) > 0 &&
              order(not_a_number, not_a_number) == 0 && order(not_a_number, -not_a_number) == 0);
static_assert(order(-0.0, 0.0) == 0 && order(1.5, 2.0) < 0);
static_assert(order(colour::red, colour::green) < 0 && order(sillok::timestamp(5), sillok::timestamp(4)) > 0);

}  // namespace

TEST_CASE("the order of values is total") {
    CHECK(order(not_a_number, 0.0) < 0);
    CHECK(order(0.0, not_a_number) > 0);
    CHECK(order(std::string("ab"), std::string("b")) < 0);
    CHECK(order(std::string("ab"), std::string_view("ab")) == 0);
    CHECK(order(std::string_view("b"), std::string("ab")) > 0);
    CHECK(order(std::optional<int>(), std::optional<int>(-5)) < 0);
    CHECK(order(town{1, "a"}, town{1, "b"}) < 0);
}

TEST_CASE("equal values have one hash, and close ones different ones") {
    CHECK(hash_of(0.0) == hash_of(-0.0));
    CHECK(hash_of(not_a_number) == hash_of(-not_a_number));
    CHECK(hash_of(std::string("ada")) == hash_of(std::string_view("ada")));
    CHECK(hash_of(town{1, "ada"}) == hash_of(town{1, std::string("ada")}));
    CHECK(hash_of(town{1, "ada"}) != hash_of(town{2, "ada"}));
    CHECK(hash_of(sillok::timestamp(1)) != hash_of(sillok::timestamp(2)));
    sillok::uuid other;
    other.octets[15] = 1;
    CHECK(hash_of(sillok::uuid{}) != hash_of(other));
    CHECK(hash_of(colour::red) != hash_of(colour::green));
    using list = member_list<&row::id, &row::name>;
    CHECK(list::hash(row{.id = 7, .name = "x"}) == list::hash_values(7, "x"));
    CHECK(list::hash_values(7, "x") != list::hash_values(8, "x"));
    CHECK(list::hash_values(7, "x") < 0x8000'0000U);
}

TEST_CASE("rows are compared by members, by as many as are asked for") {
    using list = member_list<&row::name, &row::id>;
    const row a{.id = 2, .name = "a"};
    const row b{.id = 1, .name = "a"};
    CHECK(list::compare(a, b) > 0);
    CHECK(list::compare_first(1, a, b) == 0);
    CHECK(list::compare_first(2, a, b) > 0);
    CHECK(list::compare_first(0, a, row{.id = 2, .name = "z"}) == 0);
    CHECK(list::has(a, "a", 2));
    CHECK_FALSE(list::has(a, "a", 1));
    CHECK(list::describe(a) == "name = \"a\", id = 2");
}
