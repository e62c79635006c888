#include "sillok/projection/table/row_chains.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <map>
#include <random>

using namespace sillok::detail;

TEST_CASE("chains of rows find each by its hash, however many have the same") {
    struct entry {
        chain_link link;
        std::uint32_t value;
    };
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    std::mt19937 random(seed);
    row_slots slots(sizeof(entry), alignof(entry));
    row_chains chains;
    const row_chains::place place{slots, 0};
    const auto value = [&](row_slot s) -> std::uint32_t& { return reinterpret_cast<entry*>(slots.at(s))->value; };
    const auto hash = [](std::uint32_t n) { return n % 7 == 0 ? 5 : n * 2654435761U >> 1; };
    const auto find = [&](std::uint32_t n) {
        return chains.find(place, hash(n), [&](row_slot s) { return value(s) == n; });
    };
    CHECK(find(1) == no_slot);
    std::map<std::uint32_t, row_slot> list;
    for (int step = 0; step < 20'000; ++step) {
        const auto n = static_cast<std::uint32_t>(random() % 3000);
        const auto there = list.find(n);
        REQUIRE(find(n) == (there == list.end() ? no_slot : there->second));
        if (there == list.end() && random() % 3 != 0) {
            chains.make_room(place, list.size() + 1);
            const row_slot s = slots.take();
            value(s) = n;
            chains.link(place, s, hash(n));
            CHECK((place[s].hash & row_chains::linked) != 0);
            list[n] = s;
        } else if (there != list.end()) {
            chains.unlink(place, there->second);
            CHECK(place[there->second].hash == 0);
            slots.give(there->second);
            list.erase(there);
        }
    }
    CHECK(list.size() > 500);
    CHECK(chains.bytes() >= list.size() * sizeof(row_slot));
    for (const auto& [n, s] : list) CHECK(find(n) == s);
}
