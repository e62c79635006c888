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

#include <optional>
#include <type_traits>
#include <utility>

#include "sillok/command/rejection.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/several.hpp"

namespace sillok {

// A decision that nothing happens.
struct nothing_t {};
inline constexpr nothing_t nothing{};

// A sequence over the event types `E…`, or a rejection. Owns what it says; usable in constant expressions where the events are.
template <class... E>
class decision : public several<E...> {
public:
    constexpr decision() = default;
    constexpr decision(nothing_t) {}                                   // NOLINT(google-explicit-constructor)
    constexpr decision(rejection why) : rejection_(std::move(why)) {}  // NOLINT(google-explicit-constructor)

    template <class... T>
        requires((sizeof...(T) > 0) && (contains<types<E...>, std::remove_cvref_t<T>> && ...))
    constexpr decision(T&&... event)  // NOLINT(google-explicit-constructor)
        : several<E...>(std::forward<T>(event)...) {}

    // Requires: not a rejection
    template <class T>
        requires contains<types<E...>, std::remove_cvref_t<T>>
    constexpr decision& operator+=(T&& event) {
        several<E...>::operator+=(std::forward<T>(event));
        return *this;
    }

    constexpr bool accepted() const noexcept { return !rejection_; }
    // Why it was rejected, or null.
    constexpr const rejection* rejected() const noexcept { return rejection_ ? &*rejection_ : nullptr; }

private:
    std::optional<rejection> rejection_;
};

template <class T>
inline constexpr bool is_decision = false;
template <class... E>
inline constexpr bool is_decision<decision<E...>> = true;

}  // namespace sillok
