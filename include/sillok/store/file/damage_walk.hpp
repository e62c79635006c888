#pragma once
// Reads a log from end to end, past all damage: what looks at a store and what salvages one go the same way.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/file/archive.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/later_segment.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/segment.hpp"

namespace sillok {

// What is not as it was written, and where.
struct finding {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t first = 0;  // of the positions that cannot be read; 0: all can
    std::uint64_t last = 0;   // of them
    bool is_derived = false;  // an index or the like, which the next writer makes anew: nothing is lost
    std::string what;         // for people, with the place
};

}  // namespace sillok

namespace sillok::detail {

// Positions, sequences and times only ascend on the way: a frame that goes back is damage. The sink is told, in the order of the log:
//
//     begin(header)                            a segment whose frames can be believed
//     frame(header, body, offset) -> result    a frame that is whole
//     pieces(header, body, offset) -> result   a batch whose header is right, and whose body is not, or is cut
//     end(offset, is_sealed) -> result         behind the last frame of the segment
//     note(finding)                            damage; before the pieces that it left
//     torn(bytes)                              what a crash left behind the end of the log
//     ends_where_torn() -> bool                whether whole frames behind that, which nobody was told of as durable, are passed over
//     unsupported(error) -> result             a frame that may change what the log means
//
// Errors:     those of the sink; io; unsupported_format, where a segment has a newer format
// Complexity: O(bytes), and O(bytes of the segment) once more at the end of each that is damaged there
template <class Sink>
class damage_walk {
public:
    // Frames up to `durable` are known to have been durable.
    damage_walk(const directory& files, const uuid& store, std::uint64_t durable, Sink& sink) noexcept
        : files_(files), store_(store), sink_(sink), durable_(durable) {}

    result<void> run(const std::vector<std::uint64_t>& numbers) {
        auto archived = archives::read(files_);
        if (!archived) return std::move(archived).error();
        archived_ = *std::move(archived);
        std::uint64_t due = 1;
        numbers_ = &numbers;
        for (const std::uint64_t number : numbers) {
            if (number != due) miss(due, number - 1);
            if (auto looked = look_at(number, number == numbers.back()); !looked) return looked;
            if (is_torn_) return {};
            due = number + 1;
        }
        if (numbers.empty()) miss(1, 1);
        if (!is_end_told_ && durable_ >= expected_.sequence)
            note(due, 0, "the log ends too early", expected_.position, expected_.position);
        return {};
    }

    // The other directory that the segment is in which is told of; empty where it is here.
    const std::string& place() const noexcept { return place_; }
    // What would come next.
    const chain& next() const noexcept { return expected_; }
    // Frames up to there are known to have been durable.
    std::uint64_t durable() const noexcept { return durable_; }
    // Events are missing at the end of the log, and nothing says how many.
    bool ends_early() const noexcept { return is_end_lost_ || durable_ >= expected_.sequence; }

private:
    struct later_frame {
        frame_header header;  // of sequence 0 where there is none
        std::uint64_t offset = 0;
    };
    struct found_header {
        segment_header header;
        bool is_believed = false;
        bool is_intact = false;
        bool has_place = false;  // its position and its sequence are known
    };

    void note(std::uint64_t segment, std::uint64_t offset, const std::string& why, std::uint64_t first = 0,
              std::uint64_t last = 0) {
        std::string what = place_text(segment, offset);
        if (first != 0)
            what += ", position " + std::to_string(first) + (last > first ? " to " + std::to_string(last) : "");
        sink_.note(finding{segment, offset, first, last, false, what + ": " + why});
    }
    void miss(std::uint64_t first, std::uint64_t last) {
        is_joined_ = false;
        note(first, 0, last == first ? "is missing" : "is missing, as are all up to " + segment_name(last),
             expected_.position, expected_.position);
    }
    // Notes that the events up to a position cannot be read.
    void lose(std::uint64_t segment, std::uint64_t offset, const std::string& why, std::uint64_t upto) {
        note(segment, offset, why, expected_.position, upto);
        expected_.position = upto + 1;
    }
    void name_durable(std::uint64_t sequence) noexcept { durable_ = sequence > durable_ ? sequence : durable_; }

    // The file, or none where there is none.
    static result<void> open(const directory& within, const std::string& name, owned_file& file) {
        const io_outcome opened = within.open(name, open_mode::read);
        if (opened.error == ELOOP) return error(error_kind::io, name + ": is a link, which a store does not follow");
        if (!opened.ok() && opened.error != ENOENT) return io_error("cannot be opened", name, opened.error);
        file = opened.ok() ? owned_file(within.device(), static_cast<int>(opened.value)) : owned_file();
        return {};
    }
    result<void> look_at(std::uint64_t number, bool is_last) {
        const std::string name = segment_name(number);
        owned_file file;
        if (auto opened = open(files_, name, file); !opened) return opened;
        if (!file.is_open()) {
            miss(number, number);
            return {};
        }
        io_outcome size = files_.size_of(file);
        place_ = size.value <= static_cast<std::int64_t>(segment_header_bytes) ? archive_of(archived_, number) : "";
        if (!place_.empty()) {  // here is its header alone
            auto there = open_store_directory(files_.device(), place_, false);
            if (there)
                if (auto opened = open(*there, name, file); !opened) return opened;
            if (!there || !file.is_open())
                return error(error_kind::io,
                             name + " was moved to " + place_ + ", and is not there; bring it back first");
            size = files_.size_of(file);
        }
        if (!size.ok()) return io_error("cannot be examined", name, size.error);
        file_window window(files_, file, size.value < 0 ? 0 : static_cast<std::uint64_t>(size.value));
        auto found = read_header_of(window, number);
        if (!found) return std::move(found).error();
        if (!found->is_believed) return refuse(window, number, is_last);

        segment_header& header = found->header;
        if (!found->is_intact) note(number, 0, "the segment's header is damaged; its frames can be read all the same");
        if (!found->has_place) {
            header.position = expected_.position;
            header.sequence = expected_.sequence;
        } else {
            place(header, number);
        }
        name_durable(header.durable);
        expected_.previous = header.checksum;
        is_joined_ = true;
        sink_.begin(header);
        return walk(window, header, is_last);
    }
    // Goes on where the header of a segment says, unless that is back.
    void place(const segment_header& header, std::uint64_t number) {
        const bool follows = header.sequence == expected_.sequence && header.position == expected_.position &&
                             (number == 1 || header.previous == last_frame_);
        if (!follows && is_joined_) note(number, 0, "the segment does not continue the one before it");
        if (header.position < expected_.position || header.sequence < expected_.sequence) return;
        if (header.position > expected_.position) lose(number, 0, "its events are in no segment", header.position - 1);
        expected_.sequence = header.sequence;
        if (header.before > expected_.time) expected_.time = header.before;
    }
    result<void> refuse(file_window& window, std::uint64_t number, bool is_last) {
        auto behind = look_behind(window, segment_header_bytes, 0, 0);
        if (!behind) return std::move(behind).error();
        const bool is_empty = behind->end <= segment_header_bytes;
        if (is_last && number > 1 && is_empty && durable_ < expected_.sequence) return {};  // was never begun
        is_joined_ = false;
        is_end_lost_ = is_last && !is_empty;
        note(number, 0, "the segment's header is not well-formed, or of another store", expected_.position,
             expected_.position);
        return {};
    }

    // The header of a segment. Where it is damaged, it is believed if the store's id in it is right, or if it is right once what is
    // known of it stands in it; what the frames need of it is its checksum, and they say which one.
    result<found_header> read_header_of(file_window& window, std::uint64_t number) {
        found_header found;
        auto head = window.at(0, segment_header_bytes);
        if (!head) return std::move(head).error();
        if (head->size() < segment_header_bytes) return found;
        std::vector<std::byte> block(head->begin(), head->end());
        const auto stored = load_le<std::uint32_t>(block.data() + 12);
        const std::uint32_t computed = block_checksum(block);
        const block_state state = state_of(block, segment_magic);
        if (state == block_state::newer && stored == computed) return newer_format(segment_name(number), block);
        found.header = segment_header::decode(block.data());
        if (state == block_state::valid) {
            found.is_believed = found.is_intact = found.has_place =
                found.header.store == store_ && found.header.number == number;
            return found;
        }
        const bool is_ours = found.header.store == store_;
        std::fill(block.begin() + 92, block.begin() + 96, std::byte{0});
        std::fill(block.begin() + 104, block.end(), std::byte{0});
        store_uuid(block.data() + 16, store_);
        store_le(block.data() + 32, number);
        finish_block(block.data(), block.size(), segment_magic);
        if (load_le<std::uint32_t>(block.data() + 12) == stored) {
            found.header = segment_header::decode(block.data());
            found.is_believed = found.has_place = true;
            return found;
        }
        if (!is_ours) return found;
        auto first = window.at(segment_header_bytes, frame_header_bytes);
        if (!first) return std::move(first).error();
        const std::uint32_t named =
            first->size() < frame_header_bytes ? 0 : frame_header::decode(first->data()).previous;
        for (const std::uint32_t seed : {stored, computed, named}) {
            auto frame = next_frame(window, segment_header_bytes, seed, chain{0, 0});
            if (!frame) return std::move(frame).error();
            if (frame->header.sequence == 0) continue;
            found.header = segment_header{};
            found.header.store = store_;
            found.header.number = number;
            found.header.checksum = seed;
            found.is_believed = true;
            return found;
        }
        return found;
    }

    // Reads the frames of a segment, and goes on behind those that are damaged.
    result<void> walk(file_window& window, const segment_header& header, bool is_last) {
        const std::uint32_t seed = header.checksum;
        const std::uint64_t number = header.number;
        std::uint64_t offset = segment_header_bytes;
        for (;;) {
            auto found = find_frame(window, offset, seed, expected_);
            if (!found) return std::move(found).error();
            const frame_header& frame = found->header;
            if (found->state == frame_state::valid) {
                const std::uint32_t before_scrub = before_scrub_of(*found);
                if (auto told = sink_.frame(frame, found->body, offset); !told) return told;
                name_durable(frame.durable);
                last_frame_ = before_scrub != 0 ? before_scrub : frame.checksum;
                advance(expected_, frame);
                offset += frame.length;
                if (frame.kind == frame_kind::seal) return leave_sealed(window, number, offset, seed);
                continue;
            }
            if (found->state == frame_state::unsupported) {
                note(number, offset, "a frame of a kind that this library does not know", expected_.position,
                     expected_.position);
                is_joined_ = false;
                if (auto told = sink_.unsupported(number, offset, frame); !told) return told;
                return sink_.end(offset, false);
            }
            if (sink_.ends_where_torn() && durable_ < expected_.sequence) {
                auto torn = look_ahead(window, number, offset, seed);
                if (!torn) return std::move(torn).error();
                if (durable_ < expected_.sequence) {
                    is_torn_ = true;
                    if (*torn != 0) sink_.torn(*torn);
                    return sink_.end(offset, false);
                }
            }
            const bool is_ahead = frame.sequence > expected_.sequence && frame.first >= expected_.position;
            auto next = next_frame(window, is_ahead ? offset : offset + 8, seed, expected_);
            if (!next) return std::move(next).error();
            const frame_header& later = next->header;
            if (later.sequence == 0) return leave_unsealed(window, number, offset, *found, seed, is_last);
            frame_header pieces = pieces_of(frame);
            if (later.first > expected_.position) {
                const std::uint64_t room = later.first - expected_.position;
                if (pieces.count > room) pieces.count = static_cast<std::uint32_t>(room);
                lose(number, offset, reason(*found), later.first - 1);
                if (auto told = tell_pieces(window, pieces, offset); !told) return told;
            } else {
                note(number, offset, reason(*found));
            }
            expected_.sequence = later.sequence;
            expected_.previous = later.previous;
            offset = next->offset;
        }
    }
    // Looks through all that is behind a place for what says how far the log was durable. Returns how many bytes there are.
    result<std::uint64_t> look_ahead(file_window& window, std::uint64_t number, std::uint64_t offset,
                                     std::uint32_t seed) {
        auto behind = look_behind(window, offset, seed, expected_.sequence);
        if (!behind) return std::move(behind).error();
        name_durable(behind->durable);
        std::uint64_t bytes = behind->end - offset;
        for (const std::uint64_t later : *numbers_) {
            if (later <= number) continue;
            auto there = look_into(files_, store_, later, expected_.sequence);
            if (!there) return std::move(there).error();
            name_durable(there->durable);
            bytes += there->bytes;
        }
        return bytes;
    }
    static const char* reason(const found_frame& found) noexcept {
        return found.state == frame_state::end ? "the file ends here" : found.why;
    }
    result<void> leave_sealed(file_window& window, std::uint64_t number, std::uint64_t offset, std::uint32_t seed) {
        auto behind = look_behind(window, offset, seed, expected_.sequence - 1);
        if (!behind) return std::move(behind).error();
        if (behind->end != offset) note(number, offset, "bytes behind the seal");
        return sink_.end(offset, true);
    }
    // No frame follows: the log ends, or what is missing was durable.
    result<void> leave_unsealed(file_window& window, std::uint64_t number, std::uint64_t offset,
                                const found_frame& found, std::uint32_t seed, bool is_last) {
        auto behind = look_behind(window, offset, seed, expected_.sequence - 1);
        if (!behind) return std::move(behind).error();
        name_durable(behind->durable);
        const std::uint64_t rest = behind->end - offset;
        if (is_last && durable_ < expected_.sequence) {
            if (rest != 0) sink_.torn(rest);
            return sink_.end(offset, false);
        }
        const char* const missing =
            is_last ? "the log ends too early" : "there is no seal, though another segment follows";
        const frame_header pieces = pieces_of(found.header);
        note(number, offset, rest == 0 ? missing : reason(found), expected_.position,
             expected_.position + (pieces.count == 0 ? 0 : pieces.count - 1));
        is_joined_ = false;
        is_end_told_ = is_last;
        if (pieces.count != 0) {
            expected_.position += pieces.count;
            ++expected_.sequence;
            if (auto told = tell_pieces(window, pieces, offset); !told) return told;
        }
        return sink_.end(offset, false);
    }

    // The header of a batch that stands in its place and whose records are not all as they were; without records where it is none.
    frame_header pieces_of(const frame_header& frame) const noexcept {
        const bool is_here = frame.sequence == expected_.sequence && frame.first == expected_.position &&
                             frame.previous == expected_.previous && frame.kind == frame_kind::batch &&
                             (frame.flags & ~frame_scrubbed) == 0 && frame.time >= expected_.time &&
                             frame.durable < frame.sequence;
        const bool is_possible = frame.length >= frame_header_bytes && frame.length <= frame_bytes_max &&
                                 frame.length % 8 == 0 &&
                                 (frame.is_scrubbed() || frame.count <= frame.length / record_layout::variable) &&
                                 frame.first <= (std::numeric_limits<std::uint64_t>::max)() - frame.count;
        return is_here && is_possible ? frame : frame_header{};
    }
    result<void> tell_pieces(file_window& window, const frame_header& frame, std::uint64_t offset) {
        if (frame.count == 0) return {};
        auto bytes = window.at(offset, frame.length);
        if (!bytes) return std::move(bytes).error();
        if (bytes->size() < frame_header_bytes) return {};
        expected_.time = frame.time;
        return sink_.pieces(frame, bytes->subspan(frame_header_bytes), offset);
    }

    // The first header with a right checksum from a place on that does not go back.
    static result<later_frame> next_frame(file_window& window, std::uint64_t from, std::uint32_t seed,
                                          const chain& expected) {
        for (std::uint64_t at = from; at + frame_header_bytes <= window.file_bytes(); at += 8) {
            auto head = window.at(at, frame_header_bytes);
            if (!head) return std::move(head).error();
            if (head->size() < frame_header_bytes) break;
            if (load_le<std::uint64_t>(head->data() + 16) == 0 || !is_frame_header(head->data(), seed)) continue;
            const frame_header frame = frame_header::decode(head->data());
            if (frame.sequence >= expected.sequence && frame.first >= expected.position) return later_frame{frame, at};
        }
        return later_frame{};
    }

    const directory& files_;
    uuid store_;
    Sink& sink_;
    chain expected_;
    std::uint64_t durable_;
    std::uint32_t last_frame_ = 0;
    bool is_joined_ = true;  // the segment before was read to its end
    bool is_torn_ = false;   // the log ends where it was told of
    bool is_end_told_ = false;
    const std::vector<std::uint64_t>* numbers_ = nullptr;
    bool is_end_lost_ = false;
    std::vector<archived_range> archived_;
    std::string place_;
};

}  // namespace sillok::detail
