#include "sillok/projection/group/memory_group_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <random>

#include "sillok/testing/group_laws.hpp"

using namespace sillok;

namespace {

struct in_memory {
    std::optional<memory_group_store> current;
    group_store_ref fresh(const group_settings& settings, clock_ref clock) { return current.emplace(settings, clock); }
};

}  // namespace

TEST_CASE("a group in memory keeps every law") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    in_memory source;
    const auto seen = testing::check_groups(
        source, seed, [](const testing::finding& each) { FAIL_CHECK(each.law << ": " << each.what); });
    CHECK(seen.laws == 10);
    CHECK(seen.checks > 1000);
}

TEST_CASE("a group in memory with settings that make no sense says so, whatever is asked") {
    for (const std::uint32_t partitions : {0U, partitions_max + 1}) {
        memory_group_store group({.partitions = partitions});
        CHECK(group.identity().error() == error_kind::invalid_argument);
        CHECK(group.status().error() == error_kind::invalid_argument);
        CHECK(group.join({testing::numbered_member(1), detail::timeout_of(1), ""}).error() ==
              error_kind::invalid_argument);
        CHECK(group.commit({}).error() == error_kind::invalid_argument);
        CHECK(group.leave(testing::numbered_member(1)).error() == error_kind::invalid_argument);
    }
    memory_group_store unnamed({.partitioned_by = ""});
    CHECK(unnamed.identity().error() == error_kind::invalid_argument);
}
