#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/fixed_string.hpp>

namespace {
template <sillok::fixed_string Text>
struct named {
    static constexpr auto text = Text;
};
}  // namespace

TEST_CASE("a text can be a template argument", "[fixed_string]") {
    STATIC_REQUIRE(named<"account.opened">::text.view() == "account.opened");
    STATIC_REQUIRE(std::is_same_v<named<"a">, named<"a">>);
    STATIC_REQUIRE(!std::is_same_v<named<"a">, named<"b">>);
    STATIC_REQUIRE(named<"">::text.view().empty());
    CHECK(named<"x">::text == sillok::fixed_string("x"));
    CHECK_FALSE(named<"x">::text == sillok::fixed_string("y"));
}
