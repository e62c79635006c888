#pragma once
// The codec for what people and other systems read: one JSON value per event, with the names of the fields.
//
//     {"customer":"ada","items":[{"sku":"a","quantity":2}],"placed":"2024-02-29T12:30:00.250Z","note":null}
//
// docs/reference/codec/json.md lists how each type is written. Objects are read by name in any order; a member that is
// missing, unknown or twice is an error. RapidJSON reads and writes the text.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/codec/codec.hpp"
#include "sillok/codec/encodable.hpp"
#include "sillok/codec/json_reader.hpp"
#include "sillok/codec/json_writer.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"

namespace sillok::detail {

// Takes back what was appended to a buffer, unless all of it was.
struct json_rollback {
    byte_buffer& out;
    std::size_t size;
    ~json_rollback() { out.shrink_to(size); }
};

}  // namespace sillok::detail

namespace sillok {

// Models codec. All functions may be called by any number of threads at once.
struct json_codec {
    static constexpr payload_codec format = payload_codec::json;

    // The bytes that `encode` will append. Complexity: that of `encode`.
    template <class T>
    static std::size_t encoded_size(const T& value) {
        byte_buffer out;
        encode(value, out);
        return out.size();
    }

    // Appends `value` as UTF-8 text without line breaks.
    //
    // Errors: std::bad_alloc, also for a value nested deeper than 64; `out` is unchanged then.
    template <class T>
    static void encode(const T& value, byte_buffer& out) {
        if constexpr (require::encodable_type<T>()) {
            detail::json_rollback rollback{out, out.size()};
            detail::json_writer writer(out);
            detail::write_json(writer, value, 0);
            if (writer.refused()) out.extend(npos);
            rollback.size = out.size();
        }
    }

    // Reads `in`, one JSON value, into `into`; memory that `into` holds is used again.
    //
    // Errors: malformed, with the path and the byte at fault. `into` is valid then, its value unspecified.
    template <class T>
    static result<void> decode(bytes_view in, T& into) {
        return decode_json(in, into, false);
    }

protected:
    template <class T>
    static result<void> decode_json(bytes_view in, T& into, bool is_weak) {
        if constexpr (require::encodable_type<T>()) {
            detail::json_tape tape;
            if (!tape.parse(in)) return tape.fault();
            detail::json_cursor cursor(tape, is_weak);
            if (detail::read_json(cursor, into, 0)) [[likely]]
                return {};
            return cursor.fault();
        } else {
            return {};
        }
    }
};

// JSON under a weak schema: a struct may gain and lose members without a new version. A member that the text does not have is what
// the struct initialises it with; one that the struct does not have is passed over; both hold in structs within it, too. A member of
// another type is an error, and so is one that stands there twice: what changed its type or its meaning is a new version.
//
// Models codec.
struct weak_json_codec : json_codec {
    static constexpr bool is_weak = true;

    // As json_codec, but for members that are missing or unknown.
    template <class T>
    static result<void> decode(bytes_view in, T& into) {
        return decode_json(in, into, true);
    }
};

}  // namespace sillok
