#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/wire.hpp>

#include "codec/sample_events.hpp"

using sillok::detail::kind_of;
using sillok::detail::size_of;
using sillok::detail::wire_kind;
using sillok::detail::wire_size;

TEST_CASE("types are recognised by their shape", "[wire]") {
    STATIC_REQUIRE(kind_of<std::chrono::seconds> == wire_kind::ticks);
    STATIC_REQUIRE(kind_of<std::chrono::local_seconds> == wire_kind::moment);
    STATIC_REQUIRE(kind_of<std::chrono::steady_clock::time_point> != wire_kind::moment);
    STATIC_REQUIRE(kind_of<std::map<int, int>> == wire_kind::map);
    STATIC_REQUIRE(kind_of<std::set<int>> == wire_kind::set);
    STATIC_REQUIRE(kind_of<std::multiset<int>> == wire_kind::unsupported);
    STATIC_REQUIRE(kind_of<std::variant<int>> == wire_kind::variant);
    STATIC_REQUIRE(kind_of<std::vector<std::byte>> == wire_kind::blob);
    STATIC_REQUIRE(kind_of<std::vector<bool>> == wire_kind::flags);
    STATIC_REQUIRE(kind_of<sample::item> == wire_kind::record);
    STATIC_REQUIRE(kind_of<sample::colour> == wire_kind::integer);
    STATIC_REQUIRE(kind_of<const int> == wire_kind::unsupported);
}

TEST_CASE("what is known of a size in advance", "[wire]") {
    STATIC_REQUIRE(size_of<std::pair<std::int64_t, bool>>.fixed);
    STATIC_REQUIRE(size_of<std::array<std::int32_t, 3>>.front == 12);
    // A text's length, then nothing more until the text was read.
    STATIC_REQUIRE(size_of<sample::item>.front == 4);
    STATIC_REQUIRE(size_of<sample::item>.least == 16);
    STATIC_REQUIRE(!size_of<sample::item>.fixed);
    STATIC_REQUIRE(size_of<sample::node>.least == 8);
}
