#include <string>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/json_tape.hpp>

using sillok::detail::json_cursor;
using sillok::detail::json_kind;
using sillok::detail::json_tape;

TEST_CASE("text becomes tokens that know where they stood", "[json_tape]") {
    json_tape tape;
    REQUIRE(tape.parse(sillok::as_bytes(R"( {"a": [1, -2], "b": "x\ny"} )")));
    json_cursor at(tape);
    CHECK(at.peek().kind == json_kind::object);
    CHECK(at.peek().at == 1);
    CHECK(at.take().size == 4);
    CHECK(at.text(at.take()) == "a");
    CHECK(at.peek().at == 7);
    at.skip();
    CHECK(at.peek().at == 16);
    at.take();
    CHECK(at.text(at.take()) == "x\ny");
    CHECK(at.peek().kind == json_kind::end);
}

TEST_CASE("text that is no JSON is refused with its byte", "[json_tape]") {
    json_tape tape;
    CHECK(!tape.parse(sillok::as_bytes("[1,")));
    CHECK(tape.fault().text().starts_with("byte 3: "));
}
