#pragma once
// Writes records, and says whether bytes are one. docs/format.md#record has the layout.
//
// Stores write with it; whoever takes bytes from outside asks `is_record` before a `record_view` is made of them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

// What a record is made of.
struct record_fields {
    sillok::position position{};
    sillok::version version{};
    timestamp time{};
    uuid id{};
    uuid correlation{};
    uuid causation{};
    event_type type{};
    stream_view stream{};
    std::string_view source{};
    std::span<const std::string_view> tags{};
    std::span<const header> headers{};
    bytes_view sealed{};
    bytes_view payload{};
};

}  // namespace sillok

namespace sillok::detail {

constexpr std::size_t tags_bytes(std::span<const std::string_view> tags) noexcept {
    std::size_t sum = 0;
    for (const std::string_view tag : tags) sum += 2 + tag.size();
    return sum;
}

constexpr std::size_t headers_bytes(std::span<const header> headers) noexcept {
    std::size_t sum = 0;
    for (const header& each : headers) sum += 4 + each.name.size() + each.value.size();
    return sum;
}

// memcpy for texts that are mostly short: two overlapping words instead of a call.
[[gnu::always_inline]] inline std::byte* store_short(std::byte* to, const void* from, std::size_t size) noexcept {
    if (size > 32) {
        std::memcpy(to, from, size);
        return to + size;
    }
    const auto* const source = static_cast<const std::byte*>(from);
    const auto overlapping = [&]<class Word>(Word) {
        Word first;
        Word last;
        std::memcpy(&first, source, sizeof(Word));
        std::memcpy(&last, source + size - sizeof(Word), sizeof(Word));
        std::memcpy(to, &first, sizeof(Word));
        std::memcpy(to + size - sizeof(Word), &last, sizeof(Word));
    };
    struct sixteen {
        std::uint64_t words[2];
    };
    if (size >= 16)
        overlapping(sixteen{});
    else if (size >= 8)
        overlapping(std::uint64_t{});
    else if (size >= 4)
        overlapping(std::uint32_t{});
    else
        for (std::size_t i = 0; i < size; ++i) to[i] = source[i];
    return to + size;
}

[[gnu::always_inline]] inline std::byte* store_short(std::byte* to, std::string_view text) noexcept {
    return store_short(to, text.data(), text.size());
}

}  // namespace sillok::detail

namespace sillok {

// How many bytes `write_record` writes: a multiple of 8.
//
// Requires: every text within its limit (see event/record.hpp)
constexpr std::size_t record_bytes(const record_fields& fields) noexcept {
    const std::size_t plain = detail::record_layout::variable + fields.payload.size() + fields.type.name.size() +
                              fields.stream.category.size() + fields.stream.key.size() + fields.source.size() +
                              detail::tags_bytes(fields.tags) + detail::headers_bytes(fields.headers) +
                              fields.sealed.size();
    return (plain + 7) & ~std::size_t{7};
}

// Writes the record to `to`, its padding and its checksum included; returns the byte behind it.
//
// Requires: room for `record_bytes(fields)` bytes; every text within its limit
[[gnu::always_inline]] inline std::byte* write_record(std::byte* to, const record_fields& fields) noexcept {
    using layout = detail::record_layout;
    const std::size_t tags = detail::tags_bytes(fields.tags);
    const std::size_t headers = detail::headers_bytes(fields.headers);
    const std::size_t plain = layout::variable + fields.payload.size() + fields.type.name.size() +
                              fields.stream.category.size() + fields.stream.key.size() + fields.source.size() + tags +
                              headers + fields.sealed.size();
    const std::size_t size = (plain + 7) & ~std::size_t{7};

    store_le(to + size - 8, std::uint64_t{0});  // the padding; what comes before it is written over
    store_le(to + layout::size, static_cast<std::uint32_t>(size));
    store_le(to + layout::position, fields.position.value);
    store_le(to + layout::version, fields.version.value);
    store_le(to + layout::time, fields.time.nanoseconds);
    std::memcpy(to + layout::id, fields.id.octets.data(), 16);
    std::memcpy(to + layout::correlation, fields.correlation.octets.data(), 16);
    std::memcpy(to + layout::causation, fields.causation.octets.data(), 16);
    store_le(to + layout::type_hash, fields.type.hash);
    store_le(to + layout::revision, fields.type.revision);
    to[layout::codec] = static_cast<std::byte>(fields.type.codec);
    to[layout::flags] = std::byte{0};
    to[layout::type_bytes] = static_cast<std::byte>(fields.type.name.size());
    to[layout::category_bytes] = static_cast<std::byte>(fields.stream.category.size());
    to[layout::source_bytes] = static_cast<std::byte>(fields.source.size());
    to[layout::reserved] = std::byte{0};
    store_le(to + layout::key_bytes, static_cast<std::uint16_t>(fields.stream.key.size()));
    store_le(to + layout::tags_bytes, static_cast<std::uint16_t>(tags));
    store_le(to + layout::headers_bytes, static_cast<std::uint16_t>(headers));
    store_le(to + layout::reserved2, std::uint16_t{0});
    store_le(to + layout::sealed_bytes, static_cast<std::uint32_t>(fields.sealed.size()));
    store_le(to + layout::payload_bytes, static_cast<std::uint32_t>(fields.payload.size()));

    std::byte* at = to + layout::variable;
    at = detail::store_short(at, fields.payload.data(), fields.payload.size());
    at = detail::store_short(at, fields.type.name);
    at = detail::store_short(at, fields.stream.category);
    at = detail::store_short(at, fields.stream.key);
    at = detail::store_short(at, fields.source);
    for (const std::string_view tag : fields.tags) {
        at = store_le(at, static_cast<std::uint16_t>(tag.size()));
        at = detail::store_short(at, tag);
    }
    for (const header& each : fields.headers) {
        at = store_le(at, static_cast<std::uint16_t>(each.name.size()));
        at = store_le(at, static_cast<std::uint16_t>(each.value.size()));
        at = detail::store_short(at, each.name);
        at = detail::store_short(at, each.value);
    }
    detail::store_short(at, fields.sealed.data(), fields.sealed.size());

    store_le(to + layout::checksum, crc32c({to + layout::position, size - layout::position}));
    return to + size;
}

// Whether `bytes` begin with a well-formed record, so that every accessor of a `record_view` stays within it. Says
// nothing about the checksum: `record_view::is_intact` does, and needs a well-formed record.
//
// Complexity: O(tags and headers); allocates nothing.
inline bool is_record(bytes_view bytes) noexcept {
    using layout = detail::record_layout;
    if (bytes.size() < layout::variable) return false;
    const std::byte* const at = bytes.data();
    const std::size_t size = load_le<std::uint32_t>(at + layout::size);
    if (size < layout::variable || size > bytes.size() || size % 8 != 0) return false;

    const std::size_t payload = load_le<std::uint32_t>(at + layout::payload_bytes);
    const std::size_t sealed = load_le<std::uint32_t>(at + layout::sealed_bytes);
    if (payload > payload_bytes_max || sealed > payload_bytes_max) return false;
    const auto type = static_cast<std::size_t>(at[layout::type_bytes]);
    const auto category = static_cast<std::size_t>(at[layout::category_bytes]);
    const auto source = static_cast<std::size_t>(at[layout::source_bytes]);
    const std::size_t key = load_le<std::uint16_t>(at + layout::key_bytes);
    const std::size_t tags = load_le<std::uint16_t>(at + layout::tags_bytes);
    const std::size_t headers = load_le<std::uint16_t>(at + layout::headers_bytes);
    if (type == 0 || category == 0 || key > key_bytes_max) return false;

    // Every summand is bounded above, so the sum cannot overflow.
    const std::size_t before_tags = layout::variable + payload + type + category + key + source;
    const std::size_t plain = before_tags + tags + headers + sealed;
    if (plain > size || size - plain > 7) return false;
    for (std::size_t i = plain; i < size; ++i)
        if (at[i] != std::byte{0}) return false;

    for (std::size_t done = 0; done < tags;) {
        if (tags - done < 2) return false;
        const std::size_t tag = load_le<std::uint16_t>(at + before_tags + done);
        if (tag == 0 || tag > tag_bytes_max || tags - done - 2 < tag) return false;
        done += 2 + tag;
    }
    const std::size_t before_headers = before_tags + tags;
    for (std::size_t done = 0; done < headers;) {
        if (headers - done < 4) return false;
        const std::size_t name = load_le<std::uint16_t>(at + before_headers + done);
        const std::size_t value = load_le<std::uint16_t>(at + before_headers + done + 2);
        if (name == 0 || name > name_bytes_max || headers - done - 4 < name + value) return false;
        done += 4 + name + value;
    }

    const record_view record(at);
    return record.position() > position{0} && record.version() > version{0} && record.revision() > 0 &&
           at[layout::flags] == std::byte{0};
}

}  // namespace sillok
