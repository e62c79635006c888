#pragma once
// Says of a key, by its hash, that it is surely not in a set, or that it may be: what a store keeps in memory of a segment
// that is closed, so that the streams it does not have cost no read.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sillok/core/bytes.hpp"

namespace sillok::detail {

// A block of eight words for each key, one bit in each word.
//
// Source:     the split block Bloom filter of Apache Parquet (BloomFilter.md); hashing after Putze, Sanders, Singler:
//             Cache-, Hash- and Space-Efficient Bloom Filters, 2007.
// Complexity: O(1), one cache line; 14 bits for each key, and one answer in some 300 is "may be" for a key that is not there.
class key_filter {
public:
    static constexpr std::size_t block_bytes = 32;

    static std::size_t blocks_for(std::size_t keys) noexcept {
        return keys == 0 ? 0 : (keys * bits_per_key + 8 * block_bytes - 1) / (8 * block_bytes);
    }

    key_filter() = default;
    explicit key_filter(std::size_t keys) : words_(blocks_for(keys) * words_per_block) {}
    // Requires: a multiple of `block_bytes`
    explicit key_filter(bytes_view stored) : words_(stored.size() / sizeof(std::uint32_t)) {
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] = load_le<std::uint32_t>(stored.data() + i * sizeof(std::uint32_t));
    }

    // Requires: room for a key
    void add(std::uint64_t hash) noexcept {
        std::uint32_t* const block = words_.data() + block_of(hash);
        for (std::size_t i = 0; i < words_per_block; ++i) block[i] |= bit(hash, i);
    }
    bool may_have(std::uint64_t hash) const noexcept {
        if (words_.empty()) return false;
        const std::uint32_t* const block = words_.data() + block_of(hash);
        for (std::size_t i = 0; i < words_per_block; ++i)
            if ((block[i] & bit(hash, i)) == 0) return false;
        return true;
    }

    std::size_t bytes() const noexcept { return words_.size() * sizeof(std::uint32_t); }
    // Requires: room for `bytes()`
    void store(std::byte* to) const noexcept {
        for (const std::uint32_t word : words_) to = store_le(to, word);
    }

private:
    static constexpr std::size_t bits_per_key = 14;
    static constexpr std::size_t words_per_block = block_bytes / sizeof(std::uint32_t);

    std::size_t block_of(std::uint64_t hash) const noexcept {
        const std::uint64_t blocks = words_.size() / words_per_block;
        return static_cast<std::size_t>((hash >> 32) * blocks >> 32) * words_per_block;
    }
    static std::uint32_t bit(std::uint64_t hash, std::size_t word) noexcept {
        constexpr std::uint32_t odd[words_per_block] = {0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D,
                                                        0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31};
        return std::uint32_t{1} << (static_cast<std::uint32_t>(hash) * odd[word] >> 27);
    }

    std::vector<std::uint32_t> words_;
};

}  // namespace sillok::detail
