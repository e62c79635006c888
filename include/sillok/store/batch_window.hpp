#pragma once
// The last batches that had an id, so that a repeated one gets its first receipt instead of being recorded twice.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sillok/core/uuid.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok {

// How many batches with an id a store remembers where nothing else is said.
inline constexpr std::size_t batch_window_default = 65'536;

}  // namespace sillok

namespace sillok::detail {

// A ring of batches and a table that finds them. It grows up to its limit and then forgets the oldest for each new one.
//
// Errors:     std::bad_alloc from `reserve`; nothing changed then.
// Complexity: O(1); 80 to 96 bytes for each batch remembered.
class batch_window {
public:
    explicit batch_window(std::size_t limit) noexcept : limit_(limit > 0x7FFFFFFF ? 0x7FFFFFFF : limit) {}

    const recorded_batch* find(const uuid& id) const noexcept {
        if (count_ == 0) return nullptr;
        for (std::size_t i = hash(id) & mask();; i = (i + 1) & mask()) {
            if (slots_[i] == 0) return nullptr;
            const entry& each = ring_[slots_[i] - 1];
            if (each.id == id) return &each.batch;
        }
    }

    // Room for one more.
    [[gnu::noinline]] void reserve() {
        if (count_ < capacity_ || capacity_ >= limit_) return;
        std::size_t wanted = capacity_ == 0 ? 64 : capacity_ * 2;
        if (wanted > limit_) wanted = limit_;
        std::size_t places = 64;
        while (places < wanted * 2) places *= 2;
        std::vector<entry> ring(wanted);
        std::vector<std::uint32_t> table(places);
        for (std::size_t i = 0; i < count_; ++i) ring[i] = ring_[i];  // a ring below its limit has not turned yet
        ring_.swap(ring);
        slots_.swap(table);
        capacity_ = wanted;
        slot_count_ = places;
        for (std::size_t i = 0; i < count_; ++i) place(i);
    }

    // Requires: room (see reserve), and an id that is not in the window
    [[gnu::noinline]] void add(const uuid& id, const recorded_batch& batch) noexcept {
        if (limit_ == 0) return;
        if (count_ == capacity_) {
            remove(next_);
        } else {
            ++count_;
        }
        ring_[next_] = {id, batch};
        place(next_);
        next_ = next_ + 1 == limit_ ? 0 : next_ + 1;
    }

private:
    struct entry {
        uuid id;
        recorded_batch batch;
    };

    // Ids of version 7 are random in their last bytes, other ids may not be.
    static std::size_t hash(const uuid& id) noexcept {
        const auto* const octets = reinterpret_cast<const std::byte*>(id.octets.data());
        const std::uint64_t mixed = (load_le<std::uint64_t>(octets) ^ 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9 +
                                    load_le<std::uint64_t>(octets + 8);
        return static_cast<std::size_t>(((mixed ^ (mixed >> 31)) * 0x94D049BB133111EB) >> 20);
    }
    std::size_t mask() const noexcept { return slot_count_ - 1; }
    void place(std::size_t at) noexcept {
        std::size_t i = hash(ring_[at].id) & mask();
        while (slots_[i] != 0) i = (i + 1) & mask();
        slots_[i] = static_cast<std::uint32_t>(at + 1);
    }
    // Closes the gap by moving back what would not be found behind it (Knuth, TAOCP 3, algorithm 6.4 R).
    void remove(std::size_t at) noexcept {
        std::size_t gap = hash(ring_[at].id) & mask();
        while (slots_[gap] != at + 1) gap = (gap + 1) & mask();
        for (std::size_t i = (gap + 1) & mask(); slots_[i] != 0; i = (i + 1) & mask()) {
            const std::size_t home = hash(ring_[slots_[i] - 1].id) & mask();
            if (((i - home) & mask()) < ((i - gap) & mask())) continue;
            slots_[gap] = slots_[i];
            gap = i;
        }
        slots_[gap] = 0;
    }

    std::vector<entry> ring_;
    std::vector<std::uint32_t> slots_;
    std::size_t capacity_ = 0;
    std::size_t slot_count_ = 0;
    std::size_t count_ = 0;
    std::size_t next_ = 0;
    std::size_t limit_;
};

}  // namespace sillok::detail
