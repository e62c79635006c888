#include <catch2/catch_test_macros.hpp>

#include <sillok/core/hash.hpp>

TEST_CASE("a hash is the one of RFC 9923", "[hash]") {
    CHECK(sillok::hash64({}) == 0xcbf29ce484222325U);
    CHECK(sillok::hash64(sillok::as_bytes("a")) == 0xaf63dc4c8601ec8cU);
    CHECK(sillok::hash64(sillok::as_bytes("foobar")) == 0x85944171f73967e8U);
    CHECK(sillok::hash64(sillok::as_bytes("bar"), sillok::hash64(sillok::as_bytes("foo"))) == 0x85944171f73967e8U);
}
