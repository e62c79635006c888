#include "sillok/projection/table/row_tree.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace sillok::detail;

namespace {

struct entry {
    tree_links links;
    std::uint32_t value;
};

// A tree of numbers, equal ones in the order of their coming.
struct numbers {
    row_slots slots{sizeof(entry), alignof(entry)};
    row_tree tree;

    row_tree::place place() const { return {slots, 0}; }
    std::uint32_t& value(row_slot s) const { return reinterpret_cast<entry*>(slots.at(s))->value; }
    row_slot add(std::uint32_t n) {
        const row_slot s = slots.take();
        value(s) = n;
        tree.link(place(), s, [&](row_slot other) { return value(other) <= n; });
        return s;
    }
    void remove(row_slot s) {
        tree.unlink(place(), s);
        slots.give(s);
    }
    std::vector<std::uint32_t> all() const {
        std::vector<std::uint32_t> found;
        if (tree.size(place()) == 0) return found;
        for (row_slot s = tree.nth(place(), 0); s != no_slot; s = tree.next(place(), s)) found.push_back(value(s));
        return found;
    }
};

}  // namespace

TEST_CASE("a tree of rows holds what a sorted list holds, through thousands of changes") {
    const auto seed = Catch::getSeed();
    CAPTURE(seed);
    std::mt19937 random(seed);
    numbers rows;
    std::vector<std::pair<std::uint32_t, row_slot>> list;
    for (int step = 0; step < 20'000; ++step) {
        CAPTURE(step);
        // It grows, shrinks to nothing, and grows again.
        const bool grows = (step / 2500) % 2 == 0;
        if (list.empty() || random() % 100 < (grows ? 70U : 20U)) {
            const auto n = static_cast<std::uint32_t>(random() % 500);
            const auto behind = std::upper_bound(list.begin(), list.end(), n,
                                                 [](std::uint32_t a, const auto& b) { return a < b.first; });
            list.insert(behind, {n, rows.add(n)});
        } else {
            const auto gone = list.begin() + static_cast<std::ptrdiff_t>(random() % list.size());
            rows.remove(gone->second);
            list.erase(gone);
        }
        REQUIRE(rows.tree.size(rows.place()) == list.size());
        if (step % 40 != 0) continue;
        REQUIRE(rows.tree.is_sound(rows.place()));
        REQUIRE(rows.tree.last() == (list.empty() ? no_slot : list.back().second));
        for (std::uint32_t i = 0; i < list.size(); ++i) REQUIRE(rows.tree.nth(rows.place(), i) == list[i].second);
        for (std::size_t i = 0; i < list.size(); ++i) {
            REQUIRE(rows.tree.next(rows.place(), list[i].second) ==
                    (i + 1 == list.size() ? no_slot : list[i + 1].second));
            REQUIRE(rows.tree.previous(rows.place(), list[i].second) == (i == 0 ? no_slot : list[i - 1].second));
        }
        const auto n = static_cast<std::uint32_t>(random() % 510);
        REQUIRE(rows.tree.count_before(rows.place(), [&](row_slot s) { return rows.value(s) < n; }) ==
                std::count_if(list.begin(), list.end(), [&](const auto& each) { return each.first < n; }));
    }
}

TEST_CASE("a tree of rows that come in order, in reverse, or go from one end stays low") {
    numbers ascending;
    numbers descending;
    std::vector<row_slot> slots;
    constexpr std::uint32_t count = 30'000;
    for (std::uint32_t n = 0; n < count; ++n) {
        slots.push_back(ascending.add(n));
        descending.add(count - n);
    }
    CHECK(ascending.tree.is_sound(ascending.place()));
    CHECK(descending.tree.is_sound(descending.place()));
    for (std::uint32_t n = 0; n + 10 < count; ++n) ascending.remove(slots[n]);
    CHECK(ascending.tree.is_sound(ascending.place()));
    CHECK(ascending.all().size() == 10);
    CHECK(ascending.all().front() == count - 10);
    std::size_t asked = 0;
    static_cast<void>(descending.tree.count_before(descending.place(), [&](row_slot s) {
        ++asked;
        return descending.value(s) < 777;
    }));
    CHECK(static_cast<double>(asked) <= 2.5 * std::log2(count) + 1);
}
