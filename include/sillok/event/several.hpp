#pragma once
// Several events in a row, each of one of a few types: what a decision comes to, and what an old event becomes that is told in
// more events today (event/upcast.hpp).
//
//     sillok::several<order_placed, line_added> now{order_placed{e.customer}};
//     for (const auto& line : e.lines) now += line_added{line.sku, line.quantity};

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/type_list.hpp"
#include "sillok/event/event_slot.hpp"

namespace sillok {

// A sequence over the event types `E…`. The first `sizeof...(E)` events are kept inside, only more than these allocate. Usable in
// constant expressions where the events are.
template <class... E>
class several {
public:
    using event_types = types<E...>;

    constexpr several() = default;
    template <class... T>
        requires((sizeof...(T) > 0) && (contains<types<E...>, std::remove_cvref_t<T>> && ...))
    constexpr several(T&&... event) {  // NOLINT(google-explicit-constructor)
        (static_cast<void>(*this += std::forward<T>(event)), ...);
    }

    template <class T>
        requires contains<types<E...>, std::remove_cvref_t<T>>
    constexpr several& operator+=(T&& event) {
        if (size_ < sizeof...(E))
            first_.at(size_) = slot(std::forward<T>(event));
        else
            rest_.emplace_back(std::forward<T>(event));
        ++size_;
        return *this;
    }

    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }

    // Whether the event at `index` is a `T`.
    template <class T>
    constexpr bool holds(std::size_t index) const noexcept {
        return index < size_ && at(index).template holds<T>();
    }
    // The event at `index` if it is a `T`, or null.
    template <class T>
    constexpr const T* get_if(std::size_t index) const noexcept {
        return index < size_ ? at(index).template get_if<T>() : nullptr;
    }

    // Calls `f(event)` for each event in order, with its own type.
    template <class F>
    constexpr void for_each(F&& f) const {
        for (std::size_t i = 0; i < size_; ++i) at(i).visit(f);
    }

private:
    using slot = detail::event_slot<E...>;

    constexpr const slot& at(std::size_t index) const noexcept {
        return index < sizeof...(E) ? first_.at(index) : rest_[index - sizeof...(E)];
    }

    detail::slot_row<slot, sizeof...(E)> first_;
    std::vector<slot> rest_;
    std::size_t size_ = 0;
};

template <class T>
inline constexpr bool is_several = false;
template <class... E>
inline constexpr bool is_several<several<E...>> = true;

}  // namespace sillok
