#pragma once
// The laws that every store of a group keeps, as a test that anybody can run against one of theirs.
//
//     struct my_source {
//         std::optional<my_group> current;
//         sillok::group_store_ref fresh(const sillok::group_settings& settings, sillok::clock_ref clock) { … }
//     };
//     my_source source;
//     auto seen = sillok::testing::check_groups(source, seed, [](const auto& f) { std::cerr << f.law << ": " << f.what << '\n'; });

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "sillok/core/uuid.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/testing/group_probe.hpp"
#include "sillok/testing/manual_clock.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing {

// `fresh` ends the group before and gives a new one with these settings, whose leases are over by that clock; it is valid until the
// next call.
template <class S>
concept group_source = requires(S& source, const group_settings& settings, clock_ref clock) {
    { source.fresh(settings, clock) } -> std::convertible_to<group_store_ref>;
};

struct group_conformance {
    std::size_t laws = 0;
    std::size_t checks = 0;
    std::size_t findings = 0;
};

}  // namespace sillok::testing

namespace sillok::testing::group_laws {

using namespace std::chrono_literals;

inline void a_group_is_what_it_was_made(group_probe& p) {
    uuid log;
    log.octets[3] = 9;
    p.begin_with({.partitions = 5, .partitioned_by = "tenant", .log = log});
    const auto first = p.store.identity();
    const auto second = p.store.identity();
    if (!p.expect(first.has_value() && second.has_value(), "there is no identity")) return;
    p.expect(first->partitions == 5 && first->partitioned_by == "tenant" && first->log == log, "it is another one");
    p.expect(!first->id.is_nil() && first->id == second->id, "it has no id of its own");
    p.expect(p.status().partitions.size() == 5 && p.status().members.empty(), "it does not begin empty");
    p.begin_with({.partitions = 5});
    const auto third = p.store.identity();
    p.expect(third.has_value() && third->id != first->id, "a new group has the id of an old one");
}

inline void a_member_gets_what_is_free_and_gives_up_what_is_too_much(group_probe& p) {
    p.expect(p.join(1).size() == 6, "the first member does not get everything");
    p.expect(p.join(1).size() == 6, "joining again loses something");
    p.expect(p.join(2).empty(), "a member was robbed before it asked");
    p.expect(p.status().members.size() == 2, "there are not two members");
    p.expect(p.renew(1).size() == 3, "it does not give up what is too much");
    p.expect(p.renew(2).size() == 3, "the other one does not get what is free");
    p.expect(p.renew(1).size() == 3, "a renewal changes what was even");
    p.leave(1);
    p.expect(p.renew(2).size() == 6, "what a member left behind is nobody's");
    p.leave(2);
    p.leave(2);
    for (const partition_status& each : p.status().partitions)
        p.expect(each.owner.is_nil(), "it belongs to one who left");
    p.expect(p.status().members.empty(), "one who left is a member");
}

inline void partitions_are_even_and_stay_where_they_are(group_probe& p) {
    for (const std::uint32_t partitions : {1U, 2U, 7U, 16U, 61U}) {
        p.begin_with({.partitions = partitions});
        std::mt19937_64 random(p.seed + partitions);
        std::vector<unsigned> members;
        for (unsigned change = 1; change <= 12; ++change) {
            const group_status before = p.status();
            if (members.size() < 2 || random() % 3 != 0) {
                members.push_back(change);
                p.join(change);
            } else {
                p.leave(members.back());
                members.pop_back();
            }
            for (int round = 0; round < 2; ++round)
                for (const unsigned each : members) p.renew(each);
            const group_status settled = p.status();
            for (const unsigned each : members) p.renew(each);
            const group_status after = p.status();
            std::map<uuid, std::uint32_t> counts;
            for (const unsigned each : members) counts[numbered_member(each)] = 0;
            for (std::size_t i = 0; i < after.partitions.size(); ++i) {
                const partition_status& now = after.partitions[i];
                p.expect(counts.contains(now.owner), "a partition is nobody's when all have asked twice");
                ++counts[now.owner];
                p.expect(now.token == settled.partitions[i].token, "it moves though nothing has changed");
                const uuid& old = before.partitions[i].owner;
                const bool had_a_reason =
                    old.is_nil() || !counts.contains(old) || now.owner == numbered_member(change) || now.owner == old;
                p.expect(had_a_reason, "it moved from one who stays to another who was there");
            }
            std::uint32_t most = 0;
            std::uint32_t least = partitions;
            for (const auto& [id, count] : counts) {
                most = (std::max)(most, count);
                least = (std::min)(least, count);
            }
            p.expect(most - least <= 1, "two members differ by more than one partition");
        }
    }
}

inline void a_token_grows_with_every_change_of_owner(group_probe& p) {
    std::map<std::uint32_t, std::uint64_t> last;
    for (unsigned round = 1; round < 20; ++round) {
        for (const owned_partition& each : p.join(round)) {
            p.expect(each.token > last[each.number], "a new owner has no greater token");
            last[each.number] = each.token;
            p.expect(p.commit(each, round), "its owner cannot commit");
        }
        if (round % 2 == 0)
            p.leave(round);
        else
            p.clock.advance(31s);
    }
}

inline void an_old_token_commits_nothing(group_probe& p) {
    const auto first = p.join(1);
    if (!p.expect(first.size() == 6, "the first member does not get everything")) return;
    p.expect(p.commit(first[0], 10), "its owner cannot commit");
    p.clock.advance(31s);
    p.expect(p.commit(first[0], 11), "a token is of no use though nobody else has asked");
    const auto second = p.join(2);
    if (!p.expect(second.size() == 6 && second[0].committed == position{11},
                  "it does not get the partitions as they are"))
        return;
    p.refuses({{0, first[0].token, {12}}}, error_kind::fenced, "an old token commits");
    p.refuses({{0, first[0].token, {11}}}, error_kind::fenced, "an old token commits what is committed already");
    for (const owned_partition& each : second) p.expect(p.commit(each, 20), "the new owner cannot commit");
    p.refuses({{0, second[0].token + 1, {30}}}, error_kind::fenced, "a token that is not given yet commits");
    p.leave(2);
    p.refuses({{0, second[0].token, {30}}}, error_kind::fenced, "a token commits that was given back");
    p.refuses({{0, second[0].token + 1, {30}}}, error_kind::fenced, "the token of nobody commits");
    const auto again = p.join(1);
    p.expect(again.size() == 6, "one who was replaced cannot come back");
    p.refuses({{0, first[0].token, {30}}}, error_kind::fenced, "a token lives again with its owner");
    p.expect(p.committed(0) == 20, "a position is not what was committed last");
}

inline void a_commit_is_whole_and_does_not_go_back(group_probe& p) {
    const auto own = p.join(1);
    if (!p.expect(own.size() == 6, "the first member does not get everything")) return;
    const auto with = [&](std::size_t i, std::uint64_t upto) {
        return partition_commit{own[i].number, own[i].token, {upto}};
    };
    p.expect(p.store.commit(std::vector{with(0, 5), with(1, 7)}).has_value(),
             "two partitions cannot be committed together");
    p.expect(p.committed(0) == 5 && p.committed(1) == 7, "they are not committed");
    p.expect(p.store.commit(std::vector{with(0, 5)}).has_value(), "the same position cannot be committed again");
    p.refuses({with(2, 9), with(0, 4)}, error_kind::invalid_argument, "a position goes back");
    p.refuses({with(2, 9), {own[3].number, own[3].token - 1, {9}}}, error_kind::fenced, "one of two tokens is old");
    p.refuses({with(2, 9), {6, 1, {9}}}, error_kind::invalid_argument, "a partition that there is not is committed");
    p.refuses({with(2, 9), with(2, 9)}, error_kind::invalid_argument, "a partition is committed twice in one act");
    p.expect(p.store.commit({}).has_value(), "a commit of nothing fails");
    p.expect(p.commit(own[0], ~std::uint64_t{0}), "a large position cannot be committed");
}

inline void only_the_silent_lose_their_place(group_probe& p) {
    p.join(1);
    p.clock.advance(29s);
    p.join(2);
    p.expect(p.status().members.size() == 2, "one who was not silent for too long was removed");
    p.clock.advance(29s);
    p.expect(p.store.renew(numbered_member(2)).has_value(), "a renewal within the lease fails");
    p.expect(p.status().members.size() == 1, "a silent one is still there");
    const auto late = p.store.renew(numbered_member(1));
    p.expect(!late && late.error() == error_kind::fenced, "one who was removed renews as if nothing was");
    p.join(1);
    p.clock.advance(100h);
    p.expect(p.store.renew(numbered_member(1)).has_value(), "one whom nobody missed cannot renew");
    p.expect(p.status().members.size() == 1, "the other one, who was silent, is still there");
    const auto stranger = p.store.renew(numbered_member(9));
    p.expect(!stranger && stranger.error() == error_kind::fenced, "one who never joined renews");
}

inline void a_clock_that_jumps_costs_a_lease_at_most(group_probe& p) {
    p.clock.advance(10h);
    const auto first = p.join(1);
    p.clock.advance(-10h);
    p.expect(p.join(2).empty(), "a clock that went back took a member's partitions");
    p.expect(p.store.renew(numbered_member(1)).has_value(), "a member cannot renew when the clock went back");
    p.clock.advance(10h);
    p.join(3);
    p.clock.advance(-10h);
    p.join(4);
    p.clock.advance(31s);
    p.renew(4);
    p.expect(p.status().members.size() == 1, "a lease lasts longer because the clock went back");
    p.refuses({{0, first.empty() ? 1 : first[0].token, {5}}}, error_kind::fenced, "an old token commits after a jump");
}

inline void what_makes_no_sense_is_refused(group_probe& p) {
    const auto kind = [&](const new_member& who) {
        const auto joined = p.store.join(who);
        return joined ? error_kind::io : joined.error().kind();
    };
    const std::string long_name(member_name_bytes_max + 1, 'n');
    p.expect(kind({{}, 30s, "nil"}) == error_kind::invalid_argument, "a member without an id joined");
    p.expect(kind({numbered_member(1), 0s, "none"}) == error_kind::invalid_argument, "a member without a lease joined");
    p.expect(kind({numbered_member(1), 30s, long_name}) == error_kind::too_large, "a member with a long name joined");
    p.expect(p.status().members.empty(), "one who was refused is a member");
    p.expect(p.store.join({numbered_member(1), std::chrono::hours(24 * 365 * 200), "patient"}).has_value(),
             "a member with a long lease is refused");
    p.clock.advance(24h);
    p.join(2);
    p.expect(p.status().members.size() == 2, "a long lease is over after a day");
    p.refuses({{0, 0, {1}}}, error_kind::fenced, "token 0 commits");
}

// Each adds one to positions that it reads first. Where two could commit at a time, one of these additions would be lost.
inline void of_those_that_race_one_has_the_right(group_probe& p) {
    p.begin_with({.partitions = 3});
    std::mutex mutex;
    std::map<std::uint32_t, std::uint64_t> added;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            for (unsigned round = 0; round < 40; ++round) {
                const uuid id = numbered_member(t * 100 + round % 3);
                auto own = p.store.join({id, group_probe::lease, "racer"});
                if (!p.expect(own.has_value(), "a join in a race failed")) return;
                for (int i = 0; i < 3; ++i) {
                    for (const owned_partition& each : *own) {
                        const std::uint64_t now = p.committed(each.number);
                        if (!p.commit(each, now + 1)) continue;
                        const std::lock_guard hold(mutex);
                        ++added[each.number];
                    }
                    std::this_thread::yield();
                    if (t == 2) p.clock.advance(7s);
                    auto next = p.store.renew(id);
                    if (next) *own = *next;
                    if (!next && !p.expect(next.error() == error_kind::fenced, "a renewal in a race failed")) return;
                }
                if (round % 2 == 0) p.expect(p.store.leave(id).has_value(), "leaving in a race failed");
            }
        });
    for (auto& each : threads) each.join();
    std::uint64_t all = 0;
    for (std::uint32_t i = 0; i < 3; ++i) {
        p.expect(p.committed(i) == added[i], "two had the right to one partition at a time");
        all += added[i];
    }
    p.expect(all > 50, "nobody got anything done");
}

struct law {
    std::string_view name;
    void (*holds)(group_probe&);
};

inline constexpr law all[] = {
    {"a group is what it was made", a_group_is_what_it_was_made},
    {"a member gets what is free and gives up what is too much",
     a_member_gets_what_is_free_and_gives_up_what_is_too_much},
    {"partitions are even and stay where they are", partitions_are_even_and_stay_where_they_are},
    {"a token grows with every change of owner", a_token_grows_with_every_change_of_owner},
    {"an old token commits nothing", an_old_token_commits_nothing},
    {"a commit is whole and does not go back", a_commit_is_whole_and_does_not_go_back},
    {"only the silent lose their place", only_the_silent_lose_their_place},
    {"a clock that jumps costs a lease at most", a_clock_that_jumps_costs_a_lease_at_most},
    {"what makes no sense is refused", what_makes_no_sense_is_refused},
    {"of those that race one has the right", of_those_that_race_one_has_the_right},
};

}  // namespace sillok::testing::group_laws

namespace sillok::testing {

// Runs every law against groups of the source, each against a fresh one, and reports what does not hold.
//
// Threads: starts three of its own, and joins them. The report is called by one at a time.
template <group_source Source>
group_conformance check_groups(Source& source, std::uint64_t seed, finding_report report) {
    group_conformance seen;
    const auto counted = [&](const finding& each) {
        ++seen.findings;
        report(each);
    };
    for (const auto& law : group_laws::all) {
        manual_clock clock;
        const auto begin = [&](const group_settings& settings) -> group_store_ref {
            return source.fresh(settings, clock);
        };
        group_probe probe(begin, clock, seed, law.name, counted);
        law.holds(probe);
        ++seen.laws;
        seen.checks += probe.checks;
    }
    return seen;
}

}  // namespace sillok::testing
