#include "sillok/store/arena.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <vector>

using sillok::detail::arena;
using sillok::detail::stable_array;

TEST_CASE("what an arena has handed out stays where it is, whatever comes after") {
    arena memory;
    std::vector<std::byte*> taken;
    for (std::size_t i = 0; i < 300; ++i) {
        const std::size_t bytes = 1 + i * 97 % 40'000;
        taken.push_back(memory.take(bytes));
        CHECK(reinterpret_cast<std::uintptr_t>(taken.back()) % 8 == 0);
        std::memset(taken.back(), static_cast<int>(i % 251), bytes);
    }
    for (std::size_t i = 0; i < 300; ++i) CHECK(taken[i][i * 97 % 40'000] == static_cast<std::byte>(i % 251));
    CHECK(memory.take(10'000'000) != nullptr);
}

TEST_CASE("after reserve, takes of as much in all adjoin") {
    arena memory;
    static_cast<void>(memory.take(16'000));
    memory.reserve(4'000);
    std::byte* const first = memory.take(8);
    CHECK(memory.take(3'992) == first + 8);
}

TEST_CASE("a stable array never moves an element") {
    stable_array<int> numbers;
    std::vector<int*> places;
    for (int i = 0; i < 5000; ++i) {
        numbers.reserve(1);
        numbers.push_back(i);
        places.push_back(&numbers[static_cast<std::size_t>(i)]);
    }
    CHECK(numbers.size() == 5000);
    for (std::size_t i = 0; i < 5000; ++i) {
        CHECK(&numbers[i] == places[i]);
        CHECK(numbers[i] == static_cast<int>(i));
    }
}

TEST_CASE("what was given out last is given back, and what was added last forgotten") {
    sillok::detail::arena memory;
    memory.reserve(400);
    std::byte* const first = memory.take(100);
    memory.take(200);
    memory.give_back(first);
    CHECK(memory.take(300) == first);

    for (const int kept : {0, 1, 255, 256, 257, 511, 512, 513, 1024}) {
        const auto size = static_cast<std::size_t>(kept);
        sillok::detail::stable_array<int> numbers;
        for (int i = 0; i < 1500; ++i) numbers.reserve(1), numbers.push_back(i);
        numbers.shrink_to(size);
        REQUIRE(numbers.size() == size);
        for (int i = 0; i < 1500; ++i) numbers.reserve(1), numbers.push_back(5000 + i);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            REQUIRE(numbers[i] == static_cast<int>(i < size ? i : 5000 + i - size));
    }
}
