#pragma once
// With which codec an event is recorded, and with which it is read: what its catalogue says, or binary_codec.

#include <cstddef>
#include <type_traits>

#include "sillok/codec/binary.hpp"
#include "sillok/codec/codec.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_type.hpp"

namespace sillok {

// For a dispatcher that was given no codec of its own for payloads in JSON.
struct no_codec {};

}  // namespace sillok

namespace sillok::detail {

template <class Codecs>
struct first_codec;
template <class Writer, class... Reader>
struct first_codec<types<Writer, Reader...>> {
    using type = Writer;
};

// The first codec of a list that has the format, or `Otherwise`.
template <payload_codec Format, class Otherwise, class Codecs>
struct codec_with {
    using type = Otherwise;
};
template <payload_codec Format, class Otherwise, class First, class... Rest>
struct codec_with<Format, Otherwise, types<First, Rest...>>
    : std::conditional_t<format_of<First> == Format, std::type_identity<First>,
                         codec_with<Format, Otherwise, types<Rest...>>> {};

// What reads the payloads of an event in a format: one of its codecs, or `Otherwise`.
template <payload_codec Format, class Otherwise, class Event, bool IsCoded = Event::is_coded>
struct reader_of_event {
    using type = Otherwise;
};
template <payload_codec Format, class Otherwise, class Event>
struct reader_of_event<Format, Otherwise, Event, true> : codec_with<Format, Otherwise, typename Event::codecs> {};

// What an event is recorded with.
template <class Event, bool IsCoded = Event::is_coded>
struct writer_of_event {
    using type = binary_codec;
};
template <class Event>
struct writer_of_event<Event, true> : first_codec<typename Event::codecs> {};

// Whether its struct may gain and lose members without a new version.
template <class Event>
inline constexpr bool is_weakly_coded = weak_codec<typename writer_of_event<Event>::type>;

template <class... Event>
consteval bool any_is_coded(types<Event...>) {
    return !all_of({true, !Event::is_coded...});
}

}  // namespace sillok::detail

namespace sillok {

// What an event of a catalogue is recorded with.
template <catalogue Catalogue, current_event_of<Catalogue> E>
using codec_of = typename detail::writer_of_event<typename detail::place_in<Catalogue, E>::event>::type;

// What a record of an event says of its type, the format of its codec included.
template <catalogue Catalogue, current_event_of<Catalogue> E>
inline constexpr event_type recorded_type_of = [] {
    event_type type = event_type_of<Catalogue, E>;
    type.codec = format_of<codec_of<Catalogue, E>>;
    return type;
}();

}  // namespace sillok
