#pragma once
// A string that can be a template argument: `event<"account.opened", account_opened>`.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sillok {

template <std::size_t N>
struct fixed_string {
    char text[N]{};

    // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert.
    consteval fixed_string(const char (&literal)[N]) noexcept { std::copy_n(literal, N, text); }

    constexpr std::string_view view() const noexcept { return {text, N - 1}; }
    constexpr bool operator==(const fixed_string&) const = default;
};

}  // namespace sillok
