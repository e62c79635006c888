#include "sillok/testing/group_laws.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sillok/projection/group/group_table.hpp"

using namespace sillok;

namespace {

// A store of a group in which one thing is wrong.
enum class fault {
    none,
    takes_old_tokens,
    takes_tokens_of_nobody,
    gives_tokens_twice,
    goes_back,
    commits_by_halves,
    keeps_the_silent,
    drops_the_waiting,
    robs,
    hoards,
    wanders,
    believes_the_highest_clock,
    forgets_its_id,
    is_not_atomic,
};

class broken_group {
public:
    broken_group(fault wrong, const group_settings& settings, clock_ref clock)
        : wrong_(wrong),
          identity_{testing::numbered_member(next_id()), settings.partitions, std::string(settings.partitioned_by),
                    settings.log},
          clock_(clock),
          began_(clock.now()),
          table_(settings.partitions) {}

    result<group_identity> identity() const {
        auto said = identity_;
        if (wrong_ == fault::forgets_its_id) said.id = testing::numbered_member(1);
        return said;
    }
    result<std::vector<owned_partition>> join(const new_member& who) {
        return act([&](detail::group_table& t, timestamp now) { return rob(t, who.id, t.join(who, now), now); });
    }
    result<std::vector<owned_partition>> renew(const uuid& member) {
        return act([&](detail::group_table& t, timestamp now) {
            const auto before = t.partitions;
            auto answer = rob(t, member, t.renew(member, now), now);
            if (answer && wrong_ == fault::hoards) {
                t.partitions = before;
                answer = owned_by(t, member);
            }
            if (answer && wrong_ == fault::wanders && !answer->empty()) {
                ++t.partitions[answer->front().number].token;
                answer = owned_by(t, member);
            }
            return answer;
        });
    }
    result<void> leave(const uuid& member) {
        return act([&](detail::group_table& t, timestamp now) -> result<void> {
            t.leave(member, now);
            return {};
        });
    }
    result<void> commit(std::span<const partition_commit> commits) {
        return act([&](detail::group_table& t, timestamp) -> result<void> {
            std::vector<partition_commit> all(commits.begin(), commits.end());
            for (partition_commit& each : all) {
                if (each.number >= t.partitions.size()) continue;
                partition_status& there = t.partitions[each.number];
                if (wrong_ == fault::takes_old_tokens && !there.owner.is_nil() && each.token < there.token)
                    each.token = there.token;
                if (wrong_ == fault::takes_tokens_of_nobody && there.owner.is_nil() && each.token == there.token) {
                    there.committed = each.upto;
                    return {};
                }
                if (wrong_ == fault::goes_back && each.token == there.token)
                    there.committed = (std::min)(there.committed, each.upto);
            }
            if (wrong_ != fault::commits_by_halves) return t.commit(all);
            for (const partition_commit& each : all)
                if (auto done = t.commit({&each, 1}); !done) {
                    halves_ = t;
                    return done;
                }
            return {};
        });
    }
    result<group_status> status() const {
        const std::lock_guard hold(mutex_);
        return table_.status();
    }

private:
    static unsigned next_id() {
        static unsigned last = 1000;
        return ++last;
    }
    static std::vector<owned_partition> owned_by(const detail::group_table& t, const uuid& member) {
        std::vector<owned_partition> owned;
        for (std::uint32_t i = 0; i < t.partitions.size(); ++i)
            if (t.partitions[i].owner == member) owned.push_back({i, t.partitions[i].token, t.partitions[i].committed});
        return owned;
    }
    // Gives the caller its share at once, whoever has it.
    result<std::vector<owned_partition>> rob(detail::group_table& t, const uuid& member,
                                             result<std::vector<owned_partition>> answer, timestamp now) {
        if (!answer || wrong_ != fault::robs) return answer;
        const auto members = t.members;
        for (const auto& each : members) static_cast<void>(t.renew(each.id, now));
        return t.renew(member, now);
    }
    template <class Change>
    auto act(Change change) -> decltype(change(std::declval<detail::group_table&>(), timestamp{})) {
        timestamp now = clock_.now();
        if (wrong_ == fault::keeps_the_silent) now = began_;
        if (wrong_ == fault::drops_the_waiting) now.nanoseconds += 5'000'000'000;
        std::unique_lock hold(mutex_);
        highest_ = (std::max)(highest_, now);
        if (wrong_ == fault::believes_the_highest_clock) now = highest_;
        detail::group_table fresh = table_;
        if (wrong_ == fault::is_not_atomic) {
            hold.unlock();
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
        auto answer = change(fresh, now);
        if (wrong_ == fault::drops_the_waiting)
            for (auto& each : fresh.members) each.until_ns -= 5'000'000'000;
        if (wrong_ == fault::gives_tokens_twice)
            for (std::size_t i = 0; i < fresh.partitions.size(); ++i)
                if (fresh.partitions[i].owner.is_nil()) fresh.partitions[i].token = 0;
        if (wrong_ == fault::is_not_atomic) hold.lock();
        if (answer) table_ = fresh;
        if (halves_) table_ = *std::exchange(halves_, std::nullopt);
        return answer;
    }

    fault wrong_;
    group_identity identity_;
    clock_ref clock_;
    timestamp began_;
    timestamp highest_{};
    mutable std::mutex mutex_;
    detail::group_table table_;
    std::optional<detail::group_table> halves_;
};

struct broken_source {
    fault wrong;
    std::optional<broken_group> current{};
    group_store_ref fresh(const group_settings& settings, clock_ref clock) {
        return current.emplace(wrong, settings, clock);
    }
};

std::set<std::string> laws_broken_by(fault wrong) {
    broken_source source{wrong};
    std::set<std::string> laws;
    const auto seen = testing::check_groups(source, 1, [&](const testing::finding& each) { laws.insert(each.law); });
    CHECK(seen.laws == 10);
    CHECK(seen.checks > 1000);
    CHECK((seen.findings == 0) == laws.empty());
    return laws;
}

}  // namespace

TEST_CASE("the laws of groups find what is wrong with a store of one") {
    CHECK(laws_broken_by(fault::none).empty());
    CHECK(laws_broken_by(fault::takes_old_tokens).contains("an old token commits nothing"));
    CHECK(laws_broken_by(fault::takes_tokens_of_nobody).contains("an old token commits nothing"));
    CHECK(laws_broken_by(fault::gives_tokens_twice).contains("a token grows with every change of owner"));
    CHECK(laws_broken_by(fault::goes_back).contains("a commit is whole and does not go back"));
    CHECK(laws_broken_by(fault::commits_by_halves).contains("a commit is whole and does not go back"));
    CHECK(laws_broken_by(fault::keeps_the_silent).contains("only the silent lose their place"));
    CHECK(laws_broken_by(fault::drops_the_waiting).contains("only the silent lose their place"));
    CHECK(laws_broken_by(fault::robs).contains("a member gets what is free and gives up what is too much"));
    CHECK(laws_broken_by(fault::hoards).contains("partitions are even and stay where they are"));
    CHECK(laws_broken_by(fault::wanders).contains("partitions are even and stay where they are"));
    CHECK(laws_broken_by(fault::believes_the_highest_clock).contains("a clock that jumps costs a lease at most"));
    CHECK(laws_broken_by(fault::forgets_its_id).contains("a group is what it was made"));
    CHECK(laws_broken_by(fault::is_not_atomic).contains("of those that race one has the right"));
}
