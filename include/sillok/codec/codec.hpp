#pragma once
// What a codec is: three functions that a type satisfies without inheriting from anything. A decorator (encryption, say) is a
// codec that holds another one.

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"

namespace sillok::detail {

// A struct that every codec can write.
struct codec_probe {
    std::int64_t field;
};

}  // namespace sillok::detail

namespace sillok {

// How a payload is written. Each record says it.
enum class payload_codec : std::uint8_t { binary = 0, json = 1 };

// Laws, which tests/codec/laws.hpp asks of every model:
//   `encode` appends exactly `encoded_size` bytes, the same for the same value, and leaves what is in `out` alone.
//   `decode` of these bytes, whole, gives an equal value, whatever `into` held before.
//   `decode` of any other bytes never reads outside of them, and gives a value or the error `malformed`.
template <class C>
concept codec = requires(const C& c, const detail::codec_probe& value, detail::codec_probe& into, byte_buffer& out,
                         bytes_view in) {
    { c.encoded_size(value) } -> std::same_as<std::size_t>;
    c.encode(value, out);
    { c.decode(in, into) } -> std::same_as<result<void>>;
};

// What a codec writes, as its `format` says; one that does not say writes what only it reads back: binary.
template <class Codec>
inline constexpr payload_codec format_of = payload_codec::binary;
template <class Codec>
    requires requires { Codec::format; }
inline constexpr payload_codec format_of<Codec> = Codec::format;

// A codec that reads a struct which gained or lost members, as its `is_weak` says.
template <class Codec>
concept weak_codec = requires {
    requires Codec::is_weak;
};

}  // namespace sillok
