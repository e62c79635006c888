#pragma once
// A segment of the log as it is read: the part of it that a reader was told of never changes.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/open_files.hpp"

namespace sillok::detail {

inline std::string place_text(std::uint64_t segment, std::uint64_t offset) {
    return segment_name(segment) + " at offset " + std::to_string(offset);
}

struct log_segment {
    segment_header header;
    known_file file;

    log_segment(open_files& among, const segment_header& read)
        : header(read), file(among, segment_name(read.number), read.checksum) {}

    std::uint64_t number() const noexcept { return header.number; }
};

// Offsets in a segment are kept in units of 8 bytes, to which every record is aligned.
inline std::uint32_t place_of(std::uint64_t offset) noexcept { return static_cast<std::uint32_t>(offset / 8); }
inline std::uint64_t offset_of(std::uint32_t place) noexcept { return std::uint64_t{place} * 8; }

}  // namespace sillok::detail
