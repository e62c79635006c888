#include "sillok/store/file/files.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "sillok/testing/faulty_device.hpp"

using namespace sillok;

namespace {

detail::directory opened(testing::faulty_device& disk) {
    static_cast<void>(disk.make_directory("d"));
    return detail::directory(disk, detail::owned_file(disk, static_cast<int>(disk.open_directory("d").value)));
}

std::string text_of(testing::faulty_device& disk, const char* name) {
    const auto* const bytes = disk.content("d", name);
    return bytes == nullptr ? "nothing" : std::string(as_text(*bytes));
}

}  // namespace

TEST_CASE("P13: a file that is replaced is the old one or the new one, whenever the power goes") {
    std::size_t old_ones = 0;
    std::size_t new_ones = 0;
    for (std::uint64_t call = 1; call < 12; ++call)
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            testing::faulty_device disk;
            const detail::directory files = opened(disk);
            REQUIRE(files.replace("mark", as_bytes("old")).has_value());
            disk.stop_at_call(call);
            const bool done = files.replace("mark", as_bytes("new and longer")).has_value();
            disk.lose_power(seed);
            const std::string now = text_of(disk, "mark");
            CHECK((now == "new and longer" || (now == "old" && !done)));
            ++(now == "old" ? old_ones : new_ones);
        }
    CHECK(old_ones > 0);
    CHECK(new_ones > 0);
}

TEST_CASE("a write that transfers nothing is an error, not a loop") {
    testing::faulty_device disk;
    const detail::directory files = opened(disk);
    const auto file = files.open_file("f", open_mode::create);
    REQUIRE(file.has_value());
    disk.transfer_at_most(0);
    CHECK(files.write(*file, as_bytes("text"), 0).error == EIO);
    std::byte read[4];
    CHECK(files.read(*file, read, 4, 0).value == 0);
}

TEST_CASE("an error of the operating system says what was done to what") {
    const error e = detail::io_error("cannot be read", "0000000001.segment", EIO);
    CHECK(e.kind() == error_kind::io);
    CHECK(e.text().starts_with("0000000001.segment: cannot be read: "));
    CHECK(detail::io_error("", "", ENOSPC).kind() == error_kind::no_space);
    CHECK(detail::io_error("", "", EDQUOT).kind() == error_kind::no_space);
}
