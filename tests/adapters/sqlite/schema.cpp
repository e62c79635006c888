#include "sillok/adapters/sqlite/schema.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::error_kind;
using sillok::sqlite_database;

namespace {

struct first {
    std::int64_t id;
    std::int32_t amount;
};
struct other_type {
    std::int64_t id;
    std::int64_t amount;
};
struct other_name {
    std::int64_t id;
    std::int32_t total;
};
struct more {
    std::int64_t id;
    std::int32_t amount;
    bool good;
};
template <class Row>
using keyed = sillok::sqlite_table<Row, sillok::unique<&Row::id>>;

}  // namespace

TEST_CASE("a table of another struct is refused by what differs, with what to do, and stays as it is") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto rows = keyed<first>::open(db, "t").value();
    REQUIRE(db.change([&] { return rows.put({1, 2}); }));
    const std::string before = plain_sqlite(folder / "a.db").told("SELECT * FROM sqlite_schema");
    const auto differs = keyed<other_type>::open(db, "t");
    REQUIRE(!differs);
    CHECK(differs.error() == error_kind::schema_changed);
    CHECK(differs.error().text().starts_with(
        folder / "a.db: table t: field 2 is `amount: i32`, and `amount: i64` in the program"));
    CHECK(differs.error().text().find("version = 2;") != std::string::npos);
    CHECK(keyed<other_name>::open(db, "t").error().text().find("`total: i32` in the program") != std::string::npos);
    CHECK(keyed<more>::open(db, "t").error() == error_kind::schema_changed);
    CHECK(sillok::sqlite_table<first, sillok::unique<&first::amount>>::open(db, "t").error() ==
          error_kind::schema_changed);
    CHECK(keyed<first>::open(db, "t"));
    CHECK(plain_sqlite(folder / "a.db").told("SELECT * FROM sqlite_schema") == before);
}

TEST_CASE("a table that somebody has altered is not read as if it were the one that was made") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    REQUIRE(keyed<first>::open(db, "t"));
    plain_sqlite(folder / "a.db").run("ALTER TABLE t RENAME COLUMN amount TO id2");
    const auto altered = keyed<first>::open(db, "t");
    REQUIRE(!altered);
    CHECK(altered.error().text().find(
              "column 2 is `id2 INTEGER NOT NULL`, and `amount INTEGER NOT NULL` in the program") != std::string::npos);
}

TEST_CASE("a table that no model has made is left alone, in any case of its letters") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    plain_sqlite(folder / "a.db").run("CREATE TABLE mine(id INTEGER PRIMARY KEY, amount INTEGER)");
    CHECK(keyed<first>::open(db, "Mine").error() == error_kind::condition_failed);
    CHECK(keyed<first>::open(db, "sillok_tables").error() == error_kind::condition_failed);
    CHECK_FALSE(keyed<first>::open(db, "sqlite_x"));
}

TEST_CASE("whatever a table is called, it is only a name") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    for (const char* const name : {"a\"b", "x; DROP TABLE sillok_tables", "select", "it's", " "}) {
        auto rows = keyed<first>::open(db, name).value();
        REQUIRE(db.change([&] { return rows.put({1, 2}); }));
        CHECK(rows.size().value() == 1);
    }
    CHECK(plain_sqlite(folder / "a.db").told("SELECT count(*) FROM sillok_tables") == "5\n");
}

TEST_CASE("indexes come and go with what the program lists, and others' stay") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    plain_sqlite other(folder / "a.db");
    const auto indexes = [&] {
        return other.told("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1");
    };
    using plain = keyed<first>;
    using indexed = sillok::sqlite_table<first, sillok::unique<&first::id>, sillok::unique<&first::amount>>;
    auto rows = plain::open(db, "t").value();
    REQUIRE(db.change([&] { return rows.put({1, 7}); }));
    REQUIRE(db.change([&] { return rows.put({2, 7}); }));
    const auto refused = indexed::open(db, "t");
    CHECK(refused.error() == error_kind::condition_failed);  // two rows have it
    REQUIRE(db.change([&] { return rows.put({2, 8}); }));
    REQUIRE(indexed::open(db, "t"));
    other.run("CREATE INDEX theirs ON t(amount)");
    CHECK(indexes() == "t unique amount\ntheirs\n");
    REQUIRE(plain::open(db, "t"));
    CHECK(indexes() == "theirs\n");
}
