#pragma once
// An event's persisted name and revision, the number by which tables find it, and what its struct looks like.

#include <cstdint>
#include <string_view>

#include "sillok/codec/codec.hpp"

namespace sillok {

// The number of a persisted name: FNV-1a of 32 bits. It is written into every record beside the name, so that a table is
// searched by an integer and the name only confirms it. Names of one catalogue that collide are refused when compiled.
//
// Source: Fowler, Noll, Vo: FNV hash, RFC 9923.
constexpr std::uint32_t name_hash(std::string_view name) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

namespace detail {
struct wire_shape;
}  // namespace detail

// What a record says about its type. `revision` counts the shapes of an event from 1. How the payload is written, and the shape, are
// no part of what a type is, and not compared. Where `shape` is there and the payload binary, a store notes the layout of the version
// with its first event, and refuses another one.
struct event_type {
    std::string_view name;
    std::uint32_t hash = 0;
    std::uint16_t revision = 1;
    payload_codec codec = payload_codec::binary;
    const detail::wire_shape* shape = nullptr;  // lives as long as the program

    constexpr event_type() = default;
    constexpr event_type(std::string_view type_name, std::uint16_t type_revision,
                         payload_codec written = payload_codec::binary) noexcept
        : name(type_name), hash(name_hash(type_name)), revision(type_revision), codec(written) {}

    friend constexpr bool operator==(const event_type& a, const event_type& b) noexcept {
        return a.hash == b.hash && a.revision == b.revision && a.name == b.name;
    }
};

}  // namespace sillok
