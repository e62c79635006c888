#include "sillok/store/file/state.hpp"

#include <catch2/catch_test_macros.hpp>

#include "../file_recovery.hpp"

using namespace sillok;

TEST_CASE("an append that was given up is gone from every index, and the next one takes its place") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .device = disk}).value();
    disk.leave_space(10);
    const auto refused = recovery_tests::append(store, "x", 1);
    REQUIRE_FALSE(refused.has_value());
    CHECK(store.last(horizon::visible) == position{0});
    CHECK(store.version_of({"account", "odd"}).value() == version{0});
    uuid batch;
    batch.octets[0] = 1;
    batch.octets[15] = 1;
    CHECK_FALSE(store.find_batch(batch).value());
    disk.heal();
    const auto done = recovery_tests::append(store, "y", 1);
    REQUIRE(done.has_value());
    CHECK(done->first == position{1});
    CHECK(recovery_tests::read(store) == std::vector<std::string>{"y"});
}
