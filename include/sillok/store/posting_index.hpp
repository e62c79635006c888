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

// The hash of a stream's name, or of a tag, which is a key without a category.
inline std::uint64_t hash_name(std::uint64_t seed, const stream_view& name) noexcept {
    return hash_bytes(hash_bytes(seed, as_bytes(name.category)), as_bytes(name.key));
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

// A list of places that a reader may keep: what it covers stays as it is.
struct posting_list {
    const std::uint32_t* at = nullptr;
    std::uint32_t count = 0;
};

// What is posted under one name, and the room behind it for what is not visible yet.
struct posting {
    const std::byte* text;  // category and key, one behind the other
    std::uint32_t* places;
    std::uint64_t before;  // events under the name in earlier parts of the log
    std::uint32_t count;
    std::uint32_t staged;
    std::uint16_t key_bytes;
    std::uint8_t category_bytes;
    std::uint8_t capacity_bits;  // 0: no room; else room for 2 to that power

    posting_list list() const noexcept { return {places, count}; }
    std::uint64_t total() const noexcept { return before + count; }
    stream_view name() const noexcept {
        const std::string_view both = as_text({text, std::size_t{category_bytes} + key_bytes});
        return {both.substr(0, category_bytes), both.substr(category_bytes)};
    }
    // Requires: room, see posting_index::reserve
    void stage(std::uint32_t place) noexcept { places[count + staged++] = place; }
    void commit() noexcept {
        count += staged;
        staged = 0;
    }
    void abandon() noexcept { staged = 0; }
};

// Maps (category, key) to the places of events; what a place means is its store's business. A tag is a key without a
// category. Writing has two halves: `find_or_add` and `reserve` may throw and change nothing that can be found; `stage` and
// `commit` make it visible and cannot fail. A posting stays where it is, so it is looked up once for both.
//
// Threads:    one writer, or many readers; the store's lock sees to it. A posting_list is read without the lock.
// Complexity: O(1) amortised, by a table with open addressing; about 56 bytes and its name for an entry, 4 to 8 for an event.
class posting_index {
public:
    // Keys come from outside: the seed keeps them from being chosen to collide.
    explicit posting_index(std::uint64_t seed) noexcept : seed_(seed) {}

    std::uint64_t hash(const stream_view& name) const noexcept { return hash_name(seed_, name); }

    // The posting of that name, or null.
    posting* find(const stream_view& name, std::uint64_t hash) noexcept {
        const std::uint32_t entry = entry_of(name, hash);
        return entry == none ? nullptr : &entries_[entry];
    }
    const posting* find(const stream_view& name, std::uint64_t hash) const noexcept {
        const std::uint32_t entry = entry_of(name, hash);
        return entry == none ? nullptr : &entries_[entry];
    }
    // `before` is for a posting that is added.
    posting& find_or_add(const stream_view& name, std::uint64_t hash, std::uint64_t before = 0) {
        posting* const found = find(name, hash);
        return found != nullptr ? *found : add(name, hash, before);
    }

    posting_list list(const stream_view& name) const noexcept {
        const posting* const found = find(name, hash(name));
        return found == nullptr ? posting_list{} : found->list();
    }

    // Makes room for that many more.
    void reserve(posting& to, std::uint32_t how_many) {
        const std::uint32_t wanted = to.count + to.staged + how_many;
        if (to.capacity_bits == 0 || wanted > std::uint32_t{1} << to.capacity_bits) [[unlikely]]
            grow(to, wanted);
    }

    std::size_t size() const noexcept { return entries_.size(); }
    const posting& operator[](std::size_t entry) const noexcept { return entries_[entry]; }

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

    [[gnu::noinline]] posting& add(const stream_view& name, std::uint64_t hash, std::uint64_t before) {
        if (entries_.size() >= none) throw std::bad_alloc();
        if ((entries_.size() + 1) * 4 > slot_count_ * 3) rehash(slot_count_ == 0 ? 64 : slot_count_ * 2);
        entries_.reserve(1);
        std::byte* const text = memory_.take(name.category.size() + name.key.size());
        store_bytes(store_bytes(text, as_bytes(name.category)), as_bytes(name.key));
        const auto entry = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({text, nullptr, before, 0, 0, static_cast<std::uint16_t>(name.key.size()),
                            static_cast<std::uint8_t>(name.category.size()), 0});
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
            const std::uint64_t hashed = hash(entries_[entry].name());
            place({high(hashed), entry}, hashed);
        }
    }
    // The old array stays where it is, for those who read it.
    [[gnu::noinline]] void grow(posting& of, std::uint32_t wanted) {
        std::uint8_t bits = of.capacity_bits == 0 ? 1 : of.capacity_bits;
        while (std::uint64_t{1} << bits < wanted) ++bits;
        auto* const fresh =
            reinterpret_cast<std::uint32_t*>(memory_.take((std::size_t{1} << bits) * sizeof(std::uint32_t)));
        if (of.count + of.staged != 0) std::memcpy(fresh, of.places, (of.count + of.staged) * sizeof(std::uint32_t));
        of.places = fresh;
        of.capacity_bits = bits;
    }

    arena memory_;
    stable_array<posting> entries_;
    std::vector<slot> slots_;
    std::size_t slot_count_ = 0;
    std::uint64_t seed_;
};

// What is known of the events of a log, or of a part of it, by stream and by tag.
struct log_postings {
    posting_index streams;
    posting_index tags;

    explicit log_postings(std::uint64_t seed) noexcept : streams(seed), tags(seed) {}
};

}  // namespace sillok::detail
