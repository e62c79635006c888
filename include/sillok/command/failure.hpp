#pragma once
// Why a command was not carried out: the business said no, or something technical did. Never both, never mixed up.

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "sillok/command/rejection.hpp"
#include "sillok/core/error.hpp"

namespace sillok {

class [[nodiscard]] failure {
public:
    failure(sillok::rejection why) : why_(std::move(why)) {}  // NOLINT(google-explicit-constructor)
    failure(sillok::error why) : why_(std::move(why)) {}      // NOLINT(google-explicit-constructor)

    // The rejection, or null where the failure is technical.
    const sillok::rejection* rejection() const noexcept { return std::get_if<sillok::rejection>(&why_); }
    // The rejection as the struct it was made from, or null.
    template <class R>
    const R* rejection_as() const noexcept {
        const auto* const why = rejection();
        return why ? why->get<R>() : nullptr;
    }
    // The technical error, or null where the business said no.
    const sillok::error* error() const noexcept { return std::get_if<sillok::error>(&why_); }
    // Whether it is the technical error of that kind.
    bool is(error_kind kind) const noexcept { return error() != nullptr && error()->kind() == kind; }

    // "rejected: insufficient_funds{missing = 100}", or "conflict: …".
    friend std::string to_string(const failure& f) {
        if (const auto* const why = f.rejection()) return "rejected: " + why->text();
        return to_string(*f.error());
    }

    template <class Stream>
        requires requires(Stream& out, std::string_view text) { out << text << text; }
    friend Stream& operator<<(Stream& out, const failure& f) {
        out << std::string_view(to_string(f));
        return out;
    }

private:
    std::variant<sillok::rejection, sillok::error> why_;
};

}  // namespace sillok
