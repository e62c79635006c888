#pragma once
// Memory that only grows and never moves, so that readers may look at what is in it while a writer adds more.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "sillok/core/exceptions.hpp"

namespace sillok::detail {

// Hands out bytes, aligned to 8, that stay where they are until the arena goes.
//
// Errors:     std::bad_alloc; the arena is unchanged then.
// Complexity: amortised O(1), one allocation per chunk; chunks double from 16 KiB to 4 MiB.
class arena {
public:
    arena() = default;
    arena(const arena&) = delete;
    arena& operator=(const arena&) = delete;
    ~arena() {
        for (chunk* each = chunks_; each != nullptr;) {
            chunk* const next = each->next;
            if (each->is_huge)
                ::operator delete (each, std::align_val_t{huge_page});
            else
                ::operator delete(each);
            each = next;
        }
    }

    // Makes sure that the next `take` calls of `bytes` in all do not throw and adjoin.
    void reserve(std::size_t bytes) {
        if (bytes > left_) [[unlikely]]
            add(bytes);
    }

    std::byte* take(std::size_t bytes) {
        bytes = (bytes + 7) & ~std::size_t{7};
        reserve(bytes);
        std::byte* const start = at_;
        at_ += bytes;
        left_ -= bytes;
        return start;
    }

    // Takes back what was given out from `start` on.
    //
    // Requires: it was reserved in one, and nothing was reserved since
    void give_back(std::byte* start) noexcept {
        left_ += static_cast<std::size_t>(at_ - start);
        at_ = start;
    }

private:
    struct alignas(16) chunk {
        chunk* next;
        bool is_huge;
    };
    static constexpr std::size_t smallest = std::size_t{16} << 10;
    static constexpr std::size_t largest = std::size_t{4} << 20;
    static constexpr std::size_t huge_page = std::size_t{2} << 20;

    [[gnu::__cold__, gnu::noinline]] void add(std::size_t bytes) {
        if (bytes > static_cast<std::size_t>(-1) / 4) throw std::bad_alloc();
        std::size_t wanted = next_;
        while (wanted < bytes + sizeof(chunk)) wanted *= 2;
        const bool is_huge = wanted >= huge_page;
        void* const fresh = is_huge ? ::operator new (wanted, std::align_val_t{huge_page}) : ::operator new(wanted);
#if defined(MADV_HUGEPAGE)
        if (is_huge) ::madvise(fresh, wanted, MADV_HUGEPAGE);  // a wish; without it there are more page faults
#endif
        chunks_ = new (fresh) chunk{chunks_, is_huge};
        at_ = static_cast<std::byte*>(fresh) + sizeof(chunk);
        left_ = wanted - sizeof(chunk);
        if (next_ < largest) next_ *= 2;
    }

    std::byte* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t next_ = smallest;
    chunk* chunks_ = nullptr;
};

// An array that grows by blocks, each as large as all before it: elements never move and indexing is O(1).
//
// Errors:  std::bad_alloc from `reserve`; the array is unchanged then.
// Threads: one writer; readers of elements whose index was handed to them behind a release need no lock.
template <class T>
class stable_array {
    static_assert(alignof(T) <= alignof(std::max_align_t) && std::is_trivially_destructible_v<T> &&
                  std::is_trivially_copyable_v<T>);

public:
    stable_array() = default;
    stable_array(const stable_array&) = delete;
    stable_array& operator=(const stable_array&) = delete;
    ~stable_array() {
        for (T* block : blocks_) ::operator delete(block);
    }

    std::size_t size() const noexcept { return size_; }
    T& operator[](std::size_t index) noexcept { return *place(index); }
    const T& operator[](std::size_t index) const noexcept { return *place(index); }

    // Room for `count` more.
    void reserve(std::size_t count) {
        while (capacity_ - size_ < count) [[unlikely]] grow();
    }
    // Requires: room, see reserve
    void push_back(const T& value) noexcept {
        if (next_ == block_end_) [[unlikely]]
            enter_block();
        new (next_++) T(value);
        ++size_;
    }
    // Forgets the last elements.
    void shrink_to(std::size_t size) noexcept {
        size_ = size;
        next_ = block_end_ = nullptr;
        if (size == 0) return;
        const std::size_t block = block_of(size - 1);
        next_ = place(size - 1) + 1;
        block_end_ = blocks_[block] + (std::size_t{1} << (block == 0 ? first_bits : block + first_bits - 1));
    }

private:
    static constexpr std::size_t first_bits = 8;

    // Block 0 holds the first 256 elements, block k > 0 the 2^(k+7) from index 2^(k+7) on.
    static std::size_t block_of(std::size_t index) noexcept {
        return static_cast<std::size_t>(std::bit_width(index >> first_bits));
    }
    T* place(std::size_t index) const noexcept {
        const std::size_t block = block_of(index);
        const std::size_t start = block == 0 ? 0 : std::size_t{1} << (block + first_bits - 1);
        return blocks_[block] + (index - start);
    }
    // A block is full, and the next one begins at the size.
    void enter_block() noexcept {
        next_ = blocks_[block_of(size_)];
        block_end_ = next_ + (size_ == 0 ? std::size_t{1} << first_bits : size_);
    }
    [[gnu::__cold__, gnu::noinline]] void grow() {
        const std::size_t block = block_of(capacity_);
        const std::size_t count = capacity_ == 0 ? std::size_t{1} << first_bits : capacity_;
        if (block >= sizeof blocks_ / sizeof *blocks_ || count > static_cast<std::size_t>(-1) / sizeof(T))
            throw std::bad_alloc();
        blocks_[block] = static_cast<T*>(::operator new(count * sizeof(T)));
        capacity_ += count;
    }

    T* blocks_[48] = {};
    T* next_ = nullptr;  // where the next element goes, up to the end of its block
    T* block_end_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace sillok::detail
