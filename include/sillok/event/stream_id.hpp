#pragma once
// Where events are: the stream they belong to, their place in it, and their place in the whole log.
//
// A stream is named by two strings, its category ("account") and its key ("42"). They are stored side by side with their
// lengths and never joined, so a key may hold any bytes and no separator can be mistaken.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sillok {

// A place in the whole log. The first event has position 1, every next one the next; 0 is before all of them.
struct position {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(position, position) = default;

    template <class Stream>
        requires requires(Stream& out, std::uint64_t number) { out << number << number; }
    friend Stream& operator<<(Stream& out, position p) {
        out << p.value;
        return out;
    }
};

// A place in one stream. The first event has version 1, every next one the next; 0 is the stream that does not exist.
struct version {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(version, version) = default;

    template <class Stream>
        requires requires(Stream& out, std::uint64_t number) { out << number << number; }
    friend Stream& operator<<(Stream& out, version v) {
        out << v.value;
        return out;
    }
};

inline constexpr std::size_t category_bytes_max = 255;
inline constexpr std::size_t key_bytes_max = 1024;

// A stream's name, as it is passed. Refers to text that somebody else keeps.
struct stream_view {
    std::string_view category;
    std::string_view key;
    friend constexpr bool operator==(const stream_view&, const stream_view&) = default;
};

// A stream's name, as it is kept.
struct stream_id {
    std::string category;
    std::string key;

    operator stream_view() const noexcept { return {category, key}; }  // NOLINT(google-explicit-constructor)
    friend bool operator==(const stream_id&, const stream_id&) = default;
};

// "account/42", for people to read. Not a key: two streams may print alike.
inline std::string to_string(stream_view stream) {
    return std::string(stream.category) + '/' + std::string(stream.key);
}

}  // namespace sillok
