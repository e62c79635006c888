#pragma once
// Reads records from the segments by their offsets, each checked before anybody sees it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/segment.hpp"

namespace sillok::detail {

// Reads through a buffer of its own, so that records that adjoin cost one call to the system. Not through a mapping: a
// file that somebody else cuts would end the process.
//
// Errors:  damaged, for what is no record that was written; io
// Threads: one at a time; any number of readers at once
class log_reader {
public:
    explicit log_reader(std::size_t chunk) noexcept : chunk_(chunk) {}

    // The record at an offset; valid until the next call.
    result<record_view> at(log_segment& segment, std::uint64_t offset) {
        if (auto entered = enter(segment); !entered) return std::move(entered).error();
        auto head = bytes(offset, 8);
        if (!head) return std::move(head).error();
        const std::size_t size = load_le<std::uint32_t>(head->data());
        if (size > record_bytes_max) return damaged(offset, "its length is not possible");
        auto whole = bytes(offset, size);
        if (!whole) return std::move(whole).error();
        if (!is_record(*whole)) return damaged(offset, "the record is malformed");
        const record_view record(whole->data());
        if (!record.is_intact()) return damaged(offset, "the record has another checksum");
        return record;
    }
    // Any bytes; valid until the next call.
    result<bytes_view> bytes_at(log_segment& segment, std::uint64_t offset, std::size_t wanted) {
        if (auto entered = enter(segment); !entered) return std::move(entered).error();
        return bytes(offset, wanted);
    }

private:
    static constexpr std::size_t record_bytes_max = 2 * payload_bytes_max + (std::size_t{256} << 10);

    result<void> enter(log_segment& segment) {
        if (segment_ == &segment) return {};
        auto file = segment.file.open();
        if (!file) return std::move(file).error();
        file_ = *std::move(file);
        segment_ = &segment;
        buffer_.clear();
        return {};
    }
    result<bytes_view> bytes(std::uint64_t offset, std::size_t wanted) {
        if (offset >= start_ && offset + wanted <= start_ + buffer_.size())
            return buffer_.view().subspan(static_cast<std::size_t>(offset - start_), wanted);
        const std::size_t read = wanted < chunk_ ? chunk_ : wanted;
        buffer_.clear();
        const io_outcome got = segment_->file.within().read(*file_, buffer_.extend(read), read, offset);
        buffer_.shrink_to(got.ok() ? static_cast<std::size_t>(got.value) : 0);
        start_ = offset;
        if (!got.ok()) return io_error("cannot be read", segment_->file.name(), got.error);
        if (buffer_.size() < wanted) return damaged(offset, "the file is shorter than it was");
        return buffer_.view().first(wanted);
    }
    error damaged(std::uint64_t offset, const char* why) const {
        return error(error_kind::damaged, place_text(segment_->number(), offset) + ": " + why);
    }

    std::size_t chunk_;
    byte_buffer buffer_;
    log_segment* segment_ = nullptr;
    std::shared_ptr<const owned_file> file_;
    std::uint64_t start_ = 0;
};

}  // namespace sillok::detail
