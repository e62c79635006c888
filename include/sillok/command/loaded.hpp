#pragma once
// An aggregate as it was loaded.

#include "sillok/event/stream_id.hpp"

namespace sillok {

// An aggregate's state and the version of its stream; version 0: nothing has happened to it yet.
template <class Aggregate>
struct loaded {
    Aggregate state{};
    sillok::version version{};

    bool exists() const noexcept { return version != sillok::version{0}; }
    const Aggregate* operator->() const noexcept { return &state; }
    const Aggregate& operator*() const noexcept { return state; }
};

}  // namespace sillok
