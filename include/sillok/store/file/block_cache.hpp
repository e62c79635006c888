#pragma once
// Blocks of segments that were read not long ago, so that the events of a stream, which lie far apart, cost a copy and not a
// call to the system each. In memory of our own, and not a mapping: a mapped file that somebody else cuts ends the process.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// What is never written again of a file, below `end`, may be kept.
//
// Source:     the clock algorithm: F. J. Corbató, A Paging Experiment with the Multics System, 1968. Sixteen caches of a
//             sixteenth each, so that threads seldom meet.
// Threads:    any number at once
// Complexity: O(bytes); one read of the file for each block that is not there
class block_cache {
public:
    static constexpr std::size_t block_bytes = 4096;

    explicit block_cache(std::size_t bytes) noexcept : blocks_(bytes / block_bytes / part_count) {}

    bool is_on() const noexcept { return blocks_ != 0; }

    // A number for a file, never given twice.
    static std::uint64_t next_file() noexcept {
        static std::atomic<std::uint64_t> last{0};
        return last.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    // Copies the bytes from `offset` on; fewer where the file ends, or where `end` is.
    //
    // Errors: io, as of the read
    io_outcome read(std::uint64_t number, const directory& within, const owned_file& file, std::byte* to,
                    std::size_t bytes, std::uint64_t offset, std::uint64_t end) {
        if (offset >= end) return {0, 0};
        if (bytes > end - offset) bytes = static_cast<std::size_t>(end - offset);
        std::size_t done = 0;
        while (done < bytes) {
            const std::uint64_t at = offset + done;
            const std::uint64_t block = at / block_bytes;
            const auto inside = static_cast<std::size_t>(at % block_bytes);
            std::size_t count = block_bytes - inside < bytes - done ? block_bytes - inside : bytes - done;
            if (!copy(key_of(number, block), inside, count, to + done)) {
                std::byte fresh[block_bytes];
                const std::uint64_t start = block * block_bytes;
                const std::size_t wanted =
                    end - start < block_bytes ? static_cast<std::size_t>(end - start) : block_bytes;
                const io_outcome got = within.read(file, fresh, wanted, start);
                if (!got.ok()) return got;
                const auto valid = static_cast<std::size_t>(got.value);
                if (valid <= inside) break;
                if (count > valid - inside) count = valid - inside;
                std::memcpy(to + done, fresh + inside, count);
                keep(key_of(number, block), {fresh, valid});
                if (valid < wanted) return {static_cast<std::int64_t>(done + count), 0};
            }
            done += count;
        }
        return {static_cast<std::int64_t>(done), 0};
    }

private:
    static constexpr std::size_t part_count = 16;

    static constexpr std::size_t slab_blocks = 512;  // a huge page

    struct release {
        bool is_huge = false;
        void operator()(std::byte* at) const noexcept {
            if (is_huge)
                ::operator delete (at, std::align_val_t{slab_blocks * block_bytes});
            else
                ::operator delete(at);
        }
    };
    using slab = std::unique_ptr<std::byte, release>;

    // Found with two steps through memory that is mostly not in the processor's caches: the table, and the block itself.
    struct entry {
        std::uint64_t key = 0;  // 0: none
        std::uint32_t slot = 0;
        std::uint32_t valid = 0;  // bytes of the block that are there
    };
    struct part {
        monitor guard;
        std::vector<entry> table;         // by hash, half full at most
        std::vector<std::uint64_t> keys;  // of slots
        std::vector<std::uint8_t> was_used;
        std::vector<slab> slabs;
        std::size_t room = 0;  // slots that the slabs have
        std::size_t hand = 0;

        std::byte* bytes(std::uint32_t slot) const noexcept {
            return slabs[slot / slab_blocks].get() + slot % slab_blocks * block_bytes;
        }
    };

    static std::uint64_t key_of(std::uint64_t file, std::uint64_t block) noexcept { return file << 36 | block; }
    static std::uint64_t hash(std::uint64_t key) noexcept {
        const std::uint64_t mixed = key * 0x9E3779B97F4A7C15;
        return (mixed ^ (mixed >> 32)) * 0x94D049BB133111EB;
    }
    part& part_of(std::uint64_t hashed) noexcept { return parts_[hashed >> 60]; }

    static entry* find(part& in, std::uint64_t hashed, std::uint64_t key) noexcept {
        if (in.table.empty()) return nullptr;
        const std::size_t mask = in.table.size() - 1;
        for (std::size_t i = hashed & mask; in.table[i].key != 0; i = (i + 1) & mask)
            if (in.table[i].key == key) return &in.table[i];
        return nullptr;
    }
    bool copy(std::uint64_t key, std::size_t inside, std::size_t count, std::byte* to) noexcept {
        const std::uint64_t hashed = hash(key);
        part& in = part_of(hashed);
        const monitor_lock hold(in.guard);
        const entry* const found = find(in, hashed, key);
        if (found == nullptr || found->valid < inside + count) return false;
        std::memcpy(to, in.bytes(found->slot) + inside, count);
        in.was_used[found->slot] = 1;
        return true;
    }
    // Errors: none: what there is no memory for is not kept
    void keep(std::uint64_t key, bytes_view content) noexcept {
        const std::uint64_t hashed = hash(key);
        part& in = part_of(hashed);
        const monitor_lock hold(in.guard);
        entry* into = find(in, hashed, key);
        if (into == nullptr) into = add(in, hashed, key);
        if (into == nullptr || into->valid >= content.size()) return;
        std::memcpy(in.bytes(into->slot), content.data(), content.size());
        into->valid = static_cast<std::uint32_t>(content.size());
    }
    // An entry for a block, in a new slot or in that of a block that nobody has asked for since the hand last came by.
    entry* add(part& in, std::uint64_t hashed, std::uint64_t key) noexcept {
        std::uint32_t slot = 0;
        if (in.keys.size() < blocks_) {
            if (!grow(in)) return nullptr;
            slot = static_cast<std::uint32_t>(in.keys.size());
            in.keys.push_back(key);
            in.was_used.push_back(0);
        } else {
            for (; in.was_used[in.hand] != 0; in.hand = in.hand + 1 == in.keys.size() ? 0 : in.hand + 1)
                in.was_used[in.hand] = 0;
            slot = static_cast<std::uint32_t>(in.hand);
            in.hand = in.hand + 1 == in.keys.size() ? 0 : in.hand + 1;
            forget(in, in.keys[slot]);
            in.keys[slot] = key;
        }
        const std::size_t mask = in.table.size() - 1;
        std::size_t i = hashed & mask;
        while (in.table[i].key != 0) i = (i + 1) & mask;
        in.table[i] = {key, slot, 0};
        return &in.table[i];
    }
    // Room for one more slot.
    bool grow(part& in) noexcept {
        try {
            if (in.table.empty()) {
                std::size_t places = 64;
                while (places < blocks_ * 2) places *= 2;
                in.keys.reserve(blocks_);
                in.was_used.reserve(blocks_);
                in.slabs.reserve(blocks_ / slab_blocks + 1);
                in.table.resize(places);
            }
            if (in.keys.size() == in.room) {
                const std::size_t wanted = blocks_ - in.room;
                const std::size_t count = wanted < slab_blocks ? wanted : slab_blocks;
                in.slabs.push_back(make_slab(count, !in.slabs.empty()));
                in.room += count;
            }
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
    // The first one of a part is of small pages, of which only those are taken that blocks lie in: a store that reads little
    // keeps little.
    static slab make_slab(std::size_t count, bool is_huge) {
        if (count < slab_blocks || !is_huge) return slab(static_cast<std::byte*>(::operator new(count* block_bytes)));
        constexpr std::size_t bytes = slab_blocks * block_bytes;
        slab made(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{bytes})), {true});
#if defined(MADV_HUGEPAGE)
        ::madvise(made.get(), bytes, MADV_HUGEPAGE);  // a wish: a block is found by fewer steps then
#endif
        return made;
    }
    // Closes the gap in the table (Knuth, TAOCP 3, algorithm 6.4 R).
    static void forget(part& in, std::uint64_t key) noexcept {
        const std::size_t mask = in.table.size() - 1;
        std::size_t gap = hash(key) & mask;
        while (in.table[gap].key != key) gap = (gap + 1) & mask;
        for (std::size_t i = (gap + 1) & mask; in.table[i].key != 0; i = (i + 1) & mask) {
            const std::size_t home = hash(in.table[i].key) & mask;
            if (((i - home) & mask) < ((i - gap) & mask)) continue;
            in.table[gap] = in.table[i];
            gap = i;
        }
        in.table[gap] = {};
    }

    std::size_t blocks_;  // of each part
    part parts_[part_count];
};

}  // namespace sillok::detail
