#pragma once
// How the events of a log are shared out among the members of a group: each belongs to one partition, for as long as the group is.
//
//     sillok::consumer_options options{.partition_by = sillok::by_key};
//     sillok::partitioning by_tenant{"tenant", [](const sillok::record_view& r) { return sillok::partition_hash(r.headers()["tenant"]); }};

#include <cstdint>
#include <string_view>

#include "sillok/core/bytes.hpp"
#include "sillok/core/name.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok {

// The hash of format.md#content-hash over the bytes of a text, with this seed. It is the same on every machine and in every version,
// since positions are kept by it.
inline constexpr std::uint64_t partition_seed = 0x53494C4C4F4B4750;

inline std::uint64_t partition_hash(std::string_view text) noexcept {
    return detail::hash_bytes(partition_seed, as_bytes(text));
}

// By what events are kept together. The name is recorded with the group, since positions mean something else under another one:
// whoever changes the function gives it another name.
//
// Requires: the function gives the same for the same record, for ever. Events whose order matters to each other have one value.
struct partitioning {
    sillok::name name;
    std::uint64_t (*value)(const record_view&);
};

// By the key of the stream, whatever its category: all streams with the key "42" are in one partition.
inline constexpr partitioning by_key{"key",
                                     [](const record_view& record) { return partition_hash(record.stream().key); }};

// Which of `partitions` a record belongs to, from 0.
//
// Requires:   partitions > 0
// Complexity: that of the function
inline std::uint32_t partition_of(const partitioning& by, const record_view& record, std::uint32_t partitions) {
    return static_cast<std::uint32_t>(by.value(record) % partitions);
}

}  // namespace sillok
