#pragma once
// What a type looks like, in words that two programs can compare: names and types of its fields, and theirs.
//
//     struct money_withdrawn { std::int64_t amount; std::string currency; };
//     static_assert(sillok::layout_of<money_withdrawn> == "amount: i64; currency: string");
//
// The names of C++ types are not in it, so a struct may be renamed and moved. docs/format.md#layouts has the words.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "sillok/codec/encodable.hpp"
#include "sillok/codec/wire_shape.hpp"

namespace sillok::detail {

// Behind the character literal that begins at `at`, such as '<' in what a compiler says of a template's argument.
constexpr std::size_t behind_literal(std::string_view text, std::size_t at) noexcept {
    at += at + 1 < text.size() && text[at + 1] == '\\' ? 3 : 2;
    while (at < text.size() && text[at] != '\'') ++at;
    return at < text.size() ? at + 1 : text.size();
}
// Where the character literal begins that ends before `end`.
constexpr std::size_t literal_before(std::string_view text, std::size_t end) noexcept {
    std::size_t at = end - 1;
    if (at > 2 && text[at - 1] == '\'' && text[at - 2] == '\\') return at - 3;
    while (at > 0 && text[at - 1] != '\'') --at;
    return at > 0 ? at - 1 : 0;
}

// The part of `text` up to `separator` outside of all brackets; `text` loses it. (Compilers count the steps of this loop.)
constexpr std::string_view take_part(std::string_view& text, char separator) noexcept {
    int depth = 0;
    std::size_t at = 0;
    while (at < text.size() && (depth != 0 || text[at] != separator)) switch (text[at++]) {
            case '{':
            case '[':
            case '<':
            case '(': ++depth; break;
            case '}':
            case ']':
            case '>':
            case ')': --depth; break;
            case '\'': at = behind_literal(text, at - 1);
        }
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at < text.size() ? at + 1 : at);
    if (!text.empty() && text[0] == ' ') text.remove_prefix(1);
    return part;
}

// The list within what `spelled_values` says: the last thing in it that stands in braces, or between < and > where clang spells it.
constexpr std::string_view list_in(std::string_view spelling) noexcept {
    std::size_t end = spelling.size();
    while (end > 0 && spelling[end - 1] != '}' && spelling[end - 1] != '>') --end;
    if (end == 0) return {};
    std::size_t begin = --end;
    for (int depth = 1; begin > 0 && depth > 0;) switch (spelling[--begin]) {
            case '}':
            case '>':
            case ')': ++depth; break;
            case '{':
            case '<':
            case '(': --depth; break;
            case '\'': begin = literal_before(spelling, begin + 1);
        }
    return spelling.substr(begin + 1, end - begin - 1);
}

// Writes a layout; `Sink` takes the pieces.
template <class Sink>
class layout_writer {
public:
    constexpr explicit layout_writer(Sink& to) : to_(to) {}

    constexpr void write(const wire_shape& shape) {
        if (shape.kind == wire_kind::record) {
            const enclosing here{&shape, nullptr};
            fields(shape, &here);
        } else {
            type(shape, nullptr);
        }
    }

private:
    // The records around a type, from the inside.
    struct enclosing {
        const wire_shape* record;
        const enclosing* outer;
    };

    constexpr void put(std::string_view text) { to_.put(text); }
    constexpr void number(std::uint64_t value) {
        char digits[20]{};
        std::size_t begin = sizeof digits;
        do digits[--begin] = static_cast<char>('0' + value % 10);
        while ((value /= 10) != 0);
        put({digits + begin, sizeof digits - begin});
    }

    static constexpr std::string_view field(const wire_shape& record, std::size_t index) {
        if (record.names != nullptr) return record.names[index];
        if (record.spelling != nullptr) return name_in(record.spelling, index);
        return name_in(record.spellings[index / spelled_at_once], index % spelled_at_once);
    }

    constexpr void fields(const wire_shape& record, const enclosing* around) {
        for (std::size_t i = 0; i < record.count; ++i) {
            if (i != 0) put("; ");
            put(field(record, i));
            put(": ");
            type(*record.parts[i], around);
        }
    }

    // A record that is within itself is told by how many records lie between.
    constexpr void record(const wire_shape& shape, const enclosing* around) {
        std::uint64_t steps = 1;
        for (const enclosing* each = around; each != nullptr; each = each->outer, ++steps)
            if (each->record == &shape) {
                put("^");
                return number(steps);
            }
        const enclosing here{&shape, around};
        put("{");
        fields(shape, &here);
        put("}");
    }

    constexpr void parts(std::string_view open, const wire_shape& shape, std::size_t count, std::string_view between,
                         std::string_view close, const enclosing* around) {
        put(open);
        for (std::size_t i = 0; i < count; ++i) {
            if (i != 0) put(between);
            type(*shape.parts[i], around);
        }
        put(close);
    }

    constexpr void ticks(std::string_view open, const wire_shape& shape) {
        put(open);
        put(shape.word);
        put(" of ");
        number(static_cast<std::uint64_t>(shape.period[0]));
        put("/");
        number(static_cast<std::uint64_t>(shape.period[1]));
        put(" s>");
    }

    // The names that the compiler knows, in the order in which values are looked up.
    constexpr void enumerators(const wire_shape& shape) {
        const bool is_signed = shape.word[0] == 'i' || (shape.word[0] == 'c' && std::is_signed_v<char>);
        const enum_values values = shape.kind == wire_kind::boolean
                                       ? enum_values{1, false}
                                       : enum_values{shape.size.front * 8 - (is_signed ? 1 : 0), is_signed};
        bool is_first = true;
        std::string_view spelled = list_in(shape.spelling);
        for (std::size_t place = 0; place < values.count(); ++place) {
            const std::string_view name = last_identifier(take_part(spelled, ','));
            if (name.empty() || (name[0] >= '0' && name[0] <= '9')) continue;  // "(state)3" has no name
            put(is_first ? " {" : "; ");
            is_first = false;
            put(name);
            put(values.is_negative(place) ? " = -" : " = ");
            number(values.magnitude(place));
        }
        if (!is_first) put("}");
    }

    constexpr void type(const wire_shape& shape, const enclosing* around) {
        switch (shape.kind) {
            case wire_kind::integer:
            case wire_kind::boolean:
            case wire_kind::real:
                if (shape.is_enum) put("enum ");
                put(shape.word);
                if (shape.spelling != nullptr) enumerators(shape);
                return;
            case wire_kind::uuid: return put("uuid");
            case wire_kind::time: return put("timestamp");
            case wire_kind::ticks: return ticks("duration<", shape);
            case wire_kind::moment: return ticks("time<", shape);
            case wire_kind::text:
            case wire_kind::text_view: return put("string");
            case wire_kind::blob:
            case wire_kind::blob_view: return put("bytes");
            case wire_kind::flags: return put("[bool]");
            case wire_kind::optional: return parts("", shape, 1, "", "?", around);
            case wire_kind::sequence:
            case wire_kind::sequence_view: return parts("[", shape, 1, "", "]", around);
            case wire_kind::set: return parts("set<", shape, 1, "", ">", around);
            case wire_kind::map: return parts("map<", shape, 2, ", ", ">", around);
            case wire_kind::variant: return parts("variant<", shape, shape.count, ", ", ">", around);
            case wire_kind::product: return parts("tuple<", shape, shape.count, ", ", ">", around);
            case wire_kind::array:
                parts("", shape, 1, "", "[", around);
                number(shape.count);
                return put("]");
            case wire_kind::record: return record(shape, around);
            case wire_kind::unsupported: return put("?");
        }
    }

    Sink& to_;
};

struct layout_size {
    std::size_t size = 0;
    constexpr void put(std::string_view text) { size += text.size(); }
};

template <std::size_t Size>
struct layout_chars {
    char text[Size + 1]{};
    std::size_t size = 0;
    constexpr void put(std::string_view more) {
        for (const char c : more) text[size++] = c;
    }
    constexpr std::string_view view() const noexcept { return {text, size}; }
};

struct layout_string {
    std::string text;
    void put(std::string_view more) { text += more; }
};

// The layout when a program runs, which costs the compiler nothing.
inline std::string layout_text(const wire_shape& shape) {
    layout_string to;
    layout_writer(to).write(shape);
    return std::move(to.text);
}

// What a type looks like, or null for one that cannot be recorded: who records it says why.
template <class T>
consteval const wire_shape* shape_if_any() {
    if constexpr (encodable<T>)
        return &shape_of<T>::value;
    else
        return nullptr;
}

template <class T>
consteval auto write_layout() {
    constexpr std::size_t size = [] {
        layout_size counted;
        layout_writer(counted).write(shape_of<T>::value);
        return counted.size;
    }();
    layout_chars<size> text;
    layout_writer(text).write(shape_of<T>::value);
    return text;
}

template <class T>
inline constexpr auto layout_chars_of = write_layout<T>();

// The first enumerator of a list, which loses it.
constexpr std::string_view take_enumerator(std::string_view& list) noexcept {
    const char* const text = list.data();
    std::size_t size = 0;
    while (size < list.size() && text[size] != ';') ++size;
    const std::string_view first(text, size);
    list.remove_prefix(size + 2 < list.size() ? size + 2 : list.size());
    return first;
}

// The first of the `wanted` enumerators that is not in a list; empty where all are. Both lists are in the order of their values as a
// rule, so each is looked for behind the one before.
constexpr std::string_view missing_enumerator(std::string_view list, std::string_view wanted) noexcept {
    std::string_view behind = list;
    while (!wanted.empty()) {
        const std::string_view name = take_enumerator(wanted);
        bool found = false;
        for (std::string_view rest = behind; !rest.empty() && !found;)
            if ((found = take_enumerator(rest) == name)) behind = rest;
        for (std::string_view rest = list; !rest.empty() && !found;) found = take_enumerator(rest) == name;
        if (!found) return name;
    }
    return {};
}

// Takes "enum u8" off the front of a text.
constexpr std::string_view take_enum(std::string_view& text) noexcept {
    std::size_t end = 5;
    while (end < text.size() && is_identifier_char(text[end])) ++end;
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end);
    return taken;
}

// Takes " {…}" off the front of a text, where it is there, and gives what is within.
constexpr std::string_view take_braces(std::string_view& text) noexcept {
    if (!text.starts_with(" {")) return {};
    const std::size_t end = text.find('}');
    const std::string_view within = text.substr(2, end - 2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return within;
}

// Takes an enum off the front of two texts, and tells whether the first reads the second.
constexpr bool reads_enum(std::string_view& now, std::string_view& recorded) noexcept {
    if (take_enum(now) != take_enum(recorded)) return false;
    const std::string_view has = take_braces(now);
    const std::string_view had = take_braces(recorded);
    return has.empty() || had.empty() || missing_enumerator(has, had).empty();
}

}  // namespace sillok::detail

namespace sillok {

// The layout of a type that can be recorded; it lives as long as the program.
template <encodable T>
inline constexpr std::string_view layout_of = detail::layout_chars_of<T>.view();

// A number for a layout: FNV-1a of 64 bits of its text. Two layouts share one by accident in 1 of 10^19 cases.
//
// Source: Fowler, Noll, Vo: FNV hash, RFC 9923.
constexpr std::uint64_t layout_fingerprint(std::string_view layout) noexcept {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : layout) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return hash;
}
template <encodable T>
inline constexpr std::uint64_t fingerprint_of = layout_fingerprint(layout_of<T>);

// Whether what was recorded by one layout can be read by another: they are the same but for enumerators, of which there may be
// more now. Where a compiler could not tell the enumerators, only the enum's underlying type counts.
//
// Complexity: O(characters); quadratic in the enumerators of one enum where they are in different orders
constexpr bool reads_layout(std::string_view now, std::string_view recorded) noexcept {
    while (!now.empty() && !recorded.empty()) {
        if (now.starts_with("enum ") && recorded.starts_with("enum ")) {
            if (!detail::reads_enum(now, recorded)) return false;
        } else {
            if (now[0] != recorded[0]) return false;
            now.remove_prefix(1);
            recorded.remove_prefix(1);
        }
    }
    return now.empty() && recorded.empty();
}

// The first field by which two layouts differ, as `recorded` and as it is `now`; one of them is empty where the other has more
// fields. Both are empty where `now` reads `recorded`.
struct layout_difference {
    std::size_t field = 0;  // its place, from 0
    std::string_view recorded{};
    std::string_view now{};

    constexpr bool exists() const noexcept { return !recorded.empty() || !now.empty(); }
};

constexpr layout_difference first_difference(std::string_view recorded, std::string_view now) noexcept {
    for (std::size_t field = 0; !recorded.empty() || !now.empty(); ++field) {
        const layout_difference here{field, detail::take_part(recorded, ';'), detail::take_part(now, ';')};
        if (!reads_layout(here.now, here.recorded)) return here;
    }
    return {};
}

}  // namespace sillok
