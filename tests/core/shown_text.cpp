#include <string_view>
#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/shown_text.hpp>

namespace {

template <char... Text>
struct was;
struct old_type {
    static constexpr sillok::detail::shown_text value = sillok::detail::show("i64");
};
struct nothing {
    static constexpr sillok::detail::shown_text value = sillok::detail::show("");
};

}  // namespace

TEST_CASE("a text is told by its characters", "[shown_text]") {
    STATIC_REQUIRE(std::is_same_v<sillok::detail::told_as<was, old_type>, was<'i', '6', '4'>>);
    STATIC_REQUIRE(std::is_same_v<sillok::detail::told_as<was, nothing>, was<>>);
}

TEST_CASE("a text for a message is cut where it is too long", "[schema_lock]") {
    constexpr auto shown = sillok::detail::show(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen");
    CHECK(std::string_view(shown.text, shown.size) ==
          "one two three four five six seven eight nine ten eleven twelve thirte...");
    constexpr auto whole = sillok::detail::show("i64");
    CHECK(std::string_view(whole.text, whole.size) == "i64");
}
