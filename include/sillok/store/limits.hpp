#pragma once
// What an append may not exceed, and the check of a request against it: every store refuses the same requests with the
// same words, before anything is written.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "sillok/core/name.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok {

inline constexpr std::size_t streams_per_append_max = 1024;
// All records of one append together. Units: bytes.
inline constexpr std::size_t append_bytes_max = std::size_t{64} << 20;

}  // namespace sillok

namespace sillok::detail {

// Text for an error: in quotes, at most 80 characters, what cannot be printed as \xNN.
inline std::string quoted(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text.substr(0, 80)) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= 0x80 || (c >= ' ' && c != 0x7F && c != '"' && c != '\\')) {
            out += c;
        } else {
            out += "\\x";
            out += digits[octet >> 4];
            out += digits[octet & 15];
        }
    }
    return out += text.size() > 80 ? "\"…" : "\"";
}

inline std::string quoted(stream_view stream) {
    return "stream (" + quoted(stream.category) + ", " + quoted(stream.key) + ')';
}

// What makes a refusal is cold and stays out of line, so that what accepts is short.
[[gnu::__cold__, gnu::noinline]] inline error unusable(std::string what) {
    return error(error_kind::invalid_argument, std::move(what));
}

[[gnu::__cold__, gnu::noinline]] inline error too_large(std::string what, std::size_t bytes, std::size_t limit) {
    return error(error_kind::too_large,
                 std::move(what) + " has " + std::to_string(bytes) + " bytes; the limit is " + std::to_string(limit));
}

[[gnu::__cold__, gnu::noinline]] inline error too_many_streams(std::size_t count) {
    return error(error_kind::too_large, "an append to " + std::to_string(count) + " streams; the limit is " +
                                            std::to_string(streams_per_append_max));
}

// Types that were found to be well-formed, so that a name is not checked letter by letter each time it is recorded.
class known_types {
public:
    bool is_valid(const event_type& type) noexcept {
        place& at = places_[type.hash % places];
        if (at.hash == type.hash && at.bytes == type.name.size() && at.bytes != 0 &&
            are_same(at.name, type.name.data(), at.bytes))
            return type.revision != 0;
        if (!is_name(type.name) || type.hash != name_hash(type.name)) return false;
        if (type.name.size() <= sizeof at.name) {
            at.hash = type.hash;
            at.bytes = static_cast<std::uint8_t>(type.name.size());
            std::memcpy(at.name, type.name.data(), type.name.size());
        }
        return type.revision != 0;
    }

private:
    static constexpr std::size_t places = 64;
    struct place {
        std::uint32_t hash;
        std::uint8_t bytes;
        char name[59];
    };
    place places_[places] = {};
};

[[gnu::__cold__, gnu::noinline]] inline error unfit_type(const event_type& type) {
    if (!is_name(type.name))
        return error(
            error_kind::invalid_argument,
            "event type " + quoted(type.name) + " is not a name: 1 to 255 printable characters, without space \" \\ ,");
    if (type.revision == 0)
        return error(error_kind::invalid_argument,
                     "event type " + quoted(type.name) + " has revision 0; revisions count from 1");
    return error(error_kind::invalid_argument, "event type " + quoted(type.name) + " has another name's hash");
}

[[gnu::__cold__, gnu::noinline]] inline error unfit_event(const new_event& event) {
    const std::string what = "event " + quoted(event.type.name) + ": ";
    for (const std::string_view tag : event.tags) {
        if (tag.empty()) return error(error_kind::invalid_argument, what + "a tag is empty");
        if (tag.size() > tag_bytes_max) return too_large(what + "tag " + quoted(tag), tag.size(), tag_bytes_max);
    }
    if (event.payload.size() > payload_bytes_max)
        return too_large(what + "the payload", event.payload.size(), payload_bytes_max);
    if (event.sealed.size() > payload_bytes_max)
        return too_large(what + "the sealed part", event.sealed.size(), payload_bytes_max);
    return too_large(what + "the list of its tags", tags_bytes(event.tags), tags_bytes_max);
}

// The bytes of the variable part that an event brings along, or nothing where it is beyond a limit.
inline bool measure(const new_event& event, std::size_t& bytes) noexcept {
    if (event.payload.size() > payload_bytes_max || event.sealed.size() > payload_bytes_max) return false;
    std::size_t tags = 0;
    for (const std::string_view tag : event.tags) {
        if (tag.empty() || tag.size() > tag_bytes_max) return false;
        tags += 2 + tag.size();
        if (tags > tags_bytes_max) return false;
    }
    bytes = event.payload.size() + event.type.name.size() + tags + event.sealed.size();
    return true;
}

inline result<void> check_headers(std::span<const header> headers) {
    for (const header& each : headers) {
        if (each.name.empty()) return unusable("a header without a name");
        if (each.name.size() > name_bytes_max)
            return too_large("the name of header " + quoted(each.name), each.name.size(), 255);
        if (each.value.size() > headers_bytes_max)
            return too_large("header " + quoted(each.name), each.value.size(), headers_bytes_max);
    }
    if (headers_bytes(headers) > headers_bytes_max)
        return too_large("the list of headers", headers_bytes(headers), headers_bytes_max);
    return {};
}

inline result<void> check_conditions(std::span<const none_tagged> conditions) {
    for (const none_tagged& each : conditions) {
        if (each.tag.empty()) return unusable("none_tagged without a tag");
        if (each.tag.size() > tag_bytes_max)
            return too_large("tag " + quoted(each.tag), each.tag.size(), tag_bytes_max);
    }
    return {};
}

[[gnu::always_inline]] inline result<void> check_envelope(const append_request& request) {
    if (request.streams.empty()) return unusable("an append without a stream");
    if (request.streams.size() > streams_per_append_max) return too_many_streams(request.streams.size());
    if (request.source.size() > 255) return too_large("the source", request.source.size(), 255);
    if (!request.headers.empty())
        if (auto fit = check_headers(request.headers); !fit) return fit;
    if (!request.conditions.empty()) return check_conditions(request.conditions);
    return {};
}

[[gnu::always_inline]] inline result<void> check_stream(const stream_append& to) {
    if (to.stream.category.empty()) return unusable("a stream without a category");
    if (to.stream.category.size() > category_bytes_max)
        return too_large("category " + quoted(to.stream.category), to.stream.category.size(), category_bytes_max);
    if (to.stream.key.size() > key_bytes_max)
        return too_large("key " + quoted(to.stream.key), to.stream.key.size(), key_bytes_max);
    return {};
}

}  // namespace sillok::detail
