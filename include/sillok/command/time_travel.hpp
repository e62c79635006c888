#pragma once
// Up to where history is folded when an aggregate is loaded.

#include "sillok/core/time.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

// The state after this many events of the stream.
struct at_version {
    sillok::version version;
    constexpr explicit at_version(std::uint64_t value) noexcept : version{value} {}
    constexpr explicit at_version(sillok::version value) noexcept : version(value) {}
};

// The state as it was recorded by a moment: the longest prefix of the stream with nothing recorded later. It says what the
// system knew then. For the dates on which things happened, which are fields of events, see `repository::as_of`.
struct as_at {
    timestamp time;
    constexpr explicit as_at(timestamp moment) noexcept : time(moment) {}
};

}  // namespace sillok
