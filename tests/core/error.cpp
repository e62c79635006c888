#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/error.hpp>

using sillok::error;
using sillok::error_kind;

TEST_CASE("an error prints its kind and its text", "[error]") {
    std::ostringstream out;
    out << error(error_kind::no_space, "the device is full").within("bank.sillok");
    CHECK(out.str() == "no_space: bank.sillok: the device is full");
    CHECK(to_string(error(error_kind::io, "no")) == "io: no");
}

TEST_CASE("a conflict carries both versions", "[error]") {
    const error conflict = error::conflict("account 42", 3, 5);
    CHECK(conflict == error_kind::conflict);
    CHECK(!(conflict == error_kind::io));
    CHECK(conflict.expected() == 3);
    CHECK(conflict.actual() == 5);
}

TEST_CASE("every kind is printed by its own name", "[error]") {
    constexpr std::pair<error_kind, std::string_view> kinds[] = {
        {error_kind::conflict, "conflict"},
        {error_kind::condition_failed, "condition_failed"},
        {error_kind::command_reused, "command_reused"},
        {error_kind::no_such_store, "no_such_store"},
        {error_kind::unknown_event, "unknown_event"},
        {error_kind::malformed, "malformed"},
        {error_kind::too_large, "too_large"},
        {error_kind::invalid_argument, "invalid_argument"},
        {error_kind::no_space, "no_space"},
        {error_kind::outcome_unknown, "outcome_unknown"},
        {error_kind::damaged, "damaged"},
        {error_kind::locked, "locked"},
        {error_kind::unsupported_format, "unsupported_format"},
        {error_kind::io, "io"},
        {error_kind::closed, "closed"},
        {error_kind::not_authorised, "not_authorised"},
        {error_kind::truncated, "truncated"},
        {error_kind::stream_deleted, "stream_deleted"},
        {error_kind::schema_changed, "schema_changed"},
        {error_kind::fenced, "fenced"},
        {error_kind::handler_failed, "handler_failed"},
        {error_kind::timed_out, "timed_out"},
    };
    STATIC_REQUIRE(std::size(kinds) == static_cast<std::size_t>(error_kind::timed_out) + 1);
    for (const auto& [kind, text] : kinds) CHECK(to_string(kind) == text);
}
