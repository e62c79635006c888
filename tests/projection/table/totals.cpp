#include "sillok/projection/table/totals.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

using namespace sillok::detail;

namespace {

struct row {
    std::int32_t amount;
    std::string name;
    std::string_view initial() const { return std::string_view(name).substr(0, 1); }
};
constexpr auto twice = [](const row& r) { return std::int64_t{r.amount} * 2; };

static_assert(std::is_same_v<taken_of<std::int32_t row::*, row>, std::int32_t>);
static_assert(std::is_same_v<taken_of<decltype(&row::initial), row>, std::string>);
static_assert(std::is_same_v<running_sum<std::uint8_t>::sum, std::uint64_t>);
static_assert(std::is_same_v<running_sum<std::int8_t>::sum, std::int64_t>);

constexpr auto most = (std::numeric_limits<std::int64_t>::max)();
constexpr auto least = (std::numeric_limits<std::int64_t>::min)();

}  // namespace

TEST_CASE("what is taken of a row is a member, or what a function makes of it") {
    const row r{7, "ada"};
    CHECK(taken(&row::amount, r) == 7);
    CHECK(&taken(&row::name, r) == &r.name);
    CHECK(taken(&row::initial, r) == "a");
    CHECK(taken(twice, r) == 14);
}

TEST_CASE("whole numbers are added without an overflow on the way") {
    running_sum<std::int64_t> sum;
    for (int i = 0; i < 1000; ++i) sum.add(most);
    CHECK_FALSE(sum.fits());
    CHECK(sum.checked().error() == sillok::error_kind::too_large);
    CHECK(sum.average() == static_cast<double>(most));
    for (int i = 0; i < 999; ++i) sum.add(-most);
    CHECK(sum.checked().value() == most);
    sum.add(1);
    CHECK_FALSE(sum.fits());

    running_sum<std::int64_t> low;
    low.add(least);
    CHECK(low.checked().value() == least);
    low.add(-1);
    CHECK_FALSE(low.checked());

    running_sum<std::uint64_t> high;
    high.add((std::numeric_limits<std::uint64_t>::max)());
    CHECK(high.checked().value() == (std::numeric_limits<std::uint64_t>::max)());
    high.add(1);
    CHECK_FALSE(high.checked());
    CHECK_FALSE(running_sum<int>().average().has_value());
    CHECK(running_sum<int>().checked().value() == 0);
}

TEST_CASE("floating points are added with what is lost on the way") {
    running_sum<double> sum;
    sum.add(1e100);
    for (int i = 0; i < 1000; ++i) sum.add(0.125);
    sum.add(-1e100);
    CHECK(sum.checked() == 125.0);
    CHECK(sum.average() == 125.0 / 1002);
    sum.add(std::numeric_limits<double>::infinity());
    CHECK(std::isinf(sum.checked()));
    sum.add(-std::numeric_limits<double>::infinity());
    CHECK(std::isnan(sum.checked()));
    CHECK(running_sum<float>().checked() == 0.0);
}

TEST_CASE("extremes are found in any order, of texts, too") {
    running_extreme<std::string, 1> smallest;
    running_extreme<std::string, -1> greatest;
    for (const std::string_view each : {"b", "a", "c", "a"}) {
        smallest.add(each);
        greatest.add(each);
    }
    CHECK(smallest.found == "a");
    CHECK(greatest.found == "c");
    CHECK_FALSE(running_extreme<int, 1>().found.has_value());
}
