#pragma once
// Values from JSON tokens; codec/json.hpp is what users include.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "sillok/codec/json_tape.hpp"
#include "sillok/codec/print.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/calendar.hpp"

namespace sillok::detail {

template <class T>
bool read_json(json_cursor& in, T& into, unsigned depth);

// Bytes from base64; false where the text is not what `to_base64` writes.
template <class Bytes>
bool from_base64(std::string_view text, Bytes& into) {
    using byte = typename Bytes::value_type;
    const auto digit = [](char c) -> unsigned {
        if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
        if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
        if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
        return c == '+' ? 62 : c == '/' ? 63 : 64;
    };
    into.clear();
    if (text.size() % 4 != 0) return false;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        const unsigned padding = !last || text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
        unsigned group = 0;
        for (unsigned k = 0; k < 4; ++k) {
            const unsigned value = k >= 4 - padding ? 0 : digit(text[i + k]);
            if (value > 63) return false;
            group = (group << 6) | value;
        }
        if ((padding == 1 && (group & 0xFF) != 0) || (padding == 2 && (group & 0xFFFF) != 0)) return false;
        for (unsigned k = 0; k < 3 - padding; ++k) into.push_back(static_cast<byte>((group >> (16 - 8 * k)) & 0xFF));
    }
    return true;
}

template <class Integer>
bool read_json_integer(json_cursor& in, Integer& into) {
    const json_token& token = in.peek();
    const auto is = static_cast<std::int64_t>(token.bits);
    constexpr auto most = static_cast<std::uint64_t>((std::numeric_limits<Integer>::max)());
    bool fits = false;
    if (token.kind == json_kind::natural)
        fits = token.bits <= most;
    else if (token.kind == json_kind::negative && std::is_signed_v<Integer>)
        fits = is >= static_cast<std::int64_t>((std::numeric_limits<Integer>::min)());
    else
        return in.give_up("an integer is expected");
    if (!fits) return in.give_up("the integer does not fit into " + std::to_string(sizeof(Integer)) + " bytes");
    into = static_cast<Integer>(token.bits);
    in.take();
    return true;
}

template <class Real>
bool read_json_real(json_cursor& in, Real& into) {
    const json_token& token = in.peek();
    double value = 0;
    if (token.kind == json_kind::real) {
        std::memcpy(&value, &token.bits, sizeof value);
    } else if (token.kind == json_kind::natural) {
        value = static_cast<double>(token.bits);
    } else if (token.kind == json_kind::negative) {
        value = static_cast<double>(static_cast<std::int64_t>(token.bits));
    } else if (token.kind == json_kind::text && in.text(token) == "NaN") {
        value = std::numeric_limits<double>::quiet_NaN();
    } else if (token.kind == json_kind::text && (in.text(token) == "Infinity" || in.text(token) == "-Infinity")) {
        value = in.text(token).front() == '-' ? -std::numeric_limits<double>::infinity()
                                              : std::numeric_limits<double>::infinity();
    } else {
        return in.give_up("a number is expected");
    }
    if (std::isfinite(value) && std::fabs(value) > static_cast<double>((std::numeric_limits<Real>::max)()))
        return in.give_up("the number does not fit into " + std::to_string(sizeof(Real)) + " bytes");
    into = static_cast<Real>(value);
    in.take();
    return true;
}

template <class Number>
bool read_json_number(json_cursor& in, Number& into) {
    if constexpr (std::is_floating_point_v<Number>)
        return read_json_real(in, into);
    else
        return read_json_integer(in, into);
}

struct nanosecond_period {
    static constexpr std::int64_t num = 1;
    static constexpr std::int64_t den = 1'000'000'000;
};

// Reads a date and time as a count of `Period`.
template <class Period, class Count>
bool read_json_moment(json_cursor& in, Count& into) {
    const json_token& token = in.peek();
    if (token.kind != json_kind::text) return in.give_up("a date and time such as 2024-02-29T12:30:00Z is expected");
    const auto moment = parse_utc(in.text(token));
    std::int64_t count = 0;
    if (!moment) return in.give_up("a date and time such as 2024-02-29T12:30:00Z is expected");
    if (!count_at<Period>(*moment, count) || !std::in_range<Count>(count))
        return in.give_up("the moment does not fit its type exactly");
    into = static_cast<Count>(count);
    in.take();
    return true;
}

// Reads text, or {"base64":"…"}.
template <class Text>
bool read_json_text(json_cursor& in, Text& into) {
    const json_token& token = in.peek();
    if (token.kind == json_kind::text) {
        into.assign(in.text(token));
        in.take();
        return true;
    }
    if (token.kind != json_kind::object || token.size != 2) return in.give_up("text is expected");
    in.take();
    if (in.text(in.peek()) != "base64") return in.give_up("text is expected");
    in.take();
    if (in.peek().kind != json_kind::text || !from_base64(in.text(in.peek()), into))
        return in.give_up("base64 is expected");
    in.take();
    in.take();
    return true;
}

template <class T>
struct read_json_member {
    json_cursor& in;
    std::size_t index;
    unsigned depth;
    template <class... Field>
    bool operator()(Field&... field) const {
        std::size_t i = 0;
        bool good = false;
        ((i++ == index ? void(good = read_json(in, field, depth)) : void()), ...);
        return good;
    }
};

template <class T>
bool read_json_record(json_cursor& in, T& into, unsigned depth) {
    const json_token& start = in.peek();
    if (start.kind != json_kind::object) return in.give_up("an object is expected");
    in.take();
    if (in.is_weak()) into = T{};  // what is missing is as the struct says
    constexpr const auto& names = field_names<T>::views;
    std::array<bool, field_count<T> + 1> seen{};
    while (in.peek().kind != json_kind::end) {
        const json_token& key = in.take();
        std::size_t index = 0;
        while (index < names.size() && names[index] != in.text(key)) ++index;
        if (index == names.size() && !in.is_weak())
            return in.fail_at(key, "no member is called \"" + std::string(in.text(key)) + '"');
        if (index == names.size()) {
            in.skip();
            continue;
        }
        if (std::exchange(seen[index], true))
            return in.fail_at(key, "member \"" + std::string(in.text(key)) + "\" stands there twice");
        if constexpr (field_count<T> != 0)
            if (!visit_fields(into, read_json_member<T>{in, index, depth})) return in.in(names[index]);
    }
    in.take();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!seen[i] && !in.is_weak()) return in.fail_at(start, "member \"" + std::string(names[i]) + "\" is missing");
    return true;
}

// Begins an array of exactly `size` elements.
inline bool begin_json_row(json_cursor& in, std::size_t size) {
    const json_token& token = in.peek();
    if (token.kind != json_kind::array || token.size != size)
        return in.give_up("an array of " + std::to_string(size) + " elements is expected");
    in.take();
    return true;
}

struct read_json_parts {
    json_cursor& in;
    unsigned depth;
    template <class... Part>
    bool operator()(Part&... part) const {
        std::size_t i = 0;
        return (((read_json(in, part, depth) || in.in(i)) && (++i, true)) && ...);
    }
};

template <class T>
bool read_json_variant(json_cursor& in, T& into, unsigned depth) {
    const json_token& start = in.peek();
    if (start.kind != json_kind::object) return in.give_up("an object with \"index\" and \"value\" is expected");
    in.take();
    std::size_t index_place = 0;
    std::size_t value_place = 0;
    while (in.peek().kind != json_kind::end) {
        const json_token& key = in.take();
        std::size_t* const place = in.text(key) == "index"   ? &index_place
                                   : in.text(key) == "value" ? &value_place
                                                             : nullptr;
        if (place == nullptr) return in.fail_at(key, "no member is called \"" + std::string(in.text(key)) + '"');
        if (*place != 0) return in.fail_at(key, "member \"" + std::string(in.text(key)) + "\" stands there twice");
        *place = in.place();
        in.skip();
    }
    if (index_place == 0 || value_place == 0)
        return in.fail_at(start, "an object with \"index\" and \"value\" is expected");
    in.go(index_place);
    std::uint8_t index = 0;
    if (!read_json_integer(in, index)) return in.in("index");
    if (index >= parts_of<T>::size) {
        in.go(index_place);
        return in.give_up("a variant of " + std::to_string(parts_of<T>::size) + " has no alternative " +
                          std::to_string(index));
    }
    in.go(value_place);
    const bool good = [&]<std::size_t... I>(std::index_sequence<I...>) {
        bool read = false;
        ((index == I ? void((into.index() == I ? void() : void(into.template emplace<I>()),
                             read = read_json(in, *get_if<I>(&into), depth)))
                     : void()),
         ...);
        return read;
    }
    (std::make_index_sequence<parts_of<T>::size>{});
    if (!good) return false;
    in.go(start.next);
    return true;
}

template <class T>
bool read_json_sequence(json_cursor& in, T& into, unsigned depth) {
    const std::size_t count = in.take().size;
    if (into.size() > count) into.erase(into.begin() + static_cast<std::ptrdiff_t>(count), into.end());
    for (std::size_t i = 0; i < count; ++i) {
        if (i == into.size()) into.emplace_back();
        if (!read_json(in, into[i], depth)) return in.in(i);
    }
    in.take();
    return true;
}

template <class T>
bool read_json_map_entry(json_cursor& in, T& into, typename T::key_type&& key, const json_token& key_token,
                         unsigned depth) {
    typename T::mapped_type value{};
    if (!read_json(in, value, depth)) return false;
    if (!into.emplace(std::move(key), std::move(value)).second)
        return in.fail_at(key_token, "the key stands there twice");
    return true;
}

template <class T>
bool read_json_ordered(json_cursor& in, T& into, unsigned depth) {
    into.clear();
    const json_token& start = in.take();
    for (std::size_t i = 0; in.peek().kind != json_kind::end; ++i) {
        const json_token& token = in.peek();
        typename T::key_type key{};
        if constexpr (kind_of<T> == wire_kind::set) {
            if (!read_json(in, key, depth)) return in.in(i);
            if (!into.insert(std::move(key)).second)
                return in.fail_at(token, "the element stands there twice") || in.in(i);
        } else {
            if (start.kind == json_kind::object) {
                if constexpr (kind_of<typename T::key_type> == wire_kind::text) key.assign(in.text(in.take()));
                if (!read_json_map_entry(in, into, std::move(key), token, depth)) return in.in(in.text(token));
            } else {
                if (!begin_json_row(in, 2)) return in.in(i);
                if (!read_json(in, key, depth)) return in.in(std::size_t{0}) || in.in(i);
                if (!read_json_map_entry(in, into, std::move(key), token, depth)) return in.in(i);
                in.take();
            }
        }
    }
    in.take();
    return true;
}

template <class T>
bool read_json(json_cursor& in, T& into, unsigned depth) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::boolean) {
        if (in.peek().kind != json_kind::boolean) return in.give_up("true or false is expected");
        into = in.take().bits != 0;
        return true;
    } else if constexpr (std::is_enum_v<T>) {
        std::underlying_type_t<T> value{};
        if (!read_json_integer(in, value)) return false;
        into = static_cast<T>(value);
        return true;
    } else if constexpr (kind == wire_kind::integer || kind == wire_kind::real) {
        return read_json_number(in, into);
    } else if constexpr (kind == wire_kind::uuid) {
        const json_token& token = in.peek();
        const auto id = token.kind == json_kind::text ? parse_uuid(in.text(token)) : std::nullopt;
        if (!id) return in.give_up("a UUID is expected");
        into = *id;
        in.take();
        return true;
    } else if constexpr (kind == wire_kind::time) {
        return read_json_moment<nanosecond_period>(in, into.nanoseconds);
    } else if constexpr (kind == wire_kind::ticks) {
        typename T::rep count{};
        if (!read_json_number(in, count)) return false;
        into = T(count);
        return true;
    } else if constexpr (kind == wire_kind::moment) {
        typename T::rep count{};
        bool good = false;
        if constexpr (calendar_moment<T>)
            good = in.peek().kind == json_kind::text ? read_json_moment<typename T::period>(in, count)
                                                     : read_json_number(in, count);
        else
            good = read_json_number(in, count);
        if (good) into = T(typename T::duration(count));
        return good;
    } else if constexpr (kind == wire_kind::text) {
        return read_json_text(in, into);
    } else if constexpr (kind == wire_kind::blob) {
        if (in.peek().kind != json_kind::text || !from_base64(in.text(in.peek()), into))
            return in.give_up("base64 is expected");
        in.take();
        return true;
    } else if constexpr (kind == wire_kind::optional) {
        if (in.peek().kind == json_kind::null) {
            in.take();
            into.reset();
            return true;
        }
        if (!into) into.emplace();
        if constexpr (may_be_null<typename T::value_type>) {
            if (!begin_json_row(in, 1) || !read_json(in, *into, depth)) return false;
            in.take();
            return true;
        } else {
            return read_json(in, *into, depth);
        }
    } else if constexpr (kind == wire_kind::variant) {
        return read_json_variant(in, into, depth);
    } else if constexpr (kind == wire_kind::record) {
        return read_json_record(in, into, depth);
    } else if constexpr (kind == wire_kind::product) {
        if (!begin_json_row(in, std::tuple_size_v<T>) || !std::apply(read_json_parts{in, depth}, into)) return false;
        in.take();
        return true;
    } else if constexpr (kind == wire_kind::array) {
        if (!begin_json_row(in, std::tuple_size_v<T>)) return false;
        for (std::size_t i = 0; i < into.size(); ++i)
            if (!read_json(in, into[i], depth)) return in.in(i);
        in.take();
        return true;
    } else {
        const json_token& token = in.peek();
        constexpr bool text_keys = [] {
            if constexpr (kind == wire_kind::map) return kind_of<typename T::key_type> == wire_kind::text;
            return false;
        }();
        if (token.kind != json_kind::array && !(text_keys && token.kind == json_kind::object))
            return in.give_up(text_keys ? "an object or an array is expected" : "an array is expected");
        if constexpr (kind == wire_kind::flags) {
            into.clear();
            for (in.take(); in.peek().kind != json_kind::end;) {
                if (in.peek().kind != json_kind::boolean)
                    return in.give_up("true or false is expected") || in.in(into.size());
                into.push_back(in.take().bits != 0);
            }
            in.take();
            return true;
        } else {
            if (depth >= nesting_max && token.size != 0) return in.give_up("nested deeper than 64");
            if constexpr (kind == wire_kind::sequence)
                return read_json_sequence(in, into, depth + 1);
            else
                return read_json_ordered(in, into, depth + 1);
        }
    }
}

}  // namespace sillok::detail
