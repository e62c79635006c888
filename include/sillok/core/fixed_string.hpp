#pragma once
// A string that can be a template argument: `event<"account.opened", account_opened>`.

#include <cstddef>
#include <string_view>

namespace sillok {

template <std::size_t N>
struct fixed_string {
    char text[N]{};

    // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert.
    consteval fixed_string(const char (&literal)[N]) noexcept {
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }

    constexpr std::string_view view() const noexcept { return {text, N - 1}; }
    constexpr bool operator==(const fixed_string&) const = default;
};

}  // namespace sillok
