#include "sillok/projection/table/grouping.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

#include "projection/sample_payments.hpp"

namespace {

// [month]
std::int64_t minute_of(const payment_row& row) { return row.at.nanoseconds / 60'000'000'000; }
// [/month]

payments sample() {
    payments rows;
    rows.put(paid(1, "bob", 10, 0, true)).value();
    rows.put(paid(2, "ada", 20, 30)).value();
    rows.put(paid(3, "ada", 35, 61)).value();
    rows.put(paid(4, "eve", -5, 150)).value();
    return rows;
}

template <class Groups>
std::string shown(const Groups& groups) {
    std::string text;
    for (const auto& each : groups) text += sillok::describe(each.key) + "=" + sillok::describe(each.value) + " ";
    return text;
}

}  // namespace

TEST_CASE("groups come in order, each with what was asked of its rows") {
    const payments rows = sample();
    const auto by_user = rows.select().group_by(&payment_row::user);
    CHECK(shown(by_user.count()) == "\"ada\"=2 \"bob\"=1 \"eve\"=1 ");
    CHECK(shown(by_user.count_if(&payment_row::failed)) == "\"ada\"=0 \"bob\"=1 \"eve\"=0 ");
    CHECK(shown(by_user.sum(&payment_row::amount).value()) == "\"ada\"=55 \"bob\"=10 \"eve\"=-5 ");
    CHECK(shown(by_user.average(&payment_row::amount)) == "\"ada\"=27.5 \"bob\"=10 \"eve\"=-5 ");
    CHECK(shown(by_user.minimum(&payment_row::amount)) == "\"ada\"=20 \"bob\"=10 \"eve\"=-5 ");
    CHECK(shown(by_user.maximum(&payment_row::amount)) == "\"ada\"=35 \"bob\"=10 \"eve\"=-5 ");
    CHECK(shown(by_user.sum([](const payment_row& row) { return static_cast<double>(row.amount) / 2; })) ==
          "\"ada\"=27.5 \"bob\"=5 \"eve\"=-2.5 ");
}

TEST_CASE("rows are grouped by a function of them, and only those that a query has") {
    const payments rows = sample();
    // [by_function]
    auto by_minute = rows.select().from<&payment_row::at>(second(30)).group_by(minute_of).sum(&payment_row::amount);
    // [/by_function]
    CHECK(shown(by_minute.value()) == "0=20 1=35 2=-5 ");
    CHECK(rows.select().until<&payment_row::at>(second(0)).group_by(minute_of).count().empty());
    const auto by_initial =
        rows.select().group_by([](const payment_row& row) { return std::string_view(row.user).substr(0, 1); });
    CHECK(shown(by_initial.maximum(&payment_row::user)) == "\"a\"=\"ada\" \"b\"=\"bob\" \"e\"=\"eve\" ");
}
