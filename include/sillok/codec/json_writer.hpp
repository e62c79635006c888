#pragma once
// Values as JSON text; codec/json.hpp is what users include.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

// RapidJSON 1.1 adds to a null pointer while its stack is empty, which clang's sanitizer reports.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/writer.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif

#include "sillok/codec/print.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/assert.hpp"
#include "sillok/core/bytes.hpp"

namespace sillok::detail {

// A byte_buffer as RapidJSON's output stream.
class json_output {
public:
    using Ch = char;

    explicit json_output(byte_buffer& out) noexcept : out_(&out) {}
    void Put(char c) { *out_->extend(1) = static_cast<std::byte>(c); }
    void Flush() noexcept {}

private:
    byte_buffer* out_;
};

class json_writer {
public:
    explicit json_writer(byte_buffer& out) : stream_(out), writer_(stream_) {}

    void number(std::int64_t value) { writer_.Int64(value); }
    void number(std::uint64_t value) { writer_.Uint64(value); }
    void boolean(bool value) { writer_.Bool(value); }
    void null() { writer_.Null(); }
    void real(double value) {
        if (std::isnan(value))
            text("NaN");
        else if (std::isinf(value))
            text(value > 0 ? "Infinity" : "-Infinity");
        else
            writer_.Double(value);
    }
    // Requires: valid UTF-8
    void text(std::string_view value) { writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
    void key(std::string_view value) { writer_.Key(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    // Marks what is written as not to be used: the value is nested too deep.
    void refuse() {
        refused_ = true;
        writer_.Null();
    }
    bool refused() const noexcept { return refused_; }

private:
    json_output stream_;
    rapidjson::Writer<json_output, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator> writer_;
    bool refused_ = false;
};

// Whether `text` is UTF-8, without surrogates and overlong forms. Source: Unicode 15, table 3-7.
constexpr bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t more = lead >= 0xC2 && lead <= 0xDF   ? 1
                                 : lead >= 0xE0 && lead <= 0xEF ? 2
                                 : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                                : 0;
        if (more == 0 || text.size() - i <= more) return false;
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            unsigned low = 0x80;
            unsigned high = 0xBF;
            if (k == 1) {
                if (lead == 0xE0) low = 0xA0;
                if (lead == 0xED) high = 0x9F;
                if (lead == 0xF0) low = 0x90;
                if (lead == 0xF4) high = 0x8F;
            }
            if (next < low || next > high) return false;
        }
        i += more + 1;
    }
    return true;
}

// RFC 4648, section 4, with padding.
inline std::string to_base64(const unsigned char* bytes, std::size_t size) {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((size + 2) / 3 * 4);
    for (std::size_t i = 0; i < size; i += 3) {
        const unsigned have = size - i > 2 ? 3 : static_cast<unsigned>(size - i);
        unsigned group = static_cast<unsigned>(bytes[i]) << 16;
        if (have > 1) group |= static_cast<unsigned>(bytes[i + 1]) << 8;
        if (have > 2) group |= static_cast<unsigned>(bytes[i + 2]);
        text += alphabet[group >> 18];
        text += alphabet[(group >> 12) & 63];
        text += have > 1 ? alphabet[(group >> 6) & 63] : '=';
        text += have > 2 ? alphabet[group & 63] : '=';
    }
    return text;
}

// Text that is not UTF-8 cannot stand in JSON; it is written as {"base64":"…"}.
inline void write_json_text(json_writer& out, std::string_view text) {
    if (is_utf8(text)) {
        out.text(text);
    } else {
        out.begin_object();
        out.key("base64");
        out.text(to_base64(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
        out.end_object();
    }
}

// Whether a T may be written as null, so that an optional of it needs brackets around what it holds.
template <class T>
inline constexpr bool may_be_null = kind_of<T> == wire_kind::optional;

template <class T>
void write_json(json_writer& out, const T& value, unsigned depth);

template <class Number>
void write_json_number(json_writer& out, Number value) {
    if constexpr (std::is_floating_point_v<Number>)
        out.real(static_cast<double>(value));
    else if constexpr (std::is_signed_v<Number>)
        out.number(std::int64_t{value});
    else
        out.number(static_cast<std::uint64_t>(value));
}

template <class T>
struct write_json_members {
    json_writer& out;
    unsigned depth;
    template <class... Field>
    void operator()(const Field&... field) const {
        std::size_t i = 0;
        ((out.key(field_names<T>::views[i++]), write_json(out, field, depth)), ...);
    }
};

struct write_json_parts {
    json_writer& out;
    unsigned depth;
    template <class... Part>
    void operator()(const Part&... part) const {
        (write_json(out, part, depth), ...);
    }
};

// A map with text for keys is an object, where all keys are UTF-8; every other map is a list of pairs.
template <class T>
void write_json_map(json_writer& out, const T& map, unsigned depth) {
    if constexpr (kind_of<typename T::key_type> == wire_kind::text) {
        bool all_utf8 = true;
        for (const auto& entry : map) all_utf8 = all_utf8 && is_utf8(entry.first);
        if (all_utf8) {
            out.begin_object();
            for (const auto& entry : map) {
                out.key(entry.first);
                write_json(out, entry.second, depth);
            }
            out.end_object();
            return;
        }
    }
    out.begin_array();
    for (const auto& entry : map) {
        out.begin_array();
        write_json(out, entry.first, depth);
        write_json(out, entry.second, depth);
        out.end_array();
    }
    out.end_array();
}

template <class T>
void write_json(json_writer& out, const T& value, unsigned depth) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (kind == wire_kind::boolean) {
        out.boolean(value);
    } else if constexpr (std::is_enum_v<T>) {
        write_json_number(out, static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (kind == wire_kind::integer || kind == wire_kind::real) {
        write_json_number(out, value);
    } else if constexpr (kind == wire_kind::uuid || kind == wire_kind::time) {
        out.text(to_string(value));
    } else if constexpr (kind == wire_kind::ticks) {
        write_json_number(out, value.count());
    } else if constexpr (kind == wire_kind::moment) {
        if constexpr (calendar_moment<T>) {
            utc_moment moment;
            if (moment_of<typename T::period>(static_cast<std::int64_t>(value.time_since_epoch().count()), moment)) {
                std::string text;
                append_utc(text, moment);
                out.text(text);
                return;
            }
        }
        write_json_number(out, value.time_since_epoch().count());
    } else if constexpr (kind == wire_kind::text) {
        write_json_text(out, value);
    } else if constexpr (kind == wire_kind::blob) {
        out.text(to_base64(reinterpret_cast<const unsigned char*>(value.data()), value.size()));
    } else if constexpr (kind == wire_kind::optional) {
        if (!value) {
            out.null();
        } else if constexpr (may_be_null<typename T::value_type>) {
            out.begin_array();
            write_json(out, *value, depth);
            out.end_array();
        } else {
            write_json(out, *value, depth);
        }
    } else if constexpr (kind == wire_kind::variant) {
        SILLOK_ASSERT(!value.valueless_by_exception());
        out.begin_object();
        out.key("index");
        out.number(std::uint64_t{value.index()});
        out.key("value");
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((value.index() == I ? write_json(out, *get_if<I>(&value), depth) : void()), ...);
        }
        (std::make_index_sequence<parts_of<T>::size>{});
        out.end_object();
    } else if constexpr (kind == wire_kind::record) {
        out.begin_object();
        visit_fields(value, write_json_members<T>{out, depth});
        out.end_object();
    } else if constexpr (kind == wire_kind::product) {
        out.begin_array();
        std::apply(write_json_parts{out, depth}, value);
        out.end_array();
    } else if constexpr (kind == wire_kind::flags) {
        out.begin_array();
        for (const bool each : value) out.boolean(each);
        out.end_array();
    } else if constexpr (kind == wire_kind::array) {
        out.begin_array();
        for (const auto& each : value) write_json(out, each, depth);
        out.end_array();
    } else {
        if (depth >= nesting_max && !value.empty()) {
            out.refuse();
        } else if constexpr (kind == wire_kind::map) {
            write_json_map(out, value, depth + 1);
        } else {
            out.begin_array();
            for (const auto& each : value) write_json(out, each, depth + 1);
            out.end_array();
        }
    }
}

}  // namespace sillok::detail
