#pragma once
// Makes an index of a sealed segment from the segment itself: where there is none, or the one there is does not fit.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/archive.hpp"
#include "sillok/store/file/clustered.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/file/segment_postings.hpp"

namespace sillok::detail {

// "0000000001.index"
inline std::string index_name(std::uint64_t segment) { return beside_segment(segment, "index"); }

inline error damaged_at(std::uint64_t segment, std::uint64_t offset, std::uint64_t position, const char* why) {
    return error(error_kind::damaged,
                 place_text(segment, offset) + ", position " + std::to_string(position) + ": " + why);
}

inline error unsupported_frame(std::uint64_t segment, std::uint64_t offset, const frame_header& frame) {
    return error(error_kind::unsupported_format, place_text(segment, offset) + ": a frame of kind " +
                                                     std::to_string(static_cast<unsigned>(frame.kind)) + " and flags " +
                                                     std::to_string(frame.flags) +
                                                     ", which this library does not know");
}

// The acts of retention in a sealed segment.
//
// Errors: damaged, io
inline result<std::vector<std::byte>> acts_of(const extent& in) {
    if (in.index) return in.index->acts();
    const bytes_view acts = in.postings->acts.view();
    return std::vector<std::byte>(acts.begin(), acts.end());
}

// Counts a frame as covered.
inline void cover(index_header& covered, const frame_header& frame, std::uint64_t offset) noexcept {
    covered.last_frame = frame.checksum;
    covered.sequence = frame.sequence;
    covered.end = offset + frame.length;
    covered.position = frame.first + frame.count - 1;
    if (frame.kind == frame_kind::batch) covered.time = frame.time;
    ++covered.frames;
    covered.events += frame.count;
}
inline index_header covered_of(const segment_header& header) noexcept {
    index_header covered;
    covered.store = header.store;
    covered.segment = header.number;
    covered.segment_checksum = header.checksum;
    covered.sequence = header.sequence - 1;
    covered.end = segment_header_bytes;
    covered.position = header.position - 1;
    covered.time = header.before;
    return covered;
}

// Says of a segment that was just sealed what it came to.
inline void describe(extent& sealed, const extent& written, const log_end& end) noexcept {
    sealed.segment = written.segment;
    sealed.postings = written.postings;
    sealed.is_sealed = true;
    sealed.covered = covered_of(written.segment->header);
    sealed.covered.last_frame = end.last_frame;
    sealed.covered.sequence = end.next.sequence - 1;
    sealed.covered.end = end.offset;
    sealed.covered.position = end.next.position - 1;
    sealed.covered.time = end.next.time;
    sealed.covered.frames = end.frames;
    sealed.covered.events = end.events;
}

// A sealed segment with the index that fits it, if there is one.
struct found_extent {
    std::shared_ptr<extent> in;
    frame_header seal;
    std::uint32_t joint = 0;  // what the next segment names as the frame before it
};

// Looks for the index of a segment and for the seal that it says it goes up to.
//
// Errors: io
inline result<found_extent> indexed_extent(const std::shared_ptr<log_segment>& segment, open_files& among,
                                           file_window& window) {
    auto index = segment_index::open(among, index_name(segment->number()));
    if (!index) return std::move(index).error();
    if (*index == nullptr) return found_extent{};
    const segment_header& header = segment->header;
    const index_header& covered = (*index)->header();
    const bool is_its = covered.store == header.store && covered.segment == header.number &&
                        covered.segment_checksum == header.checksum;
    if (!is_its || covered.end < segment_header_bytes + seal_bytes || covered.end > window.file_bytes())
        return found_extent{};
    const std::uint64_t offset = covered.end - seal_bytes;
    auto head = window.at(offset, frame_header_bytes);
    if (!head) return std::move(head).error();
    if (head->size() < frame_header_bytes || !is_frame_header(head->data(), header.checksum)) return found_extent{};
    const frame_header seal = frame_header::decode(head->data());
    const chain expected{covered.sequence, covered.position + 1, seal.previous, covered.time};
    auto found = find_frame(window, offset, header.checksum, expected);
    if (!found) return std::move(found).error();
    if (found->state != frame_state::valid || seal.kind != frame_kind::seal || seal.checksum != covered.last_frame)
        return found_extent{};
    const seal_body says = seal_body::decode(found->body.data());
    if (says.frames + 1 != covered.frames || says.events != covered.events || says.last != covered.position)
        return found_extent{};
    if (window.file_bytes() != covered.end) {
        auto behind = look_behind(window, covered.end, header.checksum, seal.sequence + 1);
        if (!behind) return std::move(behind).error();
        if (behind->end != covered.end) return found_extent{};
    }
    auto in = std::make_shared<extent>();
    in->segment = segment;
    in->is_sealed = true;
    in->covered = covered;
    in->index = *std::move(index);
    if (covered.clustered != 0) {
        in->clustered = std::make_unique<record_file>(among, clustered_name(header.number), covered.clustered);
        if (!in->clustered->file.open()) return found_extent{};
    }
    return found_extent{std::move(in), seal, says.before_scrub != 0 ? says.before_scrub : seal.checksum};
}

// Reads a sealed segment from its header to its seal. All of it is checked.
//
// Errors:     damaged, with the place; io
// Complexity: O(bytes of the segment)
inline result<std::shared_ptr<extent>> reindex(const std::shared_ptr<log_segment>& segment) {
    const segment_header& header = segment->header;
    auto file = segment->file.open();
    if (!file) return std::move(file).error();
    const io_outcome size = segment->file.within().size_of(**file);
    if (!size.ok()) return io_error("cannot be examined", segment->file.name(), size.error);
    file_window window(segment->file.within(), **file, static_cast<std::uint64_t>(size.value));

    auto fresh = std::make_shared<extent>();
    fresh->segment = segment;
    fresh->is_sealed = true;
    fresh->covered = covered_of(header);
    fresh->postings = std::make_shared<segment_postings>(hash_seed(header.store));
    monitor guard;  // nobody else knows what is made here
    chain expected = first_of(header);
    std::uint64_t offset = segment_header_bytes;
    for (bool is_sealed = false; !is_sealed;) {
        auto found = find_frame(window, offset, header.checksum, expected);
        if (!found) return std::move(found).error();
        if (found->state == frame_state::end)
            return damaged_at(header.number, offset, expected.position,
                              "there is no seal, though another segment follows");
        if (found->state == frame_state::unsupported) return unsupported_frame(header.number, offset, found->header);
        if (found->state != frame_state::valid) return damaged_at(header.number, offset, found->unreadable, found->why);
        if (!fresh->postings->restore(header.store, found->header, found->body, offset, guard))
            return damaged_at(header.number, offset, found->header.first, "its events do not continue their streams");
        cover(fresh->covered, found->header, offset);
        advance(expected, found->header);
        offset += found->header.length;
        is_sealed = found->header.kind == frame_kind::seal;
    }
    auto behind = look_behind(window, offset, header.checksum, expected.sequence);
    if (!behind) return std::move(behind).error();
    if (behind->end != offset) return damaged_at(header.number, offset, expected.position, "bytes behind the seal");
    return fresh;
}

// A segment that was archived, by the header that is left of it. Its frames are looked at only if there is no index that fits.
//
// Errors: damaged, io
inline result<std::shared_ptr<extent>> archived_extent(file_log& log, const segment_header& left) {
    auto ranges = archives::read(log.files());
    if (!ranges) return std::move(ranges).error();
    const std::string path = archive_of(*ranges, left.number);
    if (path.empty())
        return error(error_kind::damaged,
                     segment_name(left.number) + ": was archived, and the file archived does not say where");
    const auto segment = std::make_shared<log_segment>(log.other_places().at(path), left.of_frames());
    auto index = segment_index::open(log.reading(), index_name(left.number));
    if (!index) return std::move(index).error();
    const bool fits = *index != nullptr && (*index)->header().store == left.store &&
                      (*index)->header().segment == left.number &&
                      (*index)->header().segment_checksum == segment->header.checksum &&
                      (*index)->header().clustered == 0 && (*index)->acts();
    std::shared_ptr<extent> in;
    if (fits) {
        in = std::make_shared<extent>();
        in->segment = segment;
        in->covered = (*index)->header();
        in->index = *std::move(index);
        in->is_sealed = true;
    } else {
        auto read = reindex(segment);
        if (!read) return std::move(read).error().within(path);
        in = *std::move(read);
    }
    in->is_archived = true;
    return in;
}

// The segment as it is in its file now, which a scrub or an archiving may have put there, with an index that fits.
//
// Errors: damaged: it is the segment that does not fit; io
inline result<std::shared_ptr<extent>> reload(const extent& was_in, file_log& log) {
    const std::shared_ptr<log_segment>& known = was_in.segment;
    open_files& among = log.reading();
    const segment_header& was = known->header;
    const std::string name = segment_name(was.number);
    auto opened = among.within().open_file(name, open_mode::read);
    if (!opened) return std::move(opened).error();
    auto file = std::make_shared<const owned_file>(*std::move(opened));
    auto read = read_header(among.within(), *file, name);
    if (!read) return std::move(read).error();
    const bool is_it = *read && (*read)->store == was.store && (*read)->number == was.number &&
                       (*read)->position == was.position && (*read)->sequence == was.sequence;
    if (!is_it) return damaged_at(was.number, 0, was.position, "it is not the segment that was there");
    if ((*read)->is_archived != 0 && !was_in.is_archived) return archived_extent(log, **read);
    if ((*read)->checksum == was.checksum || (*read)->is_archived != 0) {
        auto again = reindex(known);
        if (again) (*again)->is_archived = was_in.is_archived;
        return again;
    }
    const auto fresh = std::make_shared<log_segment>(among, **read);
    const io_outcome size = among.within().size_of(*file);
    if (!size.ok()) return io_error("cannot be examined", name, size.error);
    fresh->file.adopt(file);
    file_window window(among.within(), *file, static_cast<std::uint64_t>(size.value));
    auto indexed = indexed_extent(fresh, among, window);
    if (!indexed) return std::move(indexed).error();
    return indexed->in ? std::move(indexed->in) : reindex(fresh);
}

// Puts the index of an extent into a file, and its records, by stream, into another one if that is wanted; null where that does
// not work, and then the index in memory serves.
//
// Errors: std::bad_alloc
inline std::shared_ptr<extent> put_into_file(open_files& among, const extent& from, bool clusters) {
    const std::string name = index_name(from.segment->number());
    index_header covered = from.covered;
    clustered_records records;
    clusters = clusters && !from.is_archived;
    if (clusters) {
        auto written = record_clusterer(*from.segment, *from.postings).write(covered);
        if (!written) return nullptr;
        records = *std::move(written);
        covered.clustered = records.checksum;
    }
    if (!among.within().replace_unsynced(name, from.postings->index(covered, records.places))) return nullptr;
    auto index = segment_index::open(among, name);
    if (!index || *index == nullptr) return nullptr;
    auto fresh = std::make_shared<extent>();
    fresh->segment = from.segment;
    fresh->is_sealed = true;
    fresh->is_archived = from.is_archived;
    fresh->covered = covered;
    fresh->index = *std::move(index);
    if (clusters)
        fresh->clustered =
            std::make_unique<record_file>(among, clustered_name(from.segment->number()), covered.clustered);
    return fresh;
}

}  // namespace sillok::detail
