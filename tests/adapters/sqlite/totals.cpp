#include "sillok/adapters/sqlite/totals.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::error_kind;

namespace {

struct numbers {
    std::int64_t id = 0;
    std::int64_t whole = 0;
    std::uint64_t natural = 0;
    double real = 0;
    std::optional<std::int64_t> maybe{};
};
using table = sillok::sqlite_table<numbers, sillok::unique<&numbers::id>>;

struct fixture {
    scratch folder{};
    sillok::sqlite_database db = sillok::sqlite_database::open(folder / "a.db").value();
    table rows = table::open(db, "t").value();
    explicit fixture(std::vector<numbers> of) {
        std::int64_t id = 0;
        for (numbers& each : of) {
            each.id = ++id;
            REQUIRE(db.change([&] { return rows.put(each); }));
        }
    }
};
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("sums of whole numbers are exact, whatever is passed on the way, or too_large") {
    const fixture f({{.whole = highest, .natural = most - 5},
                     {.whole = highest, .natural = 5},
                     {.whole = lowest},
                     {.whole = lowest},
                     {.whole = -7}});
    const auto all = f.rows.select();
    CHECK(all.sum(&numbers::whole).value() == -9);
    CHECK(all.sum(&numbers::natural).value() == most);
    CHECK(all.average(&numbers::natural).value() == static_cast<double>(most) / 5);
    CHECK(all.average(&numbers::whole).value() == -9.0 / 5);
    const auto large = all.where<&numbers::whole>(sillok::comparison::more, 0).sum(&numbers::whole);
    CHECK(large.error() == error_kind::too_large);
    CHECK(large.error().text() ==
          f.folder / "a.db: table t: column whole: the sum of 2 values does not fit into 64 bits; sum fewer rows");
    CHECK(all.group_by(&numbers::real).sum(&numbers::whole).value().front().value == -9);
    CHECK(all.minimum(&numbers::natural).value() == std::uint64_t{0});
    CHECK(all.maximum(&numbers::natural).value() == most - 5);
}

TEST_CASE("of no rows the sum is 0, and there is no average, minimum or maximum") {
    const fixture f({});
    const auto none = f.rows.select();
    CHECK(none.sum(&numbers::whole).value() == 0);
    CHECK(none.sum(&numbers::real).value() == 0);
    CHECK_FALSE(none.average(&numbers::whole).value());
    CHECK_FALSE(none.average(&numbers::real).value());
    CHECK_FALSE(none.minimum(&numbers::maybe).value());
    CHECK_FALSE(none.maximum(&numbers::real).value());
    CHECK(none.count().value() == 0);
    CHECK(none.group_by(&numbers::whole).count().value().empty());
}

TEST_CASE("a NaN and infinities make of a sum what they make of it in C++") {
    const double inf = std::numeric_limits<double>::infinity();
    const fixture f({{.whole = 1, .real = 2},
                     {.whole = 1, .real = 0.5},
                     {.whole = 2, .real = std::nan("")},
                     {.whole = 2, .real = 4},
                     {.whole = 3, .real = inf},
                     {.whole = 3, .real = -inf},
                     {.whole = 4, .real = inf}});
    const auto sums = f.rows.select().group_by(&numbers::whole).sum(&numbers::real).value();
    CHECK(sums[0].value == 2.5);
    CHECK(std::isnan(sums[1].value));
    CHECK(std::isnan(sums[2].value));
    CHECK(sums[3].value == inf);
    CHECK(std::isnan(f.rows.select().average(&numbers::real).value().value()));
}

TEST_CASE("what is nothing is left out of sums and averages, and before all in minimum and maximum") {
    const fixture f({{.maybe = 4}, {}, {.maybe = 6}});
    const auto all = f.rows.select();
    CHECK(all.sum(&numbers::maybe).value() == 10);
    CHECK(all.average(&numbers::maybe).value() == 5);
    const auto smallest = all.minimum(&numbers::maybe).value();
    REQUIRE(smallest);
    CHECK_FALSE(smallest->has_value());
    CHECK(all.maximum(&numbers::maybe).value() == std::optional<std::int64_t>(6));
}
