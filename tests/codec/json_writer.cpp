#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/json_writer.hpp>

TEST_CASE("UTF-8 is told from what is not", "[json_writer]") {
    using sillok::detail::is_utf8;
    for (const std::string_view good :
         {"", "abc", "é", "실록", "😀", "\x7f", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
        CHECK(is_utf8(good));
    for (const std::string_view bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                                       "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "a\xff"})
        CHECK(!is_utf8(bad));
}

TEST_CASE("bytes are written in base64", "[json_writer]") {
    const auto base64 = [](std::string_view text) {
        return sillok::detail::to_base64(reinterpret_cast<const unsigned char*>(text.data()), text.size());
    };
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foobar") == "Zm9vYmFy");
}
