#include "sillok/store/file/archive.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace sillok;
using namespace sillok::detail;

TEST_CASE("where segments are is said line by line, and read as it was written", "[archive]") {
    const std::vector<archived_range> ranges{{3, "/mnt/a b"}, {10, "/c"}};
    const std::string text = archived_text(ranges);
    CHECK(text == "3 /mnt/a b\n10 /c\n");
    for (const std::string& each : {text, text.substr(0, text.size() - 1)}) {
        const auto read = parse_archived(each).value();
        REQUIRE(read.size() == 2);
        CHECK(archive_of(read, 1) == "/mnt/a b");
        CHECK(archive_of(read, 3) == "/mnt/a b");
        CHECK(archive_of(read, 4) == "/c");
        CHECK(archive_of(read, 10) == "/c");
        CHECK(archive_of(read, 11).empty());
    }
    CHECK(parse_archived("").value().empty());
}

TEST_CASE("a line that says nothing is named", "[archive]") {
    for (const std::string_view text :
         {"3 /a\n3 /b\n", "3 /a\n2 /b\n", "3 /a\nx /b", "3 /a\n4", "3 /a\n4 ", "3 /a\n4 b", "3 /a\n\n4 /b",
          "3 /a\n12345678901 /b", "3 /a\n /b", "3 /a\n0 /b"}) {
        const auto read = parse_archived(text);
        CAPTURE(text);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error() == error_kind::malformed);
        CHECK(read.error().text().find("line 2") != std::string::npos);
    }
}
