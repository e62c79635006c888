#include <chrono>
#include <optional>
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
    CHECK(sillok::describe(std::string("q\"\\\n\x01")) == "\"q\\\"\\\\\\n\\x01\"");
    CHECK(sillok::describe(true) == "true");
    CHECK(sillok::describe('A') == "65");
    CHECK(sillok::describe(0.1) == "0.1");
    CHECK(sillok::describe(1e300) == "1e+300");
    CHECK(sillok::describe(sample::colour::red) == "colour(1)");
    CHECK(sillok::describe(std::optional<int>()) == "nothing");
    CHECK(sillok::describe(std::vector<std::byte>{std::byte{10}}) == "0x0a");
    CHECK(sillok::describe(std::map<int, bool>{{1, true}}) == "{1: true}");
    CHECK(sillok::describe(std::pair<int, std::string>{1, "x"}) == "(1, \"x\")");
    CHECK(sillok::describe(std::vector<bool>{true, false}) == "[true, false]");
    CHECK(sillok::describe(std::chrono::milliseconds(5)) == "5ms");
    CHECK(sillok::describe(std::chrono::sys_days(std::chrono::days(1))) == "1970-01-02T00:00:00Z");
    CHECK(sillok::describe(sillok::timestamp(-1)) == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("values are the same where all their fields are", "[print]") {
    sample::generator make(sample::seed());
    INFO("SILLOK_SEED=" << sample::seed());
    const sample::everything a = make.any();
    sample::everything b = a;
    CHECK(sillok::same(a, b));
    b.text += "x";
    CHECK(!sillok::same(a, b));
    CHECK(sillok::same(std::vector<insufficient_funds>{{1}}, std::vector<insufficient_funds>{{1}}));
    CHECK(!sillok::same(std::vector<insufficient_funds>{{1}}, std::vector<insufficient_funds>{{2}}));
    CHECK(!sillok::same(std::vector<insufficient_funds>{{1}}, std::vector<insufficient_funds>{}));
    CHECK(!sillok::same(std::map<int, insufficient_funds>{{1, {1}}}, std::map<int, insufficient_funds>{{1, {2}}}));
}
