#include "sillok/event/handler.hpp"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace handlers {

using sillok::handles;
using sillok::handles_as_view;
using sillok::metadata;

struct opened {
    int by;
};
struct closed {
    int by;
};
struct renamed {
    std::string to;
};
struct renamed_view {
    using view_of = renamed;
    std::string_view to;
};
struct movement {};
struct deposited : movement {};
struct anything {
    template <class T>
    anything(const T&) {}  // NOLINT(google-explicit-constructor)
};

// What counts.
struct by_reference {
    void apply(const opened&) {}
};
struct by_value {
    void apply(opened) {}
};
struct with_metadata {
    void on(const opened&, const metadata&) {}
};
struct const_and_noexcept {
    void on(const opened&) const noexcept {}
};
struct without_state {
    static void on(const opened&) {}
};
struct that_may_fail {
    sillok::result<void> on(const opened& e) {
        if (e.by < 0) return sillok::error(sillok::error_kind::invalid_argument, "by nobody");
        return {};
    }
};
struct inherited : by_reference {
    using by_reference::apply;
    void apply(const closed&) {}
};
struct with_view {
    void on(const renamed_view&) {}
    void on(const opened&) {}
};
struct with_view_by_value {
    void on(renamed_view, const metadata&) {}
};
struct beside_a_catch_all {
    void on(const opened&) {}
    void on(const auto&) {}
};
struct virtual_handler {
    virtual void on(const opened&) {}
    virtual ~virtual_handler() = default;
};

static_assert(handles<by_reference, opened> && !handles<by_reference, closed>);
static_assert(handles<by_value, opened> && !handles<by_value, closed>);
static_assert(handles<with_metadata, opened> && !handles<with_metadata, closed>);
static_assert(handles<const_and_noexcept, opened> && handles<without_state, opened> && handles<that_may_fail, opened>);
static_assert(handles<inherited, opened> && handles<inherited, closed>);
static_assert(handles<with_view, renamed> && handles_as_view<with_view, renamed>);
static_assert(handles<with_view, opened> && !handles_as_view<with_view, opened>);
static_assert(handles<with_view_by_value, renamed> && handles_as_view<with_view_by_value, renamed>);
static_assert(handles<beside_a_catch_all, opened> && !handles<beside_a_catch_all, closed>);
static_assert(handles<virtual_handler, opened>);

// What does not count.
struct by_base {
    void apply(const movement&) {}
};
struct by_conversion {
    void apply(const anything&) {}
};
struct by_template {
    void apply(const auto&) {}
};
struct by_constrained_template {
    template <std::same_as<opened> E>
    void apply(const E&) {}
};
struct by_mutable_reference {
    void apply(opened&) {}
};
struct by_rvalue {
    void apply(opened&&) {}
};
struct other_name {
    void handle(const opened&) {}
};

static_assert(!handles<by_base, deposited> && handles<by_base, movement>);
static_assert(!handles<by_conversion, opened>);
static_assert(!handles<by_template, opened>);
static_assert(!handles<by_constrained_template, opened>);
static_assert(!handles<by_mutable_reference, opened> && !handles<by_rvalue, opened>);
static_assert(!handles<other_name, opened> && !handles<int, opened>);
static_assert(sillok::detail::accepts_somehow<by_base, deposited> &&
              !sillok::detail::accepts_somehow<other_name, opened>);

// Taken twice.
struct with_and_without_metadata {
    void on(const opened&) {}
    void on(const opened&, const metadata&) {}
    void on(const closed&) {}
};
struct by_two_names {
    void apply(const opened&, const metadata&) {}
    void on(const opened&, const metadata&) {}
    void on(const closed&) {}
};
struct const_with_and_without_metadata {
    void on(const opened&) const {}
    void on(const opened&, const metadata&) const {}
};
struct beside_a_view {
    void on(const renamed&) {}
    void on(renamed_view, const metadata&) {}
    void on(const closed&) {}
};
struct view_with_and_without_metadata {
    void on(const renamed_view&) {}
    void on(const renamed_view&, const metadata&) {}
};
struct with_default_metadata {
    void on(const opened&, const metadata& = {}) {}
    void on(const renamed_view&, const metadata& = {}) {}
};
struct mixed {
    void apply(const opened&) {}
    void on(const closed&, const metadata&) {}
    void on(const renamed_view&) {}
};

using sillok::detail::is_taken_twice;
static_assert(is_taken_twice<with_and_without_metadata, opened>() &&
              !is_taken_twice<with_and_without_metadata, closed>());
static_assert(is_taken_twice<by_two_names, opened>() && !is_taken_twice<by_two_names, closed>());
static_assert(is_taken_twice<const_with_and_without_metadata, opened>());
static_assert(is_taken_twice<beside_a_view, renamed>() && !is_taken_twice<beside_a_view, closed>());
static_assert(is_taken_twice<view_with_and_without_metadata, renamed>());
static_assert(!is_taken_twice<with_default_metadata, opened>() && !is_taken_twice<with_default_metadata, renamed>());
static_assert(!is_taken_twice<mixed, opened>() && !is_taken_twice<mixed, closed>() &&
              !is_taken_twice<mixed, renamed>());
static_assert(!is_taken_twice<beside_a_catch_all, opened>() && !is_taken_twice<inherited, opened>());

struct counting {
    int opened_by = 0;
    int closed_by = 0;
    constexpr void apply(const opened& e) { opened_by += e.by; }
    constexpr void apply(const closed& e, const metadata&) { closed_by += e.by; }
};

}  // namespace handlers

using namespace handlers;

TEST_CASE("a handler is asked by exact type") {
    CHECK(handles<by_reference, opened>);
    CHECK_FALSE(handles<by_base, deposited>);
    CHECK_FALSE(handles<by_conversion, opened>);
    CHECK_FALSE(handles<by_template, opened>);
}

TEST_CASE("an event at hand is delivered to its function, with metadata where that asks for it") {
    counting handler;
    sillok::deliver(handler, opened{2});
    sillok::deliver(handler, closed{3}, metadata{});
    CHECK(handler.opened_by == 2);
    CHECK(handler.closed_by == 3);
}

TEST_CASE("what the function returns is returned") {
    that_may_fail handler;
    CHECK(sillok::deliver(handler, opened{1}).has_value());
    const auto failed = sillok::deliver(handler, opened{-1});
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == sillok::error_kind::invalid_argument);
}
