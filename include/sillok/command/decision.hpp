#pragma once
// What a command comes to: none, one or several events, or a rejection.
//
//     return money_withdrawn{c.amount, "KRW"};                       // one event
//     return {account_opened{c.owner}, money_deposited{0}};          // several, in order
//     return sillok::nothing;                                        // the command is fine, and nothing happens
//     return sillok::reject(insufficient_funds{c.amount - balance});
//     sillok::decision<item_shipped> all; for (…) all += item_shipped{…}; return all;
//
// `c ? sillok::reject(…) : event` cannot compile, for its two sides have no common type: write an `if`.

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/command/event_slot.hpp"
#include "sillok/command/rejection.hpp"
#include "sillok/core/type_list.hpp"

namespace sillok {

// A decision that nothing happens.
struct nothing_t {};
inline constexpr nothing_t nothing{};

// A sequence over the event types `E…`, or a rejection. Owns what it says; the first `sizeof...(E)` events are kept
// inside, only more than these allocate. Usable in constant expressions where the events are.
template <class... E>
class decision {
public:
    using event_types = types<E...>;

    constexpr decision() = default;
    constexpr decision(nothing_t) {}                                   // NOLINT(google-explicit-constructor)
    constexpr decision(rejection why) : rejection_(std::move(why)) {}  // NOLINT(google-explicit-constructor)

    template <class... T>
        requires((sizeof...(T) > 0) && (contains<types<E...>, std::remove_cvref_t<T>> && ...))
    constexpr decision(T&&... event) {  // NOLINT(google-explicit-constructor)
        (static_cast<void>(*this += std::forward<T>(event)), ...);
    }

    // Requires: not a rejection
    template <class T>
        requires contains<types<E...>, std::remove_cvref_t<T>>
    constexpr decision& operator+=(T&& event) {
        if (size_ < sizeof...(E))
            first_.at(size_) = slot(std::forward<T>(event));
        else
            rest_.emplace_back(std::forward<T>(event));
        ++size_;
        return *this;
    }

    constexpr bool accepted() const noexcept { return !rejection_; }
    // Why it was rejected, or null.
    constexpr const rejection* rejected() const noexcept { return rejection_ ? &*rejection_ : nullptr; }

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
    std::optional<rejection> rejection_;
};

template <class T>
inline constexpr bool is_decision = false;
template <class... E>
inline constexpr bool is_decision<decision<E...>> = true;

}  // namespace sillok
