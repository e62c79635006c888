#pragma once
// When a repository takes snapshots, when it believes them, and how often it did: all that does not depend on the aggregate.

#include <atomic>
#include <cstdint>
#include <limits>

#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/snapshot_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// When a snapshot is due: as soon as there is so much behind the last one, or from the beginning where there is none. What is 0
// does not count.
struct snapshot_cadence {
    std::uint64_t events = 0;
    timeout age{};  // between the last event and that of the last snapshot; converts from the durations of <chrono>
    std::uint64_t bytes = 0;  // of the events' payloads
};

// What a repository did with snapshots since it was made.
struct snapshot_counts {
    std::uint64_t used = 0;   // loads that began with one
    std::uint64_t saved = 0;  // those that were handed to the store of snapshots, and that took
    std::uint64_t stale = 0;  // those that did not fit stream or program, and were dropped
    std::uint64_t failed =
        0;  // errors of the store of snapshots, or of what the aggregate does for them; the load went on
};

}  // namespace sillok

namespace sillok::detail {

// Up to where a snapshot may be used.
struct snapshot_limit {
    version upto{(std::numeric_limits<std::uint64_t>::max)()};
    timestamp until{(std::numeric_limits<std::int64_t>::max)()};
};

// What a state is made of, and what came since its last snapshot.
struct snapshot_progress {
    version first{};  // of the first event that it is made of
    position last{};  // of the last event
    uuid event{};     // the last event
    timestamp time{};
    timestamp start{};         // of the event of the last snapshot, or of the first event
    std::uint64_t events = 0;  // since the last snapshot
    std::uint64_t bytes = 0;
    bool is_claimed = false;  // by a snapshot; whether its event is in the stream is still to be seen
    bool is_read = true;      // by one load, and not remembered from an earlier one
    bool is_partial = false;  // an unknown event is not in it as it would be for whoever knows it, or fails at it

    void add(const record_view& record) noexcept {
        if (first == version{0}) {
            first = record.version();
            start = record.time();
        }
        event = record.id();
        add(1, record.payload().size(), record.position(), record.time());
    }
    // Events that were recorded by oneself, and are not read.
    void add(std::uint64_t count, std::uint64_t payload_bytes, position upto, timestamp at) noexcept {
        if (first == version{0}) {
            first = version{1};
            start = at;
        }
        last = upto;
        time = at;
        events += count;
        bytes += payload_bytes;
    }
    bool is_proven_by(const record_view& record, version at) const noexcept {
        return record.version() == at && record.id() == event && record.position() == last && record.time() == time;
    }
};

// The snapshots of one kind of aggregates. It knows their states by two functions only.
//
// Errors:  none: what goes wrong is counted, and the caller goes on without a snapshot
// Threads: any number at once
class snapshot_keeper {
public:
    using write_function = void (*)(const void* state, byte_buffer& to);
    using read_function = bool (*)(bytes_view from, void* state);  // leaves the state alone where it returns false

    snapshot_keeper(snapshot_store_ref kept, const snapshot_cadence& cadence, std::uint64_t fingerprint,
                    write_function write, read_function read) noexcept
        : kept_(kept), cadence_(cadence), fingerprint_(fingerprint), write_(write), read_(read) {}

    // Puts the state of the stream's snapshot into `state`, and its version into `at`, where there is one that may be used. It
    // is only claimed then: the event at that version has to be seen, and `proven` or `refuted` be called.
    void load(const store_ref& log, stream_view stream, const snapshot_limit& limit, void* state, version& at,
              snapshot_progress& progress) noexcept {
        bool is_stale = false;
        try {
            const auto loaded = kept_.load(stream, [&](const snapshot& kept) {
                is_stale = kept.fingerprint != fingerprint_ || !(kept.stream == stream) || kept.version == version{0} ||
                           kept.event.is_nil();
                if (is_stale || kept.version > limit.upto || kept.time > limit.until) return;
                const auto first = log.first_kept(stream);
                if (!first) return;  // which the load will say
                is_stale = *first != kept.first || !read_(kept.state, state);
                if (is_stale) return;
                at = kept.version;
                progress = {.first = kept.first,
                            .last = kept.position,
                            .event = kept.event,
                            .time = kept.time,
                            .start = kept.time,
                            .is_claimed = true};
            });
            if (!loaded) count(failed_);
        } catch (...) {
            count(failed_);
        }
        if (is_stale) refuted(stream);
    }

    // The event of the snapshot is in the stream.
    void proven() noexcept { count(used_); }
    // The snapshot does not fit.
    void refuted(stream_view stream) noexcept {
        count(stale_);
        drop(stream);
    }
    void drop(stream_view stream) noexcept {
        try {
            if (!kept_.drop(stream)) count(failed_);
        } catch (...) {
            count(failed_);
        }
    }

    // Whether a snapshot of such a state is due, and nothing that it is made of can be lost any more.
    bool wants(const store_ref& log, const snapshot_progress& progress) const {
        return is_due(progress) && progress.last <= log.last(horizon::durable);
    }

    // Takes a snapshot, if one is due: of a state that was read from the log, the whole of it or behind a snapshot.
    void keep(const store_ref& log, stream_view stream, version at, const void* state,
              snapshot_progress& progress) noexcept {
        try {
            if (!progress.is_read || progress.is_partial || !wants(log, progress)) return;
            byte_buffer bytes;
            write_(state, bytes);
            const auto saved = kept_.save({.stream = stream,
                                           .version = at,
                                           .first = progress.first,
                                           .position = progress.last,
                                           .event = progress.event,
                                           .time = progress.time,
                                           .fingerprint = fingerprint_,
                                           .state = bytes.view()});
            count(saved ? saved_ : failed_);
        } catch (...) {
            count(failed_);
        }
        // Also where that failed: a state that is remembered tries again when the next one is due, and not with every command.
        progress.events = 0;
        progress.bytes = 0;
        progress.start = progress.time;
    }

    snapshot_counts counts() const noexcept {
        return {used_.load(std::memory_order_relaxed), saved_.load(std::memory_order_relaxed),
                stale_.load(std::memory_order_relaxed), failed_.load(std::memory_order_relaxed)};
    }

private:
    static void count(std::atomic<std::uint64_t>& what) noexcept { what.fetch_add(1, std::memory_order_relaxed); }

    bool is_due(const snapshot_progress& since) const noexcept {
        if (since.events == 0) return false;
        const std::uint64_t age = static_cast<std::uint64_t>(since.time.nanoseconds) -  // times never decrease
                                  static_cast<std::uint64_t>(since.start.nanoseconds);
        return (cadence_.events != 0 && since.events >= cadence_.events) ||
               (cadence_.bytes != 0 && since.bytes >= cadence_.bytes) ||
               (cadence_.age.nanoseconds > 0 && age >= static_cast<std::uint64_t>(cadence_.age.nanoseconds));
    }

    snapshot_store_ref kept_;
    snapshot_cadence cadence_;
    std::uint64_t fingerprint_;
    write_function write_;
    read_function read_;
    std::atomic<std::uint64_t> used_{0};
    std::atomic<std::uint64_t> saved_{0};
    std::atomic<std::uint64_t> stale_{0};
    std::atomic<std::uint64_t> failed_{0};
};

}  // namespace sillok::detail
