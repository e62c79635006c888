#include "sillok/adapters/sqlite/query.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>
#include <map>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::comparison;
using sillok::error_kind;
using sillok::sqlite_database;

namespace {

using rows_of = std::vector<wide_row>;

// As C++ compares: nothing before all values, and a NaN before all numbers.
template <class T>
int order(const T& a, const T& b) {
    if constexpr (std::is_floating_point_v<T>) {
        if (a != a || b != b) return int{b != b} - int{a != a};
    }
    return a < b ? -1 : int{b < a};
}
template <class T>
bool holds(comparison how, const T& a, const T& b) {
    const int found = order(a, b);
    switch (how) {
        case comparison::equal: return found == 0;
        case comparison::unequal: return found != 0;
        case comparison::less: return found < 0;
        case comparison::at_most: return found <= 0;
        case comparison::more: return found > 0;
        case comparison::at_least: return found >= 0;
    }
    return false;
}

struct fixture {
    scratch folder{};
    sqlite_database db = sqlite_database::open(folder / "a.db").value();
    wide_table rows = wide_table::open(db, "t").value();
    rows_of list{};  // in the order of keys

    explicit fixture(std::mt19937_64& random, std::size_t count) {
        std::map<std::uint64_t, wide_row> all;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t id = random() % 2 == 0 ? random() : random() % 1000;
            all[id] = random_row(random, id);
        }
        for (const auto& [id, row] : all) list.push_back(row);
        REQUIRE(db.change([&]() -> sillok::result<void> {
            for (const wide_row& row : list)
                if (auto done = rows.put(row); !done) return done;
            return {};
        }));
    }
    rows_of that(const std::function<bool(const wide_row&)>& is) const {
        rows_of found;
        for (const wide_row& row : list)
            if (is(row)) found.push_back(row);
        return found;
    }
};

template <auto Member, class T>
void compares(const fixture& f, const T& value) {
    for (const auto how : {comparison::equal, comparison::unequal, comparison::less, comparison::at_most,
                           comparison::more, comparison::at_least}) {
        const rows_of expected = f.that([&](const wide_row& row) { return holds(how, row.*Member, value); });
        const auto query = f.rows.select().template where<Member>(how, value);
        REQUIRE(query.rows().value() == expected);
        REQUIRE(query.count().value() == expected.size());
        REQUIRE(query.first().value() == (expected.empty() ? std::nullopt : std::optional(expected.front())));
    }
}
template <auto Member>
void sorts(const fixture& f) {
    rows_of expected = f.list;
    std::stable_sort(expected.begin(), expected.end(),
                     [](const wide_row& a, const wide_row& b) { return order(a.*Member, b.*Member) < 0; });
    const auto query = f.rows.select();
    REQUIRE(query.template sorted<Member>().rows().value() == expected);
    const auto is_same = [](const auto& a, const auto& b) { return order(a, b) == 0; };
    REQUIRE(is_same(query.minimum(Member).value().value(), expected.front().*Member));
    REQUIRE(is_same(query.maximum(Member).value().value(), expected.back().*Member));
    std::reverse(expected.begin(), expected.end());
    REQUIRE(query.template sorted<Member>(sillok::descending).rows().value() == expected);
    rows_of pages;
    for (std::uint64_t number = 1;; ++number) {
        const auto page =
            query.template sorted<Member>(sillok::descending).page({.number = number, .size = 70}).value();
        REQUIRE(page.total == expected.size());
        pages.insert(pages.end(), page.rows.begin(), page.rows.end());
        if (!page.has_next()) break;
    }
    REQUIRE(pages == expected);
}

}  // namespace

TEST_CASE("questions give what a plain list gives, by every type, comparison and order") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const fixture f(random, 300);
    for (int i = 0; i < 8; ++i) {
        const wide_row& some = f.list[random() % f.list.size()];
        compares<&wide_row::id>(f, some.id);
        compares<&wide_row::user>(f, some.user);
        compares<&wide_row::amount>(f, some.amount);
        compares<&wide_row::good>(f, some.good);
        compares<&wide_row::is>(f, some.is);
        compares<&wide_row::ratio>(f, some.ratio);
        compares<&wide_row::part>(f, some.part);
        compares<&wide_row::seal>(f, some.seal);
        compares<&wide_row::ref>(f, some.ref);
        compares<&wide_row::at>(f, some.at);
        compares<&wide_row::note>(f, some.note);
        compares<&wide_row::rate>(f, some.rate);
        compares<&wide_row::other>(f, some.other);
    }
    compares<&wide_row::note>(f, std::optional<std::string>());
    compares<&wide_row::other>(f, std::optional<std::uint64_t>());
    sorts<&wide_row::id>(f);
    sorts<&wide_row::user>(f);
    sorts<&wide_row::amount>(f);
    sorts<&wide_row::small>(f);
    sorts<&wide_row::ratio>(f);
    sorts<&wide_row::seal>(f);
    sorts<&wide_row::at>(f);
    sorts<&wide_row::note>(f);
    sorts<&wide_row::other>(f);
}

TEST_CASE("conditions and orders are put together, and every answer agrees with the others") {
    std::mt19937_64 random(Catch::getSeed());
    const fixture f(random, 500);
    const auto query = f.rows.select()
                           .equal<&wide_row::user>("ada")
                           .within<&wide_row::at>(sillok::timestamp{-5}, sillok::timestamp{5})
                           .where<&wide_row::is>(comparison::unequal, state::lost);
    rows_of expected = f.that([](const wide_row& row) {
        return row.user == "ada" && row.at.nanoseconds >= -5 && row.at.nanoseconds < 5 && row.is != state::lost;
    });
    CHECK(query.rows().value() == expected);
    std::stable_sort(expected.begin(), expected.end(), [](const wide_row& a, const wide_row& b) {
        return a.at != b.at ? a.at < b.at : a.amount < b.amount;
    });
    const auto sorted = query.sorted<&wide_row::at, &wide_row::amount>().rows().value();
    CHECK(sorted == expected);
    std::size_t seen = 0;
    REQUIRE(query.each([&](const wide_row&) { return ++seen < 3; }));
    CHECK(seen == std::min<std::size_t>(3, expected.size()));
    // A question within a question.
    REQUIRE(query.each([&](const wide_row& row) {
        CHECK(f.rows.find(row.id).value() == row);
        CHECK(query.count().value() == expected.size());
        CHECK(query.rows().value().size() == expected.size());
        CHECK(query.page({}).value().total == expected.size());
    }));
    const auto both = f.rows.select().equal<&wide_row::user, &wide_row::good>("bob", true).count().value();
    CHECK(both == f.that([](const wide_row& row) { return row.user == "bob" && row.good; }).size());
}

TEST_CASE("pages that there are not are empty, and numbers that no table has are none") {
    std::mt19937_64 random(1);
    const fixture f(random, 10);
    const auto all = f.rows.select();
    CHECK(all.page({.number = 0}).value().rows.empty());
    CHECK(all.page({.number = 2, .size = 10}).value().rows.empty());
    CHECK(all.page({.number = 2, .size = 10}).value().total == 10);
    CHECK(all.page({.number = 1, .size = ~std::uint64_t{0}}).value().rows.size() == 10);
    CHECK(all.page({.number = ~std::uint64_t{0}, .size = ~std::uint64_t{0}}).value().rows.empty());
    CHECK(all.page({.number = 1, .size = 0}).value().rows.empty());
}

TEST_CASE("a text never becomes part of a statement") {
    std::mt19937_64 random(2);
    const fixture f(random, 100);
    const std::string evil = "' OR 1=1; DROP TABLE t; --";
    CHECK(f.rows.select().equal<&wide_row::user>(evil).count().value() == 0);
    CHECK(f.rows.size().value() == f.list.size());
    CHECK(f.rows.select().where<&wide_row::rate>(comparison::less, std::nan("")).count().error() ==
          error_kind::invalid_argument);
}

TEST_CASE("groups come in the order of their values") {
    std::mt19937_64 random(Catch::getSeed());
    const fixture f(random, 300);
    std::map<std::string, rows_of> groups;
    for (const wide_row& row : f.list) groups[row.user].push_back(row);
    const auto by_user = f.rows.select().group_by(&wide_row::user);
    const auto counts = by_user.count().value();
    const auto sums = by_user.sum(&wide_row::count).value();
    const auto averages = by_user.average(&wide_row::small).value();
    const auto smallest = by_user.minimum(&wide_row::id).value();
    const auto greatest = by_user.maximum(&wide_row::other).value();
    const auto least = by_user.minimum(&wide_row::note).value();
    REQUIRE(counts.size() == groups.size());
    std::size_t i = 0;
    for (const auto& [user, rows] : groups) {
        CHECK(counts[i].key == user);
        CHECK(counts[i].value == rows.size());
        std::uint64_t sum = 0;
        double small = 0;
        wide_row low = rows[0];
        for (const wide_row& row : rows) {
            sum += row.count;
            small += row.small;
            low.id = std::min(low.id, row.id);
            low.other = std::max(low.other, row.other);
            low.note = std::min(low.note, row.note);
        }
        CHECK(sums[i].value == sum);
        CHECK(averages[i].value == small / static_cast<double>(rows.size()));
        CHECK(smallest[i].value == low.id);
        CHECK(greatest[i].value == low.other);
        CHECK(least[i].value == low.note);
        ++i;
    }
}

TEST_CASE("an index is used where there is one that fits") {
    std::mt19937_64 random(3);
    const fixture f(random, 10);
    const auto plan = [&](const std::string& sql) {
        return plain_sqlite(f.folder / "a.db").told("EXPLAIN QUERY PLAN " + sql);
    };
    CHECK(plan("SELECT * FROM t WHERE \"user\"='ada' AND \"at\">=1 AND \"at\"<5 ORDER BY \"at\" DESC")
              .find("SEARCH t USING INDEX t ordered user at") != std::string::npos);
    CHECK(plan("SELECT * FROM t WHERE id=5").find("INTEGER PRIMARY KEY") != std::string::npos);
    CHECK(plan("SELECT * FROM t ORDER BY \"other\"<0,\"other\"").find("USING INDEX t ordered other") !=
          std::string::npos);
}
