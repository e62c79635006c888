#include "sillok/store/file/key_filter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <vector>

using sillok::detail::key_filter;

TEST_CASE("a key that was added is never said to be missing, and one in a hundred others at most is not") {
    for (const std::size_t keys : {1U, 2U, 100U, 10'000U, 300'000U}) {
        std::mt19937_64 random(keys);
        std::vector<std::uint64_t> added(keys);
        key_filter filter(keys);
        for (std::uint64_t& each : added) filter.add(each = random());
        CHECK(filter.bytes() <= 2 * keys + key_filter::block_bytes);
        std::vector<std::byte> stored(filter.bytes());
        filter.store(stored.data());
        const key_filter again(stored);
        std::size_t missing = 0;
        for (const std::uint64_t each : added) missing += !filter.may_have(each) + !again.may_have(each);
        CHECK(missing == 0);
        std::size_t wrong = 0;
        for (int i = 0; i < 100'000; ++i) wrong += again.may_have(random());
        CHECK(wrong < 1'000);
    }
}

TEST_CASE("a filter of nothing has nothing, and its bytes are the same everywhere") {
    CHECK_FALSE(key_filter().may_have(7));
    CHECK_FALSE(key_filter(0).may_have(7));
    key_filter one(1);
    one.add(0x0123456789ABCDEF);
    REQUIRE(one.bytes() == 32);
    std::vector<std::byte> stored(32);
    one.store(stored.data());
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(stored[i]) << (8 * i);
    CHECK(word == std::uint32_t{1} << (0x89ABCDEFU * 0x47B6137BU >> 27));
}
