#pragma once
// Values as text for people, and equality field by field: what rejections, test failures and logs need of plain structs.
//
//     sillok::describe(insufficient_funds{100})   // insufficient_funds{missing = 100}
//     sillok::same(a, b)                          // true where all fields are equal, also without an operator==

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "sillok/codec/wire.hpp"
#include "sillok/core/calendar.hpp"

namespace sillok::detail {

// How two values of one type are compared.
template <class T>
constexpr bool same_value(const T& a, const T& b);

template <class T>
struct same_as_fields_of {
    const T& other;
    template <class... Field>
    constexpr bool operator()(const Field&... field) const {
        return visit_fields(other, [&](const auto&... theirs) { return (same_value(field, theirs) && ...); });
    }
};

template <class T>
constexpr bool same_elements(const T& a, const T& b) {
    if (a.size() != b.size()) return false;
    auto other = b.begin();
    for (const auto& each : a) {
        if (!same_value(each, *other)) return false;
        ++other;
    }
    return true;
}

template <class T>
constexpr bool same_value(const T& a, const T& b) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::record && !std::equality_comparable<T>) {
        return visit_fields(a, same_as_fields_of<T>{b});
    } else if constexpr (kind == wire_kind::optional) {
        return a.has_value() == b.has_value() && (!a.has_value() || same_value(*a, *b));
    } else if constexpr (kind == wire_kind::sequence || kind == wire_kind::array || kind == wire_kind::set ||
                         kind == wire_kind::map) {
        return same_elements(a, b);
    } else if constexpr (kind == wire_kind::variant) {
        if (a.index() != b.index()) return false;
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return ((a.index() != I || same_value(get<I>(a), get<I>(b))) && ...);
        }
        (std::make_index_sequence<parts_of<T>::size>{});
    } else if constexpr (kind == wire_kind::product) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (same_value(std::get<I>(a), std::get<I>(b)) && ...);
        }
        (std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (std::is_array_v<T>) {
        for (std::size_t i = 0; i < std::extent_v<T>; ++i)
            if (!same_value(a[i], b[i])) return false;
        return true;
    } else {
        return a == b;
    }
}

// --- text -------------------------------------------------------------------------------------------------------------

inline void append_quoted(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (code < 0x20 || code == 0x7F) {
            out += "\\x";
            out += digits[code >> 4];
            out += digits[code & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

inline void append_hex(std::string& out, const unsigned char* bytes, std::size_t size) {
    constexpr char digits[] = "0123456789abcdef";
    constexpr std::size_t shown_max = 32;
    out += "0x";
    for (std::size_t i = 0; i < size && i < shown_max; ++i) {
        out += digits[bytes[i] >> 4];
        out += digits[bytes[i] & 15];
    }
    if (size > shown_max) out += "… (" + std::to_string(size) + " bytes)";
}

// The shortest text that reads back as the same number.
inline std::string number_text(double value) {
    char text[32];
    for (int precision = 6; precision <= 17; ++precision) {
        std::snprintf(text, sizeof text, "%.*g", precision, value);
        double back = 0;
        if (std::sscanf(text, "%lf", &back) == 1 && back == value) break;
    }
    return text;
}

template <class Number>
std::string count_text(Number count) {
    if constexpr (std::is_floating_point_v<Number>)
        return number_text(static_cast<double>(count));
    else
        return std::to_string(count);
}

// "ms" for std::milli.
template <class Period>
std::string unit_text() {
    constexpr auto num = Period::num;
    constexpr auto den = Period::den;
    if constexpr (num == 1 && den == 1) return "s";
    if constexpr (num == 1 && den == 1000) return "ms";
    if constexpr (num == 1 && den == 1000000) return "us";
    if constexpr (num == 1 && den == 1000000000) return "ns";
    if constexpr (num == 60 && den == 1) return "min";
    if constexpr (num == 3600 && den == 1) return "h";
    if constexpr (num == 86400 && den == 1) return "d";
    return "*" + std::to_string(num) + "/" + std::to_string(den) + "s";
}

// How many decimals a count of `Period` has behind its seconds; -1 where it cannot be written in decimals.
template <class Period>
consteval int decimals_of() {
    if constexpr (Period::den == 1) return 0;
    if constexpr (Period::num != 1) return -1;
    auto den = Period::den;
    int digits = 0;
    for (; den % 10 == 0; den /= 10) ++digits;
    return den == 1 && digits <= 18 ? digits : -1;
}

// Time points of the system clock, in integers, are written as a date and time; others as a count.
template <class T>
concept calendar_moment = kind_of<T>
== wire_kind::moment&& std::is_integral_v<typename T::rep>&& decimals_of<typename T::period>() >= 0 &&
    sizeof(typename T::rep) <= 8 && requires(const T& t) {
    T::clock::to_time_t(typename T::clock::time_point(t));
};

// The moment of a count since the epoch; false where it is beyond the calendar here (its year has more than 12 digits).
template <class Period>
constexpr bool moment_of(std::int64_t count, utc_moment& moment) noexcept {
    constexpr std::int64_t seconds_max = 31'000'000'000'000'000;  // about a milliard years
    if constexpr (Period::den == 1) {
        if (count > seconds_max / Period::num || count < -(seconds_max / Period::num)) return false;
        moment = {count * Period::num, 0, 0};
    } else {
        std::int64_t seconds = count / Period::den;
        std::int64_t rest = count % Period::den;
        if (rest < 0) {
            rest += Period::den;
            --seconds;
        }
        moment = {seconds, static_cast<std::uint64_t>(rest), decimals_of<Period>()};
    }
    return moment.seconds <= seconds_max && moment.seconds >= -seconds_max;
}

// The count of `Period` at that moment; false where it is between two counts or beyond an int64.
template <class Period>
constexpr bool count_at(utc_moment moment, std::int64_t& count) noexcept {
    if constexpr (Period::den == 1) {
        if (moment.fraction != 0 || moment.seconds % Period::num != 0) return false;
        count = moment.seconds / Period::num;
        return true;
    } else {
        constexpr int decimals = decimals_of<Period>();
        for (; moment.digits > decimals; --moment.digits, moment.fraction /= 10)
            if (moment.fraction % 10 != 0) return false;
        for (; moment.digits < decimals; ++moment.digits) moment.fraction *= 10;
        const auto fraction = static_cast<std::int64_t>(moment.fraction);
        // A negative count with a fraction is made from the second above, which fits whenever the sum does.
        if (moment.seconds < 0 && fraction > 0)
            return !__builtin_mul_overflow(moment.seconds + 1, std::int64_t{Period::den}, &count) &&
                   !__builtin_add_overflow(count, fraction - std::int64_t{Period::den}, &count);
        return !__builtin_mul_overflow(moment.seconds, std::int64_t{Period::den}, &count) &&
               !__builtin_add_overflow(count, fraction, &count);
    }
}

template <class T>
void append_description(std::string& out, const T& value);

template <class T>
struct append_fields {
    std::string& out;
    template <class... Field>
    void operator()(const Field&... field) const {
        std::size_t i = 0;
        ((out += i == 0 ? "" : ", ", out += field_names<T>::views[i++], out += " = ", append_description(out, field)),
         ...);
    }
};

struct append_parts {
    std::string& out;
    template <class... Part>
    void operator()(const Part&... part) const {
        bool first = true;
        ((out += first ? "" : ", ", first = false, append_description(out, part)), ...);
    }
};

template <class T>
void append_elements(std::string& out, const T& range) {
    bool first = true;
    for (const auto& each : range) {
        if (!first) out += ", ";
        first = false;
        append_description(out, each);
    }
}

template <class T>
void append_description(std::string& out, const T& value) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::boolean) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        out += type_name<T>();
        out += '(' + std::to_string(+static_cast<std::underlying_type_t<T>>(value)) + ')';
    } else if constexpr (kind == wire_kind::integer) {
        out += std::to_string(+value);
    } else if constexpr (kind == wire_kind::real) {
        out += number_text(static_cast<double>(value));
    } else if constexpr (kind == wire_kind::uuid || kind == wire_kind::time) {
        out += to_string(value);
    } else if constexpr (kind == wire_kind::ticks) {
        out += count_text(value.count()) + unit_text<typename T::period>();
    } else if constexpr (kind == wire_kind::moment) {
        if constexpr (calendar_moment<T>) {
            utc_moment moment;
            if (moment_of<typename T::period>(static_cast<std::int64_t>(value.time_since_epoch().count()), moment)) {
                append_utc(out, moment);
                return;
            }
        }
        append_description(out, value.time_since_epoch());
    } else if constexpr (kind == wire_kind::text || kind == wire_kind::text_view) {
        append_quoted(out, std::string_view(value.data(), value.size()));
    } else if constexpr (kind == wire_kind::blob || kind == wire_kind::blob_view) {
        append_hex(out, reinterpret_cast<const unsigned char*>(value.data()), value.size());
    } else if constexpr (kind == wire_kind::optional) {
        if (value)
            append_description(out, *value);
        else
            out += "nothing";
    } else if constexpr (kind == wire_kind::variant) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((value.index() == I ? append_description(out, *get_if<I>(&value)) : void()), ...);
        }
        (std::make_index_sequence<parts_of<T>::size>{});
    } else if constexpr (kind == wire_kind::record) {
        out += type_name<T>();
        out += '{';
        visit_fields(value, append_fields<T>{out});
        out += '}';
    } else if constexpr (kind == wire_kind::product) {
        out += '(';
        std::apply(append_parts{out}, value);
        out += ')';
    } else if constexpr (kind == wire_kind::flags) {
        out += '[';
        for (std::size_t i = 0; i < value.size(); ++i) out += (i == 0 ? "" : ", "), out += value[i] ? "true" : "false";
        out += ']';
    } else if constexpr (kind == wire_kind::map) {
        out += '{';
        bool first = true;
        for (const auto& [key, mapped] : value) {
            if (!first) out += ", ";
            first = false;
            append_description(out, key);
            out += ": ";
            append_description(out, mapped);
        }
        out += '}';
    } else if constexpr (requires { value.begin() != value.end(); }) {
        out += '[';
        append_elements(out, value);
        out += ']';
    } else {
        out += type_name<T>();
    }
}

}  // namespace sillok::detail

namespace sillok {

// `value` as text, with the names of its fields. Nothing secret should be in a value that may be printed.
template <class T>
std::string describe(const T& value) {
    std::string text;
    if constexpr (std::is_convertible_v<const T&, std::string_view>)
        detail::append_quoted(text, value);
    else
        detail::append_description(text, value);
    return text;
}

// Whether all fields of `a` and `b` are equal: by `==` where a type has one, field by field and element by element elsewhere.
template <class T>
constexpr bool same(const T& a, const T& b) {
    return detail::same_value(a, b);
}

}  // namespace sillok
