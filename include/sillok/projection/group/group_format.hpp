#pragma once
// The file of a group, byte by byte; docs/format.md#consumer-groups.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/projection/group/group_table.hpp"

namespace sillok::detail {

struct group_layout {
    static constexpr char magic_text[9] = "SILLOKGR";
    static constexpr std::uint32_t format = 1;

    static constexpr std::size_t magic = 0;             // 8
    static constexpr std::size_t version = 8;           // u32
    static constexpr std::size_t checksum = 12;         // u32, CRC32C of the bytes [0, 12) and [16, size)
    static constexpr std::size_t size = 16;             // u32, all bytes of the file
    static constexpr std::size_t partitions = 20;       // u32
    static constexpr std::size_t members = 24;          // u32
    static constexpr std::size_t name_bytes = 28;       // u16, of the group
    static constexpr std::size_t by_bytes = 30;         // u16, of what it is partitioned by
    static constexpr std::size_t id = 32;               // 16
    static constexpr std::size_t log = 48;              // 16
    static constexpr std::size_t changes = 64;          // u64
    static constexpr std::size_t reserved = 72;         // 8, 0
    static constexpr std::size_t variable = 80;         // name, by, partitions, members
    static constexpr std::size_t partition_bytes = 32;  // owner 16, token u64, committed u64
    static constexpr std::size_t member_bytes = 34;  // id 16, lease i64, until i64, u16 bytes of the name; then these

    static constexpr std::size_t file_bytes_max = variable + 2 * name_bytes_max + partitions_max * partition_bytes +
                                                  group_members_max * (member_bytes + member_name_bytes_max);
};

// A group as it is in its file.
struct group_content {
    std::string name{};
    group_identity identity{};
    std::uint64_t changes = 0;  // how many acts it has seen
    group_table table{};
};

inline std::byte* store_id(std::byte* to, const uuid& id) noexcept {
    std::memcpy(to, id.octets.data(), id.octets.size());
    return to + id.octets.size();
}
inline uuid load_id(const std::byte* from) noexcept {
    uuid id;
    std::memcpy(id.octets.data(), from, id.octets.size());
    return id;
}
inline std::uint32_t group_checksum(bytes_view file) noexcept {
    return crc32c(file.subspan(group_layout::size), crc32c(file.first(group_layout::checksum)));
}

// Requires: a group within its limits
inline void write_group(const group_content& from, byte_buffer& to) {
    using at = group_layout;
    std::size_t bytes = at::variable + from.name.size() + from.identity.partitioned_by.size() +
                        from.table.partitions.size() * at::partition_bytes +
                        from.table.members.size() * at::member_bytes;
    for (const auto& each : from.table.members) bytes += each.name.size();
    std::byte* const begin = to.extend(bytes);
    std::memcpy(begin + at::magic, at::magic_text, 8);
    store_le(begin + at::version, at::format);
    store_le(begin + at::size, static_cast<std::uint32_t>(bytes));
    store_le(begin + at::partitions, static_cast<std::uint32_t>(from.table.partitions.size()));
    store_le(begin + at::members, static_cast<std::uint32_t>(from.table.members.size()));
    store_le(begin + at::name_bytes, static_cast<std::uint16_t>(from.name.size()));
    store_le(begin + at::by_bytes, static_cast<std::uint16_t>(from.identity.partitioned_by.size()));
    store_id(begin + at::id, from.identity.id);
    store_id(begin + at::log, from.identity.log);
    store_le(begin + at::changes, from.changes);
    store_le(begin + at::reserved, std::uint64_t{0});
    std::byte* rest = store_bytes(begin + at::variable, as_bytes(from.name));
    rest = store_bytes(rest, as_bytes(from.identity.partitioned_by));
    for (const partition_status& each : from.table.partitions) {
        rest = store_id(rest, each.owner);
        rest = store_le(rest, each.token);
        rest = store_le(rest, each.committed.value);
    }
    for (const group_table::member& each : from.table.members) {
        rest = store_id(rest, each.id);
        rest = store_le(rest, each.lease_ns);
        rest = store_le(rest, each.until_ns);
        rest = store_le(rest, static_cast<std::uint16_t>(each.name.size()));
        rest = store_bytes(rest, as_bytes(each.name));
    }
    store_le(begin + at::checksum, group_checksum({begin, bytes}));
}

// Takes pieces off the front of what is left of a file.
class group_reader {
public:
    explicit group_reader(bytes_view bytes) noexcept : left_(bytes) {}

    // Nothing where not so much is left.
    std::optional<bytes_view> take(std::size_t bytes) noexcept {
        if (left_.size() < bytes) return std::nullopt;
        const bytes_view taken = left_.first(bytes);
        left_ = left_.subspan(bytes);
        return taken;
    }
    std::size_t left() const noexcept { return left_.size(); }

private:
    bytes_view left_;
};

// What is wrong with the parts of a file whose checksum is right; null where nothing is.
inline const char* read_group_parts(bytes_view file, group_content& into) {
    using at = group_layout;
    const std::byte* const begin = file.data();
    const std::size_t partitions = load_le<std::uint32_t>(begin + at::partitions);
    const std::size_t members = load_le<std::uint32_t>(begin + at::members);
    if (partitions == 0 || partitions > partitions_max || members > group_members_max)
        return "it has more partitions or members than there can be";
    group_reader reader(file.subspan(at::variable));
    const auto name = reader.take(load_le<std::uint16_t>(begin + at::name_bytes));
    const auto by = name ? reader.take(load_le<std::uint16_t>(begin + at::by_bytes)) : name;
    if (!by) return "its names are longer than it";
    into.name = as_text(*name);
    into.identity = {load_id(begin + at::id), static_cast<std::uint32_t>(partitions), std::string(as_text(*by)),
                     load_id(begin + at::log)};
    into.changes = load_le<std::uint64_t>(begin + at::changes);
    if (reader.left() < partitions * at::partition_bytes) return "its partitions are longer than it";
    into.table.partitions.resize(partitions);
    for (partition_status& each : into.table.partitions) {
        const std::byte* const part = reader.take(at::partition_bytes)->data();
        each = {load_id(part), load_le<std::uint64_t>(part + 16), {load_le<std::uint64_t>(part + 24)}};
    }
    for (std::size_t i = 0; i < members; ++i) {
        const auto fixed = reader.take(at::member_bytes);
        const auto text = fixed ? reader.take(load_le<std::uint16_t>(fixed->data() + 32)) : fixed;
        if (!text || text->size() > member_name_bytes_max) return "its members are longer than it";
        const std::byte* const part = fixed->data();
        into.table.members.push_back({load_id(part), std::string(as_text(*text)), load_le<std::int64_t>(part + 16),
                                      load_le<std::int64_t>(part + 24)});
        const group_table::member& read = into.table.members.back();
        if (read.id.is_nil() || read.lease_ns <= 0 || read.lease_ns > lease_ns_max)
            return "a member has no id or no lease";
    }
    if (reader.left() != 0) return "there is more in it than its parts";
    for (const partition_status& each : into.table.partitions)
        if (!each.owner.is_nil() && !into.table.has(each.owner)) return "a partition belongs to nobody who is there";
    return nullptr;
}

// The group that these bytes are, all of them.
//
// Errors:     unsupported_format: another file, or one of a newer format; damaged; std::bad_alloc
// Complexity: O(bytes); allocates no more than twice as much
inline result<group_content> read_group(bytes_view file) {
    using at = group_layout;
    if (file.size() < 8 || as_text(file.first(8)) != std::string_view(at::magic_text, 8)) {
        if (file.empty()) return error(error_kind::damaged, "is empty; a group is never written so");
        return error(error_kind::unsupported_format,
                     "is not the file of a consumer group, or its first bytes have changed");
    }
    const auto damaged = [](std::string why) {
        return error(error_kind::damaged,
                     "is damaged: " + std::move(why) +
                         "; restore it from a copy, or remove it: then the group begins at position 0 again");
    };
    if (file.size() < at::variable) return damaged("it ends within its header");
    const auto format = load_le<std::uint32_t>(file.data() + at::version);
    if (format != at::format)
        return error(error_kind::unsupported_format,
                     "has format " + std::to_string(format) + ", and this program knows " + std::to_string(at::format));
    if (load_le<std::uint32_t>(file.data() + at::size) != file.size())
        return damaged("it has " + std::to_string(file.size()) + " bytes, and says " +
                       std::to_string(load_le<std::uint32_t>(file.data() + at::size)));
    if (load_le<std::uint32_t>(file.data() + at::checksum) != group_checksum(file))
        return damaged("its checksum is wrong");
    group_content content;
    if (const char* const wrong = read_group_parts(file, content)) return damaged(wrong);
    return content;
}

}  // namespace sillok::detail
