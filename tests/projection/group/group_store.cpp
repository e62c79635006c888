#include "sillok/projection/group/group_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

#include "sillok/projection/group/file_group_store.hpp"
#include "sillok/projection/group/memory_group_store.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;
using namespace std::chrono_literals;

namespace {

struct half_a_group {
    result<group_identity> identity() const { return group_identity{}; }
    result<void> leave(const uuid&) { return {}; }
};

}  // namespace

TEST_CASE("what keeps a group is told by its functions") {
    STATIC_REQUIRE(group_store<memory_group_store>);
    STATIC_REQUIRE(group_store<file_group_store>);
    STATIC_REQUIRE(group_store<group_store_ref>);
    STATIC_REQUIRE(!group_store<half_a_group>);
}

TEST_CASE("a reference to a group does what the group does") {
    testing::manual_clock clock;
    memory_group_store group({.partitions = 3}, clock);
    const group_store_ref ref = group;
    uuid id;
    id.octets[0] = 1;
    CHECK(ref.identity().value().partitions == 3);
    const auto own = ref.join({id, 30s, "one"}).value();
    REQUIRE(own.size() == 3);
    const partition_commit done[] = {{1, own[1].token, {7}}};
    CHECK(ref.commit(done));
    CHECK(ref.renew(id).value()[1].committed == position{7});
    CHECK(group.status().value().members.size() == 1);
    CHECK(ref.status().value().members[0].name == "one");
    CHECK(ref.status().value().members[0].until == timestamp{clock.now().nanoseconds + 30'000'000'000});
    CHECK(ref.leave(id));
    CHECK(ref.status().value().members.empty());
}
