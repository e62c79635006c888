#pragma once
// Why an event was recorded: what a whole chain of events shares, and which link came right before.
//
// Nobody sets these by hand. The context in which a command runs has them from the event or command that it follows.

#include "sillok/core/uuid.hpp"
#include "sillok/event/metadata.hpp"

namespace sillok {

struct cause {
    // The same along a chain of causes.
    uuid correlation;
    // The event or command right before.
    uuid causation;

    // What follows from a recorded event: its correlation goes on, and it is the cause itself. An event that was recorded
    // without a correlation begins a chain.
    static cause of(const metadata& event) noexcept {
        const uuid inherited = event.correlation();
        return {inherited.is_nil() ? event.id() : inherited, event.id()};
    }
    // The beginning of a chain: a command that came from outside.
    static constexpr cause first(const uuid& command) noexcept { return {command, command}; }

    friend constexpr bool operator==(const cause&, const cause&) = default;
};

}  // namespace sillok
