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

#include "sillok/codec/encodable.hpp"
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
concept calls_apply = requires(H& h, const E& e) {
    h.apply(e);
};
template <class H, class E>
concept calls_apply_metadata = requires(H& h, const E& e, const metadata& m) {
    h.apply(e, m);
};
template <class H, class E>
concept calls_on = requires(H& h, const E& e) {
    h.on(e);
};
template <class H, class E>
concept calls_on_metadata = requires(H& h, const E& e, const metadata& m) {
    h.on(e, m);
};

template <class H, class E>
concept accepts_somehow = calls_apply<H, E> || calls_on<H, E> || calls_apply_metadata<H, E> || calls_on_metadata<H, E>;

// What is found out about a handler by offering it an argument that converts: the conversion that the compiler weighs
// leaves a note, since only the handler's signature knows the type.
template <class H, class About>
struct noted {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
    friend auto note_of(noted<H, About>);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
};

template <class H, class About, class T>
struct note {
    friend auto note_of(noted<H, About>) { return std::type_identity<T>{}; }
    static constexpr bool written = true;
};

// The view that a handler takes instead of an event: an argument that converts to any view of `E`.
template <class H, class E>
struct any_view {
    template <class V>
        requires(std::same_as<typename V::view_of, E>&& note<H, E, std::remove_cv_t<V>>::written)
    operator V() const;  // NOLINT(google-explicit-constructor)
};

template <class H, class E>
concept takes_view = accepts_somehow<H, any_view<H, E>> && requires {
    note_of(noted<H, E>{});
};

template <class H, class E>
using view_of_event = typename decltype(note_of(noted<H, E>{}))::type;

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
        if constexpr (calls_apply<H, E> && (has_any_apply<H, const E&> || has_any_apply<H, E>))
            return handler_form::other_apply;
        else if constexpr (calls_on<H, E> && (has_any_on<H, const E&> || has_any_on<H, E>))
            return handler_form::other_on;
        else if constexpr (calls_apply_metadata<H, E> &&
                           (has_any_apply<H, const E&, const metadata&> || has_any_apply<H, E, const metadata&>))
            return handler_form::other_apply_metadata;
        else if constexpr (calls_on_metadata<H, E> &&
                           (has_any_on<H, const E&, const metadata&> || has_any_on<H, E, const metadata&>))
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

// Whether a handler has functions of a form at all, for events or for views of them, by an argument that converts to
// anything. It is asked once for a handler, so that its events need not be asked one by one where one form takes them all.
template <handler_form Form, bool IsView>
struct of_form {};

template <class H, handler_form Form>
struct any_event {
    template <class V>
        requires(note<H, of_form<Form, view_struct<V>>, void>::written)
    operator V() const;  // NOLINT(google-explicit-constructor)
};

template <class H, handler_form Form, class E = any_event<H, Form>>
concept takes_in_form = (Form == handler_form::apply && calls_apply<H, E>) ||
                        (Form == handler_form::apply_metadata && calls_apply_metadata<H, E>) ||
                        (Form == handler_form::on && calls_on<H, E>) ||
                        (Form == handler_form::on_metadata && calls_on_metadata<H, E>);

template <class H, handler_form Form, bool IsView = false>
concept has_form = (takes_in_form<H, Form> || true) && requires {
    note_of(noted<H, of_form<Form, IsView>>{});
};

template <class H, bool IsView>
inline constexpr int forms =
    has_form<H, handler_form::apply, IsView> + has_form<H, handler_form::apply_metadata, IsView> +
    has_form<H, handler_form::on, IsView> + has_form<H, handler_form::on_metadata, IsView>;

// How many functions take exactly that type; of the usual signatures, or of any.
template <class H, class T>
inline constexpr int usual_functions =
    has_apply<H, void (H::*)(const T&)> + has_apply<H, void (H::*)(const T&, const metadata&)> +
    has_on<H, void (H::*)(const T&)> + has_on<H, void (H::*)(const T&, const metadata&)>;
template <class H, class T>
inline constexpr int all_functions =
    has_any_apply<H, const T&> + has_any_apply<H, T> + has_any_apply<H, const T&, const metadata&> +
    has_any_apply<H, T, const metadata&> + has_any_on<H, const T&> + has_any_on<H, T> +
    has_any_on<H, const T&, const metadata&> + has_any_on<H, T, const metadata&>;

// Whether several functions take the event, of which one at most would be called. Beside one of a usual signature only
// such others are looked for, which cost nothing to ask.
template <class H, class E>
consteval bool is_taken_twice() {
    constexpr handler_form form = form_of<H, E>;
    if constexpr (!std::is_class_v<H>)
        return false;
    else if constexpr (form == handler_form::none)
        return all_functions<H, E> > 1;
    else if constexpr (forms<H, false> + forms<H, true> == 1)
        return false;
    else if constexpr (form == handler_form::view)
        return usual_functions<H, view_of_event<H, E>> > 1;
    else if constexpr (forms<H, true> != 0 && takes_view<H, E>)
        return true;
    else if constexpr (form >= handler_form::other_apply)
        return all_functions<H, E> > 1;
    else
        return usual_functions<H, E> > 1;
}

}  // namespace sillok::detail

namespace sillok::require {

template <class Handler, class Event>
consteval bool event_is_taken_by_one_function() {
    static_assert(
        !std::same_as<Handler, Handler>,
        "sillok[E0212]: a handler takes an event by one function; a second one, with or without metadata, by value or as "
        "a view, would never be called. Fix: remove all but one. See docs/errors.md#E0212");
    return false;
}

}  // namespace sillok::require

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
