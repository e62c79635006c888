#include "sillok/testing/schema_laws.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "sillok/store/memory_store.hpp"
#include "sillok/testing/broken_stores.hpp"

using namespace sillok;

// The two layouts of the laws are told apart, and one of them reads more than the other.
static_assert(layout_of<testing::laws::first_layout> != layout_of<testing::laws::other_layout>);
static_assert(reads_layout(layout_of<testing::laws::more_moods>, layout_of<testing::laws::first_layout>));
static_assert(!reads_layout(layout_of<testing::laws::first_layout>, layout_of<testing::laws::more_moods>));

TEST_CASE("a law about layouts says what it saw") {
    memory_store whole;
    testing::unnoting_store broken(whole);
    testing::manual_clock clock;
    std::vector<std::string> found;
    const auto report = [&](const testing::finding& each) { found.push_back(each.what); };
    testing::store_probe probe(broken, clock, "notes", report);
    testing::laws::the_first_event_of_a_version_notes_its_layout(probe);
    REQUIRE_FALSE(found.empty());
    CHECK(found[0] == "layouts that are noted after the first event: 0 instead of 1");
}
