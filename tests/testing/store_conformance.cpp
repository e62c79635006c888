#include "sillok/testing/store_conformance.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>

#include "sillok/store/memory_store.hpp"

using namespace sillok;

namespace {

struct memory_source {
    std::optional<memory_store> current;
    int opened = 0;
    store_ref fresh(clock_ref clock) {
        ++opened;
        return current.emplace(clock);
    }
};
// What does not outlive being closed, and claims that it does.
struct forgetting_source : memory_source {
    store_ref reopen() { return current.emplace(); }
};

static_assert(testing::store_source<memory_source> && !testing::reopening_store_source<memory_source>);
static_assert(testing::reopening_store_source<forgetting_source>);

}  // namespace

TEST_CASE("every law gets a store of its own, and the looks are counted") {
    memory_source source;
    const testing::conformance seen =
        testing::check_store(source, [](const testing::finding& each) { FAIL_CHECK(each.what); });
    CHECK(seen.laws == static_cast<std::size_t>(source.opened));
    CHECK(seen.checks > 1000);
    CHECK(seen.findings == 0);
}

TEST_CASE("a store that can be opened again is held to what it kept") {
    forgetting_source source;
    std::size_t flagged = 0;
    static_cast<void>(testing::check_store(
        source, [&](const testing::finding& each) { flagged += each.law == "what is recorded outlives the store"; }));
    CHECK(flagged > 0);
}
