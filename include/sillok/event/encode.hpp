#pragma once
// From a struct to what is recorded: its type and its bytes.

#include "sillok/codec/binary.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_type.hpp"

namespace sillok {

// Appends the payload of `e` to `out` and says under which name and revision to record it. Only current structs are
// recorded; an old version can be read but not written.
//
// Complexity: O(bytes).
template <catalogue Catalogue, class Codec = binary_codec, current_event_of<Catalogue> E>
event_type encode_event(const E& e, byte_buffer& out) {
    Codec::encode(e, out);
    return event_type_of<Catalogue, E>;
}

}  // namespace sillok
