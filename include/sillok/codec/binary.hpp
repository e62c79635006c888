#pragma once
// The codec for what is recorded: positional, little-endian, the same bytes on every machine; docs/format.md#payload has the
// layout. Field names are not in the bytes, so a shape that changes is a new revision of the event.
//
//     sillok::byte_buffer bytes;
//     sillok::binary_codec::encode(money_deposited{100, "KRW"}, bytes);
//     money_deposited event;
//     if (auto done = sillok::binary_codec::decode(bytes.view(), event); !done) std::cerr << done.error();
//
// A compiler sees one function per struct and direction. Bytes whose number is known in advance are checked together, once;
// an encode asks for its exact size first. What failed is found by a second walk, so that the first carries no text.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <utility>

#include "sillok/codec/encodable.hpp"
#include "sillok/codec/malformed.hpp"
#include "sillok/codec/view_shape.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"

namespace sillok::detail {

// Scalars whose bytes in memory are those on the wire, but for the order of bytes.
template <class T>
concept flat = kind_of<T> == wire_kind::integer || kind_of<T> == wire_kind::real;

template <class T>
concept fixed_size = size_of<T>.fixed;

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
inline constexpr std::array<std::size_t, sizeof...(T) + 1> checks_in = find_checks<sizeof...(T)>({size_of<T>..., wire_size{}});

// --- sizes ------------------------------------------------------------------------------------------------------------

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
        }(std::make_index_sequence<parts_of<T>::size>{});
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

// --- writing ----------------------------------------------------------------------------------------------------------

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
        return put_flat(to, value.count());
    } else if constexpr (kind == wire_kind::moment) {
        return put_flat(to, value.time_since_epoch().count());
    } else if constexpr (kind == wire_kind::text || kind == wire_kind::blob) {
        to = store_le(to, static_cast<std::uint32_t>(value.size()));
        if (kind == wire_kind::text || !value.empty()) std::memcpy(to, value.data(), value.size());  // a vector's may be null
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
        }(std::make_index_sequence<parts_of<T>::size>{});
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

// --- reading ----------------------------------------------------------------------------------------------------------

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
    bool next(T& into, std::size_t check) {
        return (check == 0 || static_cast<std::size_t>(end - at) >= check) && take(at, end, into, depth);
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
        typename T::rep count;
        take_flat(at, count);
        into = T(count);
        return true;
    } else if constexpr (kind == wire_kind::moment) {
        typename T::rep count;
        take_flat(at, count);
        into = T(typename T::duration(count));
        return true;
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
        }(std::make_index_sequence<parts_of<T>::size>{});
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

// --- whole values: one function per struct and direction --------------------------------------------------------------

struct encode_row {
    byte_buffer& out;
    template <class... Field>
    void operator()(const Field&... field) const {
        constexpr std::size_t least = size_in_row(types<Field...>{}).least;
        const std::size_t bytes = (least + ... + more_bytes(field, 0));
        std::byte* to = out.extend(bytes <= 0xFFFFFFFF ? bytes : npos);
        ((to = put(to, field)), ...);
        SILLOK_ASSERT(to == out.data() + out.size());
    }
};

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

namespace sillok {

// Models codec. All functions may be called by any number of threads at once.
struct binary_codec {
    // The bytes that `encode` will append.
    //
    // Complexity: O(strings and containers in `value`); no allocation.
    template <class T>
    static std::size_t encoded_size(const T& value) {
        if constexpr (require::encodable_type<T>())
            return detail::size_of<T>.least + detail::more_bytes(value, 0);
        else
            return 0;
    }

    // Appends the bytes of `value` to `out`.
    //
    // Errors:     std::bad_alloc, also for a value over 4 GiB or nested deeper than 64; `out` is unchanged then.
    // Complexity: O(bytes); at most one allocation, none once `out` has grown.
    template <class T>
    static void encode(const T& value, byte_buffer& out) {
        if constexpr (require::encodable_type<T>()) {
            const detail::encode_row row{out};
            if constexpr (detail::kind_of<T> == detail::wire_kind::record)
                detail::fields_by<T>::visit(value, row);
            else
                row(value);
        }
    }

    // Reads `in`, all of it, into `into`; memory that `into` holds is used again. A struct with `view_of` gets views of `in`.
    //
    // Errors:     malformed, with the path of the field that is wrong. `into` is valid then, its value unspecified.
    //             std::bad_alloc; memory is never reserved for more than twice the bytes of `in` and one page.
    // Complexity: O(bytes)
    template <class T>
    static result<void> decode(bytes_view in, T& into) {
        if constexpr (require::decodable_type<T>()) {
            const detail::decode_row row{in};
            bool good = false;
            if constexpr (detail::kind_of<T> == detail::wire_kind::record)
                good = detail::fields_by<T>::visit(into, row);
            else
                good = row(into);
            if (good) [[likely]]
                return {};
            return detail::explain(detail::shape_of<T>::value, in);
        } else {
            return {};
        }
    }
};

}  // namespace sillok
