#include <string>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/name.hpp>

TEST_CASE("a name is printable and has no separators", "[name]") {
    constexpr sillok::name account = "account";
    STATIC_REQUIRE(account.view() == "account");
    STATIC_REQUIRE(sillok::is_name("money.deposited"));
    STATIC_REQUIRE(sillok::is_name("~!"));
    for (const char* text : {"", "a b", "a\"b", "a\\b", "a,b", "a\tb", "\x7f", "é"}) CHECK(!sillok::is_name(text));
    CHECK(sillok::is_name(std::string(255, 'x')));
    CHECK(!sillok::is_name(std::string(256, 'x')));
    CHECK(!sillok::is_name(std::string("a\0b", 3)));
}
