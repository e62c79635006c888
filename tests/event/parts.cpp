#include "sillok/event/parts.hpp"

#include <string>
#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"

namespace {

using namespace evolution;
using sillok::types;

template <class E>
using behind = sillok::detail::versions_behind<order_events, E>;

static_assert(std::is_same_v<behind<v1::order_placed>, types<v2::order_placed, v3::order_placed, order_placed>>);
static_assert(std::is_same_v<behind<order_placed>, types<>>);

template <class Wanted, class V>
inline constexpr bool becomes = sillok::detail::becomes_any<order_events, types<Wanted>, V>(behind<V>{});

static_assert(becomes<line_added, v1::order_placed>);
static_assert(becomes<order_placed, v1::order_placed>);
static_assert(!becomes<order_paid, v1::order_placed>);
static_assert(!becomes<line_added, v3::order_placed>);  // after the split
static_assert(becomes<line_added, line_added>);

// Parts that are old themselves go on by their own steps.
namespace old {
struct moved {
    int from, to;
};
struct left {
    int place;
};
}  // namespace old
struct left {
    int place;
    int gate;
    static left upcast(const old::left& e) { return {e.place, 7}; }
};
struct arrived {
    int place;
    static sillok::several<old::left, arrived> upcast(const old::moved& e) {
        return {old::left{e.from}, arrived{e.to}};
    }
};
struct journey : sillok::events<sillok::event<"arrived", old::moved, arrived>, sillok::event<"left", old::left, left>> {
};

}  // namespace

TEST_CASE("what was one event is lifted part by part, each along its own steps") {
    std::string told;
    const auto tell = [&](const auto& e) {
        if constexpr (requires { e.gate; })
            told += "left " + std::to_string(e.place) + " by " + std::to_string(e.gate) + "; ";
        else
            told += "arrived " + std::to_string(e.place) + "; ";
    };
    sillok::detail::lift_all<journey>(old::moved{1, 2}, sillok::detail::versions_behind<journey, old::moved>{}, tell);
    CHECK(told == "left 1 by 7; arrived 2; ");
}
