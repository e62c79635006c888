#include <string>
#include <string_view>
#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/name.hpp>

namespace {

template <const auto& Literal>
concept compiles_as_a_name = requires {
    typename std::bool_constant<(sillok::name(Literal), true)>;
};

constexpr char sound[] = "account";
constexpr char spaced[] = "my account";

}  // namespace

TEST_CASE("a literal that is not a name does not compile as one", "[name]") {
    STATIC_REQUIRE(compiles_as_a_name<sound>);
    STATIC_REQUIRE_FALSE(compiles_as_a_name<spaced>);
}

TEST_CASE("a name is printable and has no separators", "[name]") {
    constexpr sillok::name account = "account";
    STATIC_REQUIRE(account.view() == "account");
    constexpr std::string_view converted = account;
    STATIC_REQUIRE(converted == "account");
    STATIC_REQUIRE(sillok::is_name("money.deposited"));
    STATIC_REQUIRE(sillok::is_name("~!"));
    for (const char* text : {"", "a b", "a\"b", "a\\b", "a,b", "a\tb", "\x7f", "é"}) CHECK(!sillok::is_name(text));
    CHECK(sillok::is_name(std::string(255, 'x')));
    CHECK(!sillok::is_name(std::string(256, 'x')));
    CHECK(!sillok::is_name(std::string("a\0b", 3)));
}
