#pragma once
// What surrounds a command on its way: decorators that take and give the same `execute`, so that they nest. A decorator
// refers to what it was given by name, and keeps what it was given as a temporary.
//
//     auto guarded = sillok::authorised(sillok::validated(bus, rules), policy);
//     guarded.execute("42", withdraw{30}, sillok::command_context{}.by("ada"));

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/command/aggregate.hpp"
#include "sillok/command/command_context.hpp"
#include "sillok/command/failure.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok::require {

template <class Policy, class Command>
consteval bool policy_covers_command() {
    constexpr bool covered =
        requires(Policy & policy, const Command& command, std::string_view key, const command_context& context) {
        { policy.authorise(key, command, context) } -> std::same_as<result<void>>;
    };
    static_assert(
        covered,
        "sillok[E0108]: a policy must answer for every command that it guards. Fix: add `sillok::result<void> "
        "authorise(std::string_view key, const Command&, const sillok::command_context&)`. See docs/errors.md#E0108");
    return covered;
}

}  // namespace sillok::require

namespace sillok::detail {

template <class Rules, class... Argument>
concept calls_validate = requires(std::remove_const_t<Rules>& rules, Argument... argument) {
    rules.validate(static_cast<Argument>(argument)...);
};

// Whether rules have something for a command, in whatever form.
template <class Rules, class Command>
concept validates_somehow = calls_validate<Rules, Command&> || calls_validate<Rules, Command> ||
    calls_validate<Rules, std::string_view, Command&> || calls_validate<Rules, Command&, const command_context&> ||
    calls_validate<Rules, std::string_view, Command&, const command_context&>;

}  // namespace sillok::detail

namespace sillok::require {

// Whether rules take a command; if so, it is in the form that is called.
template <class Rules, class Command>
consteval bool rules_take_command() {
    constexpr bool rightly = requires(const Rules& rules, const Command& command) {
        { rules.validate(command) } -> std::same_as<std::optional<rejection>>;
    };
    static_assert(
        rightly || !detail::validates_somehow<Rules, Command>,
        "sillok[E0110]: rules that take a command must be const and return a std::optional<sillok::rejection>; anything else "
        "would be passed over. Fix: write `std::optional<sillok::rejection> validate(const Command&) const`. "
        "See docs/errors.md#E0110");
    return rightly;
}

template <class Rules, class... Command>
consteval bool rules_take_some_command(types<Command...>) {
    constexpr bool some = (detail::validates_somehow<Rules, Command> || ...);
    static_assert(
        some,
        "sillok[E0110]: rules that take none of the commands that come through them would be passed over. Fix: write a "
        "public `std::optional<sillok::rejection> validate(const Command&) const`. See docs/errors.md#E0110");
    return some;
}

}  // namespace sillok::require

namespace sillok {

// Runs `around(key, command, context, next)` in place of `execute`; `next()` goes on inwards. For timing, logging, metrics.
template <class Inner, class Around>
class surrounded {
public:
    using commands = typename std::remove_reference_t<Inner>::commands;

    constexpr surrounded(Inner&& inner, Around around)
        : inner_(std::forward<Inner>(inner)), around_(std::move(around)) {}

    template <class Command>
    result<receipt, failure> execute(std::string_view key, const Command& command,
                                     const command_context& context = {}) const {
        return around_(key, command, context, [&] { return inner_.execute(key, command, context); });
    }

private:
    Inner inner_;
    Around around_;
};
template <class Inner, class Around>
surrounded(Inner&&, Around) -> surrounded<Inner, Around>;

// Asks `rules.validate(command)` first, for the commands that it takes; a rejection comes back in its stead.
// `validate` returns std::optional<sillok::rejection>.
template <class Inner, class Rules>
class validated {
public:
    using commands = typename std::remove_reference_t<Inner>::commands;

    constexpr validated(Inner&& inner, Rules rules) : inner_(std::forward<Inner>(inner)), rules_(std::move(rules)) {
        static_cast<void>(require::rules_take_some_command<Rules>(detail::commands_of<validated>{}));
    }

    template <class Command>
    result<receipt, failure> execute(std::string_view key, const Command& command,
                                     const command_context& context = {}) const {
        if constexpr (require::rules_take_command<Rules, Command>())
            if (auto why = rules_.validate(command)) return failure(std::move(*why));
        return inner_.execute(key, command, context);
    }

private:
    Inner inner_;
    Rules rules_;
};
template <class Inner, class Rules>
validated(Inner&&, Rules) -> validated<Inner, Rules>;

// Asks `policy.authorise(key, command, context)` first, which must answer for every command: an error comes back in its
// stead, usually `not_authorised`. What has no answer does not compile.
template <class Inner, class Policy>
class authorised {
public:
    using commands = typename std::remove_reference_t<Inner>::commands;

    constexpr authorised(Inner&& inner, Policy policy)
        : inner_(std::forward<Inner>(inner)), policy_(std::move(policy)) {}

    template <class Command>
    result<receipt, failure> execute(std::string_view key, const Command& command,
                                     const command_context& context = {}) const {
        if constexpr (require::policy_covers_command<const Policy, Command>()) {
            if (auto allowed = policy_.authorise(key, command, context); !allowed)
                return failure(std::move(allowed).error());
            return inner_.execute(key, command, context);
        } else {
            return failure(error(error_kind::not_authorised, "the policy has no answer for the command"));
        }
    }

private:
    Inner inner_;
    Policy policy_;
};
template <class Inner, class Policy>
authorised(Inner&&, Policy) -> authorised<Inner, Policy>;

}  // namespace sillok
