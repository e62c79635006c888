#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/layout_change.hpp>

namespace {

using sillok::change_of;
using said = std::tuple<std::string, std::string_view, std::string_view>;

said say(std::string_view recorded, std::string_view now) {
    const sillok::layout_change change = change_of(recorded, now);
    return {path_of(change), change.recorded, change.now};
}

}  // namespace

TEST_CASE("what reads the recorded layout has not changed", "[layout_change]") {
    static_assert(!change_of("", "").exists());
    static_assert(!change_of("a: i64; b: [{c: u8}]", "a: i64; b: [{c: u8}]").exists());
    static_assert(!change_of("a: enum u8 {x = 0}", "a: enum u8 {x = 0; y = 1}").exists());
}

TEST_CASE("a change names the field, its type as it was and as it is", "[layout_change]") {
    static_assert(change_of("a: i64; b: string", "a: i64; b: bytes").now == "bytes");
    CHECK(say("a: i64; b: string", "a: i64; b: bytes") == said("b", "string", "bytes"));
    CHECK(say("a: i64; b: string", "a: i64") == said("b", "string", ""));
    CHECK(say("a: i64", "a: i64; b: string") == said("b", "", "string"));
    CHECK(say("a: i64; b: string", "a: i64; c: string") == said("b", "string", "c: string"));
    CHECK(say("a: i64", "b: u8; a: i64") == said("a", "i64", "b: u8"));
    CHECK(say("", "a: i64") == said("a", "", "i64"));
    CHECK(say("a: i64", "") == said("a", "i64", ""));
}

TEST_CASE("a change within a field names the field within", "[layout_change]") {
    CHECK(say("a: [{x: u8; y: u8}]; b: u8", "a: [{x: u8; y: u16}]; b: u8") == said("a.y", "u8", "u16"));
    CHECK(say("a: {b: {c: {d: i8?}}}", "a: {b: {c: {d: [i8]}}}") == said("a.b.c.d", "i8?", "[i8]"));
    CHECK(say("a: variant<i32, {x: u8}, {y: u8}>", "a: variant<i32, {x: u8}, {y: i8}>") == said("a.y", "u8", "i8"));
    CHECK(say("a: map<string, {x: u8}>", "a: map<string, {x: u8; z: i8}>") == said("a.z", "", "i8"));
    // What is around the braces is told before what is within.
    CHECK(say("a: [{x: u8}]", "a: {x: u16}") == said("a", "[{x: u8}]", "{x: u16}"));
    CHECK(say("a: [{x: u8}]", "a: [{x: u8}]?") == said("a", "[{x: u8}]", "[{x: u8}]?"));
}

TEST_CASE("a change of an enumerator names its value as it was and what it is", "[layout_change]") {
    CHECK(say("s: enum u8 {open = 0; shut = 1}", "s: enum u8 {open = 0; shut = 2}") == said("s.shut", "1", "2"));
    CHECK(say("s: enum u8 {open = 0; shut = 1}", "s: enum u8 {open = 0; closed = 1}") ==
          said("s.shut", "1", "closed = 1"));
    CHECK(say("s: enum u8 {open = 0; shut = 1}", "s: enum u8 {open = 0}") == said("s.shut", "1", ""));
    CHECK(say("s: [{e: enum u8 {a = 0}}]", "s: [{e: enum u8 {a = 3; b = 4}}]") == said("s.e.a", "0", "3"));
    CHECK(say("s: enum u8 {a = 0}", "s: enum u16 {a = 0}") == said("s", "enum u8", "enum u16"));
    CHECK(say("s: enum u8 {a = 0}", "s: u8") == said("s", "enum u8 {a = 0}", "u8"));
    CHECK(say("s: map<enum u8 {a = 0}, {x: u8}>", "s: map<enum u8 {a = 0; b = 1}, {x: u8}>") == said("", "", ""));
}

TEST_CASE("a change in a depth that nobody writes is told at the deepest field that is kept", "[layout_change]") {
    std::string was = "i8";
    std::string is = "i16";
    for (int i = 0; i < 12; ++i) {
        was = "{f: " + was + "}";
        is = "{f: " + is + "}";
    }
    was = "f: " + was;
    is = "f: " + is;
    const said found = say(was, is);
    CHECK(std::get<0>(found) == "f.f.f.f.f.f.f.f");
    CHECK(std::get<1>(found) == "{f: {f: {f: {f: {f: i8}}}}}");
}
