#include "sillok/event/several.hpp"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace {

struct opened {
    int value;
};
struct noted {
    std::vector<int> values;
};

constexpr int sum(const sillok::several<opened, noted>& row) {
    int total = 0;
    row.for_each([&](const auto& e) {
        if constexpr (requires { e.value; })
            total = total * 10 + e.value;
        else
            total = total * 10 + static_cast<int>(e.values.size());
    });
    return total;
}

constexpr int more_than_types() {
    sillok::several<opened, noted> row{opened{1}};
    for (int i = 2; i < 5; ++i) row += opened{i};
    row += noted{{1, 2, 3, 4, 5}};
    return sum(row);
}

static_assert(sillok::is_several<sillok::several<opened>>);
static_assert(!sillok::is_several<opened>);

}  // namespace

TEST_CASE("several events are given in order, each with its type") {
    static_assert(more_than_types() == 12345);
    CHECK(more_than_types() == 12345);
    const sillok::several<opened, noted> row{noted{{1}}, opened{2}};
    CHECK(row.size() == 2);
    CHECK(row.holds<noted>(0));
    CHECK_FALSE(row.holds<opened>(0));
    CHECK(row.get_if<opened>(1)->value == 2);
    CHECK(row.get_if<opened>(2) == nullptr);
    CHECK(sillok::several<opened>{}.empty());
}

TEST_CASE("a copy of several is apart from them") {
    sillok::several<opened, noted> row{noted{{1, 2, 3}}, opened{1}, opened{2}};
    const auto copy = row;
    row += opened{3};
    CHECK(copy.size() == 3);
    CHECK(sum(copy) == 312);
    CHECK(sum(std::move(row)) == 3123);
}
