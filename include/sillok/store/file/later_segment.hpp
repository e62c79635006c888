#pragma once
// What a segment behind the end of the log holds: bytes that would be lost with it, and word of how far the log was durable.

#include <cstdint>

#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/segment.hpp"

namespace sillok::detail {

struct later_segment {
    bool is_known = false;      // it has a header of this store
    std::uint64_t durable = 0;  // the greatest durable mark named there
    std::uint64_t bytes = 0;    // behind the header, up to the last that is not 0
};

// Errors:     io
// Complexity: O(bytes)
inline result<later_segment> look_into(const directory& files, const uuid& store, std::uint64_t number,
                                       std::uint64_t sequence) {
    const std::string name = segment_name(number);
    auto file = files.open_file(name, open_mode::read);
    if (!file) return std::move(file).error();
    const io_outcome size = files.size_of(*file);
    if (!size.ok()) return io_error("cannot be examined", name, size.error);
    file_window window(files, *file, static_cast<std::uint64_t>(size.value));
    auto header = read_header(files, *file, name);
    if (!header) return std::move(header).error();
    later_segment found;
    found.is_known = *header && (*header)->store == store;
    auto behind = look_behind(window, segment_header_bytes, found.is_known ? (*header)->checksum : 0, sequence);
    if (!behind) return std::move(behind).error();
    found.bytes = behind->end - segment_header_bytes;
    if (found.is_known) found.durable = (*header)->durable > behind->durable ? (*header)->durable : behind->durable;
    return found;
}

}  // namespace sillok::detail
