#pragma once
// What a segment holds by stream, by tag and by batch id, in memory: of the segment that is written, and of one whose index
// is not there yet.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/index_builder.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok::detail {

// From the hash of a batch id to the places of frames that may have it; whoever asks looks at the frame.
//
// Errors:     std::bad_alloc from `reserve`; nothing changed then
// Complexity: O(1) amortised, 21 to 43 bytes for a batch
class batch_places {
public:
    void reserve() {
        if ((count_ + 1) * 4 <= slots_.size() * 3) return;
        std::vector<slot> fresh(slots_.empty() ? 64 : slots_.size() * 2);
        fresh.swap(slots_);
        for (const slot& each : fresh)
            if (each.place != 0) put(each);
    }
    // Requires: room for one more, see reserve
    void add(std::uint64_t hash, std::uint32_t place) noexcept {
        put({hash, place});
        ++count_;
    }
    // Calls `each` with the places of that hash until it returns false.
    template <class Each>
    void find(std::uint64_t hash, Each each) const {
        if (slots_.empty()) return;
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t i = hash & mask; slots_[i].place != 0; i = (i + 1) & mask)
            if (slots_[i].hash == hash && !each(slots_[i].place)) return;
    }
    template <class Each>
    void for_each(Each each) const {
        for (const slot& one : slots_)
            if (one.place != 0) each(one.hash, one.place);
    }
    std::size_t size() const noexcept { return count_; }

private:
    struct slot {
        std::uint64_t hash = 0;
        std::uint32_t place = 0;  // 0: none; a frame never stands there
    };

    void put(const slot& value) noexcept {
        const std::size_t mask = slots_.size() - 1;
        std::size_t i = value.hash & mask;
        while (slots_[i].place != 0) i = (i + 1) & mask;
        slots_[i] = value;
    }

    std::vector<slot> slots_;
    std::size_t count_ = 0;
};

// The seed of all hashes of a store's names.
inline std::uint64_t hash_seed(const uuid& store) noexcept {
    return load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(store.octets.data()) + 8);
}
inline std::uint64_t hash_batch(const uuid& store, const uuid& batch) noexcept {
    return hash_bytes(hash_seed(store), {reinterpret_cast<const std::byte*>(batch.octets.data()), 16});
}

// Threads: one writer, or many readers; the store's lock sees to it
struct segment_postings : log_postings {
    batch_places batches;
    std::vector<index_step> steps;
    byte_buffer acts;  // of retention, one behind the other

    explicit segment_postings(std::uint64_t seed) : log_postings(seed) {}

    // Room for what `add_frame` adds.
    void reserve_frame() {
        batches.reserve();
        if (steps.size() == steps.capacity()) steps.reserve(steps.empty() ? 64 : steps.size() * 2);
    }
    // A frame that begins at an offset.
    //
    // Requires: reserve_frame()
    void add_frame(const uuid& store, const frame_header& frame, std::uint64_t offset) noexcept {
        if (!frame.batch.is_nil()) batches.add(hash_batch(store, frame.batch), place_of(offset));
        if (frame.count != 0 && (steps.empty() || offset >= steps.back().offset + step_distance))
            steps.push_back({frame.first, offset});
    }

    // Takes in a valid frame of the segment, and holds `guard` while something is posted. Returns whether its events continue
    // their streams; where a stream begins in the segment is taken from its first event here.
    bool restore(const uuid& store, const frame_header& frame, bytes_view body, std::uint64_t offset, monitor& guard) {
        const monitor_lock hold(guard);
        if (frame.kind == frame_kind::acts) acts.append(body);
        if (frame.kind != frame_kind::batch) return true;
        reserve_frame();
        for (std::size_t at = frame.records_at(); at < body.size();) {
            const record_view record(body.data() + at);
            const stream_view name = record.stream();
            if (record.version().value == 0) return false;
            posting& entry = streams.find_or_add(name, streams.hash(name), record.version().value - 1);
            if (record.version().value != entry.total() + 1) return false;
            const std::uint32_t place = place_of(offset + frame_header_bytes + at);
            post(streams, entry, place);
            for (const std::string_view each : record.tags()) {
                const stream_view key{{}, each};
                posting& carriers = tags.find_or_add(key, tags.hash(key));
                if (carriers.count == 0 || carriers.places[carriers.count - 1] != place) post(tags, carriers, place);
            }
            at += record.size();
        }
        add_frame(store, frame, offset);
        return true;
    }

    // The same as a file. Where the records of streams are elsewhere, their places are handed in.
    std::vector<std::byte> index(index_header header, std::span<const std::vector<std::uint32_t>> clustered) const {
        index_builder builder;
        const auto add = [&](keys of, const posting_index& postings,
                             std::span<const std::vector<std::uint32_t>> other) {
            for (std::size_t i = 0; i < postings.size(); ++i) {
                const posting& each = postings[i];
                if (each.count == 0) continue;
                const std::span<const std::uint32_t> own(each.places, each.count);
                builder.add(of, {.hash = postings.hash(each.name()), .before = each.before},
                            other.empty() ? own : std::span<const std::uint32_t>(other[i]));
            }
        };
        add(keys::streams, streams, clustered);
        add(keys::tags, tags, {});
        batches.for_each([&](std::uint64_t hash, std::uint32_t place) {
            builder.add(keys::batches, {.hash = hash}, {&place, 1});
        });
        for (const index_step& each : steps) builder.add(each);
        builder.add_acts(acts.view());
        header.batches = batches.size();
        return builder.build(header);
    }

private:
    static constexpr std::uint64_t step_distance = std::uint64_t{16} << 10;

    static void post(posting_index& of, posting& entry, std::uint32_t place) {
        of.reserve(entry, 1);
        entry.stage(place);
        entry.commit();
    }
};

}  // namespace sillok::detail
