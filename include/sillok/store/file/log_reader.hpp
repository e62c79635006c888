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
#include "sillok/store/file/block_cache.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/segment.hpp"

namespace sillok::detail {

// Reads through a buffer of its own, so that records that adjoin cost one call, and through the cache of the store.
//
// Errors:  damaged, for what is no record that was written; io
// Threads: one at a time; any number of readers at once
class log_reader {
public:
    explicit log_reader(std::size_t chunk) noexcept : chunk_(chunk), ahead_(chunk) {}

    // The record at an offset; valid until the next call.
    result<record_view> at(record_file& from, std::uint64_t offset) {
        if (auto entered = enter(from); !entered) return std::move(entered).error();
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
    result<bytes_view> bytes_at(record_file& from, std::uint64_t offset, std::size_t wanted) {
        if (auto entered = enter(from); !entered) return std::move(entered).error();
        return bytes(offset, wanted);
    }

    // So many records will be read between two offsets: where they lie close together, they are read at once.
    void expect(std::uint64_t first, std::uint64_t last, std::size_t count) noexcept {
        const std::uint64_t span = (first < last ? last - first : first - last) + chunk_;
        const bool is_dense = span < chunk_ * count;
        ahead_ = !is_dense || first > last ? chunk_ : static_cast<std::size_t>(span < ahead_max ? span : ahead_max);
    }

private:
    static constexpr std::size_t ahead_max = std::size_t{256} << 10;
    static constexpr std::size_t record_bytes_max = 2 * payload_bytes_max + (std::size_t{256} << 10);

    result<void> enter(record_file& from) {
        if (number_ == from.file.number()) return {};
        auto file = from.file.open();
        if (!file) return std::move(file).error();
        file_ = *std::move(file);
        from_ = &from;
        number_ = from.file.number();
        buffer_.clear();
        return {};
    }
    result<bytes_view> bytes(std::uint64_t offset, std::size_t wanted) {
        if (offset >= start_ && offset + wanted <= start_ + buffer_.size())
            return buffer_.view().subspan(static_cast<std::size_t>(offset - start_), wanted);
        const std::size_t read = wanted < ahead_ ? ahead_ : wanted;
        buffer_.clear();
        std::byte* const to = buffer_.extend(read);
        known_file& file = from_->file;
        const io_outcome got = file.cache().is_on() && read <= block_cache::block_bytes
                                   ? file.cache().read(file.number(), file.within(), *file_, to, read, offset,
                                                       from_->end.load(std::memory_order_acquire))
                                   : file.within().read(*file_, to, read, offset);
        buffer_.shrink_to(got.ok() ? static_cast<std::size_t>(got.value) : 0);
        start_ = offset;
        if (!got.ok()) return io_error("cannot be read", from_->file.name(), got.error);
        if (buffer_.size() < wanted) return damaged(offset, "the file is shorter than it was");
        return buffer_.view().first(wanted);
    }
    error damaged(std::uint64_t offset, const char* why) const {
        return error(error_kind::damaged, from_->place(offset) + ": " + why);
    }

    std::size_t chunk_;
    std::size_t ahead_;
    byte_buffer buffer_;
    record_file* from_ = nullptr;
    std::uint64_t number_ = 0;  // of that file: another one may come to have its address
    std::shared_ptr<const owned_file> file_;
    std::uint64_t start_ = 0;
};

}  // namespace sillok::detail
