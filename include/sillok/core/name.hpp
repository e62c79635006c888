#pragma once
// A persisted name: an aggregate's category, an event's type, a step of a saga.
//
// Names outlive the program that wrote them, so they are checked where they are written down: 1 to 255 bytes, of
// printable ASCII without space, quote, backslash and comma. `static constexpr sillok::name name = "account";`

#include <cstddef>
#include <string_view>

namespace sillok {

inline constexpr std::size_t name_bytes_max = 255;

// Whether `text` may be a persisted name.
constexpr bool is_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > name_bytes_max) return false;
    for (const char c : text)
        if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == ',') return false;
    return true;
}

}  // namespace sillok

namespace sillok::detail {

// Never called and not constexpr: compilers print its name where a literal is not a name.
void a_name_has_1_to_255_printable_characters_but_no_space_quote_backslash_or_comma();

}  // namespace sillok::detail

namespace sillok {

class name {
public:
    // Errors: text that is not a name does not compile.
    template <std::size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert.
    consteval name(const char (&literal)[N]) : text_(literal, N - 1) {
        if (!is_name(text_)) detail::a_name_has_1_to_255_printable_characters_but_no_space_quote_backslash_or_comma();
    }

    constexpr std::string_view view() const noexcept { return text_; }
    constexpr operator std::string_view() const noexcept { return text_; }  // NOLINT(google-explicit-constructor)

private:
    std::string_view text_;
};

}  // namespace sillok
