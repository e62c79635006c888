#pragma once
// In what context a command runs: its id, the version its sender saw, what caused it, and who asks.
//
//     accounts.execute("42", withdraw{30}, sillok::command_context{}.expecting(sillok::version{7}));
//     accounts.execute("42", withdraw{30}, metadata);   // in a handler: correlation and causation flow by themselves

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    [[nodiscard]] command_context with_id(const uuid& id) const {
        return changed([&](command_context& c) { c.id_ = id; });
    }
    // The version that the sender saw. A conflict is then returned and never retried.
    [[nodiscard]] command_context expecting(version seen) const {
        return changed([&](command_context& c) { c.expected_ = seen; });
    }
    // Who asks. Recorded as the header "actor". Not inherited: what reacts to an event acts for itself.
    [[nodiscard]] command_context by(std::string_view actor) const { return with_header("actor", actor); }
    // A header to be recorded with every event, such as a trace id from outside. One of that name is replaced.
    [[nodiscard]] command_context with_header(std::string_view name, std::string_view value) const {
        return changed([&](command_context& c) {
            for (auto& [known, text] : c.headers_)
                if (known == name) {
                    text = value;
                    return;
                }
            c.headers_.emplace_back(name, value);
        });
    }

    const uuid& id() const noexcept { return id_; }
    const std::optional<version>& expected() const noexcept { return expected_; }
    // Nil, both of them, for a command from outside: it begins a chain of its own.
    const uuid& correlation() const noexcept { return cause_.correlation; }
    const uuid& causation() const noexcept { return cause_.causation; }
    // Empty where nobody is named.
    std::string_view actor() const noexcept {
        for (const auto& [name, value] : headers_)
            if (name == "actor") return value;
        return {};
    }
    const std::vector<std::pair<std::string, std::string>>& headers() const noexcept { return headers_; }

private:
    template <class Change>
    command_context changed(Change change) const {
        command_context copy = *this;
        change(copy);
        return copy;
    }

    uuid id_;
    cause cause_;
    std::optional<version> expected_;
    std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace sillok
