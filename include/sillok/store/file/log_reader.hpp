#pragma once
// Reads records from the segments by their places, each checked before anybody sees it.

#include <cstddef>
#include <cstdint>
#include <string>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/recovery.hpp"

namespace sillok::detail {

// Where a record begins: 24 bits for the segment's index, 40 for the offset.
struct record_place {
    std::uint64_t packed = 0;

    record_place() = default;
    record_place(std::size_t segment, std::uint64_t offset) noexcept
        : packed((std::uint64_t{segment} << 40) | offset) {}
    std::size_t segment() const noexcept { return static_cast<std::size_t>(packed >> 40); }
    std::uint64_t offset() const noexcept { return packed & ((std::uint64_t{1} << 40) - 1); }
};

// Reads through a buffer of its own, so that records that adjoin cost one call to the system. Not through a mapping: a
// file that somebody else cuts would end the process.
//
// Errors:  damaged, for what is not the record that was written; io
// Threads: one at a time; any number of readers at once
class log_reader {
public:
    log_reader(const file_log& log, std::size_t chunk) noexcept : log_(log), chunk_(chunk) {}

    // The record at a place; valid until the next call.
    result<record_view> at(record_place place, std::uint64_t position) {
        auto head = bytes(place, 8);
        if (!head) return std::move(head).error();
        const std::size_t size = load_le<std::uint32_t>(head->data());
        if (size > record_bytes_max) return damaged(place, position, "its length is not possible");
        auto whole = bytes(place, size);
        if (!whole) return std::move(whole).error();
        if (!is_record(*whole)) return damaged(place, position, "the record is malformed");
        const record_view record(whole->data());
        if (!record.is_intact()) return damaged(place, position, "the record has another checksum");
        if (record.position().value != position) return damaged(place, position, "another record is in its place");
        return record;
    }

private:
    static constexpr std::size_t record_bytes_max = 2 * payload_bytes_max + (std::size_t{256} << 10);

    result<bytes_view> bytes(record_place place, std::size_t wanted) {
        if (place.segment() == segment_ && place.offset() >= start_ &&
            place.offset() + wanted <= start_ + buffer_.size())
            return buffer_.view().subspan(static_cast<std::size_t>(place.offset() - start_), wanted);
        const std::size_t read = wanted < chunk_ ? chunk_ : wanted;
        buffer_.clear();
        const io_outcome got =
            log_.files().read(log_.segment(place.segment()).file, buffer_.extend(read), read, place.offset());
        buffer_.shrink_to(got.ok() ? static_cast<std::size_t>(got.value) : 0);
        segment_ = place.segment();
        start_ = place.offset();
        if (!got.ok()) return io_error("cannot be read", segment_name(log_.segment(segment_).header.number), got.error);
        if (buffer_.size() < wanted) return damaged(place, 0, "the file is shorter than it was");
        return buffer_.view().first(wanted);
    }
    error damaged(record_place place, std::uint64_t position, const char* why) const {
        return error(error_kind::damaged,
                     place_text(log_.segment(place.segment()).header.number, place.offset()) +
                         (position == 0 ? std::string() : ", position " + std::to_string(position)) + ": " + why);
    }

    const file_log& log_;
    std::size_t chunk_;
    byte_buffer buffer_;
    std::size_t segment_ = static_cast<std::size_t>(-1);
    std::uint64_t start_ = 0;
};

}  // namespace sillok::detail
