#pragma once
// In what context a command runs: its id, the version its sender saw, what caused it, and who asks.
//
//     accounts.execute("42", withdraw{30}, sillok::command_context{}.expecting(sillok::version{7}));
//     accounts.execute("42", withdraw{30}, metadata);   // in a handler: correlation and causation flow by themselves

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/uuid.hpp"
#include "sillok/event/causation.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

class command_context {
public:
    command_context() = default;
    // Caused by a recorded event: the same correlation, and that event as the cause.
    command_context(const metadata& event)  // NOLINT(google-explicit-constructor)
        : cause_(cause::of(event)) {}

    // The command's id, chosen by its sender and kept when it is sent again. A command that was accepted under this id
    // is not decided a second time: its first receipt is returned.
    command_context with_id(const uuid& id) && {
        id_ = id;
        return std::move(*this);
    }
    // The version that the sender saw. A conflict is then returned and never retried.
    command_context expecting(version seen) && {
        expected_ = seen;
        return std::move(*this);
    }
    // Who asks. Recorded as the header "actor".
    command_context by(std::string_view actor) && {
        actor_ = actor;
        return std::move(*this);
    }

    const uuid& id() const noexcept { return id_; }
    const std::optional<version>& expected() const noexcept { return expected_; }
    // Nil, both of them, for a command from outside: it begins a chain of its own.
    const uuid& correlation() const noexcept { return cause_.correlation; }
    const uuid& causation() const noexcept { return cause_.causation; }
    const std::string& actor() const noexcept { return actor_; }

private:
    uuid id_;
    cause cause_;
    std::optional<version> expected_;
    std::string actor_;
};

}  // namespace sillok
