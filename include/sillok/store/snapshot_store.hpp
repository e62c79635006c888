#pragma once
// States of aggregates that are kept so that a load need not read their whole stream: what one consists of, and where they are.
//
//     sillok::memory_snapshots kept;                        // or stored_snapshots, or a store of one's own
//     auto accounts = sillok::repository<account>(store, sillok::snapshots{kept, {.events = 100}});
//
// A snapshot is derived: it may be lost at any time, and it is believed only where it fits the stream and the program.

#include <concepts>
#include <cstdint>

#include "sillok/core/bytes.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

// What an aggregate was after an event of its stream.
struct snapshot {
    stream_view stream{};
    sillok::version version{};      // of that event
    sillok::version first{};        // of the first event that the state is made of: 1, or where the stream was cut to
    sillok::position position{};    // of that event
    uuid event{};                   // its id
    timestamp time{};               // when it was recorded
    std::uint64_t fingerprint = 0;  // of the program that made the state, as far as states depend on it
    bytes_view state{};
};

// Whether `kept` stays when `fresh` is to be saved: it is a later one, or the same.
inline bool outlasts(const snapshot& kept, const snapshot& fresh) noexcept {
    if (kept.version != fresh.version) return kept.version > fresh.version;
    return kept.event == fresh.event && kept.fingerprint == fresh.fingerprint && kept.first == fresh.first;
}

// Takes a snapshot, valid until it returns.
using snapshot_visitor = function_ref<void(const snapshot&)>;

// Where snapshots are kept, one of each stream. The laws are tested by snapshot_laws.hpp (in sillok/testing/).
//
// save  keeps the snapshot in place of the one of its stream that is there, unless that `outlasts` it.
// load  hands the stream's snapshot to the visitor, once, and says whether there was one. What it hands out is what was saved,
//       all of it: what was damaged or written by somebody else counts as none.
// drop  forgets it; afterwards any may be saved. There need not be one.
//
// A snapshot may vanish at any time. Errors are for who asks; a repository counts them and goes on without.
//
// Threads: any number at once, for every function; the visitor may call the store
template <class S>
concept snapshot_store = requires(S& store, const S& readable, const snapshot& fresh, stream_view stream,
                                  snapshot_visitor visit) {
    { store.save(fresh) } -> std::same_as<result<void>>;
    { readable.load(stream, visit) } -> std::same_as<result<bool>>;
    { store.drop(stream) } -> std::same_as<result<void>>;
};

// A reference to a store of snapshots of any kind, which must outlive it; itself such a store.
//
// Threads:    as the store
// Complexity: one indirect call more than the store itself
class snapshot_store_ref {
public:
    template <class S>
        requires(!std::same_as<S, snapshot_store_ref> && snapshot_store<S>)
    constexpr snapshot_store_ref(S& store) noexcept  // NOLINT(google-explicit-constructor)
        : store_(&store), calls_(&table<S>) {}

    result<void> save(const snapshot& fresh) const { return calls_->save(store_, fresh); }
    result<bool> load(stream_view stream, snapshot_visitor visit) const { return calls_->load(store_, stream, visit); }
    result<void> drop(stream_view stream) const { return calls_->drop(store_, stream); }

private:
    struct calls {
        result<void> (*save)(void*, const snapshot&);
        result<bool> (*load)(const void*, stream_view, snapshot_visitor);
        result<void> (*drop)(void*, stream_view);
    };

    template <class S>
    static constexpr calls table{
        [](void* s, const snapshot& fresh) { return static_cast<S*>(s)->save(fresh); },
        [](const void* s, stream_view stream, snapshot_visitor visit) {
            return static_cast<const S*>(s)->load(stream, visit);
        },
        [](void* s, stream_view stream) { return static_cast<S*>(s)->drop(stream); },
    };

    void* store_;
    const calls* calls_;
};

static_assert(snapshot_store<snapshot_store_ref>);

}  // namespace sillok
