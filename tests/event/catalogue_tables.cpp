#include "sillok/event/catalogue_tables.hpp"

#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"

namespace {

using namespace evolution;
namespace detail = sillok::detail;

static_assert(detail::rows_of(order_events::entries{}) == 7);
static_assert(detail::words_of(order_events::entries{}) == 4 * 3 + 2 + 1);  // one event has three names
static_assert(order_events::entries::size == 3);
static_assert(order_events::declared::size == 4);
static_assert(detail::place_in<order_events, v2::order_placed>::entry == 0);
static_assert(detail::place_in<order_events, v2::order_placed>::revision == 2);
static_assert(detail::place_in<order_events, line>::entry == sillok::npos);
static_assert(std::is_same_v<detail::element<sillok::types<int, char>, 1>, char>);
static_assert(detail::all_of({true, true}) && !detail::all_of({true, false}));

}  // namespace

TEST_CASE("the index has a row for each revision, under every name of its event") {
    const auto& index = detail::index_of_rows<order_events>;
    const auto row = [&](std::string_view name, std::uint16_t revision) {
        return index.find(detail::type_word(sillok::name_hash(name), revision));
    };
    CHECK(row("order.placed", 2).row == 1);
    CHECK(row("order.submitted", 2).row == 1);
    CHECK(row("order.sent", 4).row == 3);
    CHECK(row("order.line_added", 2).row == 5);
    CHECK(row("order.paid", 1).row == 6);
    CHECK(row("order.paid", 2).word == 0);
    CHECK(row("order.printed", 1).word == 0);
}
