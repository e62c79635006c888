#include "sillok/projection/table.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "projection/sample_payments.hpp"
#include "sillok/codec/binary.hpp"
#include "sillok/core/uuid.hpp"

using sillok::error_kind;

TEST_CASE("a table is filled, changed and asked") {
    payments rows;
    const auto from = second(0);
    const auto until = second(100);
    for (std::uint64_t id = 1; id <= 30; ++id)
        rows.put(paid(id, id % 2 == 0 ? "ada" : "bob", static_cast<std::int64_t>(id), static_cast<std::int64_t>(id)))
            .value();
    const std::uint64_t id = 7;
    // [use]
    rows.put({.id = 31, .user = "ada", .receipt = "r31", .amount = 70, .at = second(31), .failed = false}).value();
    rows.modify(id, [](payment_row& row) { row.failed = true; }).value();
    rows.erase(8);
    const payment_row* seven = rows.find(7);
    const payment_row* last = rows.find<&payment_row::receipt>("r31");

    auto page = rows.select()
                    .within<&payment_row::at>(from, until)
                    .where([](const payment_row& row) { return !row.failed; })
                    .sorted<&payment_row::amount>(sillok::descending)
                    .page({.number = 2, .size = 20});  // page.rows, page.total, page.number, page.pages()

    sillok::result<std::int64_t> of_ada = rows.select().equal<&payment_row::user>("ada").sum(&payment_row::amount);
    auto by_user = rows.select().within<&payment_row::at>(from, until).group_by(&payment_row::user).count();
    // [/use]
    CHECK(seven->failed);
    CHECK(last->id == 31);
    CHECK(page.total == 29);
    CHECK(page.pages() == 2);
    REQUIRE(page.rows.size() == 9);
    CHECK(page.rows.front().id == 11);
    CHECK(page.rows.back().id == 1);
    CHECK(of_ada.value() == 240 - 8 + 70);
    REQUIRE(by_user.size() == 2);
    CHECK(by_user[0].key == "ada");
    CHECK(by_user[0].value == 15);
    CHECK(by_user[1].value == 15);
    CHECK(rows.is_sound());
}

TEST_CASE("an empty table has nothing of anything") {
    payments rows;
    CHECK(rows.empty());
    CHECK(rows.size() == 0);
    CHECK(rows.find(1) == nullptr);
    CHECK(rows.find<&payment_row::receipt>("r") == nullptr);
    CHECK_FALSE(rows.erase(1));
    CHECK(rows.kept().empty());
    CHECK(rows == payments{});
    CHECK(rows.is_sound());
    rows.clear();
    rows.begin();
    rows.clear();
    rows.rollback();
    CHECK(payments(rows).empty());
}

TEST_CASE("put replaces the row with its key, at its place") {
    payments rows;
    rows.put(paid(1, "ada", 10, 1)).value();
    const payment_row* const there = rows.find(1);
    rows.put(paid(1, "bob", 20, 2)).value();
    CHECK(rows.size() == 1);
    CHECK(rows.find(1) == there);
    CHECK(there->user == "bob");
    CHECK(rows.select().equal<&payment_row::user>("ada").count() == 0);
    CHECK(rows.select().equal<&payment_row::user>("bob").count() == 1);
    CHECK(rows.is_sound());
}

TEST_CASE("a row that breaks a unique index is refused by name and value") {
    payments rows;
    rows.put(paid(1, "ada", 10, 1)).value();
    rows.put(paid(2, "bob", 20, 2)).value();
    auto third = paid(3, "eve", 30, 3);
    third.receipt = "r1";
    const auto refused = rows.put(third);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == error_kind::condition_failed);
    CHECK(refused.error().text() ==
          "there is a row with receipt = \"r1\" already, the one with id = 1; nothing was changed");
    CHECK_FALSE(rows.contains(3));

    SECTION("also where it would replace or modify one") {
        auto second_row = paid(2, "bob", 20, 2);
        second_row.receipt = "r1";
        CHECK_FALSE(rows.put(second_row));
        CHECK_FALSE(rows.modify(2, [](payment_row& row) { row.receipt = "r1"; }));
        CHECK(rows.find(2)->receipt == "r2");
        CHECK(rows.modify(2, [](payment_row& row) { row.receipt = "r2"; }));
        CHECK(rows.modify(2, [](payment_row& row) { row.receipt = "r9"; }));
        CHECK_FALSE(rows.put(third));
        third.receipt = "r2";
        CHECK(rows.put(third));
    }
    SECTION("and insert refuses a key that is there") {
        const auto again = rows.insert(paid(1, "eve", 0, 0));
        REQUIRE_FALSE(again);
        CHECK(again.error().text() == "there is a row with id = 1 already; nothing was changed");
        CHECK(rows.insert(paid(3, "eve", 0, 0)));
        CHECK(rows.find(1)->user == "ada");
    }
    CHECK(rows.is_sound());
}

TEST_CASE("modify keeps the row as it was where it fails") {
    payments rows;
    rows.put(paid(1, "ada", 10, 1)).value();
    const auto missing = rows.modify(2, [](payment_row&) {});
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == error_kind::invalid_argument);
    CHECK(missing.error().text() == "there is no row with id = 2; put it before it is modified");

    const auto renamed = rows.modify(1, [](payment_row& row) { row.id = 5; });
    REQUIRE_FALSE(renamed);
    CHECK(renamed.error() == error_kind::invalid_argument);
    CHECK(renamed.error().text() == "the row with id = 1 would have another key, id = 5; erase it, and put the other");

    const auto refused = rows.modify(1, [](payment_row& row) -> sillok::result<void> {
        row.amount = 99;
        return sillok::error(error_kind::too_large, "too much");
    });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text() == "too much");

    CHECK_THROWS_AS(rows.modify(1,
                                [](payment_row& row) {
                                    row.at = second(50);
                                    throw std::runtime_error("no");
                                }),
                    std::runtime_error);
    CHECK(sillok::same(*rows.find(1), paid(1, "ada", 10, 1)));
    CHECK(rows.is_sound());
}

namespace {

struct seat_row {
    sillok::uuid show;
    std::string place;
    double price;
    std::optional<std::uint32_t> row;
};
using seats = sillok::table<seat_row, sillok::unique<&seat_row::show, &seat_row::place>,
                            sillok::ordered<&seat_row::price>, sillok::ordered<&seat_row::row, &seat_row::place>>;

}  // namespace

TEST_CASE("a key may have several members, and an index any number that is not one") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    sillok::uuid opera;
    opera.octets[3] = 7;
    seats rows;
    rows.put({opera, "1a", nan, 1}).value();
    rows.put({{}, "1a", 2.5, std::nullopt}).value();
    rows.put({opera, "1b", -0.0, 3}).value();
    rows.put({opera, "1c", 0.0, 3}).value();
    rows.put({opera, "1a", nan, 2}).value();
    CHECK(rows.size() == 4);
    REQUIRE(rows.find(opera, "1a") != nullptr);
    CHECK(rows.find(opera, "1a")->row == 2);
    CHECK(rows.find(opera, "9") == nullptr);
    CHECK(rows.select().equal<&seat_row::price>(0.0).count() == 2);
    CHECK(rows.select().equal<&seat_row::price>(nan).count() == 1);
    CHECK(rows.select().from<&seat_row::price>(1.0).count() == 1);
    CHECK(rows.select().equal<&seat_row::row>(3).within<&seat_row::place>("1c", "2").count() == 1);
    CHECK(rows.select().equal<&seat_row::show, &seat_row::place>(opera, "1b").count() == 1);
    const auto failed = rows.modify(opera, "8z", [](seat_row&) {});
    CHECK(failed.error().text().find("place = \"8z\"") != std::string::npos);
    CHECK(rows.erase(opera, "1a"));
    CHECK(rows.is_sound());
}

TEST_CASE("thousands of random changes leave a table as they leave a plain list") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    payment_dice dice(seed);
    payments rows;
    payment_list list;
    payment_list before;
    bool open = false;
    std::size_t refused = 0;
    for (int step = 0; step < 12'000; ++step) {
        CAPTURE(step);
        const auto what = dice.below(100);
        if (what < 45) {
            const payment_row row = dice.row();
            const bool listed = list.put(row);
            refused += listed ? 0 : 1;
            REQUIRE(rows.put(row).has_value() == listed);
        } else if (what < 75) {
            const std::uint64_t id = dice.below(300);
            const payment_row other = dice.row();
            const auto kind = dice.below(5);
            payment_row* const there = list.find(id);
            payment_row wanted = there != nullptr ? *there : payment_row{};
            const auto change = [&](payment_row& row) {
                if (kind == 0) row.amount = other.amount;
                if (kind == 1) row.at = other.at;
                if (kind == 2) row.user = other.user;
                if (kind == 3) row.receipt = other.receipt;
                if (kind == 4) row = other;
            };
            change(wanted);
            const bool fits = there != nullptr && wanted.id == id && !list.has_receipt(wanted.receipt, id);
            if (fits) *there = wanted;
            REQUIRE(rows.modify(id, change).has_value() == fits);
        } else if (what < 92) {
            const std::uint64_t id = dice.below(300);
            REQUIRE(rows.erase(id) == list.erase(id));
        } else if (what < 93 && step % 10 == 0) {
            rows.clear();
            list.rows.clear();
        } else if (!open) {
            rows.begin();
            before = list;
            open = true;
        } else {
            open = false;
            if (dice.below(2) == 0) {
                rows.commit();
            } else {
                rows.rollback();
                list = before;
            }
        }
        REQUIRE(rows.in_transaction() == open);
        REQUIRE(rows.size() == list.rows.size());
        if (step % 50 == 0) {
            REQUIRE(rows.is_sound());
            REQUIRE(same_rows(rows.kept(), list.rows));
        }
    }
    CHECK(refused > 10);
    for (const payment_row& row : list.rows) {
        CHECK(sillok::same(*rows.find(row.id), row));
        CHECK(rows.find<&payment_row::receipt>(row.receipt) == rows.find(row.id));
    }
}

TEST_CASE("a transaction that is rolled back leaves nothing behind") {
    payments rows;
    for (std::uint64_t id = 0; id < 200; ++id)
        rows.put(paid(id, "user " + std::to_string(id % 7), 1, static_cast<std::int64_t>(id % 13))).value();
    const payments before = rows;
    const payment_row* const tenth = rows.find(10);

    rows.begin();
    for (std::uint64_t id = 0; id < 200; id += 2) rows.erase(id);
    for (std::uint64_t id = 0; id < 200; id += 4) rows.put(paid(id, "again", 2, 2)).value();
    for (std::uint64_t id = 1; id < 200; id += 2)
        for (int twice = 0; twice < 2; ++twice)
            rows.modify(id, [](payment_row& row) { row.user += "!", row.at = second(row.amount++); }).value();
    for (std::uint64_t id = 1; id < 200; id += 4) rows.erase(id);
    CHECK(rows.size() == 100);
    CHECK_FALSE(rows == before);

    SECTION("rolled back") {
        rows.rollback();
        CHECK(rows == before);
        CHECK(rows.find(10) == tenth);
        CHECK(tenth->user == "user 3");
    }
    SECTION("committed") {
        rows.commit();
        CHECK(rows.size() == 100);
        CHECK(rows.find(10) == nullptr);
        const auto bytes = rows.bytes();
        for (std::uint64_t id = 1000; id < 1050; ++id) rows.put(paid(id, "more", 1, 1)).value();
        CHECK(rows.bytes() == bytes);  // what was erased has made room
    }
    SECTION("cleared and rolled back") {
        rows.clear();
        CHECK(rows.empty());
        rows.put(paid(5, "new", 1, 1)).value();
        rows.rollback();
        CHECK(rows == before);
    }
    SECTION("left open") {
        const payments copy = rows;  // without the transaction
        CHECK_FALSE(copy.in_transaction());
        CHECK(copy == rows);
        CHECK(copy.is_sound());
        payments moved = std::move(rows);
        moved.rollback();
        CHECK(moved == before);
        rows = moved;
    }
    CHECK(rows.is_sound());
}

TEST_CASE("copies and moved tables stand for themselves") {
    payments rows;
    for (std::uint64_t id = 0; id < 1000; ++id)
        rows.put(paid(id, std::string(id % 60, 'x'), 1, static_cast<std::int64_t>(id))).value();
    for (std::uint64_t id = 0; id < 1000; id += 3) rows.erase(id);
    payments copy = rows;
    CHECK(copy.is_sound());
    CHECK(copy == rows);
    copy.modify(1, [](payment_row& row) { row.amount = 5; }).value();
    CHECK_FALSE(copy == rows);
    CHECK(rows.find(1)->amount == 1);
    for (std::uint64_t id = 0; id < 1000; ++id) copy.put(paid(id, "y", 1, 5)).value();
    CHECK(copy.is_sound());
    rows = copy;
    CHECK(rows == copy);
    payments taken = std::move(copy);
    CHECK(taken == rows);
    CHECK(copy.empty());  // NOLINT
    copy.put(paid(1, "z", 1, 1)).value();
    CHECK(copy.is_sound());
    const payments& itself = rows;
    rows = itself;
    CHECK(rows == taken);
    rows = std::move(taken);
    CHECK(rows.size() == 1000);
}

TEST_CASE("what is kept of a table makes it again, the same bytes of equal tables") {
    payments one;
    payments other;
    for (std::uint64_t id = 0; id < 500; ++id) {
        one.put(paid(id * 7919 % 500, "ada", 1, 1)).value();
        other.put(paid(id, "eve", 1, 1)).value();
    }
    for (std::uint64_t id = 0; id < 500; ++id) other.put(paid(499 - id, "ada", 1, 1)).value();
    one.put(paid(9999, "gone", 1, 1)).value();
    one.erase(9999);
    CHECK(one == other);
    sillok::byte_buffer bytes_of_one;
    sillok::byte_buffer bytes_of_other;
    sillok::binary_codec::encode(one.kept(), bytes_of_one);
    sillok::binary_codec::encode(other.kept(), bytes_of_other);
    CHECK(sillok::as_text(bytes_of_one.view()) == sillok::as_text(bytes_of_other.view()));

    // [kept]
    std::vector<payment_row> kept = one.kept();
    sillok::result<payments> again = payments::restored(kept);
    // [/kept]
    REQUIRE(again);
    CHECK(*again == one);
    CHECK(again->is_sound());

    kept.push_back(kept.front());
    const auto twice = payments::restored(kept);
    REQUIRE_FALSE(twice);
    CHECK(twice.error().text() == "there is a row with id = 0 already; nothing was changed");
}

namespace {

enum class state : std::uint8_t { open, closed };
struct job_row {
    std::pair<std::string, std::uint32_t> name;
    std::chrono::sys_seconds due;
    std::vector<std::string> path;
    state now;
    bool urgent;
};
using jobs = sillok::table<job_row, sillok::unique<&job_row::due, &job_row::now>, sillok::ordered<&job_row::name>,
                           sillok::ordered<&job_row::path>, sillok::ordered<&job_row::urgent, &job_row::due>>;

}  // namespace

TEST_CASE("a table is indexed by whatever has an order, and has a key of whatever has a hash") {
    const auto at = [](int n) { return std::chrono::sys_seconds(std::chrono::seconds(n)); };
    jobs rows;
    rows.put({{"b", 1}, at(5), {"x", "y"}, state::open, true}).value();
    rows.put({{"a", 2}, at(5), {"x"}, state::closed, false}).value();
    rows.put({{"a", 3}, at(6), {}, state::open, true}).value();
    CHECK(rows.size() == 3);
    CHECK(rows.find(at(5), state::closed)->name.second == 2);
    CHECK(rows.find(at(6), state::closed) == nullptr);
    CHECK(rows.select().equal<&job_row::urgent>(true).within<&job_row::due>(at(0), at(6)).count() == 1);
    CHECK(rows.select().sorted<&job_row::path>().first()->name.second == 3);
    CHECK(rows.select().from<&job_row::name>({"a", 3}).count() == 2);
    CHECK(rows.select().group_by(&job_row::now).count().size() == 2);
    CHECK(rows.select().maximum(&job_row::due) == at(6));
    CHECK(rows.modify(at(7), state::open, [](job_row&) {}).error().text().find("due = 1970-01-01T00:00:07Z") !=
          std::string::npos);
    CHECK(rows.is_sound());
}

TEST_CASE("a table asks of its rows that they can be copied, and no more") {
    struct copied {
        int id;
        std::vector<std::shared_ptr<int>> things;
    };
    sillok::table<copied, sillok::unique<&copied::id>> rows;
    rows.put({1, {std::make_shared<int>(3)}}).value();
    rows.modify(1, [](copied& row) { row.things.push_back(row.things.front()); }).value();
    CHECK(rows.find(1)->things.front().use_count() == 2);
    rows.begin();
    rows.erase(1);
    rows.rollback();
    CHECK(rows.find(1)->things.front().use_count() == 2);
    struct alignas(16) wide {
        std::int8_t id = 0;
    };
    sillok::table<wide, sillok::unique<&wide::id>, sillok::ordered<&wide::id>> aligned;
    for (int i = -128; i < 128; ++i) aligned.put({static_cast<std::int8_t>(i)}).value();
    CHECK(aligned.size() == 256);
    CHECK(reinterpret_cast<std::uintptr_t>(aligned.find(5)) % 16 == 0);
    CHECK(aligned.select().first()->id == -128);
    CHECK(aligned.is_sound());
}
