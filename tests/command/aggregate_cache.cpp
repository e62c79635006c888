#include "sillok/command/aggregate_cache.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

TEST_CASE("a cache holds no more than its capacity, and drops what was not used for longest") {
    sillok::aggregate_cache<std::string> cache(2);
    cache.put("a", "1");
    cache.put("b", "2");
    cache.put("a", "1 again");
    cache.put("c", "3");
    CHECK_FALSE(cache.take("b"));
    CHECK(cache.take("a") == "1 again");
    CHECK(cache.take("c") == "3");
}

TEST_CASE("a value that is taken has left the cache") {
    sillok::aggregate_cache<int> cache(2);
    cache.put("a", 1);
    CHECK(cache.take("a") == 1);
    CHECK_FALSE(cache.take("a"));
}

TEST_CASE("a cache without capacity keeps nothing") {
    sillok::aggregate_cache<int> cache(0);
    cache.put("a", 1);
    CHECK_FALSE(cache.take("a"));
}

TEST_CASE("a value comes back under its key, as it was changed meanwhile") {
    sillok::aggregate_cache<std::string> cache(2);
    cache.put("a", "1");
    auto taken = cache.take("a");
    taken->append(" and more");
    cache.put("a", *std::move(taken));
    CHECK(cache.take("a") == "1 and more");
}
