#include "sillok/projection/table/page.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using sillok::page;
using sillok::detail::span_of;

namespace {

constexpr auto most = (std::numeric_limits<std::uint64_t>::max)();

constexpr bool is_span(sillok::page_request asked, std::uint64_t total, std::uint64_t first, std::uint64_t last) {
    const auto span = span_of(asked, total);
    return span.first == first && span.last == last;
}

static_assert(is_span({1, 20}, 45, 0, 20) && is_span({3, 20}, 45, 40, 45));
static_assert(is_span({4, 20}, 45, 0, 0) && is_span({0, 20}, 45, 0, 0) && is_span({1, 0}, 45, 0, 0));
static_assert(is_span({1, most}, 45, 0, 45) && is_span({most, most}, 45, 0, 0) && is_span({2, most}, most, 0, 0));
static_assert(is_span({1, most}, most, 0, most) && is_span({most, 1}, most, most - 1, most));

}  // namespace

TEST_CASE("a page knows how many there are and which are beside it") {
    const page<int> middle{{21, 22}, 45, 2, 20};
    CHECK(middle.pages() == 3);
    CHECK(middle.has_next());
    CHECK(middle.has_previous());
    CHECK(middle.first() == 21);
    const page<int> last{{41}, 41, 3, 20};
    CHECK(last.pages() == 3);
    CHECK_FALSE(last.has_next());
    CHECK((page<int>{{1}, 40, 1, 20}.pages() == 2));
}

TEST_CASE("a page that is not there says nothing wrong of others") {
    const page<int> behind{{}, 45, 5, 20};
    CHECK(behind.first() == 0);
    CHECK_FALSE(behind.has_next());
    CHECK_FALSE(behind.has_previous());
    CHECK((page<int>{{}, 45, 4, 20}.has_previous()));
    const page<int> of_none{{}, 45, 1, 0};
    CHECK(of_none.pages() == 0);
    CHECK_FALSE(of_none.has_next());
    CHECK((page<int>{{}, most, 1, 2}.pages() == most / 2 + 1));
}
