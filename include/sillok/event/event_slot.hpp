#pragma once
// A place for one event of a few types, or for none: what a decision keeps its events in. std::variant does not get through
// constant expressions with members such as std::vector on the compilers that are supported (libstdc++ 12), and this does.

#include <cstddef>
#include <optional>  // for std::construct_at too: <memory>, which has it by the letter, costs 0.1 s to include
#include <type_traits>
#include <utility>

#include "sillok/core/type_list.hpp"

namespace sillok::detail {

template <class... E>
union event_cell {
    constexpr event_cell() {}
    constexpr ~event_cell() {}
};

template <class First, class... Rest>
union event_cell<First, Rest...> {
    constexpr event_cell() : rest() {}
    constexpr ~event_cell() {}

    First first;
    event_cell<Rest...> rest;
};

template <std::size_t I, class Cell>
constexpr auto& cell_at(Cell& cell) noexcept {
    if constexpr (I == 0)
        return cell.first;
    else
        return cell_at<I - 1>(cell.rest);
}

// Makes the alternative `I` the active one, of which nothing was active.
template <std::size_t I, class Cell, class T>
constexpr void fill_cell(Cell& cell, T&& event) {
    if constexpr (I == 0) {
        std::construct_at(&cell.first, std::forward<T>(event));
    } else {
        std::construct_at(&cell.rest);
        fill_cell<I - 1>(cell.rest, std::forward<T>(event));
    }
}

template <class... E>
class event_slot {
public:
    constexpr event_slot() = default;
    template <class T>
        requires contains<types<E...>, std::remove_cvref_t<T>>
    constexpr explicit event_slot(T&& event) { fill(std::forward<T>(event)); }
    constexpr event_slot(const event_slot& other) {
        other.visit([&](const auto& event) { fill(event); });
    }
    constexpr event_slot(event_slot&& other) noexcept((std::is_nothrow_move_constructible_v<E> && ...)) {
        other.visit([&](auto& event) { fill(std::move(event)); });
    }
    constexpr event_slot& operator=(const event_slot& other) {
        if (this != &other) *this = event_slot(other);
        return *this;
    }
    constexpr event_slot& operator=(event_slot&& other) noexcept((std::is_nothrow_move_constructible_v<E> && ...)) {
        if (this != &other) {
            clear();
            other.visit([&](auto& event) { fill(std::move(event)); });
        }
        return *this;
    }
    constexpr ~event_slot() { clear(); }

    template <class T>
    constexpr bool holds() const noexcept {
        return index_of<types<E...>, T> + 1 == filled_;
    }
    // The event if it is a `T`, or null.
    template <class T>
    constexpr const T* get_if() const noexcept {
        return holds<T>() ? &cell_at<index_of<types<E...>, T>>(cell_) : nullptr;
    }

    // Calls `f` with the event, if there is one.
    template <class F>
    constexpr void visit(F&& f) const {
        visit_in(cell_, f, std::index_sequence_for<E...>{});
    }
    template <class F>
    constexpr void visit(F&& f) {
        visit_in(cell_, f, std::index_sequence_for<E...>{});
    }

private:
    template <class T>
    constexpr void fill(T&& event) {
        constexpr std::size_t at = index_of<types<E...>, std::remove_cvref_t<T>>;
        fill_cell<at>(cell_, std::forward<T>(event));
        filled_ = at + 1;
    }
    constexpr void clear() noexcept {
        visit([](auto& event) { std::destroy_at(&event); });
        filled_ = 0;
    }
    template <class Cell, class F, std::size_t... I>
    constexpr void visit_in(Cell& cell, F& f, std::index_sequence<I...>) const {
        static_cast<void>(((filled_ == I + 1 && (f(cell_at<I>(cell)), true)) || ...));
    }

    event_cell<E...> cell_;
    std::size_t filled_ = 0;  // 1 for the first type
};

// `N` slots in a row. Not an array, whose destruction g++ 12 refuses in constant expressions.
template <class Slot, std::size_t N>
struct slot_row {
    Slot first;
    slot_row<Slot, N - 1> rest;

    // Requires: index < N
    constexpr Slot& at(std::size_t index) noexcept { return index == 0 ? first : rest.at(index - 1); }
    constexpr const Slot& at(std::size_t index) const noexcept { return index == 0 ? first : rest.at(index - 1); }
};

template <class Slot>
struct slot_row<Slot, 1> {
    Slot first;

    constexpr Slot& at(std::size_t) noexcept { return first; }
    constexpr const Slot& at(std::size_t) const noexcept { return first; }
};

}  // namespace sillok::detail
