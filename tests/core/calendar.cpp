#include <chrono>
#include <cstdint>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/calendar.hpp>

using sillok::civil_day;
using sillok::parse_utc;
using sillok::utc_moment;

namespace {

std::string written(utc_moment moment) {
    std::string text;
    sillok::append_utc(text, moment);
    return text;
}

}  // namespace

TEST_CASE("days and dates are two names for the same", "[calendar]") {
    STATIC_REQUIRE(sillok::civil_from_days(0) == civil_day{1970, 1, 1});
    STATIC_REQUIRE(sillok::civil_from_days(-1) == civil_day{1969, 12, 31});
    STATIC_REQUIRE(sillok::days_from_civil({2000, 3, 1}) == 11017);
    STATIC_REQUIRE(sillok::days_from_civil({1600, 2, 29}) + 1 == sillok::days_from_civil({1600, 3, 1}));
    STATIC_REQUIRE(sillok::days_from_civil({1900, 2, 28}) + 1 == sillok::days_from_civil({1900, 3, 1}));
    STATIC_REQUIRE(sillok::civil_from_days(-865'565) == civil_day{-400, 3, 1});  // where 400 years begin, before year 0
    std::size_t wrong = 0;
    for (int day = -1'000'000; day < 1'000'000; ++day) {
        const std::chrono::year_month_day known = std::chrono::sys_days(std::chrono::days(day));
        const civil_day civil = sillok::civil_from_days(day);
        wrong += civil != civil_day{int{known.year()}, unsigned{known.month()}, unsigned{known.day()}} ||
                 sillok::days_from_civil(civil) != day;
    }
    CHECK(wrong == 0);
}

TEST_CASE("a moment is written and read back", "[calendar]") {
    CHECK(written({0, 0, 0}) == "1970-01-01T00:00:00Z");
    CHECK(written({-1, 999, 3}) == "1969-12-31T23:59:59.999Z");
    CHECK(written({1709209800, 250, 3}) == "2024-02-29T12:30:00.250Z");
    CHECK(written({253402300800, 0, 0}) == "+010000-01-01T00:00:00Z");
    CHECK(written({-62167219201, 0, 0}) == "-000001-12-31T23:59:59Z");
    CHECK(written({-62167219200, 5, 1}) == "0000-01-01T00:00:00.5Z");
    CHECK(written({INT64_MAX, 0, 0}) == "+292277026596-12-04T15:30:07Z");
    CHECK(written({INT64_MIN, 0, 0}) == "-292277022657-01-27T08:29:52Z");
    for (const utc_moment moment : {utc_moment{0, 0, 0}, {-1, 999, 3}, {253402300800, 0, 0}, {-62167219201, 5, 9}})
        CHECK(parse_utc(written(moment)) == moment);
    for (const std::int64_t seconds : {INT64_MIN, INT64_MIN + 1, std::int64_t{0}, INT64_MAX}) {
        const utc_moment moment{seconds, 999'999'999'999'999'999, 18};
        CHECK(parse_utc(written(moment)) == moment);
    }
    CHECK(to_string(sillok::timestamp(-1)) == "1969-12-31T23:59:59.999999999Z");
    CHECK(to_string(sillok::timestamp(0)) == "1970-01-01T00:00:00.000000000Z");
}

TEST_CASE("what is no moment is not read as one", "[calendar]") {
    for (const char* text : {"",
                             "2024",
                             "2024-02-30T00:00:00Z",
                             "2023-02-29T00:00:00Z",
                             "2024-13-01T00:00:00Z",
                             "2024-01-01T24:00:00Z",
                             "2024-01-01T00:60:00Z",
                             "2024-01-01T00:00:60Z",
                             "2024-01-01T00:00:00",
                             "2024-01-01 00:00:00Z",
                             "2024-01-01T00:00:00.Z",
                             "2024-01-01T00:00:00Zx",
                             "2024-1-01T00:00:00Z",
                             "+2024-01-01T00:00:00Z",
                             "2024-00-01T00:00:00Z",
                             "2024-01-00T00:00:00Z",
                             "2024-01-01T00:00:00z",
                             "202:-01-01T00:00:00Z",
                             "2024-1/-01T00:00:00Z",
                             "+02024-01-01T00:00:00Z",
                             "+0000000002024-01-01T00:00:00Z",
                             "2024-01-01T00:00:00.0000000000000000000Z",
                             "+292277026596-12-04T15:30:08Z",
                             "-292277022657-01-27T08:29:51Z",
                             "+999999999999-01-01T00:00:00Z",
                             "-999999999999-01-01T00:00:00Z"})
        CHECK(!parse_utc(text));
}
