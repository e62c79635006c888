#pragma once
// What a store knows of the layouts of events: the first event of each version brings it along, and it never changes.
//
//     store.read_schemas([](const sillok::recorded_schema& s) { … return true; });   // "money.withdrawn", 1, "amount: i64"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "sillok/core/bytes.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"

namespace sillok {

// Units: bytes.
inline constexpr std::size_t layout_bytes_max = std::size_t{1} << 20;

// The layout with which a version of an event was first recorded.
struct recorded_schema {
    std::string_view name;
    std::uint16_t revision = 0;
    std::string_view layout;  // docs/format.md#layouts
    position at{};            // the last position of the log when it was recorded
    timestamp time{};
};

// Takes what was recorded of a version, valid until it returns; returns whether to go on.
using schema_visitor = function_ref<bool(const recorded_schema&)>;

}  // namespace sillok

namespace sillok::detail {

// The first bytes of all that is recorded and is no event; docs/format.md#acts.
enum class act_kind : std::uint16_t { retention = 1, schema = 2 };
inline constexpr std::size_t act_kind_at = 4;

// A note of a layout as bytes; docs/format.md#acts.
namespace schema_bytes {
inline constexpr std::size_t name_bytes = 6;
inline constexpr std::size_t revision = 8;
inline constexpr std::size_t layout_bytes = 12;
inline constexpr std::size_t time = 16;
inline constexpr std::size_t at = 24;
inline constexpr std::size_t variable = 32;
}  // namespace schema_bytes

inline std::size_t schema_note_bytes(std::size_t name, std::size_t layout) noexcept {
    return (schema_bytes::variable + name + layout + 7) & ~std::size_t{7};
}

// Requires: a name of 1 to 255 bytes, a layout of at most `layout_bytes_max`
inline void append_schema(byte_buffer& to, const recorded_schema& note) {
    const std::size_t bytes = schema_note_bytes(note.name.size(), note.layout.size());
    std::byte* const head = to.extend(bytes);
    std::memset(head, 0, bytes);
    store_le(head, static_cast<std::uint32_t>(bytes));
    store_le(head + act_kind_at, static_cast<std::uint16_t>(act_kind::schema));
    head[schema_bytes::name_bytes] = static_cast<std::byte>(note.name.size());
    store_le(head + schema_bytes::revision, note.revision);
    store_le(head + schema_bytes::layout_bytes, static_cast<std::uint32_t>(note.layout.size()));
    store_le(head + schema_bytes::time, note.time.nanoseconds);
    store_le(head + schema_bytes::at, note.at.value);
    store_bytes(store_bytes(head + schema_bytes::variable, as_bytes(note.name)), as_bytes(note.layout));
}

// The size of the note that the bytes begin with; 0 where they begin with none.
inline std::size_t schema_size(bytes_view bytes) noexcept {
    if (bytes.size() < schema_bytes::variable) return 0;
    const std::byte* const head = bytes.data();
    const std::size_t size = load_le<std::uint32_t>(head);
    const auto name = static_cast<std::size_t>(head[schema_bytes::name_bytes]);
    const std::size_t layout = load_le<std::uint32_t>(head + schema_bytes::layout_bytes);
    const bool fits = load_le<std::uint16_t>(head + act_kind_at) == static_cast<std::uint16_t>(act_kind::schema) &&
                      name != 0 && layout <= layout_bytes_max && size == schema_note_bytes(name, layout) &&
                      size <= bytes.size() && load_le<std::uint16_t>(head + schema_bytes::revision) != 0;
    return fits ? size : 0;
}
// Requires: schema_size(bytes) != 0
inline recorded_schema schema_of(bytes_view bytes) noexcept {
    const std::byte* const head = bytes.data();
    const auto name = static_cast<std::size_t>(head[schema_bytes::name_bytes]);
    const std::string_view text = as_text(bytes.subspan(schema_bytes::variable));
    return {.name = text.substr(0, name),
            .revision = load_le<std::uint16_t>(head + schema_bytes::revision),
            .layout = text.substr(name, load_le<std::uint32_t>(head + schema_bytes::layout_bytes)),
            .at = {load_le<std::uint64_t>(head + schema_bytes::at)},
            .time = timestamp{load_le<std::int64_t>(head + schema_bytes::time)}};
}

}  // namespace sillok::detail
