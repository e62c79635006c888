#pragma once
// A recorded event as bytes: what every store keeps and hands out. A record is raw; handlers get decoded events only.
//
// The layout is the same in memory, in files and on the wire, and is written down in docs/format.md#record.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sillok/codec/codec.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

// A free field of the envelope. Name up to 255 bytes, value up to 64 KiB.
struct header {
    std::string_view name;
    std::string_view value;
    friend constexpr bool operator==(const header&, const header&) = default;
};

// Limits that every store keeps. Units: bytes.
inline constexpr std::size_t payload_bytes_max = std::size_t{16} << 20;
inline constexpr std::size_t tag_bytes_max = 1024;
inline constexpr std::size_t tags_bytes_max = 0xFFFF;
inline constexpr std::size_t headers_bytes_max = 0xFFFF;

}  // namespace sillok

namespace sillok::detail {

// Where the fixed fields of a record are; docs/format.md#record.
struct record_layout {
    static constexpr std::size_t size = 0;             // u32, all bytes of the record, a multiple of 8
    static constexpr std::size_t checksum = 4;         // u32, CRC32C of the bytes [8, size)
    static constexpr std::size_t position = 8;         // u64
    static constexpr std::size_t version = 16;         // u64
    static constexpr std::size_t time = 24;            // i64, nanoseconds UTC
    static constexpr std::size_t id = 32;              // 16
    static constexpr std::size_t correlation = 48;     // 16
    static constexpr std::size_t causation = 64;       // 16
    static constexpr std::size_t type_hash = 80;       // u32
    static constexpr std::size_t revision = 84;        // u16
    static constexpr std::size_t codec = 86;           // u8
    static constexpr std::size_t flags = 87;           // u8, 0
    static constexpr std::size_t type_bytes = 88;      // u8
    static constexpr std::size_t category_bytes = 89;  // u8
    static constexpr std::size_t source_bytes = 90;    // u8
    static constexpr std::size_t reserved = 91;        // u8, 0
    static constexpr std::size_t key_bytes = 92;       // u16
    static constexpr std::size_t tags_bytes = 94;      // u16
    static constexpr std::size_t headers_bytes = 96;   // u16
    static constexpr std::size_t reserved2 = 98;       // u16, 0
    static constexpr std::size_t sealed_bytes = 100;   // u32
    static constexpr std::size_t payload_bytes = 104;  // u32
    static constexpr std::size_t variable = 108;  // payload, type, category, key, source, tags, headers, sealed, 0 to 8
};

// A tag where it lies: its length, then the tag.
struct packed_tag {
    using value_type = std::string_view;
    static std::size_t bytes(const std::byte* at) noexcept { return 2 + std::size_t{load_le<std::uint16_t>(at)}; }
    static value_type value(const std::byte* at) noexcept { return as_text({at + 2, load_le<std::uint16_t>(at)}); }
};

// A header where it lies: the lengths of name and value, then these.
struct packed_header {
    using value_type = header;
    static std::size_t name_bytes(const std::byte* at) noexcept { return load_le<std::uint16_t>(at); }
    static std::size_t value_bytes(const std::byte* at) noexcept { return load_le<std::uint16_t>(at + 2); }
    static std::size_t bytes(const std::byte* at) noexcept { return 4 + name_bytes(at) + value_bytes(at); }
    static value_type value(const std::byte* at) noexcept {
        return {as_text({at + 4, name_bytes(at)}), as_text({at + 4 + name_bytes(at), value_bytes(at)})};
    }
};

// A forward range over what lies packed in a record, one behind the other.
template <class Packed>
class packed_list {
public:
    class iterator {
    public:
        using value_type = typename Packed::value_type;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        explicit iterator(const std::byte* at) noexcept : at_(at) {}
        value_type operator*() const noexcept { return Packed::value(at_); }
        iterator& operator++() noexcept {
            at_ += Packed::bytes(at_);
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(iterator, iterator) = default;

    private:
        const std::byte* at_ = nullptr;
    };

    packed_list() = default;
    // Requires: well-formed bytes of a record
    explicit packed_list(bytes_view bytes) noexcept : bytes_(bytes) {}
    iterator begin() const noexcept { return iterator(bytes_.data()); }
    iterator end() const noexcept { return iterator(bytes_.data() + bytes_.size()); }
    bool empty() const noexcept { return bytes_.empty(); }

private:
    bytes_view bytes_;
};

}  // namespace sillok::detail

namespace sillok {

// The tags of a record: a forward range of std::string_view.
class tag_list : public detail::packed_list<detail::packed_tag> {
public:
    using packed_list::packed_list;
    bool contains(std::string_view tag) const noexcept {
        for (const std::string_view each : *this)
            if (each == tag) return true;
        return false;
    }
};

// The headers of a record: a forward range of `header`.
class header_list : public detail::packed_list<detail::packed_header> {
public:
    using packed_list::packed_list;
    // The value of the first header of that name, or nothing.
    std::string_view operator[](std::string_view name) const noexcept {
        for (const header each : *this)
            if (each.name == name) return each.value;
        return {};
    }
};

// A recorded event, read where it lies. Valid as long as the bytes are: a store says how long that is.
//
// Complexity: every accessor is O(1) and reads only what it answers.
class record_view {
public:
    constexpr record_view() = default;
    // Requires: `at` is the start of a well-formed record (see `is_record`).
    explicit record_view(const std::byte* at) noexcept : at_(at) {}

    std::size_t size() const noexcept { return load_le<std::uint32_t>(at_ + layout::size); }
    bytes_view bytes() const noexcept { return {at_, size()}; }
    bool is_intact() const noexcept {
        return load_le<std::uint32_t>(at_ + layout::checksum) ==
               crc32c({at_ + layout::position, size() - layout::position});
    }

    sillok::position position() const noexcept { return {load_le<std::uint64_t>(at_ + layout::position)}; }
    sillok::version version() const noexcept { return {load_le<std::uint64_t>(at_ + layout::version)}; }
    timestamp time() const noexcept { return timestamp{load_le<std::int64_t>(at_ + layout::time)}; }
    uuid id() const noexcept { return uuid_at(layout::id); }
    uuid correlation() const noexcept { return uuid_at(layout::correlation); }
    uuid causation() const noexcept { return uuid_at(layout::causation); }

    std::uint32_t type_hash() const noexcept { return load_le<std::uint32_t>(at_ + layout::type_hash); }
    std::uint16_t revision() const noexcept { return load_le<std::uint16_t>(at_ + layout::revision); }
    // Name, revision and codec in one word, for tables; see event/catalogue_index.hpp.
    std::uint64_t type_word() const noexcept { return load_le<std::uint64_t>(at_ + layout::type_hash); }
    payload_codec codec() const noexcept { return static_cast<payload_codec>(at_[layout::codec]); }
    std::string_view type() const noexcept { return text(type_offset(), byte(layout::type_bytes)); }

    stream_view stream() const noexcept {
        const std::size_t category = category_offset();
        const std::size_t key = category + byte(layout::category_bytes);
        return {text(category, byte(layout::category_bytes)), text(key, word(layout::key_bytes))};
    }
    std::string_view source() const noexcept { return text(source_offset(), byte(layout::source_bytes)); }
    tag_list tags() const noexcept { return tag_list({at_ + tags_offset(), word(layout::tags_bytes)}); }
    header_list headers() const noexcept { return header_list({at_ + headers_offset(), word(layout::headers_bytes)}); }
    // Fields encrypted one by one, for the layers above; docs/format.md#record.
    bytes_view sealed() const noexcept {
        return {at_ + headers_offset() + word(layout::headers_bytes),
                load_le<std::uint32_t>(at_ + layout::sealed_bytes)};
    }
    bytes_view payload() const noexcept {
        return {at_ + layout::variable, load_le<std::uint32_t>(at_ + layout::payload_bytes)};
    }

private:
    using layout = detail::record_layout;

    std::size_t byte(std::size_t at) const noexcept { return static_cast<std::size_t>(at_[at]); }
    std::size_t word(std::size_t at) const noexcept { return load_le<std::uint16_t>(at_ + at); }
    std::string_view text(std::size_t at, std::size_t bytes) const noexcept { return as_text({at_ + at, bytes}); }
    std::size_t type_offset() const noexcept {
        return layout::variable + load_le<std::uint32_t>(at_ + layout::payload_bytes);
    }
    std::size_t category_offset() const noexcept { return type_offset() + byte(layout::type_bytes); }
    std::size_t source_offset() const noexcept {
        return category_offset() + byte(layout::category_bytes) + word(layout::key_bytes);
    }
    std::size_t tags_offset() const noexcept { return source_offset() + byte(layout::source_bytes); }
    std::size_t headers_offset() const noexcept { return tags_offset() + word(layout::tags_bytes); }
    uuid uuid_at(std::size_t at) const noexcept {
        uuid id;
        std::memcpy(id.octets.data(), at_ + at, 16);
        return id;
    }

    const std::byte* at_ = nullptr;
};

}  // namespace sillok
