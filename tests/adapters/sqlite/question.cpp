#include "sillok/adapters/sqlite/question.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sample.hpp"

using namespace sqlite_tests;
using sillok::error_kind;
using sillok::detail::column_kind;
using sillok::detail::sqlite_parameter;

TEST_CASE("a value that is asked for is what its field is, and nothing is NULL") {
    CHECK(sqlite_parameter::of<std::string>(std::string_view("ada")).bytes == "ada");
    CHECK(sqlite_parameter::of<state>(state::lost).integer == 255);
    CHECK(sqlite_parameter::of<std::uint64_t>(~std::uint64_t{0}).integer == -1);
    CHECK(sqlite_parameter::of<std::optional<double>>(std::optional<double>()).kind == column_kind::none);
    CHECK(sqlite_parameter::of<std::optional<double>>(std::optional(std::nan(""))).is_nan);
    CHECK_FALSE(sqlite_parameter::of<double>(std::nan("")).is_nan);
}

TEST_CASE("a question stops when it is told to, and passes on an error") {
    const scratch folder;
    auto db = sillok::sqlite_database::open(folder / "a.db").value();
    REQUIRE(db.change([&] { return db.link()->run("CREATE TABLE t(a)"); }));
    REQUIRE(db.change([&] { return db.link()->run("INSERT INTO t VALUES(1),(2),(3)"); }));
    const sillok::detail::sqlite_question ask(db.link(), "t");
    int seen = 0;
    REQUIRE(ask.each("*", "", {}, [&](const auto&) { return sillok::result<bool>(++seen < 2); }));
    CHECK(seen == 2);
    const auto no = [](const auto&) -> sillok::result<bool> { return sillok::error(error_kind::io, "no"); };
    CHECK(ask.each("*", "", {}, no).error() == error_kind::io);
    CHECK(ask.each("*", " LIMIT", {}, no).error() == error_kind::invalid_argument);
    std::int64_t second = 0;
    REQUIRE(
        ask.each("a", " ORDER BY a", sillok::detail::sqlite_span{1, 1}, [&](const sillok::detail::sqlite_lease& row) {
            second = row.integer(0);
            return sillok::result<bool>(true);
        }));
    CHECK(second == 2);
}
