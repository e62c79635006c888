#include <cstddef>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/spelling.hpp>

TEST_CASE("the holder is found wherever it stands", "[spelling]") {
    using sillok::detail::find_holder;
    static_assert(find_holder("sillok_field_of", 0) == 0);
    static_assert(find_holder("sillok_field_o", 0) == std::string_view::npos);
    static_assert(find_holder("", 0) == std::string_view::npos);
    for (std::size_t before = 0; before < 70; ++before)
        for (const char filling : {'x', 's', 'f', '_', 'o'}) {
            const std::string text = std::string(before, filling) + "sillok_field_of" + std::string(20, filling);
            INFO(text);
            CHECK(find_holder(text, 0) == text.find("sillok_field_of"));
            CHECK(find_holder(text, before + 1) == std::string_view::npos);
            CHECK(find_holder(text + text, before + 1) == text.size() + before);
        }
    // Beginnings of it, one behind the other.
    CHECK(find_holder("sillok_field_sillok_field_osillok_field_of", 0) == 27);
}

TEST_CASE("a field's name is the last word of its address", "[spelling]") {
    using sillok::detail::name_in;
    constexpr std::string_view two =
        "f() [A = {&sillok_field_of<a::b>.value.amount, &sillok_field_of<a::b>.value._unit_2}]";
    static_assert(name_in(two, 0) == "amount");
    static_assert(name_in(two, 1) == "_unit_2");
    static_assert(name_in(two, 2).empty());
    static_assert(name_in("", 0).empty());
}

TEST_CASE("the last word of a text is its last identifier", "[spelling]") {
    using sillok::detail::last_identifier;
    static_assert(last_identifier("a::b)") == "b");
    static_assert(last_identifier("(state)3") == "3");
    static_assert(last_identifier(" $x9 }") == "$x9");
    static_assert(last_identifier("gr\xC3\xB6\xC3\x9F"
                                  "e") ==
                  "gr\xC3\xB6\xC3\x9F"
                  "e");
    static_assert(last_identifier("()").empty());
}
