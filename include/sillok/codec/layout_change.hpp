#pragma once
// What changed between two layouts, as narrowly as it can be said: not that `lines` differs, but that `lines.quantity` was u32.
//
//     change_of("state: enum u8 {open = 0; shut = 1}", "state: enum u8 {open = 0; shut = 2}")  // state.shut: 1, now 2

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sillok/codec/layout.hpp"

namespace sillok {

// The first thing by which a layout is not the recorded one any more. `path` leads to a field, a field of a field, or an enumerator;
// `recorded` and `now` are its types, or an enumerator's values. What is gone has an empty `now`, or, where something else stands in
// its place, that with its name; what is new has an empty `recorded`. The texts are those of the layouts, and live as long.
struct layout_change {
    static constexpr std::size_t depth_max = 8;

    std::string_view path[depth_max]{};
    std::size_t depth = 0;
    std::string_view recorded{};
    std::string_view now{};

    constexpr bool exists() const noexcept { return depth != 0; }
};

}  // namespace sillok

namespace sillok::detail {

// "name: type" or "name = value" in two.
struct named_text {
    std::string_view name;
    std::string_view rest;
};
constexpr named_text split_name(std::string_view text, std::string_view separator) noexcept {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {text, {}};
    return {text.substr(0, at), text.substr(at + separator.size())};
}

// Whether the brace at `open` begins the enumerators of an enum: "enum u8 {". Before those of a struct stands a sign, or nothing.
constexpr bool opens_enumerators(std::string_view type, std::size_t open) noexcept {
    return open >= 2 && type[open - 1] == ' ' && is_identifier_char(type[open - 2]);
}

// An enumerator that was recorded and is not there as it was: it has another value, or its value another name, or nothing is left.
constexpr named_text lost_enumerator(std::string_view recorded, std::string_view now, std::string_view& is) noexcept {
    const named_text was = split_name(missing_enumerator(now, recorded), " = ");
    is = {};
    while (!now.empty()) {
        const std::string_view each = take_enumerator(now);
        const named_text parts = split_name(each, " = ");
        if (parts.name == was.name) return is = parts.rest, was;
        if (parts.rest == was.rest) is = each;
    }
    return was;
}

// The text in braces that differs first in two types that are the same up to there; false where there is none.
constexpr bool differing_braces(std::string_view& recorded, std::string_view& now, bool& is_enum) noexcept {
    std::string_view had = recorded;
    std::string_view has = now;
    for (;;) {
        const std::size_t open = had.find('{');
        if (open == std::string_view::npos || had.substr(0, open + 1) != has.substr(0, open + 1)) return false;
        is_enum = opens_enumerators(had, open);
        had.remove_prefix(open + 1);
        has.remove_prefix(open + 1);
        const std::string_view within_had = take_part(had, '}');
        const std::string_view within_has = take_part(has, '}');
        if (is_enum ? !missing_enumerator(within_has, within_had).empty() : !reads_layout(within_has, within_had)) {
            recorded = within_had;
            now = within_has;
            return true;
        }
    }
}

}  // namespace sillok::detail

namespace sillok {

// Complexity: O(characters * nesting); quadratic in the enumerators of one enum where they are in different orders
constexpr layout_change change_of(std::string_view recorded, std::string_view now) noexcept {
    layout_change change;
    while (change.depth < layout_change::depth_max) {
        const layout_difference found = first_difference(recorded, now);
        if (!found.exists()) return change;
        const detail::named_text had = detail::split_name(found.recorded, ": ");
        const detail::named_text has = detail::split_name(found.now, ": ");
        change.path[change.depth++] = found.recorded.empty() ? has.name : had.name;
        change.recorded = had.rest;
        change.now = found.recorded.empty() || had.name == has.name ? has.rest : found.now;
        if (had.name != has.name) return change;

        recorded = had.rest;
        now = has.rest;
        if (recorded.starts_with("enum ") && now.starts_with("enum ")) {
            const std::string_view was = detail::take_enum(recorded);
            const std::string_view is = detail::take_enum(now);
            if (was != is) return change.recorded = was, change.now = is, change;
        }
        bool is_enum = false;
        recorded = had.rest;
        now = has.rest;
        if (!detail::differing_braces(recorded, now, is_enum)) return change;
        if (is_enum) {
            const detail::named_text lost = detail::lost_enumerator(recorded, now, change.now);
            change.recorded = lost.rest;
            if (change.depth < layout_change::depth_max) change.path[change.depth++] = lost.name;
            return change;
        }
    }
    return change;
}

// "lines.quantity"
inline std::string path_of(const layout_change& change) {
    std::string text;
    for (std::size_t i = 0; i < change.depth; ++i) {
        if (i != 0) text += '.';
        text += change.path[i];
    }
    return text;
}

}  // namespace sillok
