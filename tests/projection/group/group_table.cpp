#include "sillok/projection/group/group_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sillok/testing/group_probe.hpp"

using namespace sillok;
using sillok::testing::numbered_member;

// Whatever is asked in whatever order: what each act may do to a group is compared with what it was before.
TEST_CASE("at no time do two members have the right to one partition, whatever is asked") {
    constexpr std::int64_t lease = 1000;
    const auto seed = std::random_device{}();
    std::uint64_t commits = 0;
    std::uint64_t refusals = 0;
    for (std::uint64_t run = 0; run < 300; ++run) {
        INFO("seed " << seed << " run " << run);
        std::mt19937_64 random(seed + run);
        const auto partitions = static_cast<std::uint32_t>(1 + random() % 20);
        detail::group_table table(partitions);
        timestamp now{1'000'000};
        std::vector<owned_partition> rights;  // all that were ever given
        std::map<std::pair<std::uint32_t, std::uint64_t>, uuid> given;
        std::vector<std::uint64_t> last_token(partitions);
        for (int turn = 0; turn < 300; ++turn) {
            const detail::group_table before = table;
            const uuid asking = numbered_member(static_cast<unsigned>(random() % 8));
            result<std::vector<owned_partition>> answer = std::vector<owned_partition>();
            const auto what = random() % 8;
            if (what == 0) {
                now.nanoseconds += static_cast<std::int64_t>(random() % 1500) - 200;
                continue;
            }
            if (what == 1) {
                table.leave(asking, now);
            } else if (what == 2) {
                answer = table.join({asking, detail::timeout_of(lease), "someone"}, now);
            } else if (what < 5) {
                answer = table.renew(asking, now);
                CHECK(answer.has_value() == before.has(asking));
            } else if (!rights.empty()) {
                const owned_partition& right = rights[random() % rights.size()];
                const std::uint64_t upto = random() % 2000;
                const partition_commit one[] = {{right.number, right.token, {upto}}};
                const partition_status& there = before.partitions[right.number];
                const auto done = table.commit(one);
                const bool is_right = !there.owner.is_nil() && there.token == right.token;
                CHECK(done.has_value() == (is_right && upto >= there.committed.value));
                if (done) {
                    // Whoever commits has the greatest right that was ever given.
                    CHECK(right.token == last_token[right.number]);
                    ++commits;
                } else {
                    CHECK(done.error() == (is_right ? error_kind::invalid_argument : error_kind::fenced));
                    ++refusals;
                }
            }
            if (answer) {
                for (const owned_partition& each : *answer) {
                    const auto [at, is_new] = given.emplace(std::pair(each.number, each.token), asking);
                    CHECK(at->second == asking);  // one token, one owner
                    if (is_new) rights.push_back(each);
                }
            }
            for (std::uint32_t i = 0; i < partitions; ++i) {
                const partition_status& was = before.partitions[i];
                const partition_status& is = table.partitions[i];
                CHECK(is.committed >= was.committed);
                CHECK(is.token >= was.token);
                CHECK((is.token > was.token || is.owner == was.owner));
                CHECK((is.owner.is_nil() || table.has(is.owner)));
                // Nobody loses a partition who is alive and did not ask.
                const auto owner = std::find_if(before.members.begin(), before.members.end(),
                                                [&](const auto& each) { return each.id == was.owner; });
                if (owner != before.members.end() && owner->id != asking && owner->until_ns > now.nanoseconds) {
                    CHECK(is.owner == was.owner);
                    CHECK(is.token == was.token);
                }
                if (!is.owner.is_nil()) last_token[i] = is.token;
            }
        }
    }
    CHECK(commits > 1000);
    CHECK(refusals > 1000);
}

TEST_CASE("times at the ends of their type end no lease early and overflow nothing") {
    constexpr std::int64_t end = (std::numeric_limits<std::int64_t>::max)();
    constexpr std::int64_t begin = (std::numeric_limits<std::int64_t>::min)();
    detail::group_table table(2);
    CHECK(table.join({numbered_member(1), detail::timeout_of(end), ""}, timestamp{end - 5}).value().size() == 2);
    CHECK(table.members[0].until_ns == end);
    CHECK(table.join({numbered_member(2), detail::timeout_of(10), ""}, timestamp{begin}).value().empty());
    CHECK(table.members[1].until_ns == begin + 10);
    CHECK(table.has(numbered_member(1)));
}

TEST_CASE("a group has so many members and no more") {
    detail::group_table table(3);
    const timestamp now{0};
    for (unsigned i = 0; i < group_members_max; ++i)
        CHECK(table.join({numbered_member(i + 1), detail::timeout_of(10), ""}, now));
    const auto more = table.join({numbered_member(5000), detail::timeout_of(10), ""}, now);
    REQUIRE(!more);
    CHECK(more.error() == error_kind::too_large);
    CHECK(table.join({numbered_member(7), detail::timeout_of(10), ""}, now));
    CHECK(table.join({numbered_member(5000), detail::timeout_of(10), ""}, timestamp{11}));
    CHECK(table.members.size() == 1);
}

TEST_CASE("a group that there is is compared with what the program takes it for") {
    const group_identity there{numbered_member(1), 4, "key", numbered_member(2)};
    CHECK(detail::compare(there, {.partitions = 4}));
    CHECK(detail::compare(there, {.partitions = 4, .log = numbered_member(2)}));
    for (const group_settings& wanted :
         {group_settings{.partitions = 5}, group_settings{.partitions = 4, .partitioned_by = "tenant"},
          group_settings{.partitions = 4, .log = numbered_member(3)}}) {
        const auto fits = detail::compare(there, wanted);
        REQUIRE(!fits);
        CHECK(fits.error() == error_kind::invalid_argument);
    }
}
