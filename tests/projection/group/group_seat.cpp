#include "sillok/projection/group/group_seat.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "sillok/projection/group/memory_group_store.hpp"
#include "sillok/testing/group_probe.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;
using namespace std::chrono_literals;
using detail::group_seat;

namespace {

struct world {
    testing::manual_clock clock;
    memory_group_store group{{.partitions = 4}, clock};
    group_seat seat{group, 30s, "seat", clock};
};

}  // namespace

TEST_CASE("a seat is due when a third of its lease is over, and when the clock went back") {
    world w;
    CHECK(w.seat.is_due());
    CHECK(w.seat.renew().value().gained == 4);
    CHECK(!w.seat.is_due());
    CHECK(w.seat.left_ns() == 10'000'000'000);
    w.clock.advance(9s);
    CHECK(!w.seat.is_due());
    w.clock.advance(1s);
    CHECK(w.seat.is_due());
    CHECK(w.seat.renew());
    w.clock.advance(-1h);
    CHECK(w.seat.is_due());
}

TEST_CASE("a seat keeps what it handled of partitions that it keeps, and of no others") {
    world w;
    CHECK(w.seat.renew());
    for (std::uint32_t i = 0; i < 4; ++i) w.seat.find(i)->handled = {100 + i};
    const auto first = w.seat.held();
    CHECK(w.group.join({testing::numbered_member(1), 30s, ""}));
    const auto change = w.seat.renew().value();
    CHECK(change.lost == 2);
    CHECK(change.gained == 0);
    CHECK(w.seat.held().size() == 2);
    CHECK(w.seat.find(0)->handled == position{100});
    CHECK(w.seat.find(3) == nullptr);
    CHECK(w.seat.find(4711) == nullptr);
    CHECK(w.group.renew(testing::numbered_member(1)).value().size() == 2);
    CHECK(w.group.leave(testing::numbered_member(1)));
    CHECK(w.seat.renew().value().gained == 2);
    CHECK(w.seat.find(3)->handled == position{0});  // it comes again: what was not committed is not known to others
    CHECK(w.seat.find(3)->token > first[3].token);
}

TEST_CASE("a seat commits what it has though others are gone, and joins again when it was given up") {
    world w;
    CHECK(w.seat.renew());
    for (std::uint32_t i = 0; i < 4; ++i) w.seat.find(i)->handled = {10};
    w.clock.advance(31s);
    CHECK(w.group.join({testing::numbered_member(1), 30s, ""}).value().size() == 4);
    const auto change = w.seat.commit().value();
    CHECK(change.has_lapsed);
    CHECK(change.lost == 4);
    CHECK(w.seat.held().empty());
    for (const partition_status& each : std::vector(w.group.status().value().partitions))
        CHECK(each.committed == position{0});
    // Now one partition goes, while it is a member all the same.
    CHECK(w.group.leave(testing::numbered_member(1)));
    CHECK(w.seat.renew().value().gained == 4);
    for (std::uint32_t i = 0; i < 4; ++i) w.seat.find(i)->handled = {20};
    CHECK(w.group.join({testing::numbered_member(2), 30s, ""}));
    CHECK(w.group.renew(w.seat.id()).value().size() == 2);  // as if the answer of a renewal had been lost
    const auto after = w.seat.commit().value();
    CHECK(after.lost == 2);
    CHECK(!after.has_lapsed);
    const auto partitions = w.group.status().value().partitions;
    CHECK(partitions[0].committed == position{20});
    CHECK(partitions[1].committed == position{20});
    CHECK(partitions[2].committed == position{0});
    // And one comes back under another token, after somebody else had it.
    const std::uint64_t token = w.seat.find(0)->token;
    w.seat.find(0)->handled = {30};
    w.seat.find(1)->handled = {30};
    w.clock.advance(31s);
    CHECK(w.group.renew(testing::numbered_member(2)).value().size() == 4);
    CHECK(w.group.join({w.seat.id(), 30s, ""}).value().empty());
    CHECK(w.group.leave(testing::numbered_member(2)));
    CHECK(w.seat.renew().value().gained == 4);
    CHECK(w.seat.find(0)->token > token);
    CHECK(w.seat.find(0)->handled == position{20});
    CHECK(w.seat.leave());
    CHECK(w.seat.leave());
    CHECK(w.group.status().value().members.empty());
}

TEST_CASE("a seat reads from the partition that is behind, and every second time from the one that is ahead") {
    world w;
    CHECK(w.seat.renew());
    CHECK(w.seat.next_from() == position{0});
    w.seat.pass({0}, {50});
    CHECK(w.seat.least() == position{50});
    w.seat.find(2)->handled = {7};
    CHECK(w.seat.next_from() == position{50});
    CHECK(w.seat.next_from() == position{7});
    CHECK(w.seat.next_from() == position{50});
    w.seat.pass({50}, {60});  // whoever stands behind where it was read from has not come further
    CHECK(w.seat.find(2)->handled == position{7});
    CHECK(w.seat.most() == position{60});
    w.seat.pass({7}, {30});
    CHECK(w.seat.find(2)->handled == position{30});
    CHECK(w.seat.find(1)->handled == position{60});
    CHECK(w.seat.is_ahead_by(60));
    CHECK(!w.seat.is_ahead_by(61));
    w.seat.go_back();
    CHECK(w.seat.most() == position{0});
}

TEST_CASE("the copy of a seat in a forked child acts for nobody") {
    world w;
    CHECK(w.seat.renew());
    w.seat.find(0)->handled = {9};
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0)
        ::_exit(w.seat.renew().error() == error_kind::closed && w.seat.commit().error() == error_kind::closed &&
                        w.seat.leave().error() == error_kind::closed
                    ? 0
                    : 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
