#include "sillok/testing/store_races.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <set>

#include "sillok/store/memory_store.hpp"
#include "sillok/testing/broken_stores.hpp"

using namespace sillok;

TEST_CASE("a race runs every piece of work once, at the same time") {
    std::atomic<unsigned> sum{0};
    std::atomic<unsigned> inside{0};
    testing::laws::race(4, [&](unsigned i) {
        sum += 1U << i;
        ++inside;
        while (inside.load() < 4) std::this_thread::yield();  // ends only if all four run at once
    });
    CHECK(sum.load() == 15);
}

TEST_CASE("a store that checks without locking loses the race for one version") {
    testing::manual_clock clock;
    memory_store whole(clock);
    testing::unlocked_store broken(whole);
    std::atomic<std::size_t> findings{0};
    const auto count = [&](const testing::finding&) { ++findings; };
    testing::store_probe probe(broken, clock, "of those who expect one version one wins", count);
    testing::laws::of_those_who_expect_one_version_one_wins(probe);
    CHECK(findings.load() > 0);
}
