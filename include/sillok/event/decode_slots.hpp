#pragma once
// Where recorded events are decoded into, and how it is found out why one could not be.

#include <concepts>
#include <type_traits>
#include <utility>

#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/unknown.hpp"

namespace sillok::detail {

// Structs are decoded into again and again, so that their strings keep their memory: those that own some are bases of one
// object. What owns nothing, or cannot be a base, is decoded into a local.
template <class E>
inline constexpr bool is_kept = !std::is_trivially_destructible_v<E> && !std::is_final_v<E>;

template <class E>
struct not_kept {};

template <bool IsKept>
struct slot_for {
    template <class E>
    using type = E;
};
template <>
struct slot_for<false> {
    template <class E>
    using type = not_kept<E>;
};

template <class List>
struct decode_slots;
template <class... E>
struct decode_slots<types<E...>> : slot_for<is_kept<E>>::template type<E>... {};

// A codec that can read without giving a reason, and find the reason afterwards along the type's shape.
// Then the way that succeeds carries no errors, which halves its instructions.
template <class Reader>
concept quiet_codec = requires(const wire_shape* shape, bytes_view in, bool& into) {
    { Reader::reads(in, into) } -> std::same_as<bool>;
    { Reader::explain(shape, in) } -> std::same_as<error>;
};

// Why a payload could not be read as a T.
template <class Reader, class T>
error decode_error(const wire_shape*, bytes_view in) {
    T into{};
    return std::move(Reader::decode(in, into)).error();
}
template <class Reader, class T>
consteval explanation explanation_of() {
    if constexpr (quiet_codec<Reader>)
        return {&shape_of<T>::value, &Reader::explain};
    else
        return {nullptr, &decode_error<Reader, T>};
}

}  // namespace sillok::detail
