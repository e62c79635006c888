#include "sillok/projection/table/query.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "projection/sample_payments.hpp"

namespace {

using rows_of = std::vector<payment_row>;

// The rows of a list that are wanted, in order: by `before`, then by key, and all of that from behind where `reversed`.
rows_of listed(const payment_list& list, const std::function<bool(const payment_row&)>& wanted,
               const std::function<bool(const payment_row&, const payment_row&)>& before, bool reversed = false) {
    rows_of found;
    for (const payment_row& row : list.rows)
        if (wanted(row)) found.push_back(row);
    std::stable_sort(found.begin(), found.end(), before);
    if (reversed) std::reverse(found.begin(), found.end());
    return found;
}

// A query gives these rows: whole, first, counted, and page by page.
template <class Query>
void gives(const Query& query, const rows_of& expected, std::uint64_t page_size) {
    REQUIRE(same_rows(query.rows(), expected));
    REQUIRE(query.count() == expected.size());
    const payment_row* const first = query.first();
    REQUIRE((first == nullptr) == expected.empty());
    if (first != nullptr) REQUIRE(sillok::same(*first, expected.front()));
    rows_of pages;
    for (std::uint64_t number = 1;; ++number) {
        const auto page = query.page({.number = number, .size = page_size});
        REQUIRE(page.total == expected.size());
        REQUIRE(page.pages() == (expected.size() + page_size - 1) / page_size);
        pages.insert(pages.end(), page.rows.begin(), page.rows.end());
        REQUIRE(page.has_next() == (pages.size() < expected.size()));
        if (page.rows.empty()) break;
        REQUIRE(page.first() == (number - 1) * page_size + 1);
    }
    REQUIRE(same_rows(pages, expected));
}

constexpr auto any = [](const payment_row&) { return true; };
constexpr auto by_key = [](const payment_row& a, const payment_row& b) { return a.id < b.id; };
constexpr auto by_at = [](const payment_row& a, const payment_row& b) { return a.at < b.at; };
constexpr auto by_user_at = [](const payment_row& a, const payment_row& b) {
    return a.user != b.user ? a.user < b.user : a.at < b.at;
};
constexpr auto by_amount = [](const payment_row& a, const payment_row& b) { return a.amount < b.amount; };

}  // namespace

TEST_CASE("random queries of a table give what a search of the whole list gives") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    payment_dice dice(seed);
    payments rows;
    payment_list list;
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        for (std::uint64_t change = dice.below(60); change > 0; --change) {
            const payment_row row = dice.row();
            REQUIRE(rows.put(row).has_value() == list.put(row));
            if (dice.below(3) == 0) {
                const std::uint64_t id = dice.below(300);
                REQUIRE(rows.erase(id) == list.erase(id));
            }
        }
        const auto from = dice.at();
        const auto until = dice.at();
        const auto user = dice.user();
        const std::uint64_t size = 1 + dice.below(40);
        const auto in_time = [&](const payment_row& r) { return !(r.at < from) && r.at < until; };
        const auto of_user = [&](const payment_row& r) { return r.user == user; };
        const auto failed_one = [](const payment_row& r) { return r.failed; };
        const auto all = rows.select();

        gives(all, listed(list, any, by_key), size);
        gives(all.where(&payment_row::failed), listed(list, failed_one, by_key), size);
        gives(all.sorted<&payment_row::at>(), listed(list, any, by_at), size);
        gives(all.sorted<&payment_row::at>(sillok::descending), listed(list, any, by_at, true), size);
        gives(all.sorted<&payment_row::user, &payment_row::at>(), listed(list, any, by_user_at), size);
        gives(all.sorted<&payment_row::amount>(sillok::descending), listed(list, any, by_amount, true), size);
        gives(all.sorted<&payment_row::user>(),
              listed(list, any, [](const auto& a, const auto& b) { return a.user < b.user; }), size);
        gives(all.sorted([](const payment_row& r) { return r.amount * r.amount; }),
              listed(list, any, [](const auto& a, const auto& b) { return a.amount * a.amount < b.amount * b.amount; }),
              size);
        const auto period = all.within<&payment_row::at>(from, until);
        gives(period, listed(list, in_time, by_at), size);
        gives(period.sorted<&payment_row::at>(sillok::descending), listed(list, in_time, by_at, true), size);
        gives(period.sorted<&payment_row::user, &payment_row::at>(), listed(list, in_time, by_user_at), size);
        gives(period.where(failed_one).sorted<&payment_row::amount>(),
              listed(
                  list, [&](const payment_row& r) { return in_time(r) && r.failed; }, by_amount),
              size);
        gives(all.from<&payment_row::at>(from),
              listed(
                  list, [&](const payment_row& r) { return !(r.at < from); }, by_at),
              size);
        gives(all.until<&payment_row::at>(until),
              listed(
                  list, [&](const payment_row& r) { return r.at < until; }, by_at),
              size);
        const auto of_one = all.equal<&payment_row::user>(user);
        gives(of_one, listed(list, of_user, by_at), size);
        gives(of_one.sorted<&payment_row::at>(sillok::descending), listed(list, of_user, by_at, true), size);
        gives(of_one.sorted<&payment_row::amount>(), listed(list, of_user, by_amount), size);
        gives(of_one.within<&payment_row::at>(from, until),
              listed(
                  list, [&](const payment_row& r) { return of_user(r) && in_time(r); }, by_at),
              size);
        gives(of_one.equal<&payment_row::at>(from),
              listed(
                  list, [&](const payment_row& r) { return of_user(r) && r.at == from; }, by_key),
              size);
        gives(all.equal<&payment_row::id>(size),
              listed(
                  list, [&](const payment_row& r) { return r.id == size; }, by_key),
              size);
        gives(all.equal<&payment_row::receipt>("r" + std::to_string(size)).where(failed_one),
              listed(
                  list, [&](const payment_row& r) { return r.receipt == "r" + std::to_string(size) && r.failed; },
                  by_key),
              size);

        // What is made of them.
        std::int64_t sum = 0;
        std::uint64_t failures = 0;
        std::map<std::string, std::pair<std::int64_t, std::uint64_t>> users;
        const auto listed_rows = listed(list, in_time, by_amount);
        for (const payment_row& r : listed_rows) {
            sum += r.amount;
            failures += r.failed ? 1 : 0;
            users[r.user].first += r.amount;
            users[r.user].second += r.failed ? 1 : 0;
        }
        REQUIRE(period.sum(&payment_row::amount).value() == sum);
        REQUIRE(period.count_if(&payment_row::failed) == failures);
        REQUIRE(period.average(&payment_row::amount).has_value() == !listed_rows.empty());
        if (!listed_rows.empty()) {
            REQUIRE(period.average(&payment_row::amount) ==
                    static_cast<double>(sum) / static_cast<double>(listed_rows.size()));
            REQUIRE(period.minimum(&payment_row::amount) == listed_rows.front().amount);
            REQUIRE(period.maximum(&payment_row::amount) == listed_rows.back().amount);
        } else {
            REQUIRE_FALSE(period.minimum(&payment_row::amount).has_value());
            REQUIRE_FALSE(period.maximum(&payment_row::user).has_value());
        }
        const auto sums = period.group_by(&payment_row::user).sum(&payment_row::amount).value();
        const auto counts = period.group_by(&payment_row::user).count_if(&payment_row::failed);
        REQUIRE(sums.size() == users.size());
        std::size_t i = 0;
        for (const auto& [name, expected] : users) {
            REQUIRE(sums[i].key == name);
            REQUIRE(sums[i].value == expected.first);
            REQUIRE(counts[i].value == expected.second);
            ++i;
        }
    }
}

TEST_CASE("a query is asked again after the table has changed") {
    payments rows;
    const auto of_ada = rows.select().equal<&payment_row::user>("ada");
    CHECK(of_ada.count() == 0);
    CHECK(of_ada.first() == nullptr);
    rows.put(paid(1, "ada", 3, 1)).value();
    rows.put(paid(2, "adam", 4, 1)).value();
    CHECK(of_ada.count() == 1);
    CHECK(of_ada.sum(&payment_row::amount).value() == 3);
}

TEST_CASE("bounds that are the wrong way round hold nothing") {
    payments rows;
    for (std::uint64_t id = 0; id < 20; ++id) rows.put(paid(id, "ada", 1, static_cast<std::int64_t>(id))).value();
    const auto none = rows.select().within<&payment_row::at>(second(9), second(4));
    CHECK(none.count() == 0);
    CHECK(none.rows().empty());
    CHECK(none.first() == nullptr);
    CHECK(none.page({}).total == 0);
    CHECK(none.sorted<&payment_row::at>(sillok::descending).rows().empty());
    CHECK(rows.select().within<&payment_row::at>(second(4), second(4)).count() == 0);
}

TEST_CASE("bounds that are said twice both hold") {
    payments rows;
    for (std::uint64_t id = 0; id < 20; ++id) rows.put(paid(id, "ada", 1, static_cast<std::int64_t>(id))).value();
    const auto period = rows.select().within<&payment_row::at>(second(5), second(15));
    CHECK(period.within<&payment_row::at>(second(0), second(20)).count() == 10);
    CHECK(period.within<&payment_row::at>(second(8), second(12)).count() == 4);
    CHECK(period.from<&payment_row::at>(second(12)).until<&payment_row::at>(second(9)).count() == 0);
}

TEST_CASE("a page that is not there is empty, and its total right") {
    payments rows;
    for (std::uint64_t id = 0; id < 21; ++id) rows.put(paid(id, "ada", 1, static_cast<std::int64_t>(id))).value();
    constexpr auto most = (std::numeric_limits<std::uint64_t>::max)();
    const auto sorted = rows.select().sorted<&payment_row::at>();
    const auto plain = rows.select().sorted<&payment_row::amount>();
    for (const sillok::page_request asked :
         {sillok::page_request{0, 10}, {4, 10}, {most, 10}, {1, 0}, {most, most}, {3, most}}) {
        CHECK(sorted.page(asked).rows.empty());
        CHECK(plain.page(asked).rows.empty());
        CHECK(sorted.page(asked).total == 21);
        CHECK(plain.page(asked).total == 21);
    }
    CHECK(sorted.page({1, most}).rows.size() == 21);
    CHECK(plain.page({1, most}).rows.size() == 21);
    CHECK(plain.page({3, 10}).rows.size() == 1);
}

TEST_CASE("each stops where its function says so") {
    payments rows;
    for (std::uint64_t id = 0; id < 21; ++id) rows.put(paid(id, "ada", 1, static_cast<std::int64_t>(id))).value();
    std::vector<std::uint64_t> seen;
    rows.select().sorted<&payment_row::at>(sillok::descending).each([&](const payment_row& row) {
        seen.push_back(row.id);
        return seen.size() < 3;
    });
    CHECK(seen == std::vector<std::uint64_t>{20, 19, 18});
    seen.clear();
    rows.select().sorted<&payment_row::amount>().each([&](const payment_row& row) {
        seen.push_back(row.id);
        return row.id != 1;
    });
    CHECK(seen == std::vector<std::uint64_t>{0, 1});
}

TEST_CASE("a sum that 64 bits do not hold is an error, and none that they hold in the end") {
    constexpr auto most = (std::numeric_limits<std::int64_t>::max)();
    payments rows;
    rows.put(paid(1, "ada", most, 1)).value();
    rows.put(paid(2, "ada", most, 2)).value();
    rows.put(paid(3, "bob", -most, 3)).value();
    CHECK(rows.select().sum(&payment_row::amount).value() == most);
    const auto ada = rows.select().equal<&payment_row::user>("ada");
    const auto refused = ada.sum(&payment_row::amount);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == sillok::error_kind::too_large);
    CHECK(refused.error().text().find("the sum of 2 rows") != std::string::npos);
    CHECK(ada.average(&payment_row::amount) == static_cast<double>(most));
    const auto groups = rows.select().group_by(&payment_row::user).sum(&payment_row::amount);
    REQUIRE_FALSE(groups);
    CHECK(groups.error().text().find("group \"ada\"") == 0);
}
