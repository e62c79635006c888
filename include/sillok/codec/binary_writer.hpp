#pragma once
// Values as bytes in the layout of docs/format.md#payload; codec/binary.hpp is what users include.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <utility>

#include "sillok/codec/encodable.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/assert.hpp"
#include "sillok/core/bytes.hpp"

namespace sillok::detail {

// Scalars whose bytes in memory are those on the wire, but for the order of bytes.
template <class T>
concept flat = kind_of<T>
== wire_kind::integer || kind_of<T> == wire_kind::real;

template <class T>
concept fixed_size = size_of<T>
.fixed;

// A size that no buffer has, for values that must not be encoded: nested too deep.
inline constexpr std::size_t size_too_large = std::size_t{1} << 56;

template <class T>
inline std::size_t more_bytes(const T& value, unsigned depth);

struct sum_more_bytes {
    unsigned depth;
    template <class... Field>
    std::size_t operator()(const Field&... field) const {
        return (std::size_t{0} + ... + more_bytes(field, depth));
    }
};

// A struct of plain fields, or less: its values cannot be nested deeper than its type.
template <class T>
consteval bool find_shallow() {
    if constexpr (kind_of<T> == wire_kind::record)
        return all_plain(fields_of<T>{});
    else
        return is_plain<T>;
}
template <class T>
inline constexpr bool is_shallow = find_shallow<T>();

template <class Range>
inline std::size_t more_bytes_of_elements(const Range& range, unsigned depth) {
    using element = typename Range::value_type;
    std::size_t sum = range.size() * size_of<element>.least;
    if constexpr (is_shallow<element>) {
        if constexpr (!fixed_size<element>)
            for (const auto& each : range) sum += more_bytes(each, depth);
    } else {
        if (depth > nesting_max && range.size() != 0) return size_too_large;
        for (const auto& each : range) {
            sum += more_bytes(each, depth);
            if (sum >= size_too_large) return size_too_large;
        }
    }
    return sum;
}

// The bytes of `value` beyond the fewest that a T can have.
template <class T>
inline std::size_t more_bytes(const T& value, unsigned depth) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (fixed_size<T>) {
        return 0;
    } else if constexpr (kind == wire_kind::text || kind == wire_kind::blob || kind == wire_kind::flags) {
        return value.size();
    } else if constexpr (kind == wire_kind::optional) {
        using inner = typename T::value_type;
        return value ? size_of<inner>.least + more_bytes(*value, depth) : 0;
    } else if constexpr (kind == wire_kind::variant) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            std::size_t more = 0;
            ((value.index() == I ? void(more = size_of<std::remove_cvref_t<decltype(*get_if<I>(&value))>>.least +
                                               more_bytes(*get_if<I>(&value), depth))
                                 : void()),
             ...);
            return more;
        }
        (std::make_index_sequence<parts_of<T>::size>{});
    } else if constexpr (kind == wire_kind::array) {
        return more_bytes_of_elements(value, depth) - size_of<T>.least;
    } else if constexpr (kind == wire_kind::product) {
        return std::apply(sum_more_bytes{depth}, value);
    } else if constexpr (kind == wire_kind::record) {
        return visit_fields(value, sum_more_bytes{depth});
    } else {
        return more_bytes_of_elements(value, depth + 1);
    }
}

template <class T>
inline std::byte* put(std::byte* to, const T& value);

struct put_row {
    std::byte* to;
    template <class... Field>
    std::byte* operator()(const Field&... field) {
        ((to = put(to, field)), ...);
        return to;
    }
};

template <flat T>
inline std::byte* put_flat(std::byte* to, const T& value) noexcept {
    unsigned_of<sizeof(T)> raw;
    std::memcpy(&raw, &value, sizeof raw);
    return store_le(to, raw);
}

template <class T>
inline std::byte* put_elements(std::byte* to, const T& range) {
    using element = typename T::value_type;
    if constexpr (flat<element> && std::endian::native == std::endian::little && requires { range.data(); }) {
        const std::size_t bytes = range.size() * sizeof(element);
        if (bytes != 0) std::memcpy(to, range.data(), bytes);
        return to + bytes;
    } else {
        for (const auto& each : range) to = put(to, each);
        return to;
    }
}

// Writes `value` to `to`, where there is room; returns the byte behind it.
template <class T>
inline std::byte* put(std::byte* to, const T& value) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (flat<T>) {
        return put_flat(to, value);
    } else if constexpr (kind == wire_kind::boolean) {
        *to = static_cast<std::byte>(value);
        return to + 1;
    } else if constexpr (kind == wire_kind::uuid) {
        std::memcpy(to, value.octets.data(), 16);
        return to + 16;
    } else if constexpr (kind == wire_kind::time) {
        return store_le(to, value.nanoseconds);
    } else if constexpr (kind == wire_kind::ticks) {
        return put_flat(to, static_cast<recorded_count<typename T::rep>>(value.count()));
    } else if constexpr (kind == wire_kind::moment) {
        return put(to, value.time_since_epoch());
    } else if constexpr (kind == wire_kind::text || kind == wire_kind::blob) {
        to = store_le(to, static_cast<std::uint32_t>(value.size()));
        if (kind == wire_kind::text || !value.empty())
            std::memcpy(to, value.data(), value.size());  // a vector's may be null
        return to + value.size();
    } else if constexpr (kind == wire_kind::flags) {
        to = store_le(to, static_cast<std::uint32_t>(value.size()));
        for (const bool each : value) *to++ = static_cast<std::byte>(each);
        return to;
    } else if constexpr (kind == wire_kind::optional) {
        *to++ = static_cast<std::byte>(value.has_value());
        return value ? put(to, *value) : to;
    } else if constexpr (kind == wire_kind::variant) {
        SILLOK_ASSERT(!value.valueless_by_exception());
        *to++ = static_cast<std::byte>(value.index());
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((value.index() == I ? void(to = put(to, *get_if<I>(&value))) : void()), ...);
            return to;
        }
        (std::make_index_sequence<parts_of<T>::size>{});
    } else if constexpr (kind == wire_kind::array) {
        return put_elements(to, value);
    } else if constexpr (kind == wire_kind::product) {
        return std::apply(put_row{to}, value);
    } else if constexpr (kind == wire_kind::record) {
        return visit_fields(value, put_row{to});
    } else {
        to = store_le(to, static_cast<std::uint32_t>(value.size()));
        return put_elements(to, value);
    }
}

struct encode_row {
    byte_buffer& out;
    template <class... Field>
    void operator()(const Field&... field) const {
        constexpr std::size_t least = size_in_row(types<Field...>{}).least;
        const std::size_t bytes = (least + ... + more_bytes(field, 0));
        [[maybe_unused]] std::byte* to = out.extend(bytes <= 0xFFFFFFFF ? bytes : npos);  // there may be no field
        ((to = put(to, field)), ...);
        SILLOK_ASSERT(to == out.data() + out.size());
    }
};

}  // namespace sillok::detail
