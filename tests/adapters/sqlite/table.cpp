#include "sillok/adapters/sqlite/table.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <stdexcept>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::error_kind;
using sillok::sqlite_database;

TEST_CASE("rows of all types come back as they were, also their ends") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = wide_table::open(db, "t").value();
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    std::map<std::uint64_t, wide_row> kept;
    REQUIRE(db.change([&]() -> sillok::result<void> {
        for (int i = 0; i < 2000; ++i) {
            const std::uint64_t id =
                any_of<std::uint64_t>(random, {0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 63}) % 3 == 0
                    ? random()
                    : random() % 100;
            const wide_row row = random_row(random, i % 7 == 0 ? id | (std::uint64_t{1} << 63) : id);
            if (random() % 4 == 0) {
                CHECK(rows.erase(row.id).value() == (kept.erase(row.id) != 0));
            } else {
                REQUIRE(rows.put(row));
                kept[row.id] = row;
            }
        }
        return {};
    }));
    // Another connection reads them.
    auto again = sqlite_database::open(folder / "a.db", {.read_only = true}).value();
    auto read = wide_table::open(again, "t").value();
    CHECK(read.size().value() == kept.size());
    for (const auto& [id, row] : kept) {
        const auto found = read.find(id).value();
        REQUIRE(found);
        REQUIRE(*found == row);
        REQUIRE(read.contains(id).value());
    }
    CHECK_FALSE(read.find(123456789).value());
    CHECK_FALSE(read.contains(123456789).value());
    std::vector<std::uint64_t> ids;
    const auto all = read.select().rows().value();
    for (const wide_row& row : all) ids.push_back(row.id);
    std::vector<std::uint64_t> expected;
    for (const auto& [id, row] : kept) expected.push_back(id);
    CHECK(ids == expected);  // in the order of uint64, not of SQLite's numbers
}

TEST_CASE("insert, modify, erase and clear say what there was") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = wide_table::open(db, "t").value();
    CHECK(db.change([&]() -> sillok::result<void> {
        REQUIRE(rows.insert({.id = 1, .user = "ada"}));
        CHECK(rows.insert({.id = 1, .user = "bob"}).error() == error_kind::condition_failed);
        REQUIRE(rows.modify(1, [](wide_row& row) { row.amount = 7; }));
        CHECK(rows.modify(2, [](wide_row&) {}).error() == error_kind::invalid_argument);
        CHECK(rows.modify(1, [](wide_row& row) { row.id = 2; }).error() == error_kind::invalid_argument);
        const auto no = [](wide_row& row) -> sillok::result<void> {
            row.amount = 8;
            return sillok::error(error_kind::not_authorised, "no");
        };
        CHECK(rows.modify(1, no).error() == error_kind::not_authorised);
        CHECK(rows.find(1).value()->amount == 7);
        REQUIRE(rows.insert({.id = 2}));
        CHECK(rows.erase(2).value());
        CHECK_FALSE(rows.erase(2).value());
        return {};
    }));
    CHECK(rows.find(1).value()->user == "ada");
    REQUIRE(db.change([&] { return rows.clear(); }));
    CHECK(rows.size().value() == 0);
}

TEST_CASE("a change outside of a transaction is refused, and so is a table that is not open") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = wide_table::open(db, "t").value();
    CHECK(rows.put({.id = 1}).error() == error_kind::invalid_argument);
    CHECK(rows.erase(1).error() == error_kind::invalid_argument);
    CHECK(rows.size().value() == 0);
    wide_table nowhere;
    CHECK(nowhere.put({.id = 1}).error() == error_kind::closed);
    CHECK(nowhere.find(1).error() == error_kind::closed);
    auto again = sqlite_database::open(folder / "a.db", {.read_only = true}).value();
    CHECK(again.change([&] { return rows.put({.id = 1}); }).error() == error_kind::invalid_argument);
}

TEST_CASE("a NaN within an optional is refused, and who forgets that cannot commit") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = wide_table::open(db, "t").value();
    const auto done = db.change([&]() -> sillok::result<void> {
        REQUIRE(rows.put({.id = 1}));
        const auto refused = rows.put({.id = 2, .rate = std::nan("")});
        CHECK(refused.error() == error_kind::invalid_argument);
        CHECK(refused.error().text().find("column rate") != std::string::npos);
        return {};
    });
    CHECK(done.error() == error_kind::invalid_argument);
    CHECK(rows.size().value() == 0);
}

TEST_CASE("a unique index keeps values apart, and a row that it refuses changes nothing") {
    struct account {
        std::string key;
        std::uint64_t number;
        bool operator==(const account&) const = default;
    };
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    using table = sillok::sqlite_table<account, sillok::unique<&account::key>, sillok::unique<&account::number>>;
    auto rows = table::open(db, "t").value();
    REQUIRE(db.change([&]() -> sillok::result<void> {
        REQUIRE(rows.put({"a", 1}));
        REQUIRE(rows.put({"b", 2}));
        const auto taken = rows.put({"b", 1});
        CHECK(taken.error() == error_kind::condition_failed);
        CHECK(taken.error().text() == folder / "a.db: table t: UNIQUE constraint failed: t.number (SQLite 2067)");
        REQUIRE(rows.put({"a", 3}));
        return {};
    }));
    CHECK(rows.find("a").value() == account{"a", 3});
    CHECK(rows.find("b").value() == account{"b", 2});
}

TEST_CASE("keys of several members, and rows that are nothing but a key") {
    struct pair {
        std::string user;
        std::int32_t day;
    };
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = sillok::sqlite_table<pair, sillok::unique<&pair::day, &pair::user>>::open(db, "t").value();
    REQUIRE(db.change([&]() -> sillok::result<void> {
        for (int i = 0; i < 3; ++i) REQUIRE(rows.put({"ada", i % 2}));
        CHECK(rows.erase(0, "ada").value());
        return {};
    }));
    CHECK(rows.size().value() == 1);
    CHECK(rows.contains(1, "ada").value());
}

TEST_CASE("a value that somebody put there and that no field can hold is damage, and not another value") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = wide_table::open(db, "t").value();
    REQUIRE(db.change([&] { return rows.put({.id = 1}); }));
    plain_sqlite other(folder / "a.db");
    for (const char* const change : {"small = 200", "good = 2", "ref = x'00'", "count = -1"}) {
        other.run(std::string("SAVEPOINT s; UPDATE t SET ") + change + "; RELEASE s");
        const auto found = rows.find(1);
        REQUIRE(!found);
        CHECK(found.error() == error_kind::damaged);
        const std::string column(change, std::string_view(change).find(' '));
        CHECK(found.error().text().find("column " + column) != std::string::npos);
        CHECK(rows.select().rows().error() == error_kind::damaged);
        REQUIRE(db.change([&] { return rows.put({.id = 1}); }));
    }
}

TEST_CASE("bytes of the file that changed are an error, or the rows are as they were") {
    const scratch folder;
    std::mt19937_64 random(Catch::getSeed());
    std::vector<wide_row> kept;
    {
        auto db = sqlite_database::open(folder / "a.db").value();
        auto rows = wide_table::open(db, "t").value();
        REQUIRE(db.change([&]() -> sillok::result<void> {
            for (std::uint64_t id = 1; id <= 500; ++id)
                if (auto done = rows.put(random_row(random, id)); !done) return done;
            return {};
        }));
    }
    const auto size = std::filesystem::file_size(folder / "a.db");
    {
        // The pages behind the first become nonsense: no page of rows is one any more.
        std::FILE* const file = std::fopen((folder / "a.db").c_str(), "r+b");
        REQUIRE(file != nullptr);
        for (auto at = std::uint64_t{8} * 4096; at < size; at += 4096) {
            std::fseek(file, static_cast<long>(at), SEEK_SET);
            std::fwrite("\x77nonsense", 1, 9, file);
        }
        std::fclose(file);
    }
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = wide_table::open(db, "t");
    const auto read = rows ? rows->select().rows() : sillok::result<std::vector<wide_row>>(rows.error());
    REQUIRE(!read);
    CHECK(read.error() == error_kind::damaged);
    CHECK(read.error().text().starts_with(folder / "a.db: "));
}
