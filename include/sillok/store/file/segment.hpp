#pragma once
// A segment of the log as it is read: the part of it that a reader was told of never changes.

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/open_files.hpp"

namespace sillok::detail {

inline std::string place_text(std::string_view file, std::uint64_t offset) {
    return std::string(file) + " at offset " + std::to_string(offset);
}
inline std::string place_text(std::uint64_t segment, std::uint64_t offset) {
    return place_text(segment_name(segment), offset);
}

// "0000000001.index" for "index"
inline std::string beside_segment(std::uint64_t segment, std::string_view ending) {
    std::string name = segment_name(segment);
    name.resize(name.size() - std::string_view("segment").size());
    return name.append(ending);
}

// A file with records in it.
struct record_file {
    known_file file;
    std::atomic<std::uint64_t> end{
        (std::numeric_limits<std::uint64_t>::max)()};  // up to where it does not change any more

    record_file(open_files& among, std::string name, std::uint32_t checksum) : file(among, std::move(name), checksum) {}

    std::string place(std::uint64_t offset) const { return place_text(file.name(), offset); }
};

// The header of a segment; nothing where it is not well-formed.
//
// Errors: io
inline result<std::optional<segment_header>> read_header(const directory& within, const owned_file& file,
                                                         const std::string& name) {
    auto block = std::make_unique<std::byte[]>(segment_header_bytes);
    const io_outcome read = within.read(file, block.get(), segment_header_bytes, 0);
    if (!read.ok()) return io_error("cannot be read", name, read.error);
    const bytes_view head{block.get(), static_cast<std::size_t>(read.value)};
    if (head.size() != segment_header_bytes || state_of(head, segment_magic) != block_state::valid)
        return std::optional<segment_header>();
    return std::optional<segment_header>(segment_header::decode(head.data()));
}

struct log_segment : record_file {
    segment_header header;

    log_segment(open_files& among, const segment_header& read) : log_segment(among, read, segment_name(read.number)) {}
    // In a file that has another name for now.
    log_segment(open_files& among, const segment_header& read, std::string name)
        : record_file(among, std::move(name), read.checksum), header(read) {}

    std::uint64_t number() const noexcept { return header.number; }
};

// Offsets in a segment are kept in units of 8 bytes, to which every record is aligned.
inline std::uint32_t place_of(std::uint64_t offset) noexcept { return static_cast<std::uint32_t>(offset / 8); }
inline std::uint64_t offset_of(std::uint32_t place) noexcept { return std::uint64_t{place} * 8; }

}  // namespace sillok::detail
