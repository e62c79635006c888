#include "sillok/command/read_counts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <thread>
#include <vector>

TEST_CASE("what loads met is summed up, by whatever thread") {
    sillok::detail::read_counts counts;
    CHECK(counts.sum() == sillok::passed_over{});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n) counts.add({1, 2, 3});
            counts.add({});
        });
    for (auto& each : threads) each.join();
    CHECK(counts.sum() == sillok::passed_over{4000, 8000, 12000});
}
