#pragma once
// Names of fields and enumerators, cut out of what a compiler says that a function is called. codec/reflect.hpp makes it say them.

#include <array>
#include <cstddef>
#include <string_view>

namespace sillok::detail {

constexpr bool is_identifier_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::string_view last_identifier(std::string_view text) noexcept {
    std::size_t end = text.size();
    while (end > 0 && !is_identifier_char(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && is_identifier_char(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

// The object whose fields are spelled: &sillok_field_of<T>.value.amount.
inline constexpr std::string_view holder = "sillok_field_of";

// How far from a character the end of the holder's name is at least.
inline constexpr auto holder_skips = [] {
    std::array<std::size_t, 256> skips{};
    for (std::size_t& skip : skips) skip = holder.size();
    for (std::size_t i = 1; i < holder.size(); ++i)
        skips[static_cast<unsigned char>(holder[i - 1])] = holder.size() - i;
    return skips;
}();

// Where a text names the holder next. It looks at few of the characters, since a compiler takes its time over each.
//
// Source: R. N. Horspool, Practical fast searching in strings, 1980.
constexpr std::size_t find_holder(std::string_view text, std::size_t from) noexcept {
    for (from += holder.size(); from <= text.size(); from += holder_skips[static_cast<unsigned char>(text[from - 1])])
        if (text[from - 1] == holder.back() && text.substr(0, from).ends_with(holder)) return from - holder.size();
    return std::string_view::npos;
}

// Field `index` in what `spelled_fields` says. Each address names the holder once; a comma stands before the next.
constexpr std::string_view name_in(std::string_view spelling, std::size_t index) noexcept {
    std::size_t from = find_holder(spelling, 0);
    for (; index > 0 && from != std::string_view::npos; --index) from = find_holder(spelling, from + 1);
    if (from == std::string_view::npos) return {};
    const std::size_t next = find_holder(spelling, from + 1);
    const std::size_t end = next == std::string_view::npos ? spelling.size() : spelling.rfind(',', next);
    return last_identifier(spelling.substr(from, end - from));
}

}  // namespace sillok::detail
