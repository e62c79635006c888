#include "sillok/projection/table/row_slots.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

using sillok::detail::row_slot;
using sillok::detail::row_slots;

TEST_CASE("slots stay where they are while there are more of them") {
    row_slots slots(24, 8);
    CHECK(slots.bytes() == 0);
    std::vector<std::byte*> places;
    for (row_slot s = 0; s < 100'000; ++s) {
        REQUIRE(slots.take() == s);
        places.push_back(slots.at(s));
        std::memcpy(places.back() + 8, &s, sizeof s);
    }
    CHECK(slots.used() == 100'000);
    CHECK(slots.bytes() >= 24 * 100'000);
    CHECK(slots.bytes() < 2 * 24 * 100'016);
    for (row_slot s = 0; s < 100'000; ++s) {
        REQUIRE(slots.at(s) == places[s]);
        row_slot found = 0;
        std::memcpy(&found, places[s] + 8, sizeof found);
        REQUIRE(found == s);
    }
    CHECK(std::set<std::byte*>(places.begin(), places.end()).size() == 100'000);
}

TEST_CASE("a row_slot that was given back is taken again before there are more") {
    row_slots slots(8, 4);
    for (int i = 0; i < 40; ++i) static_cast<void>(slots.take());
    slots.give(7);
    slots.give(31);
    CHECK(slots.take() == 31);
    CHECK(slots.take() == 7);
    CHECK(slots.take() == 40);
}

TEST_CASE("slots keep what alignment they are asked for") {
    row_slots slots(128, 64);
    for (int i = 0; i < 100; ++i) CHECK(reinterpret_cast<std::uintptr_t>(slots.at(slots.take())) % 64 == 0);
}

TEST_CASE("as many slots as others have are other slots, all of them taken") {
    row_slots slots(8, 4);
    for (int i = 0; i < 1000; ++i) static_cast<void>(slots.take());
    slots.give(3);
    row_slots others = row_slots::as_many_as(slots);
    CHECK(others.used() == 1000);
    CHECK(others.bytes() == slots.bytes());
    CHECK(others.at(999) != slots.at(999));
    CHECK(others.take() == 1000);
    row_slots moved = std::move(others);
    CHECK(moved.take() == 1001);
    CHECK(others.used() == 0);  // NOLINT
    others = std::move(moved);
    CHECK(others.take() == 1002);
    CHECK(row_slots::as_many_as(row_slots(8, 4)).used() == 0);
}
