#pragma once
// The rules of a group, without a clock, a lock or a file: what becomes of its members and partitions when somebody asks. Every store
// of a group runs these.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/name.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/projection/group/group_store.hpp"

namespace sillok::detail {

// Longer is for ever, and sums of times stay within their type.
inline constexpr std::int64_t lease_ns_max = 3'200'000'000'000'000'000;

// Whether a group may be made or opened with these.
//
// Errors: invalid_argument
inline result<void> are_sound(const group_settings& wanted) {
    if (wanted.partitions == 0 || wanted.partitions > partitions_max)
        return error(error_kind::invalid_argument, "a group has 1 to " + std::to_string(partitions_max) +
                                                       " partitions, not " + std::to_string(wanted.partitions));
    if (!is_name(wanted.partitioned_by))
        return error(error_kind::invalid_argument,
                     "what a group is partitioned by needs a name of printable characters");
    return {};
}

// Whether a group is what a program takes it for.
//
// Errors: invalid_argument, with both
inline result<void> compare(const group_identity& there, const group_settings& wanted) {
    if (there.partitions != wanted.partitions)
        return error(error_kind::invalid_argument,
                     "the group has " + std::to_string(there.partitions) + " partitions, and the program says " +
                         std::to_string(wanted.partitions) +
                         "; their number never changes: use it, or a group of another name");
    if (there.partitioned_by != wanted.partitioned_by)
        return error(error_kind::invalid_argument, "the group is partitioned by " + there.partitioned_by +
                                                       ", and the program says by " +
                                                       std::string(wanted.partitioned_by) +
                                                       "; that never changes: use it, or a group of another name");
    if (!there.log.is_nil() && !wanted.log.is_nil() && there.log != wanted.log)
        return error(error_kind::invalid_argument, "the group keeps positions of the store " + to_string(there.log) +
                                                       ", and the program says " + to_string(wanted.log));
    return {};
}

class group_table {
public:
    struct member {
        uuid id{};
        std::string name{};
        std::int64_t lease_ns = 0;
        std::int64_t until_ns = 0;
    };

    group_table() = default;
    explicit group_table(std::uint32_t count) : partitions(count) {}

    std::vector<member> members{};
    std::vector<partition_status> partitions{};

    result<std::vector<owned_partition>> join(const new_member& who, timestamp now) {
        if (who.id.is_nil() || who.lease.nanoseconds <= 0)
            return error(error_kind::invalid_argument, "a member of a group has an id and a lease");
        if (who.name.size() > member_name_bytes_max)
            return error(error_kind::too_large, "the name of a member has up to " +
                                                    std::to_string(member_name_bytes_max) + " bytes, not " +
                                                    std::to_string(who.name.size()));
        remove_lapsed(who.id, now);
        member* self = find(who.id);
        if (self == nullptr) {
            if (members.size() == group_members_max)
                return error(error_kind::too_large, "a group has up to " + std::to_string(group_members_max) +
                                                        " members, and this one has them");
            self = &members.emplace_back(member{who.id, std::string(who.name), 0, 0});
        }
        self->lease_ns = (std::min)(who.lease.nanoseconds, lease_ns_max);
        self->until_ns = later(now, self->lease_ns);
        return share_of(who.id);
    }
    result<std::vector<owned_partition>> renew(const uuid& id, timestamp now) {
        remove_lapsed(id, now);
        member* const self = find(id);
        if (self == nullptr)
            return error(error_kind::fenced,
                         "member " + to_string(id) +
                             " is not in the group: its lease was over when another one asked, or it "
                             "has left; it may join again, and gets new tokens");
        self->until_ns = later(now, self->lease_ns);
        return share_of(id);
    }
    void leave(const uuid& id, timestamp now) {
        remove_lapsed(id, now);
        if (find(id) != nullptr) remove([&](const member& each) { return each.id == id; });
    }
    result<void> commit(std::span<const partition_commit> commits) {
        std::vector<bool> is_named(partitions.size());
        for (const partition_commit& each : commits) {
            if (each.number >= partitions.size())
                return refusal(error_kind::invalid_argument, each,
                               " of a group that has " + std::to_string(partitions.size()) + ", counted from 0");
            if (is_named[each.number])
                return refusal(error_kind::invalid_argument, each, " is committed twice in one act");
            is_named[each.number] = true;
            const partition_status& there = partitions[each.number];
            if (there.owner.is_nil() || there.token != each.token)
                return refusal(error_kind::fenced, each,
                               " has token " + std::to_string(there.token) + " by now, of " +
                                   (there.owner.is_nil() ? "nobody" : "member " + to_string(there.owner)) +
                                   ", and token " + std::to_string(each.token) + " commits nothing any more");
            if (each.upto < there.committed)
                return refusal(error_kind::invalid_argument, each,
                               " is committed up to position " + std::to_string(there.committed.value) +
                                   ", and does not go back to " + std::to_string(each.upto.value));
        }
        for (const partition_commit& each : commits) partitions[each.number].committed = each.upto;
        return {};
    }
    group_status status() const {
        group_status seen{{}, partitions};
        for (const member& each : members) seen.members.push_back({each.id, each.name, timestamp{each.until_ns}});
        return seen;
    }

    bool has(const uuid& id) const noexcept {
        return std::any_of(members.begin(), members.end(), [&](const member& each) { return each.id == id; });
    }

private:
    static error refusal(error_kind kind, const partition_commit& which, const std::string& why) {
        return error(kind, "partition " + std::to_string(which.number) + why);
    }
    static std::int64_t later(timestamp now, std::int64_t by) noexcept {
        constexpr std::int64_t end = (std::numeric_limits<std::int64_t>::max)();
        return now.nanoseconds > end - by ? end : now.nanoseconds + by;
    }
    member* find(const uuid& id) noexcept {
        const auto at = std::find_if(members.begin(), members.end(), [&](const member& each) { return each.id == id; });
        return at == members.end() ? nullptr : &*at;
    }
    static void give(partition_status& what, const uuid& to) noexcept {
        what.owner = to;
        ++what.token;
    }

    template <class IsGone>
    void remove(IsGone is_gone) {
        if (std::none_of(members.begin(), members.end(), is_gone)) return;
        for (partition_status& each : partitions)
            if (const member* const owner = find(each.owner); owner != nullptr && is_gone(*owner)) give(each, uuid{});
        members.erase(std::remove_if(members.begin(), members.end(), is_gone), members.end());
    }
    // A clock that went back would make a lease last longer than it is: it ends a lease from now, at the latest.
    void remove_lapsed(const uuid& asking, timestamp now) {
        for (member& each : members) each.until_ns = (std::min)(each.until_ns, later(now, each.lease_ns));
        remove([&](const member& each) { return each.id != asking && each.until_ns <= now.nanoseconds; });
    }

    // Each has the q-th part or one more, and as many have one more as are left over. What the caller has beyond that it gives up,
    // what is free it gets; what others have is theirs until they ask.
    std::vector<owned_partition> share_of(const uuid& id) {
        const std::size_t equal = partitions.size() / members.size();
        std::vector<std::size_t> counts(members.size());
        std::size_t own = 0;
        for (const partition_status& each : partitions)
            if (const member* const owner = find(each.owner))
                ++counts[static_cast<std::size_t>(owner - members.data())];
        std::size_t left_over = partitions.size() % members.size();
        for (std::size_t i = 0; i < members.size(); ++i)
            if (members[i].id == id)
                own = counts[i];
            else if (counts[i] > equal && left_over > 0)
                --left_over;
        const std::size_t share = equal + (left_over > 0 ? 1 : 0);
        for (auto each = partitions.rbegin(); each != partitions.rend() && own > share; ++each)
            if (each->owner == id) give(*each, uuid{}), --own;
        for (auto each = partitions.begin(); each != partitions.end() && own < share; ++each)
            if (each->owner.is_nil()) give(*each, id), ++own;

        std::vector<owned_partition> owned;
        owned.reserve(own);
        for (std::uint32_t i = 0; i < partitions.size(); ++i)
            if (partitions[i].owner == id) owned.push_back({i, partitions[i].token, partitions[i].committed});
        return owned;
    }
};

}  // namespace sillok::detail
