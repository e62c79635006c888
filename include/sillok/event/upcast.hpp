#pragma once
// From an old version of an event to the current one, a step at a time.
//
// A step is `static Next Next::upcast(const Previous&)`, or, where Next is somebody else's struct, a free function
// `Next upcast(const Previous&, std::type_identity<Next>)` beside either type. The chain is composed by the compiler.
//
// What was one event may be several today: then a step returns `several<…>` of events of the catalogue, of any version, and each of
// them goes on by its own steps.

#include <concepts>
#include <type_traits>
#include <utility>

#include "sillok/core/type_list.hpp"
#include "sillok/event/several.hpp"

namespace sillok::detail {

// What a step may return.
template <class Result, class Next>
concept lifted_to = std::same_as<Result, Next> || is_several<Result>;

}  // namespace sillok::detail

namespace sillok {

template <class Previous, class Next>
concept upcast_by_member = requires(const Previous& e) {
    { Next::upcast(e) } -> detail::lifted_to<Next>;
};

template <class Previous, class Next>
concept upcast_by_function = requires(const Previous& e) {
    { upcast(e, std::type_identity<Next>{}) } -> detail::lifted_to<Next>;
};

// Whether a version can be lifted to the next one.
template <class Previous, class Next>
concept upcastable = upcast_by_member<Previous, Next> || upcast_by_function<Previous, Next>;

}  // namespace sillok

namespace sillok::require {

template <class Previous, class Next>
consteval bool version_is_upcast_to_the_next() {
    static_assert(upcastable<Previous, Next>,
                  "sillok[E0205]: every old version of an event must be lifted to the next one. "
                  "Fix: add `static Next upcast(const Previous&)` to the newer struct. See docs/errors.md#E0205");
    return upcastable<Previous, Next>;
}

}  // namespace sillok::require

namespace sillok::detail {

// Whether each version in the list can be lifted to the one behind it. Chains are short, so this recursion is.
template <class... V>
inline constexpr bool upcasts_exist = true;
template <class Previous, class Next, class... Rest>
inline constexpr bool upcasts_exist<Previous, Next, Rest...> =
    require::version_is_upcast_to_the_next<Previous, Next>() && upcasts_exist<Next, Rest...>;

// One step.
template <class Previous, class Next>
constexpr auto step_to(const Previous& e) {
    if constexpr (upcast_by_member<Previous, Next>)
        return Next::upcast(e);
    else
        return upcast(e, std::type_identity<Next>{});
}
template <class Previous, class Next>
using step_result = decltype(step_to<Previous, Next>(std::declval<const Previous&>()));

// Whether a step of the chain gives several events.
template <class... V>
inline constexpr bool chain_splits = false;
template <class Previous, class Next, class... Rest>
inline constexpr bool chain_splits<Previous, Next, Rest...> = [] {
    if constexpr (upcastable<Previous, Next>)
        return is_several<step_result<Previous, Next>> || chain_splits<Next, Rest...>;
    else
        return false;
}();

template <class V, class Later>
inline constexpr bool chain_splits_from = false;
template <class V, class... Later>
inline constexpr bool chain_splits_from<V, types<Later...>> = chain_splits<V, Later...>;

// Lifts along a list of the versions that follow `Previous`, up to the last.
//
// Requires: no step gives several events
template <class Previous, class Next, class... Rest>
constexpr auto lift(const Previous& e, types<Next, Rest...>) {
    if constexpr (sizeof...(Rest) == 0)
        return step_to<Previous, Next>(e);
    else
        return lift(step_to<Previous, Next>(e), types<Rest...>{});
}

// The versions behind `Version` in a list of versions.
template <class Version, class Versions>
struct versions_after {
    using type = types<>;
};

template <class Version, class First, class... Rest>
struct versions_after<Version, types<First, Rest...>> : versions_after<Version, types<Rest...>> {};

template <class Version, class... Rest>
struct versions_after<Version, types<Version, Rest...>> {
    using type = types<Rest...>;
};

}  // namespace sillok::detail
