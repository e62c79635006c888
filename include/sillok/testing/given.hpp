#pragma once
// A test that reads like the rule it tests.
//
//     CHECK(sillok::given<account>(account_opened{"Ada"}, money_deposited{100}).when(withdraw{30}).then(money_withdrawn{30}));
//     CHECK(sillok::given<account>(account_opened{"Ada"}).when(withdraw{30}).then_rejected(insufficient_funds{30}));
//
// The same in a static_assert where the domain is constexpr (with clang 14: and holds no std::string). What comes out is a
// verdict: it converts to bool, and prints the expected fields beside the actual ones.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sillok/codec/print.hpp"
#include "sillok/command/aggregate.hpp"
#include "sillok/command/decision.hpp"
#include "sillok/command/rejection.hpp"
#include "sillok/testing/recorded.hpp"
#include "sillok/testing/side_by_side.hpp"

namespace sillok {

// What was expected of a decision, what it was, and whether they agree.
template <class Decision, class... Expected>
class [[nodiscard]] verdict {
public:
    constexpr verdict(bool holds, Decision actual, Expected... expected)
        : expected_(std::move(expected)...), actual_(std::move(actual)), holds_(holds) {}

    constexpr explicit operator bool() const noexcept { return holds_; }

    // A table: what was expected in the left column, what came in the right one, and a mark where they differ.
    std::string text() const {
        testing::side_by_side table;
        std::apply([&](const auto&... each) { (table.expected(each), ...); }, expected_);
        if (const auto* const why = actual_.rejected())
            table.actual(*why);
        else
            actual_.for_each([&](const auto& event) { table.actual(event); });
        return table.text();
    }

    template <class Stream>
        requires requires(Stream& out, std::string_view text) { out << text << text; }
    friend Stream& operator<<(Stream& out, const verdict& v) {
        out << std::string_view(v.text());
        return out;
    }

private:
    std::tuple<Expected...> expected_;
    Decision actual_;
    bool holds_;
};

}  // namespace sillok

namespace sillok::require {

template <class Aggregate, class Event>
consteval bool history_is_of_current_events() {
    constexpr bool current = current_event_of<Event, typename Aggregate::events>;
    static_assert(
        current,
        "sillok[E0701]: a history is made of current events of the aggregate's catalogue. Fix: give `given` events "
        "that the aggregate applies, and a command to `when`. See docs/errors.md#E0701");
    return current;
}

}  // namespace sillok::require

namespace sillok::detail {

// A decision in a test, waiting for what is expected of it.
template <class Decision>
class decided {
public:
    constexpr explicit decided(Decision decision) : decision_(std::move(decision)) {}

    // These events, in this order, with these fields; none: nothing happens.
    template <class... E>
    constexpr verdict<Decision, E...> then(const E&... expected) const {
        bool holds = decision_.accepted() && decision_.size() == sizeof...(E);
        std::size_t at = 0;
        static_cast<void>(((holds = holds && is(at++, expected)), ...));
        return {holds, decision_, expected...};
    }

    // A rejection of this type with these fields.
    template <class R>
        requires(!std::is_convertible_v<const R&, std::string_view>)
    constexpr verdict<Decision, rejection> then_rejected(const R& why) const { return rejected_as(rejection(why)); }
    // A rejection in these words.
    constexpr verdict<Decision, rejection> then_rejected(std::string_view why) const {
        return rejected_as(reject(why));
    }

private:
    template <class E>
    constexpr bool is(std::size_t at, const E& expected) const {
        if constexpr (contains<typename Decision::event_types, E>) {
            return decision_.template holds<E>(at) && same(*decision_.template get_if<E>(at), expected);
        } else {
            return false;
        }
    }

    constexpr verdict<Decision, rejection> rejected_as(rejection expected) const {
        const bool holds = !decision_.accepted() && *decision_.rejected() == expected;
        return {holds, decision_, std::move(expected)};
    }

    Decision decision_;
};

// Stands for the decision of a command that cannot be decided, of which one error has said why.
struct undecided {
    constexpr bool then(const auto&...) const { return false; }
    constexpr bool then_rejected(const auto&) const { return false; }
};

// An aggregate in a test, with its history applied.
template <class Aggregate>
class history {
public:
    template <class... E>
    constexpr explicit history(const E&... event) {
        std::uint64_t version = 0;
        static_cast<void>((apply(event, ++version), ...));
    }

    template <class Command>
    constexpr auto when(const Command& command) const {
        if constexpr (!is_aggregate<Aggregate>)
            return undecided{};
        else if constexpr (require::aggregate_lists_command<Aggregate, Command>())
            return decided(state_.decide(command));
        else
            return undecided{};
    }

    // The state that the history led to.
    constexpr const Aggregate& state() const noexcept { return state_; }

private:
    template <class E>
    constexpr void apply(const E& event, [[maybe_unused]] std::uint64_t version) {
        if constexpr (!is_aggregate<Aggregate>) {
            return;
        } else if constexpr (!require::history_is_of_current_events<Aggregate, E>()) {
            return;
        } else if constexpr (requires { state_.apply(event); }) {
            state_.apply(event);
        } else {
            const testing::recorded<typename Aggregate::events> record(
                event, {.stream = {Aggregate::name, "given"}, .version = {version}, .position = {version}});
            state_.apply(event, record.metadata());
        }
    }

    Aggregate state_{};
};

}  // namespace sillok::detail

namespace sillok {

// An aggregate to which these events have happened, in this order.
template <class Aggregate, class... E>
constexpr detail::history<Aggregate> given(const E&... event) {
    return detail::history<Aggregate>(event...);
}

}  // namespace sillok
