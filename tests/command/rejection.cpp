#include "sillok/command/rejection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

namespace {

struct insufficient_funds {
    std::int64_t missing;
};
struct blocked {
    std::string by;
    int days;
};

static_assert(sillok::reject("no") == sillok::reject("no"));
static_assert(!(sillok::reject("no") == sillok::reject("never")));
static_assert(sillok::reject(insufficient_funds{3}) == sillok::reject(insufficient_funds{3}));
static_assert(!(sillok::reject(insufficient_funds{3}) == sillok::reject(insufficient_funds{4})));
static_assert(!(sillok::reject(insufficient_funds{3}) == sillok::reject("no")));

}  // namespace

TEST_CASE("a rejection gives back the struct it was made from, and no other") {
    const auto why = sillok::reject(blocked{"the office", 3});
    REQUIRE(why.get<blocked>() != nullptr);
    CHECK(why.get<blocked>()->by == "the office");
    CHECK(why.get<insufficient_funds>() == nullptr);
    CHECK(why.get<sillok::reason>() == nullptr);
}

TEST_CASE("a rejection prints its type and fields") {
    CHECK(sillok::reject(insufficient_funds{100}).text() == "insufficient_funds{missing = 100}");
    CHECK(sillok::reject(blocked{"the office", 3}).text() == "blocked{by = \"the office\", days = 3}");
    CHECK(sillok::reject("the account is not open").text() == "the account is not open");
}

TEST_CASE("a rejection owns what it says") {
    std::string text = "a reason that is long enough not to be kept inside of a string";
    auto why = sillok::reject(std::string_view(text));
    const auto copy = why;
    text.assign(text.size(), '!');
    CHECK(copy.text() == "a reason that is long enough not to be kept inside of a string");
    why = sillok::reject(insufficient_funds{1});
    CHECK(copy == sillok::reject("a reason that is long enough not to be kept inside of a string"));
    const auto moved = std::move(why);
    CHECK(moved.get<insufficient_funds>()->missing == 1);
}
