#pragma once
// Where the rows of a table lie: numbered places of one size, which never move, so that rows and the links between them stay
// where they are while the table grows. A number takes half of what a pointer takes.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "sillok/core/assert.hpp"
#include "sillok/core/exceptions.hpp"

namespace sillok::detail {

using row_slot = std::uint32_t;
inline constexpr row_slot no_slot = 0xFFFF'FFFFU;

// Chunks of 16, 32, 64, ... slots, so that growing copies nothing, and a slot is found by its number's highest bit.
//
// What lies in a slot is its user's; a free one holds the number of the next free one in its first four bytes.
class row_slots {
public:
    // Requires: bytes >= 4, a multiple of `alignment`
    row_slots(std::size_t bytes, std::size_t alignment) noexcept : bytes_(bytes), alignment_(alignment) {
        SILLOK_ASSERT(bytes >= sizeof(row_slot) && bytes % alignment == 0);
    }
    // As many slots as `other` has, at the same numbers, all of them taken, with nothing in them.
    static row_slots as_many_as(const row_slots& other) {
        row_slots made(other.bytes_, other.alignment_);
        for (std::size_t chunk = 0; other.chunks_[chunk] != nullptr; ++chunk) made.add_chunk(chunk);
        made.used_ = other.used_;
        return made;
    }
    row_slots(row_slots&& other) noexcept
        : chunks_(std::exchange(other.chunks_, {})),
          origins_(other.origins_),
          bytes_(other.bytes_),
          alignment_(other.alignment_),
          used_(std::exchange(other.used_, 0)),
          free_(std::exchange(other.free_, no_slot)) {}
    row_slots& operator=(row_slots&& other) noexcept {
        row_slots moved(std::move(other));
        std::swap(chunks_, moved.chunks_);
        std::swap(origins_, moved.origins_);
        std::swap(bytes_, moved.bytes_);
        std::swap(alignment_, moved.alignment_);
        std::swap(used_, moved.used_);
        std::swap(free_, moved.free_);
        return *this;
    }
    ~row_slots() {
        for (std::byte* const chunk : chunks_)
            if (chunk != nullptr) ::operator delete (chunk, std::align_val_t{alignment_});
    }

    // Requires: s was taken once
    [[gnu::always_inline]] std::byte* at(row_slot s) const noexcept {
        const std::uint64_t n = std::uint64_t{s} + first_chunk;
        return reinterpret_cast<std::byte*>(origins_[chunk_of(n)] + n * bytes_);  // NOLINT(performance-no-int-to-ptr)
    }

    // A slot that nobody has. Errors: std::bad_alloc, and nothing has changed.
    row_slot take() {
        if (free_ != no_slot) {
            const row_slot taken = free_;
            std::memcpy(&free_, at(taken), sizeof free_);
            return taken;
        }
        if (used_ == no_slot) throw std::bad_alloc();
        const std::uint64_t n = std::uint64_t{used_} + first_chunk;
        const std::size_t chunk = chunk_of(n);
        if (chunks_[chunk] == nullptr) add_chunk(chunk);
        return used_++;
    }
    // Requires: s is taken, and nothing is in it any more
    void give(row_slot s) noexcept {
        std::memcpy(at(s), &free_, sizeof free_);
        free_ = s;
    }

    // How many slots were ever taken: all numbers are below.
    row_slot used() const noexcept { return used_; }
    // The memory of the chunks. The system gives what of it was never touched to others.
    std::size_t bytes() const noexcept {
        std::size_t sum = 0;
        for (std::size_t chunk = 0; chunk < chunks_.size() && chunks_[chunk] != nullptr; ++chunk)
            sum += (std::size_t{first_chunk} << chunk) * bytes_;
        return sum;
    }

private:
    static constexpr std::uint32_t first_chunk = 16;
    static constexpr std::size_t first_chunk_bits = 4;
    static_assert(first_chunk == 1U << first_chunk_bits);

    // Of a slot's number and first_chunk.
    static std::size_t chunk_of(std::uint64_t n) noexcept {
        return static_cast<std::size_t>(std::bit_width(n)) - first_chunk_bits - 1;
    }
    void add_chunk(std::size_t chunk) {
        const std::size_t count = std::size_t{first_chunk} << chunk;
        std::size_t bytes = 0;
        if (__builtin_mul_overflow(count, bytes_, &bytes)) throw std::bad_alloc();
        chunks_[chunk] = static_cast<std::byte*>(::operator new (bytes, std::align_val_t{alignment_}));
        origins_[chunk] = reinterpret_cast<std::uintptr_t>(chunks_[chunk]) - bytes;
    }

    // One more than are ever used, so that a null is always behind the last.
    static constexpr std::size_t chunks_max = 33 - first_chunk_bits + 1;
    std::array<std::byte*, chunks_max> chunks_{};
    // Where slot -16 would lie if a chunk went on before its beginning: so far, and as many slots, before its first one.
    std::array<std::uintptr_t, chunks_max> origins_{};
    std::size_t bytes_;
    std::size_t alignment_;
    row_slot used_ = 0;
    row_slot free_ = no_slot;
};

}  // namespace sillok::detail
