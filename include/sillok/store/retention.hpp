#pragma once
// What of a stream is kept: acts by which a store stops giving out events. They are recorded as events are, and never undone.
//
//     sillok::truncate(store, {"account", "42"}, sillok::version{101}, {.reason = "2025 is closed"});   // 101 is a summary
//     sillok::delete_stream(store, {"customer", "7"}, {.source = "desk", .reason = "the customer asked for it"});

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok {

// Of a stream that was deleted.
inline constexpr version none_kept{(std::numeric_limits<std::uint64_t>::max)()};

// A stream and the first of its events that is kept. `none_kept`: the stream is deleted, and its name never comes back.
struct stream_cut {
    stream_view stream;
    version from;
};

// For people: who wanted it, up to 255 bytes, and why, up to 1,024.
struct retention_note {
    std::string_view source{};
    std::string_view reason{};
};

// One act: it holds for all of the streams, or for none. A stream may stand here once.
struct retention_request {
    std::span<const stream_cut> streams;
    retention_note note{};
};

// What was recorded of an act, stream by stream.
struct retention_act {
    stream_view stream;
    version from;   // the first event that is kept, or `none_kept`
    position at{};  // the last position of the log when it was recorded
    timestamp time;
    retention_note note{};

    bool is_deletion() const noexcept { return from == none_kept; }
};

// Takes an act, valid until it returns; returns whether to go on.
using act_visitor = function_ref<bool(const retention_act&)>;

// A store that can be told what to keep.
//
// retain     From then on no reader gets an event before the one that a stream is cut to, neither by stream nor by position nor by
//            tag, and its tags do not hold a `none_tagged` any more. Positions and versions stay as they are: nothing moves up, and
//            none is given twice. A stream that is deleted answers every reader and every append with `stream_deleted`. What is asked
//            for and holds already is not recorded again.
//            Errors:     invalid_argument: a cut behind the last event, a stream without events, a stream that stands there twice;
//                        too_large; stream_deleted, of a cut; what an append can say. Nothing was recorded then, but for
//                        outcome_unknown.
//            Durability: on return, whatever was chosen for appends
// read_acts  gives what was recorded of acts, in no order that a reader may count on.
//
// Threads: any number at once, for both
template <class S>
concept retaining_store = event_store<S> &&
    requires(S& store, const S& readable, const retention_request& request, act_visitor visitor) {
    { store.retain(request) } -> std::same_as<result<void>>;
    { readable.read_acts(visitor) } -> std::same_as<result<void>>;
};

// Events before `from` are not kept. The event at `from` has to be one that stands for all before it: an aggregate whose
// events are cut off loads only from an event that it lists as a summary.
template <retaining_store S>
result<void> truncate(S& store, stream_view stream, version from, const retention_note& note = {}) {
    const stream_cut cut[] = {{stream, from}};
    return store.retain({cut, note});
}

// Nothing of the stream is kept, and its name never comes back.
template <retaining_store S>
result<void> delete_stream(S& store, stream_view stream, const retention_note& note = {}) {
    const stream_cut cut[] = {{stream, none_kept}};
    return store.retain({cut, note});
}

}  // namespace sillok
