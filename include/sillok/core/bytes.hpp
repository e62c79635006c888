#pragma once
// Bytes as the library passes them: views, a growing buffer, and integers in little-endian order on every machine.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/core/exceptions.hpp"

namespace sillok {

using bytes_view = std::span<const std::byte>;

inline bytes_view as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view as_text(bytes_view bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace sillok

namespace sillok::detail {

template <class T>
constexpr T little_endian(T value) noexcept {
    static_assert(std::is_unsigned_v<T>);
    if constexpr (std::endian::native == std::endian::big && sizeof(T) > 1) {
        T swapped = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            swapped = static_cast<T>((swapped << 8) | ((value >> (8 * i)) & 0xFF));
        return swapped;
    } else {
        return value;
    }
}

// The word whose bytes in memory are those of `value`, the highest first.
constexpr std::uint64_t big_endian(std::uint64_t value) noexcept {
    return std::endian::native == std::endian::big ? value : __builtin_bswap64(value);
}

}  // namespace sillok::detail

namespace sillok {

// Reads an integer of `sizeof(T)` bytes at `from`, which need not be aligned.
template <class T>
T load_le(const std::byte* from) noexcept {
    std::make_unsigned_t<T> raw;
    std::memcpy(&raw, from, sizeof raw);
    return static_cast<T>(detail::little_endian(raw));
}

// Writes an integer to `to`, which need not be aligned; returns the byte behind it.
template <class T>
std::byte* store_le(std::byte* to, T value) noexcept {
    const auto raw = detail::little_endian(static_cast<std::make_unsigned_t<T>>(value));
    std::memcpy(to, &raw, sizeof raw);
    return to + sizeof raw;
}

// Writes bytes to `to`; returns the byte behind them.
inline std::byte* store_bytes(std::byte* to, bytes_view bytes) noexcept {
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return to + bytes.size();
}

// A buffer that grows without clearing what will be overwritten anyway, and is reused between calls.
//
// Errors:     std::bad_alloc from `extend`; the buffer is unchanged then.
// Complexity: amortised O(bytes).
class byte_buffer {
public:
    byte_buffer() = default;
    byte_buffer(const byte_buffer& other) { append(other.view()); }
    byte_buffer(byte_buffer&& other) noexcept { swap(other); }
    byte_buffer& operator=(byte_buffer other) noexcept {
        swap(other);
        return *this;
    }
    ~byte_buffer() { ::operator delete(data_); }

    // Room for `count` more bytes, uninitialised; returns where they start.
    std::byte* extend(std::size_t count) {
        if (count > capacity_ - size_) grow(count);
        std::byte* const start = data_ + size_;
        size_ += count;
        return start;
    }
    void append(bytes_view bytes) { store_bytes(extend(bytes.size()), bytes); }
    // Room for so many more.
    void reserve(std::size_t count) {
        if (count > capacity_ - size_) grow(count);
    }

    void clear() noexcept { size_ = 0; }
    // Requires: size <= size()
    void shrink_to(std::size_t size) noexcept { size_ = size; }

    std::byte* data() noexcept { return data_; }
    const std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    bytes_view view() const noexcept { return {data_, size_}; }

    void swap(byte_buffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

private:
    [[noreturn]] static void throw_bad_alloc() { throw std::bad_alloc(); }
    void grow(std::size_t count) {
        if (count > static_cast<std::size_t>(-1) / 2 - size_) throw_bad_alloc();
        std::size_t wanted = capacity_ < 128 ? 256 : capacity_ * 2;
        if (wanted < size_ + count) wanted = size_ + count;
        auto* const fresh = static_cast<std::byte*>(::operator new(wanted));
        if (size_ != 0) std::memcpy(fresh, data_, size_);
        ::operator delete(data_);
        data_ = fresh;
        capacity_ = wanted;
    }

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace sillok
