#pragma once
// Events read where they lie. A handler on a hot path may ask for a view of the recorded bytes instead of an object that owns
// copies of them; nothing is allocated, and nothing is valid longer than the bytes are.
//
//     struct order_placed      { std::string customer; std::vector<item> items; };
//     struct item_view         { using view_of = item;         std::string_view sku; std::uint32_t quantity; };
//     struct order_placed_view { using view_of = order_placed; std::string_view customer;
//                                sillok::sequence_view<item_view> items; };
//
// A view has the fields of its original, of the same names and in the same order; what differs does not compile (E0407).

#include <cstddef>
#include <iterator>

#include "sillok/codec/binary.hpp"

namespace sillok {

// The elements of a recorded vector, checked once when the view is decoded and read one by one when it is walked.
// A forward range whose elements are values.
//
// Complexity: O(1) for size(), O(bytes of an element) per step.
template <class T>
class sequence_view {
public:
    using value_type = T;

    class iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using reference = T;
        using pointer = const T*;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        iterator() = default;
        T operator*() const noexcept { return element_; }
        const T* operator->() const noexcept { return &element_; }
        iterator& operator++() noexcept {
            --left_;
            read();
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.left_ == b.left_; }

    private:
        friend class sequence_view;
        iterator(const std::byte* at, const std::byte* end, std::size_t left) noexcept
            : at_(at), end_(end), left_(left) {
            read();
        }
        void read() noexcept {
            if (left_ == 0) return;
            [[maybe_unused]] const bool good = detail::take_checked(at_, end_, element_, 0);
            SILLOK_ASSERT(good);
        }

        const std::byte* at_ = nullptr;
        const std::byte* end_ = nullptr;
        std::size_t left_ = 0;
        T element_{};
    };

    sequence_view() = default;
    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    iterator begin() const noexcept { return iterator(start_, end_, count_); }
    iterator end() const noexcept { return iterator(end_, end_, 0); }

    // For the codec: checks `count` elements at `at` and moves `at` behind them.
    bool take(const std::byte*& at, const std::byte* end, std::size_t count, unsigned depth) {
        start_ = at;
        count_ = count;
        if constexpr (detail::fixed_size<T> && detail::flat<T>) {
            at += count * detail::size_of<T>.front;
        } else {
            T element{};
            for (std::size_t i = 0; i < count; ++i)
                if (!detail::take_checked(at, end, element, depth)) return false;
        }
        end_ = at;
        return true;
    }

private:
    const std::byte* start_ = nullptr;
    const std::byte* end_ = nullptr;
    std::size_t count_ = 0;
};

}  // namespace sillok

namespace sillok::detail {

template <class T>
struct class_kind<sequence_view<T>> : kind_is<wire_kind::sequence_view> {};

}  // namespace sillok::detail
