#pragma once
// Reads a segment frame by frame and believes nothing that it has not checked.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/kept_streams.hpp"

namespace sillok::detail {

// What the next frame must continue.
struct chain {
    std::uint64_t sequence = 1;
    std::uint64_t position = 1;
    std::uint32_t previous = 0;
    timestamp time{(std::numeric_limits<std::int64_t>::min)()};
};

// What the next frame of a segment must continue where the first one is to come.
inline chain first_of(const segment_header& header) noexcept {
    return {header.sequence, header.position, header.checksum, header.before};
}
inline void advance(chain& expected, const frame_header& frame) noexcept {
    expected = {frame.sequence + 1, frame.first + frame.count, frame.checksum,
                frame.kind == frame_kind::batch ? frame.time : expected.time};
}
enum class frame_state : std::uint8_t { valid, end, invalid, unsupported };

// What was found in the place of a frame.
struct found_frame {
    frame_state state = frame_state::end;
    frame_header header;
    bytes_view body;
    const char* why = "";          // of an invalid frame
    std::uint64_t unreadable = 0;  // of an invalid frame, the first position that cannot be read
};

// Of a seal that a scrub has written: what it was before.
inline std::uint32_t before_scrub_of(const found_frame& found) noexcept {
    return found.header.kind == frame_kind::seal ? seal_body::decode(found.body.data()).before_scrub : 0;
}

// A window on a file that moves forward. It grows to what is asked for, after that was compared with the file's size.
class file_window {
public:
    file_window(const directory& within, const owned_file& file, std::uint64_t file_bytes) noexcept
        : within_(within), file_(file), file_bytes_(file_bytes) {}

    std::uint64_t file_bytes() const noexcept { return file_bytes_; }

    // Forgets what was read: the file may have changed, and has this size now.
    void look_again(std::uint64_t file_bytes) noexcept {
        buffer_.clear();
        file_bytes_ = file_bytes;
    }

    // The bytes [offset, offset + bytes), or fewer where the file ends; valid until the next call.
    result<bytes_view> at(std::uint64_t offset, std::size_t bytes) {
        auto all = from(offset, bytes);
        if (all && all->size() > bytes) *all = all->first(bytes);
        return all;
    }
    // The bytes from `offset` on, as many as are wanted at least, or fewer where the file ends; valid until the next call.
    result<bytes_view> from(std::uint64_t offset, std::size_t bytes) {
        if (offset < start_ || offset + bytes > start_ + buffer_.size()) {
            if (offset >= file_bytes_) return bytes_view{};
            if (auto moved = move_to(offset, bytes); !moved) return std::move(moved).error();
        }
        return buffer_.view().subspan(static_cast<std::size_t>(offset - start_));
    }

private:
    static constexpr std::size_t chunk = std::size_t{128} << 10;

    [[gnu::noinline]] result<void> move_to(std::uint64_t offset, std::size_t bytes) {
        std::size_t wanted = bytes < chunk ? chunk : bytes;
        if (wanted > file_bytes_ - offset) wanted = static_cast<std::size_t>(file_bytes_ - offset);
        buffer_.clear();
        const io_outcome read = within_.read(file_, buffer_.extend(wanted), wanted, offset);
        start_ = offset;
        buffer_.shrink_to(read.ok() ? static_cast<std::size_t>(read.value) : 0);
        return read.ok() ? result<void>() : io_error("cannot be read", "segment", read.error);
    }

    const directory& within_;
    const owned_file& file_;
    std::uint64_t file_bytes_;
    byte_buffer buffer_;
    std::uint64_t start_ = 0;
};

// Writes a part of a file again with the bytes that it has: the system may show some that the disk does not have.
//
// Errors: io, no_space
inline result<void> write_again(const directory& within, const owned_file& file, const std::string& name,
                                std::uint64_t from, std::uint64_t to) {
    file_window window(within, file, to);
    constexpr std::size_t step = std::size_t{256} << 10;
    while (from < to) {
        const std::size_t wanted = to - from < step ? static_cast<std::size_t>(to - from) : step;
        auto bytes = window.at(from, wanted);
        if (!bytes) return std::move(bytes).error();
        if (bytes->size() < wanted) return io_error("cannot be read again", name, EIO);
        if (const io_outcome written = within.write(file, *bytes, from); !written.ok())
            return io_error("cannot be written again", name, written.error);
        from += wanted;
    }
    return {};
}

inline bool is_zero(bytes_view bytes) noexcept {
    for (const std::byte each : bytes)
        if (each != std::byte{0}) return false;
    return true;
}

// Whether the header could be one of this segment at all: what makes it worth looking behind damage for.
inline bool is_frame_header(const std::byte* at, std::uint32_t segment_checksum) noexcept {
    return load_le<std::uint16_t>(at + 4) != 0 &&
           load_le<std::uint32_t>(at) == frame_header::checksum_of(at, segment_checksum);
}

// Checks the body of a batch; returns why it is not one, or nullptr. `unreadable` gets the first position in question.
inline const char* check_batch(const frame_header& frame, bytes_view body, std::uint64_t& unreadable) {
    std::uint32_t sum = 0;
    unreadable = frame.first;
    if (frame.is_scrubbed()) {
        if (body.size() < scrubbed_head_bytes || crc32c(body.first(8)) != load_le<std::uint32_t>(body.data() + 8))
            return "it says of a batch that was scrubbed what is not so";
        sum = crc32c(body.subspan(8, 4));
        body = body.subspan(scrubbed_head_bytes);
    }
    const std::uint64_t end = frame.first + frame.count;
    for (; !body.empty(); ++unreadable) {
        if (unreadable == end) return "there is more than the records";
        if (!is_record(body)) return "a record is malformed";
        const record_view record(body.data());
        if (!record.is_intact()) return "a record has another checksum";
        const std::uint64_t at = record.position().value;
        if (frame.is_scrubbed() && at > unreadable && at < end) unreadable = at;  // those between are not kept
        if (at != unreadable) return "a record is not in its place";
        if (record.time() != frame.time) return "a record has another time than its batch";
        sum = crc32c(body.subspan(record_layout::checksum, 4), sum);
        body = body.subspan(record.size());
    }
    if (unreadable != end && !frame.is_scrubbed()) return "a record is malformed";
    return sum == frame.body_checksum ? nullptr : "the records are not those that were written";
}

// Calls `each` with the records of a damaged batch that are intact and in their place, in order. A record says by its own checksum
// that it is intact, and by position and time, which nobody knows beforehand, that it was written here.
template <class Each>
void for_each_intact(const frame_header& frame, bytes_view body, Each each) {
    std::uint64_t next = frame.first;
    while (body.size() >= record_layout::variable && next - frame.first < frame.count) {
        const auto position = load_le<std::uint64_t>(body.data() + record_layout::position);
        const bool may_be = position >= next && position - frame.first < frame.count &&
                            load_le<std::int64_t>(body.data() + record_layout::time) == frame.time.nanoseconds;
        if (!may_be || !is_record(body) || !record_view(body.data()).is_intact()) {
            body = body.subspan(8);
            continue;
        }
        const record_view record(body.data());
        each(record);
        next = position + 1;
        body = body.subspan(record.size());
    }
}

// Looks at the frame at `offset`, which should continue `expected`.
//
// Errors: io
inline result<found_frame> find_frame(file_window& window, std::uint64_t offset, std::uint32_t segment_checksum,
                                      const chain& expected) {
    found_frame found;
    found.unreadable = expected.position;
    const auto invalid = [&](const char* why) {
        found.state = frame_state::invalid;
        found.why = why;
        return found;
    };
    auto head = window.at(offset, frame_header_bytes);
    if (!head) return std::move(head).error();
    if (head->empty()) return found;
    if (head->size() < frame_header_bytes)
        return invalid(is_zero(*head) ? "the file ends in zeros" : "the file ends within a header");
    if (is_zero(*head)) return invalid("zeros");
    if (!is_frame_header(head->data(), segment_checksum)) return invalid("the header has another checksum");

    const frame_header frame = frame_header::decode(head->data());
    found.header = frame;
    if (frame.length < frame_header_bytes || frame.length % 8 != 0 || frame.length > frame_bytes_max ||
        frame.length > window.file_bytes() - offset)
        return invalid("the length is beyond the file");
    if (frame.sequence != expected.sequence || frame.previous != expected.previous || frame.first != expected.position)
        return invalid("it does not continue the frame before it");
    const bool known = frame.kind == frame_kind::batch || frame.kind == frame_kind::seal ||
                       frame.kind == frame_kind::acts || frame.kind >= frame_kind::notes;
    const std::uint16_t allowed = frame.kind == frame_kind::batch ? frame_scrubbed : 0;
    if (!known || (frame.flags & ~allowed) != 0) {
        found.state = frame_state::unsupported;
        return found;
    }
    if (frame.durable >= frame.sequence) return invalid("it claims to be older than it is");

    auto whole = window.at(offset, frame.length);
    if (!whole) return std::move(whole).error();
    if (whole->size() < frame.length) return invalid("the file is shorter than it was");
    found.body = whole->subspan(frame_header_bytes);
    if (frame.kind == frame_kind::batch) {
        if (frame.count == 0 || frame.time < expected.time) return invalid("it is no batch");
        if (const char* const why = check_batch(frame, found.body, found.unreadable)) return invalid(why);
    } else {
        const bool fits = frame.count == 0 && (frame.kind != frame_kind::seal || found.body.size() == seal_body_bytes);
        if (!fits || crc32c(found.body) != frame.body_checksum) return invalid("the body has another checksum");
        if (frame.kind == frame_kind::seal && seal_body::decode(found.body.data()).offset != offset)
            return invalid("the seal is not in its place");
        if (frame.kind == frame_kind::acts && !are_acts(found.body)) return invalid("an act is malformed");
    }
    found.state = frame_state::valid;
    return found;
}

// What lies behind the last valid frame of the last segment.
struct tail_findings {
    std::uint64_t durable = 0;  // the greatest durable mark named there
    std::uint64_t end = 0;      // behind the last byte that is not 0; the offset asked for where all are
};

// Looks for headers behind `offset` that were written after frame `sequence`, and for anything that is not 0.
//
// Errors: io
inline result<tail_findings> look_behind(file_window& window, std::uint64_t offset, std::uint32_t segment_checksum,
                                         std::uint64_t sequence) {
    constexpr std::size_t step = std::size_t{64} << 10;
    tail_findings found{0, offset};
    for (std::uint64_t at = offset; at < window.file_bytes(); at += step) {
        auto bytes = window.at(at, step + frame_header_bytes);
        if (!bytes) return std::move(bytes).error();
        const std::size_t here = bytes->size() < step ? bytes->size() : step;
        for (std::size_t i = here; i > 0; --i)
            if ((*bytes)[i - 1] != std::byte{0}) {
                found.end = at + i;
                break;
            }
        for (std::size_t i = 0; i < here && bytes->size() - i >= frame_header_bytes; i += 8) {
            const std::byte* const candidate = bytes->data() + i;
            if (load_le<std::uint64_t>(candidate + 8) == 0 || !is_frame_header(candidate, segment_checksum)) continue;
            const frame_header frame = frame_header::decode(candidate);
            if (frame.sequence > sequence && frame.durable > found.durable) found.durable = frame.durable;
        }
    }
    return found;
}

}  // namespace sillok::detail
