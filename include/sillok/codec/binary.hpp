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
#include <utility>

#include "sillok/codec/binary_reader.hpp"
#include "sillok/codec/binary_writer.hpp"
#include "sillok/codec/encodable.hpp"
#include "sillok/codec/malformed.hpp"
#include "sillok/codec/view_shape.hpp"
#include "sillok/codec/wire.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"

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
    [[gnu::always_inline]] static void encode(const T& value, byte_buffer& out) {
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
        if (reads(in, into)) [[likely]]
            return {};
        return explain(&detail::shape_of<T>::value, in);
    }

    // The same without a reason: whether `in`, all of it, was read into `into`.
    template <class T>
    [[gnu::always_inline]] static bool reads(bytes_view in, T& into) {
        const detail::decode_row row{in};
        if constexpr (!require::decodable_type<T>())
            return true;
        else if constexpr (detail::kind_of<T> == detail::wire_kind::record)
            return detail::fields_by<T>::visit(into, row);
        else
            return row(into);
    }

    // The reason, by a second look: why `in` does not decode as the type of that shape, which is `detail::shape_of<T>::value`.
    [[gnu::__cold__, gnu::noinline]] static error explain(const detail::wire_shape* shape, bytes_view in) {
        return detail::fault_finder(in).find(*shape);
    }
};

}  // namespace sillok
