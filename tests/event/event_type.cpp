#include "sillok/event/event_type.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sillok/codec/wire_shape.hpp"

namespace {

// Source: the test vectors of FNV-1a with 32 bits in RFC 9923, appendix C.
constexpr bool hash_follows_the_rfc() {
    return sillok::name_hash("") == 0x811c9dc5 && sillok::name_hash("a") == 0xe40c292c &&
           sillok::name_hash("foobar") == 0xbf9cf968;
}
static_assert(hash_follows_the_rfc());

constexpr bool a_type_is_its_name_and_revision() {
    const sillok::event_type first("money.withdrawn", 1);
    const sillok::event_type second("money.withdrawn", 2);
    return first.hash == sillok::name_hash("money.withdrawn") && first.hash == second.hash && first != second &&
           first == sillok::event_type("money.withdrawn", 1) && first != sillok::event_type("money.deposited", 1);
}
constexpr bool a_shape_is_no_part_of_a_type() {
    sillok::event_type first("money.withdrawn", 1);
    first.shape = &sillok::detail::shape_of<int>::value;
    sillok::event_type second("money.withdrawn", 1);
    return second.shape == nullptr && first == second;
}
static_assert(a_shape_is_no_part_of_a_type());
static_assert(a_type_is_its_name_and_revision());

}  // namespace

TEST_CASE("a name's hash is FNV-1a of 32 bits") {
    CHECK(hash_follows_the_rfc());
    CHECK(sillok::name_hash("\xff") == ((2166136261U ^ 0xffU) * 16777619U));
}

TEST_CASE("an event type is a name and a revision") { CHECK(a_type_is_its_name_and_revision()); }

TEST_CASE("what a struct looks like is no part of its type") { CHECK(a_shape_is_no_part_of_a_type()); }
