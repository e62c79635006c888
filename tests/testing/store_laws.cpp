#include "sillok/testing/store_laws.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sillok/store/memory_store.hpp"
#include "sillok/testing/broken_stores.hpp"

using namespace sillok;

TEST_CASE("a law can be held against one store alone") {
    testing::manual_clock clock;
    memory_store whole(clock);
    testing::duplicating_store broken(whole);
    std::size_t findings = 0;
    const auto count = [&](const testing::finding&) { ++findings; };
    testing::store_probe probe(broken, clock, "positions and versions have no gap", count);
    testing::laws::positions_and_versions_have_no_gap(probe);
    CHECK(findings > 0);
}
