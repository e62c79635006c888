#include "sillok/store/file/open_state.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstdint>

#include "../file_recovery.hpp"

using namespace sillok;

TEST_CASE("whatever call fails while a store is created, the next attempt makes it or finds it", "[open]") {
    bool is_over = false;
    for (std::uint64_t at = 1; !is_over; ++at) {
        testing::faulty_device disk;
        testing::manual_clock clock;
        const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
        disk.fail_call(at, EIO);
        const auto first = detail::open_state("s", options);
        is_over = disk.calls() < at;
        CAPTURE(at);
        if (is_over) {
            REQUIRE(first.has_value());
            CHECK((*first)->report.created);
            CHECK((*first)->view.now()->extents.size() == 1);
            continue;
        }
        if (first) continue;  // a call whose failure does not matter
        CHECK_FALSE(first.error().text().empty());
        disk.heal();
        const auto second = detail::open_state("s", options);
        REQUIRE(second.has_value());
        CHECK((*second)->visible.load() == 0);
        CHECK((*second)->may_write().has_value());
    }
}

TEST_CASE("what may not be created is not, and nothing is left of the attempt", "[open]") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    for (const bool read_only : {false, true}) {
        const auto opened =
            detail::open_state("s", {.clock = clock, .must_exist = !read_only, .read_only = read_only, .device = disk});
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error() == error_kind::no_such_store);
        CHECK(disk.names("s").empty());
    }
    for (const std::uint64_t bytes : {segment_bytes_min - 1, segment_bytes_max + 1}) {
        const auto opened = detail::open_state("s", {.clock = clock, .segment_bytes = bytes, .device = disk});
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error() == error_kind::invalid_argument);
        CHECK(disk.names("s").empty());
    }
}

TEST_CASE("a store that cannot be opened is not locked by the attempt", "[open]") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
    {
        auto store = file_store::open("s", options).value();
        for (int i = 0; i < 30; ++i) REQUIRE(recovery_tests::append(store, "x", i));
    }
    std::vector<std::byte>& first = *disk.content("s", detail::segment_name(1));
    first[50] ^= std::byte{1};
    for (int round = 0; round < 2; ++round) {
        const auto refused = detail::open_state("s", options);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error() == error_kind::damaged);
    }
    first[50] ^= std::byte{1};
    CHECK(detail::open_state("s", options).has_value());
}
