#pragma once
// The records of a sealed segment once more, each stream's together: the events of a stream are then read in one piece.
// docs/format.md#clustered

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_postings.hpp"

namespace sillok::detail {

inline constexpr std::size_t clustered_header_bytes = 64;
inline constexpr std::string_view clustered_magic{"SILLOKCL", 8};

// "0000000001.clustered"
inline std::string clustered_name(std::uint64_t segment) { return beside_segment(segment, "clustered"); }

// A clustered file that was written, and where it has what.
struct clustered_records {
    std::uint32_t checksum = 0;                      // of its header
    std::vector<std::vector<std::uint32_t>> places;  // of each posting's records, in the order of the postings
};

// Writes the records of a segment, stream by stream.
//
// Errors:     damaged, io, no_space; std::bad_alloc
// Complexity: O(bytes), the segment is read twice, and once more for each 64 MiB; 64 MiB and 20 bytes an event of memory
class record_clusterer {
public:
    record_clusterer(log_segment& segment, const segment_postings& postings) : segment_(segment), postings_(postings) {}

    result<clustered_records> write(const index_header& covered) {
        const directory& within = segment_.file.within();
        auto file = segment_.file.open();
        if (!file) return std::move(file).error();
        source_ = *file;
        bytes_ = covered.end;
        if (auto measured = measure(); !measured) return std::move(measured).error();
        clustered_records done = arrange();

        const std::string name = clustered_name(segment_.number());
        const std::string fresh = name + ".new";
        static_cast<void>(within.remove(fresh));
        auto into = within.open_file(fresh, open_mode::create);
        if (!into) return std::move(into).error();
        std::byte header[clustered_header_bytes] = {};
        store_uuid(header + 16, covered.store);
        store_le(header + 32, covered.segment);
        store_le(header + 40, covered.segment_checksum);
        store_le(header + 44, covered.last_frame);
        store_le(header + 48, end_);
        finish_block(header, sizeof header, clustered_magic);
        done.checksum = load_le<std::uint32_t>(header + 12);
        if (const io_outcome put = within.write(*into, header, 0); !put.ok())
            return io_error("cannot be written", fresh, put.error);
        if (auto copied = copy(*into); !copied) return std::move(copied).error();
        if (auto named = within.rename(fresh, name); !named) return std::move(named).error();
        return done;
    }

private:
    static constexpr std::uint64_t piece_max = std::uint64_t{64} << 20;

    struct record_place {
        std::uint32_t place;
        std::uint32_t bytes;
        std::uint64_t target;
    };

    // Calls `each` with the records of the segment, each checked, and their places.
    template <class Each>
    result<void> each_record(Each each) {
        file_window window(segment_.file.within(), *source_, bytes_);
        chain expected = first_of(segment_.header);
        for (std::uint64_t offset = segment_header_bytes; offset < bytes_;) {
            auto found = find_frame(window, offset, segment_.header.checksum, expected);
            if (!found) return std::move(found).error();
            if (found->state != frame_state::valid)
                return error(error_kind::damaged, segment_.place(offset) + ": " + found->why);
            if (found->header.count != 0)
                for (std::size_t at = found->header.records_at(); at < found->body.size();) {
                    const record_view record(found->body.data() + at);
                    each(record, place_of(offset + frame_header_bytes + at));
                    at += record.size();
                }
            advance(expected, found->header);
            offset += found->header.length;
        }
        return {};
    }
    result<void> measure() {
        return each_record([&](const record_view& record, std::uint32_t place) {
            records_.push_back({place, static_cast<std::uint32_t>(record.size()), 0});
        });
    }
    clustered_records arrange() {
        clustered_records arranged;
        end_ = clustered_header_bytes;
        for (std::size_t i = 0; i < postings_.streams.size(); ++i) {
            const posting& each = postings_.streams[i];
            auto& places = arranged.places.emplace_back();
            places.reserve(each.count);
            for (std::uint32_t k = 0; k < each.count; ++k) {
                record_place& record = at(each.places[k]);
                record.target = end_;
                places.push_back(place_of(end_));
                end_ += record.bytes;
            }
        }
        return arranged;
    }
    record_place& at(std::uint32_t place) {
        return *std::lower_bound(records_.begin(), records_.end(), place,
                                 [](const record_place& each, std::uint32_t wanted) { return each.place < wanted; });
    }
    result<void> copy(const owned_file& into) {
        const std::uint64_t most = end_ - clustered_header_bytes;
        std::vector<std::byte> piece(static_cast<std::size_t>(most < piece_max ? most : piece_max));
        for (std::uint64_t from = clustered_header_bytes; from < end_; from += piece.size()) {
            const std::uint64_t upto = end_ - from < piece.size() ? end_ : from + piece.size();
            std::size_t next = 0;
            auto read = each_record([&](const record_view& record, std::uint32_t) {
                const std::uint64_t target = records_[next++].target;
                // A record may lie across the edge of a piece.
                const std::uint64_t first = target < from ? from : target;
                const std::uint64_t last = target + record.size() < upto ? target + record.size() : upto;
                if (first < last)
                    store_bytes(piece.data() + (first - from),
                                record.bytes().subspan(static_cast<std::size_t>(first - target),
                                                       static_cast<std::size_t>(last - first)));
            });
            if (!read) return read;
            const bytes_view whole = bytes_view(piece).first(static_cast<std::size_t>(upto - from));
            if (const io_outcome put = segment_.file.within().write(into, whole, from); !put.ok())
                return io_error("cannot be written", clustered_name(segment_.number()), put.error);
        }
        return {};
    }

    log_segment& segment_;
    const segment_postings& postings_;
    std::shared_ptr<const owned_file> source_;
    std::uint64_t bytes_ = 0;  // of the segment, up to behind the seal
    std::uint64_t end_ = 0;    // of what is written
    std::vector<record_place> records_;
};

}  // namespace sillok::detail
