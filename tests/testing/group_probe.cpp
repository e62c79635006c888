#include "sillok/testing/group_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <vector>

#include "sillok/projection/group/memory_group_store.hpp"

using namespace sillok;

TEST_CASE("a probe of a group says what it finds, under the name of its law") {
    testing::manual_clock clock;
    std::optional<memory_group_store> current;
    std::vector<testing::finding> findings;
    const auto report = [&](const testing::finding& each) { findings.push_back(each); };
    const auto begin = [&](const group_settings& settings) -> group_store_ref {
        current.emplace(settings, clock);
        return *current;
    };
    testing::group_probe probe(begin, clock, 1, "a law", report);
    const auto own = probe.join(1);
    REQUIRE(own.size() == 6);
    CHECK(probe.commit(own[0], 3));
    CHECK(probe.committed(0) == 3);
    CHECK(probe.committed(7) == ~std::uint64_t{0});
    CHECK(findings.empty());
    CHECK(!probe.commit(own[0], 2));
    probe.refuses({{0, own[0].token, {4}}}, error_kind::fenced, "it was not refused");
    CHECK(findings.size() == 2);  // it was not refused, and it moved
    CHECK(findings.at(0).law == "a law");
    CHECK(findings.at(0).what == "it was not refused");
    probe.renew(2);
    CHECK(findings.back().what == "a renewal failed");
    probe.begin_with({.partitions = 2});
    CHECK(probe.status().partitions.size() == 2);
    CHECK(probe.checks > 4);
}
