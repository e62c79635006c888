#pragma once
// A unique index of a table: a hash table whose chains run through the rows themselves. Linking a row takes no memory and cannot
// fail; only `make_room` may.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sillok/projection/table/row_slots.hpp"

namespace sillok::detail {

// What a unique index takes in each row. The number of the next one comes first: a free slot keeps its successor there.
struct chain_link {
    row_slot next;
    std::uint32_t hash;  // of the key, 31 bits; the highest bit says that the row is linked
};

class row_chains {
public:
    struct place {
        const row_slots& in;
        std::size_t offset;
        [[gnu::always_inline]] chain_link& operator[](row_slot s) const noexcept {
            return *reinterpret_cast<chain_link*>(in.at(s) + offset);
        }
    };

    static constexpr std::uint32_t linked = 0x8000'0000U;

    // Makes buckets for so many rows. Errors: std::bad_alloc, and nothing has changed.
    void make_room(place of, std::size_t rows) {
        if (rows <= buckets_.size()) return;
        std::vector<row_slot> fresh(std::bit_ceil(rows < 16 ? 16 : rows), no_slot);
        buckets_.swap(fresh);
        for (row_slot at : fresh)
            while (at != no_slot) {
                chain_link& link = of[at];
                const row_slot next = link.next;
                row_slot& head = bucket(link.hash);
                link.next = head;
                head = at;
                at = next;
            }
    }

    // The row of this hash for which `is_it(row)` is true, or none.
    template <class IsIt>
    row_slot find(place of, std::uint32_t hash, IsIt is_it) const {
        if (buckets_.empty()) return no_slot;
        row_slot at = bucket(hash);
        for (; at != no_slot; at = of[at].next)
            if (of[at].hash == (hash | linked) && is_it(at)) break;
        return at;
    }

    // Requires: make_room was once called with a number > 0
    void link(place of, row_slot s, std::uint32_t hash) noexcept {
        row_slot& head = bucket(hash);
        of[s] = {head, hash | linked};
        head = s;
    }

    // Requires: s is linked
    void unlink(place of, row_slot s) noexcept {
        row_slot* at = &bucket(of[s].hash);
        while (*at != s) at = &of[*at].next;
        *at = of[s].next;
        of[s].hash = 0;
    }

    std::size_t bytes() const noexcept { return buckets_.capacity() * sizeof(row_slot); }

private:
    row_slot& bucket(std::uint32_t hash) noexcept { return buckets_[hash & ~linked & (buckets_.size() - 1)]; }
    row_slot bucket(std::uint32_t hash) const noexcept { return buckets_[hash & ~linked & (buckets_.size() - 1)]; }

    std::vector<row_slot> buckets_;
};

}  // namespace sillok::detail
