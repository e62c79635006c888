#include "sillok/store/limits.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace sillok;

TEST_CASE("texts in errors can be printed, whatever they hold") {
    CHECK(detail::quoted("ab") == "\"ab\"");
    CHECK(detail::quoted(std::string_view("a\0\n\"", 4)) == "\"a\\x00\\x0a\\x22\"");
    CHECK(detail::quoted(std::string(200, 'x')).size() < 100);
    CHECK(detail::quoted(stream_view{"a", "b"}) == "stream (\"a\", \"b\")");
}

TEST_CASE("an error about a size says what, how large, and the limit") {
    const error e = detail::too_large("the payload", 20, 10);
    CHECK(e.kind() == error_kind::too_large);
    CHECK(e.text() == "the payload has 20 bytes; the limit is 10");
}

TEST_CASE("a type that was found valid does not make another one valid") {
    detail::known_types types;
    event_type good{"money.deposited", 1};
    CHECK(types.is_valid(good));
    CHECK(types.is_valid(good));
    CHECK_FALSE(types.is_valid({"money.deposited", 0}));
    event_type forged{"not a name", 1};
    forged.hash = good.hash;
    CHECK_FALSE(types.is_valid(forged));
    event_type renamed{"money.withdrawn", 1};
    renamed.hash = good.hash;  // another name's hash
    CHECK_FALSE(types.is_valid(renamed));
    CHECK(types.is_valid({std::string(255, 'x'), 1}));
    CHECK_FALSE(types.is_valid({std::string(256, 'x'), 1}));
    CHECK_FALSE(types.is_valid({"", 1}));
}
