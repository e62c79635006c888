#include "sillok/codec/weak_layout.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sillok/codec/layout.hpp"

namespace {

using sillok::weak_change_of;
using sillok::weakly_reads_layout;

static_assert(weakly_reads_layout("a: i64; b: string", "a: i64; b: string"));
static_assert(weakly_reads_layout("b: string; a: i64", "a: i64; b: string"), "the order is no matter");
static_assert(weakly_reads_layout("a: i64; c: bool", "a: i64; b: string"), "one is gone, one is new");
static_assert(weakly_reads_layout("", "a: i64"));
static_assert(weakly_reads_layout("a: i64", ""));
static_assert(!weakly_reads_layout("a: i32", "a: i64"));
static_assert(!weakly_reads_layout("a: i64?", "a: i64"));
static_assert(!weakly_reads_layout("a: i64", "a: i64?"));
static_assert(weakly_reads_layout("as: i64", "a: string"), "a name that begins alike is another name");

}  // namespace

TEST_CASE("under a weak schema members of structs within the struct come and go, too") {
    STATIC_REQUIRE(weakly_reads_layout("lines: [{sku: string; left: bool}]; at: timestamp",
                                       "lines: [{sku: string; count: u32}]; at: timestamp"));
    STATIC_REQUIRE(
        weakly_reads_layout("m: map<string, {b: i64}>; x: {y: {q: u8}}", "m: map<string, {a: i64}>; x: {y: {z: {}}}"));
    STATIC_REQUIRE(weakly_reads_layout("e: variant<{a: i64}, {b: i64}>", "e: variant<{a: i64; c: i8}, {}>"));
    CHECK_FALSE(weakly_reads_layout("lines: [{sku: string; count: i64}]", "lines: [{sku: string; count: u32}]"));
    CHECK_FALSE(weakly_reads_layout("m: map<string, {a: i32}>", "m: map<string, {a: i64}>"));
    CHECK_FALSE(weakly_reads_layout("e: variant<{a: i64}, string>", "e: variant<{a: i64}>"));
    CHECK_FALSE(weakly_reads_layout("e: [{a: i64}]", "e: {a: i64}"));
    CHECK_FALSE(weakly_reads_layout("e: {a: i64}[3]", "e: {a: i64}[2]"));
}

TEST_CASE("under a weak schema enumerators may come, and none may go or change") {
    STATIC_REQUIRE(
        weakly_reads_layout("s: enum u8 {open = 0; shut = 1}; t: {u: bool}", "s: enum u8 {open = 0}; t: {v: bool}"));
    CHECK_FALSE(
        weakly_reads_layout("s: enum u8 {open = 0}; t: {u: bool}", "s: enum u8 {open = 0; shut = 1}; t: {v: bool}"));
    CHECK_FALSE(weakly_reads_layout("s: enum i8 {open = 0}", "s: enum u8 {open = 0}"));
    CHECK(weakly_reads_layout("s: enum u8; n: i8", "s: enum u8 {open = 0; shut = 1}"));
}

TEST_CASE("what changed is told by the member that both have") {
    constexpr auto change =
        weak_change_of("gone: i8; kept: bool; lines: [{n: u32}]", "new: i8; lines: [{n: u64}]; kept: bool");
    STATIC_REQUIRE(change.exists());
    CHECK(path_of(change) == "lines");
    CHECK(change.recorded == "[{n: u32}]");
    CHECK(change.now == "[{n: u64}]");
    CHECK_FALSE(weak_change_of("gone: i8; kept: bool", "kept: bool").exists());
}
