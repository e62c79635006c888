#pragma once
// Whether a handler minds in which order it is given events of different types, and whether it pays to give them by types.
//
//     struct turnover {
//         static constexpr bool order_across_types = false;       // within a type the order is always that of the log
//         using events = sillok::select<bank, money_deposited, money_withdrawn>;
//         …
//     };

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace sillok::detail {

template <class Handler>
concept says_order_across_types = requires {
    Handler::order_across_types;
}
|| requires { &Handler::order_across_types; }
|| requires { typename Handler::order_across_types; };

template <class Handler>
concept says_order_across_types_well = requires {
    { &Handler::order_across_types } -> std::same_as<const bool*>;
    typename std::bool_constant<Handler::order_across_types>;
};

}  // namespace sillok::detail

namespace sillok::require {

template <class Handler>
consteval bool handler_says_order_across_types_as_a_constant() {
    static_assert(
        detail::says_order_across_types_well<Handler>,
        "sillok[E0216]: whether the order across types matters to a handler is a constant of type bool. "
        "Fix: write `static constexpr bool order_across_types = false;`, or remove it. See docs/errors.md#E0216");
    return detail::says_order_across_types_well<Handler>;
}

}  // namespace sillok::require

namespace sillok {

// Whether a handler says that it comes to the same whatever the order across types. One that says nothing is never reordered.
template <class Handler>
consteval bool takes_types_in_any_order() {
    if constexpr (!detail::says_order_across_types<Handler>)
        return false;
    else if constexpr (!require::handler_says_order_across_types_as_a_constant<Handler>())
        return false;
    else
        return !Handler::order_across_types;
}

}  // namespace sillok

namespace sillok::detail {

// Guesses the type of each event from those before it, as a processor guesses where the next jump goes: by the last one and by the
// last four. Where most guesses are right jumps cost nothing, and putting events together by types would cost more than it gains. It
// looks at one of sixteen batches, so that it learns of a log that changes and is not seen in the time that the others take.
class type_forecast {
public:
    // Whether the next batch is to be looked at.
    bool is_due() noexcept { return left_-- == 0; }
    // Looks at a batch: a number for the type of each event.
    void look(std::span<const std::uint16_t> types) noexcept {
        std::size_t by_last = 0;
        std::size_t by_four = 0;
        for (const std::uint16_t type : types) {
            std::uint16_t& after_last = after_last_[last_ % places];
            std::uint16_t& after_four = after_four_[(history_ * 0x9E3779B97F4A7C15U) >> (64 - place_bits)];
            by_last += after_last == type ? 1 : 0;
            by_four += after_four == type ? 1 : 0;
            after_last = after_four = last_ = type;
            history_ = history_ << 16 | type;
        }
        const std::size_t right = by_last > by_four ? by_last : by_four;
        is_certain_ = (types.size() - right) * 4 <= types.size();
        left_ = (is_certain_ ? 4 : 1) * looks_apart - 1;
    }
    // Whether a processor would be right about most events.
    bool is_certain() const noexcept { return is_certain_; }

private:
    static constexpr int place_bits = 10;
    static constexpr std::size_t places = std::size_t{1} << place_bits;
    static constexpr std::uint32_t looks_apart = 16;

    std::uint16_t after_last_[places]{};
    std::uint16_t after_four_[places]{};
    std::uint64_t history_ = 0;
    std::uint16_t last_ = 0;
    std::uint32_t left_ = 0;
    bool is_certain_ = false;
};

}  // namespace sillok::detail
