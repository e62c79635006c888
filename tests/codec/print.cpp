#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <variant>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/print.hpp>

#include "codec/sample_events.hpp"

namespace {

struct insufficient_funds {
    std::int64_t missing;
};
struct words {
    std::string_view text;
    std::optional<int> number;
    std::array<int, 2> two;
    std::variant<int, insufficient_funds> either;
};

// Says itself what is the same.
struct anything_goes {
    int number;
    bool operator==(const anything_goes&) const { return true; }
};

template <class Unit>
using ticks = std::chrono::duration<std::int64_t, Unit>;
template <class Unit>
using moments = std::chrono::sys_time<ticks<Unit>>;

// The count at a moment; nothing where there is none.
template <class Unit>
std::optional<std::int64_t> count_at(sillok::utc_moment moment) {
    std::int64_t count = 0;
    if (!sillok::detail::count_at<Unit>(moment, count)) return std::nullopt;
    return count;
}

constexpr words one{"a", 1, {1, 2}, insufficient_funds{3}};
static_assert(sillok::same(one, one));
static_assert(!sillok::same(one, words{"b", 1, {1, 2}, insufficient_funds{3}}));
static_assert(!sillok::same(one, words{"a", std::nullopt, {1, 2}, insufficient_funds{3}}));
static_assert(!sillok::same(one, words{"a", 1, {1, 3}, insufficient_funds{3}}));
static_assert(!sillok::same(one, words{"a", 1, {1, 2}, insufficient_funds{4}}));
static_assert(!sillok::same(one, words{"a", 1, {1, 2}, 3}));

}  // namespace

TEST_CASE("a value is described with the names of its fields", "[print]") {
    CHECK(sillok::describe(insufficient_funds{100}) == "insufficient_funds{missing = 100}");
    CHECK(sillok::describe(one) ==
          "words{text = \"a\", number = 1, two = [1, 2], either = insufficient_funds{missing = 3}}");
    CHECK(sillok::describe("plain text") == "\"plain text\"");
    CHECK(sillok::describe(std::string("q\"\\\n\x01\x1f\x7f ")) == "\"q\\\"\\\\\\n\\x01\\x1f\\x7f \"");
    CHECK(sillok::describe(true) == "true");
    CHECK(sillok::describe('A') == "65");
    CHECK(sillok::describe(0.1) == "0.1");
    CHECK(sillok::describe(1e300) == "1e+300");
    CHECK(sillok::describe(0.1 + 0.2) == "0.30000000000000004");
    CHECK(sillok::describe(sample::colour::red) == "colour(1)");
    CHECK(sillok::describe(std::optional<int>()) == "nothing");
    CHECK(sillok::describe(std::vector<std::byte>{std::byte{10}}) == "0x0a");
    CHECK(sillok::describe(std::vector<std::byte>(32)) == "0x" + std::string(64, '0'));
    CHECK(sillok::describe(std::vector<std::byte>(33)) == "0x" + std::string(64, '0') + "… (33 bytes)");
    CHECK(sillok::describe(std::map<int, bool>{{1, true}}) == "{1: true}");
    CHECK(sillok::describe(std::pair<int, std::string>{1, "x"}) == "(1, \"x\")");
    CHECK(sillok::describe(std::vector<bool>{true, false}) == "[true, false]");
    CHECK(sillok::describe(sillok::timestamp(-1)) == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("durations are described with their unit", "[print]") {
    CHECK(sillok::describe(ticks<std::ratio<1>>(5)) == "5s");
    CHECK(sillok::describe(std::chrono::milliseconds(5)) == "5ms");
    CHECK(sillok::describe(std::chrono::microseconds(5)) == "5us");
    CHECK(sillok::describe(std::chrono::nanoseconds(5)) == "5ns");
    CHECK(sillok::describe(std::chrono::minutes(5)) == "5min");
    CHECK(sillok::describe(std::chrono::hours(5)) == "5h");
    CHECK(sillok::describe(std::chrono::days(5)) == "5d");
    CHECK(sillok::describe(ticks<std::ratio<7, 3>>(5)) == "5*7/3s");
    CHECK(sillok::describe(std::chrono::duration<double, std::milli>(0.5)) == "0.5ms");
}

TEST_CASE("moments are described as dates, and as counts where they have none", "[print]") {
    CHECK(sillok::describe(std::chrono::sys_days(std::chrono::days(1))) == "1970-01-02T00:00:00Z");
    CHECK(sillok::describe(moments<std::milli>()) == "1970-01-01T00:00:00.000Z");
    CHECK(sillok::describe(moments<std::milli>(ticks<std::milli>(-1))) == "1969-12-31T23:59:59.999Z");
    CHECK(sillok::describe(std::chrono::sys_time<std::chrono::duration<double>>()) == "0s");
    for (const std::int64_t count : {INT64_MIN, INT64_MAX}) {
        const std::string text = std::to_string(count);
        CHECK(sillok::describe(moments<std::ratio<86400>>(ticks<std::ratio<86400>>(count))) == text + "d");
        CHECK(sillok::describe(moments<std::deci>(ticks<std::deci>(count))) == text + "*1/10s");
    }
    STATIC_REQUIRE(sillok::detail::decimals_of<std::ratio<60>>() == 0);
    STATIC_REQUIRE(sillok::detail::decimals_of<std::atto>() == 18);
    STATIC_REQUIRE(sillok::detail::decimals_of<std::ratio<1, 20>>() == -1);
    STATIC_REQUIRE(sillok::detail::decimals_of<std::ratio<3, 10>>() == -1);
}

TEST_CASE("a moment is a count where it falls on one that there is", "[print]") {
    CHECK(count_at<std::ratio<1>>({5, 0, 0}) == 5);
    CHECK(count_at<std::ratio<1>>({5, 1, 1}) == std::nullopt);
    CHECK(count_at<std::ratio<60>>({120, 0, 0}) == 2);
    CHECK(count_at<std::ratio<60>>({121, 0, 0}) == std::nullopt);
    CHECK(count_at<std::milli>({1, 25, 2}) == 1250);
    CHECK(count_at<std::milli>({1, 2500, 4}) == 1250);
    CHECK(count_at<std::milli>({1, 2501, 4}) == std::nullopt);
    CHECK(count_at<std::milli>({-1, 999, 3}) == -1);
    CHECK(count_at<std::milli>({-2, 0, 0}) == -2000);
    CHECK(count_at<std::nano>({9'223'372'036, 854'775'807, 9}) == INT64_MAX);
    CHECK(count_at<std::nano>({9'223'372'036, 854'775'808, 9}) == std::nullopt);
    CHECK(count_at<std::nano>({-9'223'372'037, 145'224'192, 9}) == INT64_MIN);
    CHECK(count_at<std::nano>({-9'223'372'037, 145'224'191, 9}) == std::nullopt);
}

TEST_CASE("values are the same where all their fields are", "[print]") {
    sample::generator make(sample::seed());
    INFO("SILLOK_SEED=" << sample::seed());
    const sample::everything a = make.any();
    sample::everything b = a;
    CHECK(sillok::same(a, b));
    b.text += "x";
    CHECK(!sillok::same(a, b));
    CHECK(sillok::same(anything_goes{1}, anything_goes{2}));
    CHECK(!sillok::same(std::optional(insufficient_funds{1}), std::optional(insufficient_funds{2})));
    const int two[] = {1, 2};
    const int others[] = {1, 3};
    CHECK(sillok::same(two, two));
    CHECK(!sillok::same(two, others));
    CHECK(sillok::same(std::vector<insufficient_funds>{{1}}, std::vector<insufficient_funds>{{1}}));
    CHECK(!sillok::same(std::vector<insufficient_funds>{{1}}, std::vector<insufficient_funds>{{2}}));
    CHECK(!sillok::same(std::vector<insufficient_funds>{{1}}, std::vector<insufficient_funds>{}));
    CHECK(!sillok::same(std::map<int, insufficient_funds>{{1, {1}}}, std::map<int, insufficient_funds>{{1, {2}}}));
}
