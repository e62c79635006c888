#include "sillok/store/file/opening.hpp"

#include <catch2/catch_test_macros.hpp>

#include "../file_recovery.hpp"

using namespace sillok;

TEST_CASE("a directory is surveyed by the names in it") {
    testing::faulty_device disk;
    recovery_tests::history past;
    recovery_tests::live(disk, past, 0, 5, 1200);
    const auto files = detail::open_store_directory(disk, recovery_tests::path, false).value();
    const auto found = detail::survey(files).value();
    CHECK((found.has_identity && found.has_mark && !found.has_damage && found.foreign.empty()));
    CHECK(found.last_segment == 3);
    CHECK(detail::read_identity(files).value().segment_bytes == segment_bytes_min);
}

TEST_CASE("a creation that was broken off is begun again; segments without their store are not overwritten") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    disk.stop_at_call(20);
    for (std::uint64_t call = 1; call < 30; ++call) {
        INFO("stopped at call " << call);
        testing::faulty_device other;
        other.stop_at_call(call);
        static_cast<void>(file_store::open("s", {.clock = clock, .device = other}));
        other.lose_power(call);
        auto again = file_store::open("s", {.clock = clock, .device = other});
        REQUIRE(again.has_value());
        CHECK(recovery_tests::append(*again, "x", 1).has_value());
    }
    testing::faulty_device lost;
    recovery_tests::history past;
    recovery_tests::live(lost, past, 0, 2, 50);
    lost.erase(recovery_tests::path, "store");
    const auto refused = file_store::open(recovery_tests::path, {.clock = clock, .device = lost});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == error_kind::unsupported_format);
    CHECK(lost.content(recovery_tests::path, "0000000001.segment")->size() > detail::segment_header_bytes);
}

TEST_CASE("segments of sizes that are not possible are refused when a store is created") {
    testing::faulty_device disk;
    for (const std::uint64_t bytes : {std::uint64_t{0}, segment_bytes_min - 1, segment_bytes_max + 1})
        CHECK(file_store::open("s", {.segment_bytes = bytes, .device = disk}).error().kind() ==
              error_kind::invalid_argument);
    CHECK(disk.names("s").empty());
}
