#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/binary.hpp>
#include <sillok/codec/binary_reader.hpp>

TEST_CASE("bytes of known number are checked once, at the start of their run", "[binary_reader]") {
    using sillok::detail::checks_in;
    constexpr auto checks = checks_in<std::int64_t, std::string, std::int32_t, std::int32_t, std::string, bool>;
    // The caller has checked the first run: 8 bytes and a length. Behind each text the next run is checked.
    STATIC_REQUIRE(checks[0] == 0);
    STATIC_REQUIRE(checks[1] == 0);
    STATIC_REQUIRE(checks[2] == 12);
    STATIC_REQUIRE(checks[3] == 0);
    STATIC_REQUIRE(checks[4] == 0);
    STATIC_REQUIRE(checks[5] == 1);
}

TEST_CASE("memory is reserved for twice the bytes or a page, whichever is more", "[binary_reader]") {
    using sillok::detail::bounded_reserve;
    CHECK(bounded_reserve(10, 0, 32) == 10);
    CHECK(bounded_reserve(1000, 0, 32) == 128);
    CHECK(bounded_reserve(1000, 32000, 32) == 1000);
    CHECK(bounded_reserve(4'000'000'000, 10'000, 32) == 625);
}
