#pragma once
// From a stream, or a tag, to the places of its events in the log.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/arena.hpp"

namespace sillok::detail {

// Mixes two words into one: the 128 bits of their product, folded. Source: Wang Yi, wyhash ("mum").
inline std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
    const std::uint64_t al = a & 0xFFFFFFFF, ah = a >> 32, bl = b & 0xFFFFFFFF, bh = b >> 32;
    const std::uint64_t mid = ah * bl + ((al * bl) >> 32), cross = al * bh + (mid & 0xFFFFFFFF);
    return (a * b) ^ (ah * bh + (mid >> 32) + (cross >> 32));
#endif
}

// A hash of bytes that goes on from `seed`; the same on every machine. docs/format.md#content-hash
inline std::uint64_t hash_bytes(std::uint64_t seed, bytes_view bytes) noexcept {
    constexpr std::uint64_t k0 = 0xA0761D6478BD642F;
    constexpr std::uint64_t k1 = 0xE7037ED1A0B428DB;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t hash = seed ^ k1 ^ left;
    for (; left >= 8; left -= 8, at += 8) hash = fold_product(hash ^ load_le<std::uint64_t>(at), k0);
    // The 0 to 7 bytes that are left, by loads that overlap.
    std::uint64_t last = 0;
    if (left >= 4) {
        const std::uint64_t upper = load_le<std::uint32_t>(at + left - 4);
        last = load_le<std::uint32_t>(at) | (upper >> (8 * (8 - left)) << 32);
    } else if (left != 0) {
        for (const std::size_t i : {std::size_t{0}, left / 2, left - 1})
            last |= static_cast<std::uint64_t>(at[i]) << (8 * i);
    }
    return fold_product(hash ^ last ^ k1, k0);
}

// memcmp for texts that are mostly short, without a call.
inline bool are_same(const void* left, const void* right, std::size_t size) noexcept {
    const auto* const a = static_cast<const std::byte*>(left);
    const auto* const b = static_cast<const std::byte*>(right);
    if (size > 32) return std::memcmp(a, b, size) == 0;
    if (size >= 8) {
        for (std::size_t i = 0; i + 8 < size; i += 8)
            if (load_le<std::uint64_t>(a + i) != load_le<std::uint64_t>(b + i)) return false;
        return load_le<std::uint64_t>(a + size - 8) == load_le<std::uint64_t>(b + size - 8);
    }
    if (size >= 4)
        return load_le<std::uint32_t>(a) == load_le<std::uint32_t>(b) &&
               load_le<std::uint32_t>(a + size - 4) == load_le<std::uint32_t>(b + size - 4);
    for (std::size_t i = 0; i < size; ++i)
        if (a[i] != b[i]) return false;
    return true;
}

// A list of ordinals that a reader may keep: what it covers stays as it is.
struct posting_list {
    const std::uint32_t* at = nullptr;
    std::uint32_t count = 0;
};

// What is posted under one name, and what is staged behind it.
struct posting {
    const std::byte* text;  // category and key, one behind the other
    std::uint32_t* ordinals;
    std::uint32_t count;
    std::uint32_t staged;
    std::uint32_t capacity;
    std::uint16_t key_bytes;
    std::uint8_t category_bytes;

    posting_list list() const noexcept { return {ordinals, count}; }
    // Whether the last staged ordinal is this one: an event that carries a tag twice is found by it once.
    bool is_staged(std::uint32_t ordinal) const noexcept {
        return staged != 0 && ordinals[count + staged - 1] == ordinal;
    }
    void commit() noexcept {
        count += staged;
        staged = 0;
    }
    void abandon() noexcept { staged = 0; }
};

// Maps (category, key) to ordinals, the events' places counted from the start of the log. A tag is a key without a
// category. Writing has two halves: `find_or_add` and `stage` may throw and change nothing that can be found; `commit`
// makes what was staged visible and cannot fail. A posting stays where it is, so it is looked up once for both.
//
// Threads:    one writer, or many readers; the store's lock sees to it. A posting_list is read without the lock.
// Complexity: O(1) amortised, by a table with open addressing; about 60 bytes and its name for an entry, 4 to 8 for an event.
class posting_index {
public:
    // Keys come from outside: the seed keeps them from being chosen to collide.
    explicit posting_index(std::uint64_t seed) noexcept : seed_(seed) {}

    std::uint64_t hash(const stream_view& name) const noexcept {
        return hash_bytes(hash_bytes(seed_, as_bytes(name.category)), as_bytes(name.key));
    }

    // The posting of that name, or null.
    posting* find(const stream_view& name, std::uint64_t hash) noexcept {
        const std::uint32_t entry = entry_of(name, hash);
        return entry == none ? nullptr : &entries_[entry];
    }
    posting& find_or_add(const stream_view& name, std::uint64_t hash) {
        posting* const found = find(name, hash);
        return found != nullptr ? *found : add(name, hash);
    }

    posting_list list(const stream_view& name) const noexcept {
        const std::uint32_t entry = entry_of(name, hash(name));
        return entry == none ? posting_list{} : entries_[entry].list();
    }

    // Writes `how_many` ordinals from `first` on behind the list, where nobody sees them yet.
    void stage(posting& to, std::uint32_t first, std::uint32_t how_many) {
        const std::uint32_t wanted = to.count + to.staged + how_many;
        if (wanted > to.capacity) [[unlikely]]
            grow(to, wanted);
        std::uint32_t* at = to.ordinals + to.count + to.staged;
        for (std::uint32_t i = 0; i < how_many; ++i) at[i] = first + i;
        to.staged += how_many;
    }

private:
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    struct slot {
        std::uint32_t hash;
        std::uint32_t entry;
    };

    static std::uint32_t high(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }

    std::uint32_t entry_of(const stream_view& name, std::uint64_t hash) const noexcept {
        if (slot_count_ == 0) return none;
        for (std::size_t i = hash & (slot_count_ - 1);; i = (i + 1) & (slot_count_ - 1)) {
            const slot& each = slots_[i];
            if (each.entry == none || (each.hash == high(hash) && is_named(entries_[each.entry], name)))
                return each.entry;
        }
    }
    static bool is_named(const posting& entry, const stream_view& name) noexcept {
        return entry.key_bytes == name.key.size() && entry.category_bytes == name.category.size() &&
               are_same(entry.text, name.category.data(), name.category.size()) &&
               are_same(entry.text + name.category.size(), name.key.data(), name.key.size());
    }

    [[gnu::noinline]] posting& add(const stream_view& name, std::uint64_t hash) {
        if (entries_.size() >= none) throw std::bad_alloc();
        if ((entries_.size() + 1) * 4 > slot_count_ * 3) rehash(slot_count_ == 0 ? 64 : slot_count_ * 2);
        entries_.reserve(1);
        std::byte* const text = memory_.take(name.category.size() + name.key.size());
        store_bytes(store_bytes(text, as_bytes(name.category)), as_bytes(name.key));
        const auto entry = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({text, nullptr, 0, 0, 0, static_cast<std::uint16_t>(name.key.size()),
                            static_cast<std::uint8_t>(name.category.size())});
        place({high(hash), entry}, hash);
        return entries_[entry];
    }
    void place(slot value, std::uint64_t hash) noexcept {
        std::size_t i = hash & (slot_count_ - 1);
        while (slots_[i].entry != none) i = (i + 1) & (slot_count_ - 1);
        slots_[i] = value;
    }
    void rehash(std::size_t wanted) {
        std::vector<slot> fresh(wanted, slot{0, none});
        slots_.swap(fresh);
        slot_count_ = wanted;
        for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) {
            const posting& each = entries_[entry];
            const std::string_view text = as_text({each.text, std::size_t{each.category_bytes} + each.key_bytes});
            const std::uint64_t hashed = hash({text.substr(0, each.category_bytes), text.substr(each.category_bytes)});
            place({high(hashed), entry}, hashed);
        }
    }
    // The old array stays where it is, for those who read it.
    [[gnu::noinline]] void grow(posting& of, std::uint32_t wanted) {
        std::uint32_t capacity = of.capacity == 0 ? 2 : of.capacity;
        while (capacity < wanted) capacity *= 2;
        auto* const fresh = reinterpret_cast<std::uint32_t*>(memory_.take(capacity * sizeof(std::uint32_t)));
        if (of.count + of.staged != 0) std::memcpy(fresh, of.ordinals, (of.count + of.staged) * sizeof(std::uint32_t));
        of.ordinals = fresh;
        of.capacity = capacity;
    }

    arena memory_;
    stable_array<posting> entries_;
    std::vector<slot> slots_;
    std::size_t slot_count_ = 0;
    std::uint64_t seed_;
};

}  // namespace sillok::detail
