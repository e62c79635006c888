#include "sillok/adapters/sqlite/database.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::error_kind;
using sillok::sqlite_database;

TEST_CASE("a database is made where there is none, unless it must be there") {
    const scratch folder;
    for (const sillok::sqlite_options options : {sillok::sqlite_options{.read_only = true}, {.must_exist = true}}) {
        const auto none = sqlite_database::open(folder / "none.db", options);
        REQUIRE(!none);
        CHECK(none.error() == error_kind::no_such_store);
        CHECK(none.error().text().starts_with(folder / "none.db: cannot be opened: unable to open database file"));
    }
    REQUIRE(sqlite_database::open(folder / "new.db"));
    CHECK(plain_sqlite(folder / "new.db").told("PRAGMA journal_mode") == "wal\n");
    CHECK(sqlite_database::open("").error() == error_kind::invalid_argument);
    CHECK(sqlite_database::open(std::string("a\0b", 3)).error() == error_kind::invalid_argument);
}

TEST_CASE("a file that is no database is refused and left alone") {
    const scratch folder;
    std::ofstream(folder / "text") << std::string(10'000, 'x');
    CHECK(sqlite_database::open(folder / "text").error() == error_kind::unsupported_format);
    CHECK(std::filesystem::file_size(folder / "text") == 10'000);
    plain_sqlite(folder / "wide.db").run("PRAGMA encoding='UTF-16'; CREATE TABLE t(a)");
    CHECK(sqlite_database::open(folder / "wide.db").error() == error_kind::unsupported_format);
}

TEST_CASE("a change is kept whole or not at all, also when it throws, and one has to say that it begins") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto& link = *db.link();
    REQUIRE(db.change([&] { return link.run("CREATE TABLE t(a)"); }));
    const auto add = [&] { return link.run("INSERT INTO t VALUES(1)"); };
    CHECK(db.change([&]() -> sillok::result<void> {
                REQUIRE(add());
                return sillok::error(error_kind::invalid_argument, "no");
            }).error() == error_kind::invalid_argument);
    CHECK_THROWS_AS(db.change([&]() -> sillok::result<void> {
        REQUIRE(add());
        throw 7;
    }),
                    int);
    CHECK(*link.text_of("SELECT count(*) FROM t") == "0");
    CHECK(db.change([&] { return db.change(add); }).error() == error_kind::invalid_argument);
    REQUIRE(db.change(add));
    CHECK(*link.text_of("SELECT count(*) FROM t") == "1");
    const auto wrong = link.run("SELECT absent FROM t");
    CHECK(wrong.error().text() == folder / "a.db: SELECT absent FROM t: no such column: absent (SQLite 1)");
}

TEST_CASE("a database that another program changes is locked, after as long as one has patience") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db", {.patience = std::chrono::milliseconds(1)}).value();
    plain_sqlite other(folder / "a.db");
    other.run("CREATE TABLE t(a); BEGIN IMMEDIATE; INSERT INTO t VALUES(1)");
    const auto refused = db.change([&] { return sillok::result<void>(); });
    CHECK(refused.error() == error_kind::locked);
    CHECK(refused.error().text().find("another program writes to it") != std::string::npos);
    CHECK(*db.link()->text_of("SELECT count(*) FROM t") == "0");  // who reads does not wait
    other.run("COMMIT");
    CHECK(db.change([&] { return sillok::result<void>(); }));
}

TEST_CASE("programs that make one database at once all have it") {
    for (int round = 0; round < 40; ++round) {
        const scratch folder;
        ::pid_t children[4];
        int start[2];
        REQUIRE(::pipe(start) == 0);
        for (::pid_t& child : children)
            if ((child = ::fork()) == 0) {
                ::close(start[1]);
                char nothing = 0;
                if (::read(start[0], &nothing, 1) < 0) ::_exit(3);  // until all are there
                auto db = sqlite_database::open(folder / "a.db");
                if (!db) ::_exit(1);
                ::_exit(db->change([&] { return db->link()->run("CREATE TABLE IF NOT EXISTS t(a)"); }) ? 0 : 2);
            }
        ::close(start[0]);
        ::close(start[1]);
        for (const ::pid_t child : children) {
            int status = 1;
            REQUIRE(::waitpid(child, &status, 0) == child);
            REQUIRE(status == 0);
        }
    }
}

TEST_CASE("what is read together is of one moment") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    plain_sqlite other(folder / "a.db");
    other.run("CREATE TABLE t(a)");
    const auto count = [&] { return db.link()->text_of("SELECT count(*) FROM t").value(); };
    REQUIRE(db.read([&]() -> sillok::result<void> {
        CHECK(count() == "0");
        other.run("INSERT INTO t VALUES(1)");
        CHECK(count() == "0");
        return {};
    }));
    CHECK(count() == "1");
}

TEST_CASE("a full disk is no_space, and nothing of the transaction is kept") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    auto& link = *db.link();
    REQUIRE(link.run("CREATE TABLE t(a)"));
    REQUIRE(link.run("PRAGMA max_page_count=10"));
    const auto full = db.change([&]() -> sillok::result<void> {
        for (int i = 0; i < 1000; ++i)
            if (auto done = link.run("INSERT INTO t VALUES(randomblob(1000))"); !done) return done;
        return {};
    });
    CHECK(full.error() == error_kind::no_space);
    CHECK(*link.text_of("SELECT count(*) FROM t") == "0");
    REQUIRE(db.change([&] { return link.run("INSERT INTO t VALUES(1)"); }));
}

TEST_CASE("a file that is write protected can be read, and is said to be so to who wants to change it") {
    const scratch folder;
    REQUIRE(sqlite_database::open(folder / "a.db"));
    ::chmod((folder / "a.db").c_str(), 0400);
    if (::access((folder / "a.db").c_str(), W_OK) == 0) SKIP("who runs this may write to everything");
    const auto refused = sqlite_database::open(folder / "a.db");
    CHECK(refused.error() == error_kind::io);
    CHECK(refused.error().text().find("write protected") != std::string::npos);
}

TEST_CASE("a child after a fork is told to open its own connection") {
    const scratch folder;
    auto db = sqlite_database::open(folder / "a.db").value();
    const ::pid_t child = ::fork();
    if (child == 0) ::_exit(db.link()->run("SELECT 1").error() == error_kind::closed ? 0 : 1);
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(db.link()->run("SELECT 1"));
}
