#pragma once
// What was one event and is several today: each of them is lifted along its own steps, within its catalogue.

#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/several.hpp"
#include "sillok/event/upcast.hpp"

namespace sillok::detail {

// The versions that follow a struct in its catalogue.
template <class Catalogue, class E>
using versions_behind = typename versions_after<E, typename place_in<Catalogue, E>::event::versions>::type;

// Calls `give` with each current event that an old one became, in order.
template <class Catalogue, class Give, class E>
constexpr void lift_all(const E& e, types<>, Give& give) {
    give(e);
}
template <class Catalogue, class Give, class Previous, class Next, class... Rest>
constexpr void lift_all(const Previous& e, types<Next, Rest...>, Give& give) {
    const auto lifted = step_to<Previous, Next>(e);
    if constexpr (is_several<step_result<Previous, Next>>)
        lifted.for_each(
            [&]<class Part>(const Part& part) { lift_all<Catalogue>(part, versions_behind<Catalogue, Part>{}, give); });
    else
        lift_all<Catalogue>(lifted, types<Rest...>{}, give);
}

// Whether any of the types in `Wanted` may come of a version.
template <class Catalogue, class Wanted, class V>
consteval bool becomes_any(types<>) {
    return contains<Wanted, V>;
}
template <class Catalogue, class Wanted, class V, class Next, class... Rest>
consteval bool becomes_any(types<Next, Rest...>);
template <class Catalogue, class Wanted, class... Part>
consteval bool part_becomes_any(types<Part...>) {
    return (becomes_any<Catalogue, Wanted, Part>(versions_behind<Catalogue, Part>{}) || ...);
}
template <class Catalogue, class Wanted, class V, class Next, class... Rest>
consteval bool becomes_any(types<Next, Rest...>) {
    using result = step_result<V, Next>;
    if constexpr (is_several<result>)
        return part_becomes_any<Catalogue, Wanted>(typename result::event_types{});
    else
        return becomes_any<Catalogue, Wanted, Next>(types<Rest...>{});
}

}  // namespace sillok::detail
