#pragma once
// From the current event back to an older version, for those outside who only know that one.
//
//     struct money_withdrawn {
//         std::int64_t amount;
//         std::string currency;
//         static v1::money_withdrawn downcast(const money_withdrawn& e) { return {e.amount}; }
//         …
//     };
//     auto type = sillok::encode_event<account_events>(event, payload, 1);      // as revision 1 has it
//
// A step is `static Previous Next::downcast(const Next&)` or, where Next is somebody else's struct, a free function
// `Previous downcast(const Next&, std::type_identity<Previous>)` beside either type. Nothing is recorded so: a store holds what was
// current when it happened.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "sillok/codec/codec.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_codec.hpp"
#include "sillok/event/event_type.hpp"

namespace sillok {

template <class Next, class Previous>
concept downcast_by_member = requires(const Next& e) {
    { Next::downcast(e) } -> std::same_as<Previous>;
};

template <class Next, class Previous>
concept downcast_by_function = requires(const Next& e) {
    { downcast(e, std::type_identity<Previous>{}) } -> std::same_as<Previous>;
};

// Whether a version can be given as the one before it.
template <class Next, class Previous>
concept downcastable = downcast_by_member<Next, Previous> || downcast_by_function<Next, Previous>;

}  // namespace sillok

namespace sillok::require {

template <class Next, class Previous>
consteval bool version_is_downcast_to_the_one_before() {
    static_assert(downcastable<Next, Previous>,
                  "sillok[E0215]: an event is given as an older version by a step from each version to the one before. "
                  "Fix: add `static Previous downcast(const Next&)` to the newer struct. See docs/errors.md#E0215");
    return downcastable<Next, Previous>;
}

}  // namespace sillok::require

namespace sillok::detail {

template <class Previous, class Next>
constexpr Previous step_down(const Next& e) {
    if constexpr (downcast_by_member<Next, Previous>)
        return Next::downcast(e);
    else
        return downcast(e, std::type_identity<Previous>{});
}

// The version of that revision in the catalogue.
template <class Catalogue, class E, std::size_t Revision>
using version_of = element<typename place_in<Catalogue, E>::event::versions, Revision - 1>;

template <class Version, class Catalogue, std::size_t Revision, class E>
constexpr Version lower(const E& e) {
    if constexpr (std::same_as<E, Version>) {
        return e;
    } else {
        using previous = version_of<Catalogue, E, Revision - 1>;
        if constexpr (require::version_is_downcast_to_the_one_before<E, previous>())
            return lower<Version, Catalogue, Revision - 1>(step_down<previous>(e));
        else
            return Version{};
    }
}

[[gnu::__cold__, gnu::noinline]] inline error no_such_revision(const event_type& current, std::uint16_t revision) {
    return error(error_kind::invalid_argument, std::string(current.name) + " has the revisions 1 to " +
                                                   std::to_string(current.revision) + ", and not " +
                                                   std::to_string(revision));
}
[[gnu::__cold__, gnu::noinline]] inline error no_way_down(const event_type& from) {
    return error(error_kind::invalid_argument, std::string(from.name) + " cannot be given as revision " +
                                                   std::to_string(from.revision - 1) + ": revision " +
                                                   std::to_string(from.revision) + " has no downcast to it");
}

template <class Catalogue, class Codec, std::size_t Revision, class E>
result<event_type> encode_lowered(const E& e, byte_buffer& out, std::uint16_t revision) {
    if (revision == Revision) {
        Codec::encode(e, out);
        event_type type = event_type_of<Catalogue, E>;
        type.codec = format_of<Codec>;
        return type;
    }
    if constexpr (Revision > 1) {
        using previous = version_of<Catalogue, E, Revision - 1>;
        if constexpr (downcastable<E, previous>)
            return encode_lowered<Catalogue, Codec, Revision - 1>(step_down<previous>(e), out, revision);
        else
            return no_way_down(event_type_of<Catalogue, E>);
    }
    return no_such_revision(event_type_of<Catalogue, E>, revision);
}

}  // namespace sillok::detail

namespace sillok {

// A current event as an older version of it. A version to which there is no way does not compile (E0215).
template <class Version, catalogue Catalogue, current_event_of<Catalogue> E>
    requires(entry_index<Catalogue, Version> == entry_index<Catalogue, E>)
constexpr Version downcast_to(const E& e) {
    return detail::lower<Version, Catalogue, event_type_of<Catalogue, E>.revision>(e);
}

// The same by number: appends the payload of `e`, as a revision has it, to `out`, by its codec or the one that is named, and says under which name and revision that is.
//
// Errors:     invalid_argument: no such revision, or no way to it; `out` is unchanged then
// Complexity: O(bytes) and the steps
template <catalogue Catalogue, class Codec, current_event_of<Catalogue> E>
result<event_type> encode_event(const E& e, byte_buffer& out, std::uint16_t revision) {
    constexpr event_type current = event_type_of<Catalogue, E>;
    if (revision == 0 || revision > current.revision) return detail::no_such_revision(current, revision);
    return detail::encode_lowered<Catalogue, Codec, current.revision>(e, out, revision);
}
template <catalogue Catalogue, current_event_of<Catalogue> E>
result<event_type> encode_event(const E& e, byte_buffer& out, std::uint16_t revision) {
    return encode_event<Catalogue, codec_of<Catalogue, E>>(e, out, revision);
}

}  // namespace sillok
