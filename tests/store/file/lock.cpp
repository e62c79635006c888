#include "sillok/store/file/lock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "sillok/testing/faulty_device.hpp"

using namespace sillok;

TEST_CASE("a moment is written for people") {
    CHECK(detail::utc_text(timestamp{0}) == "1970-01-01T00:00:00Z");
    CHECK(detail::utc_text(timestamp{-1}) == "1969-12-31T23:59:59Z");
    CHECK(detail::utc_text(timestamp{1'769'860'800'999'999'999}) == "2026-01-31T12:00:00Z");
}

TEST_CASE("P8: a lock is held until its own handle is closed, and names its owner") {
    testing::faulty_device disk;
    REQUIRE(disk.make_directory("d").ok());
    const detail::directory files(disk, detail::owned_file(disk, static_cast<int>(disk.open_directory("d").value)));
    auto first = detail::lock_for_writing(files, timestamp{0});
    REQUIRE(first.has_value());
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto second = detail::lock_for_writing(files, timestamp{1});
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().kind() == error_kind::locked);
        CHECK(second.error().text() ==
              "another writer has the store: pid " + std::to_string(::getpid()) + " since 1970-01-01T00:00:00Z");
    }
    *first = detail::owned_file{};
    CHECK(detail::lock_for_writing(files, timestamp{2}).has_value());
}
