#pragma once
// Which events a handler takes, and how: `apply` (an aggregate) or `on` (anything that reads), with or without metadata.
//
//     void apply(const money_deposited&);
//     void on(const money_deposited&, const sillok::metadata&);
//     void on(const money_withdrawn_view&);          // struct money_withdrawn_view { using view_of = money_withdrawn; … };
//
// The question is asked by exact type: a base class, a parameter that the event converts to and `const auto&` do not
// count, since each of them would swallow an event that was added later without a word.

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/metadata.hpp"

namespace sillok::detail {

// How a handler takes an event: the verb and the parameters; `view` stands for a struct with `view_of`. The usual four
// return nothing; what the others return has to be looked at.
enum class handler_form : std::uint8_t {
    none,
    apply,
    apply_metadata,
    on,
    on_metadata,
    other_apply,
    other_apply_metadata,
    other_on,
    other_on_metadata,
    view
};

// Whether the function that was found is an instance of a template, such as `const auto&`: then it was not written for
// the event. Only asked where a template of that name takes the event as well.
// They are compared as template arguments: g++ 12 under its sanitizer does not compare member pointers in constants.
template <auto Found, auto FromTemplate>
concept another = !std::same_as<std::integral_constant<decltype(Found), Found>,
                                std::integral_constant<decltype(FromTemplate), FromTemplate>>;

// clang-format off
// `&H::apply` as exactly that signature, and not as an instance of a template.
template <class H, class Signature>
concept has_apply = requires { static_cast<Signature>(&H::apply); } &&
                    (!requires { static_cast<Signature>(&H::template apply<>); } ||
                     another<static_cast<Signature>(&H::apply), static_cast<Signature>(&H::template apply<>)>);
template <class H, class Signature>
concept has_on = requires { static_cast<Signature>(&H::on); } &&
                 (!requires { static_cast<Signature>(&H::template on<>); } ||
                  another<static_cast<Signature>(&H::on), static_cast<Signature>(&H::template on<>)>);

// The less usual signatures: const, static, by value, or with a result. Only asked where the usual ones are missing.
template <class H, class... P>
concept has_any_apply = has_apply<H, void (H::*)(P...)> || has_apply<H, void (H::*)(P...) const> || has_apply<H, void (*)(P...)> ||
                        has_apply<H, result<void> (H::*)(P...)> || has_apply<H, result<void> (H::*)(P...) const> ||
                        has_apply<H, result<void> (*)(P...)>;
template <class H, class... P>
concept has_any_on = has_on<H, void (H::*)(P...)> || has_on<H, void (H::*)(P...) const> || has_on<H, void (*)(P...)> ||
                     has_on<H, result<void> (H::*)(P...)> || has_on<H, result<void> (H::*)(P...) const> ||
                     has_on<H, result<void> (*)(P...)>;
// clang-format on

// Whether the call compiles at all, by whatever conversion.
template <class H, class E>
concept accepts_somehow = requires(H& h, const E& e) {
    h.apply(e);
}
|| requires(H& h, const E& e) { h.on(e); }
|| requires(H& h, const E& e, const metadata& m) { h.apply(e, m); }
|| requires(H& h, const E& e, const metadata& m) { h.on(e, m); };

// The view that a handler takes instead of an event. An argument that converts to any view of `E` is offered; the
// conversion that the compiler chooses leaves a note of its type, since only the handler's signature knows it.
template <class H, class E>
struct view_taken {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
    friend auto note_of(view_taken<H, E>);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
};

template <class H, class E, class V>
struct view_note {
    friend auto note_of(view_taken<H, E>) { return std::type_identity<V>{}; }
    static constexpr bool written = true;
};

template <class H, class E>
struct any_view {
    template <class V>
    requires std::same_as<typename V::view_of, E> && view_note<H, E, std::remove_cv_t<V>>::written operator V()
        const;  // NOLINT(google-explicit-constructor)
};

template <class H, class E>
concept accepts_view = requires(H& h, any_view<H, E> e) {
    h.on(e);
}
|| requires(H& h, any_view<H, E> e) { h.apply(e); }
|| requires(H& h, any_view<H, E> e, const metadata& m) { h.on(e, m); }
|| requires(H& h, any_view<H, E> e, const metadata& m) { h.apply(e, m); };

template <class H, class E>
concept takes_view = accepts_view<H, E> && requires {
    note_of(view_taken<H, E>{});
};

template <class H, class E>
using view_of_event = typename decltype(note_of(view_taken<H, E>{}))::type;

template <class H, class E>
consteval handler_form find_form() {
    if constexpr (!std::is_class_v<H>)
        return handler_form::none;
    else if constexpr (has_apply<H, void (H::*)(const E&)>)
        return handler_form::apply;
    else if constexpr (has_on<H, void (H::*)(const E&)>)
        return handler_form::on;
    else if constexpr (has_on<H, void (H::*)(const E&, const metadata&)>)
        return handler_form::on_metadata;
    else if constexpr (has_apply<H, void (H::*)(const E&, const metadata&)>)
        return handler_form::apply_metadata;
    else if constexpr (accepts_somehow<H, E>) {
        if constexpr (has_any_apply<H, const E&> || has_any_apply<H, E>)
            return handler_form::other_apply;
        else if constexpr (has_any_on<H, const E&> || has_any_on<H, E>)
            return handler_form::other_on;
        else if constexpr (has_any_apply<H, const E&, const metadata&> || has_any_apply<H, E, const metadata&>)
            return handler_form::other_apply_metadata;
        else if constexpr (has_any_on<H, const E&, const metadata&> || has_any_on<H, E, const metadata&>)
            return handler_form::other_on_metadata;
        else
            return handler_form::none;
    } else if constexpr (takes_view<H, E>)
        return handler_form::view;
    else
        return handler_form::none;
}

template <class H, class E>
inline constexpr handler_form form_of = find_form<H, E>();

}  // namespace sillok::detail

namespace sillok {

// Whether `Handler` takes `E` by its exact type, or by a view of it.
template <class Handler, class E>
concept handles = detail::form_of<Handler, E>
!= detail::handler_form::none;

// Whether it takes a view of the recorded bytes instead of the struct.
template <class Handler, class E>
concept handles_as_view = detail::form_of<Handler, E>
== detail::handler_form::view;

// Hands an event that is at hand to the handler's function for it. Returns what that returns.
//
// Requires: a handler that takes the struct; one that takes a view needs a record, see event/dispatch.hpp.
template <class Handler, class E>
    requires(handles<Handler, E> && !handles_as_view<Handler, E>)
constexpr decltype(auto) deliver(Handler& handler, const E& e, [[maybe_unused]] const metadata& about = metadata{}) {
    using detail::handler_form;
    constexpr handler_form form = detail::form_of<Handler, E>;
    if constexpr (form == handler_form::apply || form == handler_form::other_apply)
        return handler.apply(e);
    else if constexpr (form == handler_form::on || form == handler_form::other_on)
        return handler.on(e);
    else if constexpr (form == handler_form::apply_metadata || form == handler_form::other_apply_metadata)
        return handler.apply(e, about);
    else
        return handler.on(e, about);
}

}  // namespace sillok
