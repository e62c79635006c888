#pragma once
// Values from bytes in the layout of docs/format.md#payload; codec/binary.hpp is what users include.
//
// Nothing here knows why bytes are bad, only that they are; codec/malformed.hpp finds the words.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <utility>

#include "sillok/codec/binary_writer.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/bytes.hpp"

namespace sillok::detail {

// Where a row of values has to look again whether the bytes of the next ones are there: behind each value of no fixed size.
template <std::size_t N>
consteval std::array<std::size_t, N + 1> find_checks(const wire_size (&sizes)[N + 1]) {
    std::array<std::size_t, N + 1> checks{};
    std::size_t front = 0;
    for (std::size_t i = N; i > 0; --i) {
        front = sizes[i - 1].front + (sizes[i - 1].fixed ? front : 0);
        checks[i - 1] = i > 1 && !sizes[i - 2].fixed ? front : 0;
    }
    return checks;
}

template <class... T>
inline constexpr std::array<std::size_t, sizeof...(T) + 1> checks_in = find_checks<sizeof...(T)>({size_of<T>...,
                                                                                                  wire_size{}});

// Reads a T at `at`; moves `at` behind it.
//
// Requires: the bytes of `size_of<T>.front` are there. Ensures: never reads at or behind `end`; `into` is valid when false.
template <class T>
inline bool take(const std::byte*& at, const std::byte* end, T& into, unsigned depth);

// The same, where nothing is known of the bytes ahead.
template <class T>
inline bool take_checked(const std::byte*& at, const std::byte* end, T& into, unsigned depth) {
    if constexpr (size_of<T>.front != 0)
        if (static_cast<std::size_t>(end - at) < size_of<T>.front) return false;
    return take(at, end, into, depth);
}

struct take_row {
    const std::byte* at;
    const std::byte* end;
    unsigned depth;

    template <class T>
    bool next(T& into, std::size_t needed) {
        return (needed == 0 || static_cast<std::size_t>(end - at) >= needed) && take(at, end, into, depth);
    }
    // The byte behind the row, or null.
    template <class... Field>
    const std::byte* operator()(Field&... field) {
        std::size_t i = 0;
        return (next(field, checks_in<Field...>[i++]) && ...) ? at : nullptr;
    }
};

template <flat T>
inline void take_flat(const std::byte*& at, T& into) noexcept {
    const auto raw = load_le<unsigned_of<sizeof(T)>>(at);
    std::memcpy(&into, &raw, sizeof raw);
    at += sizeof raw;
}

// How many elements may be reserved before they are seen: what twice the bytes present would fill, or one page.
inline std::size_t bounded_reserve(std::size_t count, std::size_t bytes_left, std::size_t element_bytes) noexcept {
    constexpr std::size_t page = 4096;
    const std::size_t bytes = 2 * bytes_left > page ? 2 * bytes_left : page;
    return count * element_bytes <= bytes ? count : bytes / element_bytes;
}

template <class T>
inline bool take_sequence(const std::byte*& at, const std::byte* end, T& into, std::size_t count, unsigned depth) {
    using element = typename T::value_type;
    if constexpr (flat<element> && std::endian::native == std::endian::little) {
        into.resize(count);
        if (count != 0) std::memcpy(into.data(), at, count * sizeof(element));
        at += count * sizeof(element);
        return true;
    } else {
        std::size_t ready = count;
        if (count > into.size()) {
            ready = bounded_reserve(count, static_cast<std::size_t>(end - at), sizeof(element));
            if (ready < into.size()) ready = into.size();
        }
        if (ready != into.size()) into.resize(ready);
        for (element& each : into)
            if (!take_checked(at, end, each, depth)) return false;
        for (; ready < count; ++ready)
            if (!take_checked(at, end, into.emplace_back(), depth)) return false;
        return true;
    }
}

template <class T>
inline bool take_ordered(const std::byte*& at, const std::byte* end, T& into, std::size_t count, unsigned depth) {
    into.clear();
    for (auto last = into.end(); count > 0; --count) {
        typename T::key_type key{};
        if (!take_checked(at, end, key, depth)) return false;
        if constexpr (kind_of<T> == wire_kind::map) {
            typename T::mapped_type value{};
            if (!take_checked(at, end, value, depth)) return false;
            if (last != into.end() && !into.key_comp()(last->first, key)) return false;
            last = into.emplace_hint(into.end(), std::move(key), std::move(value));
        } else {
            if (last != into.end() && !into.key_comp()(*last, key)) return false;
            last = into.emplace_hint(into.end(), std::move(key));
        }
    }
    return true;
}

template <std::size_t I, class T>
inline bool take_alternative(const std::byte*& at, const std::byte* end, T& into, unsigned depth) {
    if (into.index() != I) into.template emplace<I>();
    return take_checked(at, end, *get_if<I>(&into), depth);
}

template <class T>
inline bool take(const std::byte*& at, const std::byte* end, T& into, unsigned depth) {
    constexpr wire_kind kind = kind_of<T>;
    if constexpr (flat<T>) {
        take_flat(at, into);
        return true;
    } else if constexpr (kind == wire_kind::boolean) {
        const auto raw = static_cast<unsigned>(*at++);
        into = raw != 0;
        return raw <= 1;
    } else if constexpr (kind == wire_kind::uuid) {
        std::memcpy(into.octets.data(), at, 16);
        at += 16;
        return true;
    } else if constexpr (kind == wire_kind::time) {
        take_flat(at, into.nanoseconds);
        return true;
    } else if constexpr (kind == wire_kind::ticks) {
        recorded_count<typename T::rep> count;
        take_flat(at, count);
        const auto own = static_cast<typename T::rep>(count);
        into = T(own);
        return std::is_floating_point_v<typename T::rep> || static_cast<decltype(count)>(own) == count;
    } else if constexpr (kind == wire_kind::moment) {
        typename T::duration since{};
        const bool fits = take(at, end, since, depth);
        into = T(since);
        return fits;
    } else if constexpr (kind == wire_kind::optional) {
        const auto flag = static_cast<unsigned>(*at++);
        if (flag == 0) {
            into.reset();
            return true;
        }
        if (!into) into.emplace();
        return flag == 1 && take_checked(at, end, *into, depth);
    } else if constexpr (kind == wire_kind::variant) {
        const auto index = static_cast<std::size_t>(*at++);
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            bool good = false;
            ((index == I ? void(good = take_alternative<I>(at, end, into, depth)) : void()), ...);
            return good;
        }
        (std::make_index_sequence<parts_of<T>::size>{});
    } else if constexpr (kind == wire_kind::array) {
        using element = typename T::value_type;
        if constexpr (flat<element> && std::endian::native == std::endian::little) {
            std::memcpy(into.data(), at, sizeof into);
            at += sizeof into;
        } else {
            for (auto& each : into)
                if (!take_checked(at, end, each, depth)) return false;
        }
        return true;
    } else if constexpr (kind == wire_kind::product) {
        const std::byte* const behind = std::apply(take_row{at, end, depth}, into);
        at = behind;
        return behind != nullptr;
    } else if constexpr (kind == wire_kind::record) {
        const std::byte* const behind = visit_fields(into, take_row{at, end, depth});
        at = behind;
        return behind != nullptr;
    } else {
        const std::size_t count = load_le<std::uint32_t>(at);
        at += 4;
        const auto left = static_cast<std::size_t>(end - at);
        if constexpr (kind == wire_kind::text) {
            if (count > left) return false;
            into.assign(reinterpret_cast<const char*>(at), count);
            at += count;
            return true;
        } else if constexpr (kind == wire_kind::text_view) {
            if (count > left) return false;
            into = T(reinterpret_cast<const char*>(at), count);
            at += count;
            return true;
        } else if constexpr (kind == wire_kind::blob) {
            if (count > left) return false;
            const auto* const first = reinterpret_cast<const typename T::value_type*>(at);
            into.assign(first, first + count);
            at += count;
            return true;
        } else if constexpr (kind == wire_kind::blob_view) {
            if (count > left) return false;
            into = T(reinterpret_cast<typename T::pointer>(at), count);
            at += count;
            return true;
        } else if constexpr (kind == wire_kind::flags) {
            if (count > left) return false;
            into.resize(count);
            bool good = true;
            for (std::size_t i = 0; i < count; ++i) {
                const auto raw = static_cast<unsigned>(*at++);
                into[i] = raw != 0;
                good &= raw <= 1;
            }
            return good;
        } else {
            if (count * size_of<typename T::value_type>.least > left) return false;
            if constexpr (!fixed_size<typename T::value_type>)
                if (depth >= nesting_max && count != 0) return false;
            if constexpr (kind == wire_kind::sequence_view)
                return into.take(at, end, count, depth + 1);
            else if constexpr (kind == wire_kind::sequence)
                return take_sequence(at, end, into, count, depth + 1);
            else
                return take_ordered(at, end, into, count, depth + 1);
        }
    }
}

struct decode_row {
    bytes_view in;
    template <class... Field>
    bool operator()(Field&... field) const {
        constexpr std::size_t front = size_in_row(types<Field...>{}).front;
        if (in.size() < front) return false;
        const std::byte* const end = in.data() + in.size();
        return take_row{in.data(), end, 0}(field...) == end;
    }
};

// Whether the map or set at `at`, whose elements are whole, has its keys in order. For `explain`.
template <class T>
bool is_ordered(const std::byte* at, const std::byte* end) {
    T into;
    return take(at, end, into, 0);
}

}  // namespace sillok::detail
