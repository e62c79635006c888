#pragma once
// Lists of types, and the place of a type in a list.
//
// The place is found by one overload resolution over a class that inherits from a leaf per type: no recursion, and no
// instantiation that grows with the square of the list (docs/decisions/0002-integers-inside.md has the measurements).

#include <cstddef>
#include <type_traits>
#include <utility>

namespace sillok {

// A list of types, never instantiated with objects of them.
template <class... T>
struct types {
    static constexpr std::size_t size = sizeof...(T);
};

// What `index_of` answers for a type that is not in the list.
inline constexpr std::size_t npos = static_cast<std::size_t>(-1);

}  // namespace sillok

namespace sillok::detail {

template <std::size_t I, class T>
struct leaf {};

template <class Indices, class... T>
struct leaves;

template <std::size_t... I, class... T>
struct leaves<std::index_sequence<I...>, T...> : leaf<I, T>... {};

template <class T, std::size_t I>
std::integral_constant<std::size_t, I> leaf_index(const leaf<I, T>*);
template <class T>
std::integral_constant<std::size_t, npos> leaf_index(const void*);

template <class List>
struct leaves_of;

template <class... T>
struct leaves_of<types<T...>> {
    using type = leaves<std::index_sequence_for<T...>, T...>;
};

// Joins lists sixteen at a time, so that joining many is neither deep nor quadratic in practice.
template <class... Lists>
struct joined;

template <>
struct joined<> {
    using type = types<>;
};

template <class... A>
struct joined<types<A...>> {
    using type = types<A...>;
};

template <class... A, class... B, class... Rest>
struct joined<types<A...>, types<B...>, Rest...> : joined<types<A..., B...>, Rest...> {};

template <class... A, class... B, class... C, class... D, class... E, class... F, class... G, class... H, class... I,
          class... J, class... K, class... L, class... M, class... N, class... O, class... P, class... Rest>
struct joined<types<A...>, types<B...>, types<C...>, types<D...>, types<E...>, types<F...>, types<G...>, types<H...>,
              types<I...>, types<J...>, types<K...>, types<L...>, types<M...>, types<N...>, types<O...>, types<P...>,
              Rest...>
    : joined<types<A..., B..., C..., D..., E..., F..., G..., H..., I..., J..., K..., L..., M..., N..., O..., P...>,
             Rest...> {};

}  // namespace sillok::detail

namespace sillok {

// The place of `T` in `List`; `npos` where it is missing or stands there twice.
template <class List, class T>
inline constexpr std::size_t index_of =
    decltype(detail::leaf_index<T>(static_cast<typename detail::leaves_of<List>::type*>(nullptr)))::value;

template <class List, class T>
inline constexpr bool contains = index_of<List, T> != npos;

// All lists in one, in order.
template <class... Lists>
using concatenation = typename detail::joined<Lists...>::type;

}  // namespace sillok
