#pragma once
// What can go wrong, as a value: a closed set of kinds, a text that names what, where and what to do, and the numbers
// that a program decides on. A business rejection is not an error; see command/rejection.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sillok {

enum class error_kind : std::uint8_t {
    conflict,            // a stream was not at the expected version; nothing was written; deciding again may help
    condition_failed,    // a condition such as none_tagged did not hold; nothing was written; a retry does not help
    command_reused,      // a command or batch id that is recorded already came back with other content
    no_such_store,       // there is no store where one must be; opening for writing makes one
    unknown_event,       // a recorded event whose name or revision the catalogue does not have
    malformed,           // bytes that do not decode
    too_large,           // beyond a stated limit
    invalid_argument,    // a call that makes no sense, such as an append of nothing
    no_space,            // the device is full; nothing was written
    outcome_unknown,     // a write or sync failed: the events may or may not be recorded
    damaged,             // recorded bytes changed; names segment, offset and position
    locked,              // another writer owns the store
    unsupported_format,  // a newer format, or not a store at all
    io,                  // the operating system said no
    closed,              // the store was closed, poisoned, or belongs to another process
    not_authorised,      // a policy refused the caller
    truncated,           // events that were asked for are not kept any more, and nothing stands for them
    stream_deleted,      // the stream was deleted, and its name cannot be used again
    schema_changed,      // a version of an event has another layout than the one it was recorded with
    fenced,              // somebody else has the right to this by now; what was asked for was not done
    handler_failed,      // a handler threw
    timed_out,           // what was waited for did not come in time
};

// The kind as text, such as "conflict".
constexpr std::string_view to_string(error_kind kind) noexcept {
    constexpr std::string_view texts[] = {"conflict",
                                          "condition_failed",
                                          "command_reused",
                                          "no_such_store",
                                          "unknown_event",
                                          "malformed",
                                          "too_large",
                                          "invalid_argument",
                                          "no_space",
                                          "outcome_unknown",
                                          "damaged",
                                          "locked",
                                          "unsupported_format",
                                          "io",
                                          "closed",
                                          "not_authorised",
                                          "truncated",
                                          "stream_deleted",
                                          "schema_changed",
                                          "fenced",
                                          "handler_failed",
                                          "timed_out"};
    return texts[static_cast<std::size_t>(kind)];
}

class [[nodiscard]] error {
public:
    error(error_kind kind, std::string text) : text_(std::move(text)), kind_(kind) {}

    // A conflict: the version that was expected and the one that was found.
    static error conflict(std::string text, std::uint64_t expected, std::uint64_t actual) {
        error e(error_kind::conflict, std::move(text));
        e.expected_ = expected;
        e.actual_ = actual;
        return e;
    }

    error_kind kind() const noexcept { return kind_; }
    const std::string& text() const noexcept { return text_; }
    // Of a conflict about a stream: the versions. 0 means that the stream does not exist.
    std::uint64_t expected() const noexcept { return expected_; }
    std::uint64_t actual() const noexcept { return actual_; }

    // The same error, said with more of its context in front: "bank.sillok: …".
    error within(std::string_view where) && {
        text_.insert(0, std::string(where) + ": ");
        return std::move(*this);
    }

    bool operator==(error_kind kind) const noexcept { return kind_ == kind; }

    // "conflict: …"
    friend std::string to_string(const error& e) { return std::string(to_string(e.kind_)) + ": " + e.text_; }

    // Prints the same to anything that takes text.
    template <class Stream>
        requires requires(Stream& out, std::string_view text) { out << text << text; }
    friend Stream& operator<<(Stream& out, const error& e) {
        out << to_string(e.kind_) << std::string_view(": ") << std::string_view(e.text_);
        return out;
    }

private:
    std::string text_;
    std::uint64_t expected_ = 0;
    std::uint64_t actual_ = 0;
    error_kind kind_;
};

}  // namespace sillok
