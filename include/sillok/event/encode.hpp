#pragma once
// From a struct to what is recorded: its type and its bytes.

#include "sillok/codec/codec.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_codec.hpp"
#include "sillok/event/event_type.hpp"

namespace sillok {

// Appends the payload of `e` to `out`, by its codec in the catalogue or the one that is named, and says under which name and revision
// to record it. Only current structs are recorded; an old version can be read but not written.
//
// Complexity: O(bytes).
template <catalogue Catalogue, current_event_of<Catalogue> E>
event_type encode_event(const E& e, byte_buffer& out) {
    codec_of<Catalogue, E>::encode(e, out);
    return recorded_type_of<Catalogue, E>;
}
template <catalogue Catalogue, class Codec, current_event_of<Catalogue> E>
event_type encode_event(const E& e, byte_buffer& out) {
    Codec::encode(e, out);
    event_type type = event_type_of<Catalogue, E>;
    type.codec = format_of<Codec>;
    return type;
}

}  // namespace sillok
