#pragma once
// Whether a struct may take the place of another one under a weak schema, where members come and go without a new version.
//
//     static_assert(sillok::weakly_reads_layout("name: string; note: string", "name: string; age: u8"));
//     static_assert(!sillok::weakly_reads_layout("name: string; age: string", "name: string; age: u8"));

#include <string_view>

#include "sillok/codec/layout.hpp"
#include "sillok/codec/layout_change.hpp"

namespace sillok::detail {

// The type of the member of that name; a null text where there is none.
constexpr std::string_view member_of(std::string_view fields, std::string_view name) noexcept {
    while (!fields.empty()) {
        const named_text each = split_name(take_part(fields, ';'), ": ");
        if (each.name == name) return each.rest;
    }
    return {};
}

constexpr bool weakly_reads_type(std::string_view now, std::string_view recorded) noexcept;

}  // namespace sillok::detail

namespace sillok {

// The first member that both layouts have and that has another type now; nothing where what was recorded by one can be read by the
// other, as weak_json_codec reads it. It is told as a whole: `path` has one name.
//
// Complexity: O(members * characters)
constexpr layout_change weak_change_of(std::string_view recorded, std::string_view now) noexcept {
    layout_change change;
    while (!recorded.empty()) {
        const detail::named_text was = detail::split_name(detail::take_part(recorded, ';'), ": ");
        const std::string_view is = detail::member_of(now, was.name);
        if (is.data() == nullptr || detail::weakly_reads_type(is, was.rest)) continue;
        change.path[change.depth++] = was.name;
        change.recorded = was.rest;
        change.now = is;
        break;
    }
    return change;
}

constexpr bool weakly_reads_layout(std::string_view now, std::string_view recorded) noexcept {
    return !weak_change_of(recorded, now).exists();
}

}  // namespace sillok

namespace sillok::detail {

// Both types say the same, but for the members of structs within them.
constexpr bool weakly_reads_type(std::string_view now, std::string_view recorded) noexcept {
    while (!now.empty() && !recorded.empty()) {
        if (now.starts_with("enum ") && recorded.starts_with("enum ")) {
            if (!reads_enum(now, recorded)) return false;
            continue;
        }
        if (now[0] != recorded[0]) return false;
        const bool is_struct = now[0] == '{';
        now.remove_prefix(1);
        recorded.remove_prefix(1);
        if (is_struct && !weakly_reads_layout(take_part(now, '}'), take_part(recorded, '}'))) return false;
    }
    return now.empty() && recorded.empty();
}

// A layout as a lock has it. What was locked under a weak schema begins with a word that says so: what was recorded in binary before
// its event got a weak codec stays as it was recorded.
struct locked_form {
    static constexpr std::string_view weak_prefix = "(weak) ";

    std::string_view layout;
    bool is_weak;

    constexpr explicit locked_form(std::string_view text) noexcept
        : layout(text), is_weak(text.starts_with(weak_prefix)) {
        if (is_weak) layout.remove_prefix(weak_prefix.size());
    }
};

// What changed since a layout was locked, by the schema under which it was.
constexpr layout_change change_since(const locked_form& locked, std::string_view now) noexcept {
    return locked.is_weak ? weak_change_of(locked.layout, now) : change_of(locked.layout, now);
}
constexpr bool still_reads(std::string_view now, const locked_form& locked) noexcept {
    return locked.is_weak ? weakly_reads_layout(now, locked.layout) : reads_layout(now, locked.layout);
}

}  // namespace sillok::detail
