#pragma once
// A group of consumers: who has which partition, by what right, and how far each partition has come. These are the words, and the
// concept of a store that keeps all that for one group.
//
//     sillok::memory_group_store group({.partitions = 16});                                        // threads of one process
//     auto group = sillok::file_group_store::open("groups", "balances", {.partitions = 16});       // processes
//
// A right is a token that grows with every change of owner. Whatever clocks say, an older token commits nothing: time decides only
// when the partitions of a member that is not heard of go to others.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok::detail {

constexpr timeout timeout_of(std::int64_t nanoseconds) noexcept {
    timeout made;
    made.nanoseconds = nanoseconds;
    return made;
}

}  // namespace sillok::detail

namespace sillok {

inline constexpr std::uint32_t partitions_max = 4096;
inline constexpr std::uint32_t group_members_max = 1024;
inline constexpr std::size_t member_name_bytes_max = 64;

// What a group is: chosen when it is created, and compared whenever it is opened.
struct group_settings {
    std::uint32_t partitions = 16;            // 1 to partitions_max; at least as many as there will be members
    std::string_view partitioned_by = "key";  // the name of a `partitioning`
    uuid log{};  // the id of the store whose positions are kept, such as `file_store::id()`; nil: not compared
};

// The same of a group that there is.
struct group_identity {
    uuid id{};  // random, given when it was created; tokens of a group that was removed are of no use in a new one
    std::uint32_t partitions = 0;
    std::string partitioned_by{};
    uuid log{};
};

// The right by which an event is handled. A storage of one's own that remembers the highest token of each partition, and refuses
// lower ones, takes nothing from a member that was replaced. Token 0 is never a right.
struct fence {
    std::uint32_t partition = 0;
    std::uint64_t token = 0;
    friend bool operator==(const fence&, const fence&) = default;
};

// A partition that a member has.
struct owned_partition {
    std::uint32_t number = 0;
    std::uint64_t token = 0;
    position committed{};
    friend bool operator==(const owned_partition&, const owned_partition&) = default;
};

// How far a partition was handled, and by what right.
struct partition_commit {
    std::uint32_t number = 0;
    std::uint64_t token = 0;
    position upto{};
};

struct new_member {
    uuid id{};                // of this one life of it: nobody else may have it, nor itself after a restart
    timeout lease{};          // how long it may be silent before its partitions go to others
    std::string_view name{};  // for people, up to member_name_bytes_max
};

// A group as it stands, for people and monitors.
struct member_status {
    uuid id{};
    std::string name{};
    timestamp until{};  // of its lease
};
struct partition_status {
    uuid owner{};  // nil: nobody
    std::uint64_t token = 0;
    position committed{};
};
struct group_status {
    std::vector<member_status> members{};
    std::vector<partition_status> partitions{};
};

// Keeps one group. Each function is one atomic act; the laws are tested by group_laws.hpp (in sillok/testing/).
//
// identity  is what the group is.
// join      makes a member of the caller and gives it what is free of its share. A second time, it is a renewal.
// renew     begins the lease anew and gives the caller the partitions that it has from now on. Only here, in `leave`, and when its
//           lease is over, does a member lose partitions: it gives up what is beyond its share, and gets what is free. When
//           everybody has renewed twice without a change, nothing is free and two members differ by one partition at most.
//           Errors: fenced: it is no member (any more), since its lease was over when another one asked
// leave     gives all partitions back. Who is no member has left already, and that is no error.
// commit    moves positions, all of them or none. It needs no lease, and no member: the token is enough.
//           Errors: fenced: a partition has another token by now; invalid_argument: a position goes back
// status    is what is there, without any change.
//
// `join`, `renew` and `leave` first remove the other members whose lease is over. A partition's token grows whenever its owner changes,
// also to nobody, and is never given twice.
//
// Durability: on success of a store for several processes, a loss of power takes nothing back
// Threads:    any number at once, for every function
template <class S>
concept group_store = requires(S& store, const S& readable, const new_member& who, const uuid& member,
                               std::span<const partition_commit> commits) {
    { readable.identity() } -> std::same_as<result<group_identity>>;
    { store.join(who) } -> std::same_as<result<std::vector<owned_partition>>>;
    { store.renew(member) } -> std::same_as<result<std::vector<owned_partition>>>;
    { store.leave(member) } -> std::same_as<result<void>>;
    { store.commit(commits) } -> std::same_as<result<void>>;
    { readable.status() } -> std::same_as<result<group_status>>;
};

// A reference to a store of a group of any kind, which must outlive it; itself such a store.
//
// Threads:    as the store
// Complexity: one indirect call more than the store itself
class group_store_ref {
public:
    template <class S>
        requires(!std::same_as<S, group_store_ref> && group_store<S>)
    constexpr group_store_ref(S& store) noexcept  // NOLINT(google-explicit-constructor)
        : store_(&store), calls_(&table<S>) {}

    result<group_identity> identity() const { return calls_->identity(store_); }
    result<std::vector<owned_partition>> join(const new_member& who) const { return calls_->join(store_, who); }
    result<std::vector<owned_partition>> renew(const uuid& member) const { return calls_->renew(store_, member); }
    result<void> leave(const uuid& member) const { return calls_->leave(store_, member); }
    result<void> commit(std::span<const partition_commit> commits) const { return calls_->commit(store_, commits); }
    result<group_status> status() const { return calls_->status(store_); }

private:
    struct calls {
        result<group_identity> (*identity)(const void*);
        result<std::vector<owned_partition>> (*join)(void*, const new_member&);
        result<std::vector<owned_partition>> (*renew)(void*, const uuid&);
        result<void> (*leave)(void*, const uuid&);
        result<void> (*commit)(void*, std::span<const partition_commit>);
        result<group_status> (*status)(const void*);
    };

    template <class S>
    static constexpr calls table{
        [](const void* s) { return static_cast<const S*>(s)->identity(); },
        [](void* s, const new_member& who) { return static_cast<S*>(s)->join(who); },
        [](void* s, const uuid& member) { return static_cast<S*>(s)->renew(member); },
        [](void* s, const uuid& member) { return static_cast<S*>(s)->leave(member); },
        [](void* s, std::span<const partition_commit> commits) { return static_cast<S*>(s)->commit(commits); },
        [](const void* s) { return static_cast<const S*>(s)->status(); },
    };

    void* store_;
    const calls* calls_;
};

static_assert(group_store<group_store_ref>);

}  // namespace sillok
