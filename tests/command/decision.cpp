#include "sillok/command/decision.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace {

struct opened {
    std::string owner;
};
struct paid {
    std::int64_t amount;
};
struct broke {
    std::int64_t missing;
};

sillok::decision<paid> pay(std::int64_t amount, std::int64_t balance) {
    if (amount > balance) return sillok::reject(broke{amount - balance});
    return paid{amount};
}

struct counted {
    int n;
};
constexpr sillok::decision<counted> count_to(int n) {
    sillok::decision<counted> all;
    for (int i = 0; i < n; ++i) all += counted{i};
    return all;
}
constexpr sillok::decision<counted> refuse() { return sillok::reject("no"); }

static_assert(count_to(0).accepted() && count_to(0).empty());
static_assert(count_to(1).size() == 1 && count_to(1).get_if<counted>(0)->n == 0);
static_assert(count_to(5).size() == 5 && count_to(5).get_if<counted>(4)->n == 4 &&
              count_to(5).get_if<counted>(5) == nullptr);
static_assert(!refuse().accepted() && refuse().rejected()->get<sillok::reason>()->view() == "no");
static_assert(!std::is_constructible_v<sillok::decision<paid>, opened>);

}  // namespace

TEST_CASE("a decision is one event by plain return, or a rejection with its own type") {
    const auto done = pay(30, 100);
    REQUIRE(done.accepted());
    REQUIRE(done.size() == 1);
    CHECK(done.get_if<paid>(0)->amount == 30);

    const auto refused = pay(130, 100);
    REQUIRE_FALSE(refused.accepted());
    CHECK(refused.size() == 0);
    CHECK(refused.rejected()->get<broke>()->missing == 30);
    CHECK(refused.rejected()->get<paid>() == nullptr);
}

TEST_CASE("a decision holds several events of several types in their order, more than fit inside") {
    sillok::decision<opened, paid> all{opened{"Ada"}, paid{1}};
    for (std::int64_t i = 2; i < 40; ++i) all += paid{i};
    all += opened{"a name too long to be kept inside of a small string"};
    REQUIRE(all.size() == 41);

    const auto copy = all;
    std::vector<std::string> seen;
    copy.for_each([&]<class E>(const E& e) {
        if constexpr (std::is_same_v<E, opened>)
            seen.push_back(e.owner);
        else
            seen.push_back(std::to_string(e.amount));
    });
    REQUIRE(seen.size() == 41);
    CHECK(seen[0] == "Ada");
    CHECK(seen[1] == "1");
    CHECK(seen[39] == "39");
    CHECK(seen[40] == "a name too long to be kept inside of a small string");
    CHECK(all.get_if<opened>(1) == nullptr);
    CHECK(all.get_if<opened>(40) != nullptr);
}

TEST_CASE("a decision of nothing is accepted and empty, however it is written") {
    const sillok::decision<paid> nothing = sillok::nothing;
    const sillok::decision<paid> braces = {};
    CHECK(nothing.accepted());
    CHECK(nothing.empty());
    CHECK(braces.accepted());
    CHECK(braces.empty());
}
