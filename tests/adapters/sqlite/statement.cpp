#include "sillok/adapters/sqlite/statement.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::error_kind;

TEST_CASE("codes of SQLite are errors by what can be done about them") {
    const auto kind = [](int code) { return sillok::detail::sqlite_error(nullptr, code, "a.db", "doing").kind(); };
    CHECK(kind(SQLITE_FULL) == error_kind::no_space);
    CHECK(kind(SQLITE_CORRUPT_INDEX) == error_kind::damaged);
    CHECK(kind(SQLITE_NOTADB) == error_kind::unsupported_format);
    CHECK(kind(SQLITE_BUSY_SNAPSHOT) == error_kind::locked);
    CHECK(kind(SQLITE_LOCKED) == error_kind::locked);
    CHECK(kind(SQLITE_CONSTRAINT_UNIQUE) == error_kind::condition_failed);
    CHECK(kind(SQLITE_TOOBIG) == error_kind::too_large);
    CHECK(kind(SQLITE_IOERR_READ) == error_kind::io);
    CHECK(kind(SQLITE_CANTOPEN) == error_kind::io);
    CHECK(
        sillok::detail::sqlite_error(nullptr, SQLITE_FULL, "a.db", "table t").text() ==
        "a.db: table t: database or disk is full (SQLite 13); nothing of the transaction is kept, make room and go on");
}

TEST_CASE("empty texts and bytes are not NULL, and what is bound is read again") {
    const scratch folder;
    auto db = sillok::sqlite_database::open(folder / "a.db").value();
    auto statement = db.link()->prepare("SELECT ?1, ?2, ?3").value();
    CHECK(statement.bind_text(1, {}) == SQLITE_OK);
    CHECK(statement.bind_bytes(2, {}) == SQLITE_OK);
    CHECK(sillok::detail::bind_value(statement, 3, std::optional<int>()) == SQLITE_OK);
    REQUIRE(statement.step() == SQLITE_ROW);
    CHECK(statement.type(0) == SQLITE_TEXT);
    CHECK(statement.text(0).empty());
    CHECK(statement.type(1) == SQLITE_BLOB);
    CHECK(statement.bytes(1).empty());
    CHECK(statement.type(2) == SQLITE_NULL);
    std::string text = "before";
    CHECK(sillok::detail::read_value(statement, 0, text));
    CHECK(text.empty());
    int number = 0;
    CHECK_FALSE(sillok::detail::read_value(statement, 0, number));
    CHECK_FALSE(sillok::detail::read_value(statement, 1, text));
    CHECK_FALSE(sillok::detail::read_value(statement, 2, text));
}
