#pragma once
// What an open file store consists of.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

#include "sillok/core/bytes.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/current_view.hpp"
#include "sillok/store/file/durability.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/follower.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/group_sync.hpp"
#include "sillok/store/file/lock.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/options.hpp"
#include "sillok/store/file/recovery.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/schema_book.hpp"

namespace sillok::detail {

struct file_state {
    file_state(std::string where, directory within, const store_identity& identity, const file_options& options)
        : log(std::move(within), identity, options.durability, options.cache_bytes),
          nothing(hash_seed(identity.store)),
          kept(hash_seed(identity.store)),
          ledger(options.clock, nothing, kept),
          path(std::move(where)),
          durability(options.durability),
          batch_window(options.batch_window),
          read_only(options.read_only),
          view(log, indexing, !options.read_only, options.clustered),
          follower(log, view, kept, schemas, indexing) {}

    bool is_foreign() const noexcept { return watch.is_in_child(); }
    error foreign() const {
        return error(error_kind::closed, path + ": the handle belongs to process " + std::to_string(owner) +
                                             ", which forked; the child has to open the store itself");
    }
    error unreadable() const { return error(error_kind::damaged, path + ": " + report.damage); }

    result<void> may_write() const {
        if (read_only) return error(error_kind::closed, path + ": was opened for reading only");
        if (closed || closing.load()) return ended();
        if (damaged.load()) return error(error_kind::damaged, path + ": damage was found; nothing is written");
        if (log.is_poisoned()) return ended();
        return {};
    }

    // The last event that readers get: the last one, or after a failure the last that is surely recorded.
    std::uint64_t last(horizon upto) const noexcept {
        return upto == horizon::durable || read_only || log.is_poisoned() ? log.durable_position()
                                                                          : visible.load(std::memory_order_acquire);
    }

    // Makes durable what is written by now.
    //
    // Errors: outcome_unknown
    result<void> sync() {
        log_tip tip;
        {
            const monitor_lock writing(appending);
            tip = log.tip();
        }
        synced_at.store(steady_now(), std::memory_order_relaxed);
        auto synced = log.sync(tip);
        announce();
        return synced;
    }
    // Wakes who waits for events, or for the end of them.
    void announce() {
        const monitor_lock index(indexing);
        indexing.announce();
    }
    bool is_ended() const noexcept { return closed || log.is_poisoned(); }
    error ended() const {
        return error(
            error_kind::closed,
            path + (closed || closing.load() ? ": the store was closed"
                                             : ": an earlier write or sync failed; open the store again to go on"));
    }

    // Waits until everything up to that position is durable.
    //
    // Errors: outcome_unknown
    result<void> make_durable(std::uint64_t position) {
        const auto is_durable = [&]() -> result<bool> {
            if (log.durable_position() >= position) return true;
            if (!log.is_poisoned()) return false;
            return error(error_kind::outcome_unknown,
                         path + ": a sync of several appends failed; reopen the store to see what is recorded");
        };
        return syncs.wait(is_durable, [&]() -> result<void> {
            auto synced = sync();
            return synced ? result<void>() : result<void>(std::move(synced).error().within(path));
        });
    }

    // What the chosen durability asks for behind an append.
    //
    // Errors: outcome_unknown
    result<void> settle(std::uint64_t position) {
        const auto is_due = [&] {
            return steady_now() - synced_at.load(std::memory_order_relaxed) >= durability.interval();
        };
        const bool is_wanted = durability.is_durable() || (durability.is_timed() && is_due());
        return is_wanted ? make_durable(position) : result<void>();
    }

    // What another process has made durable is taken in, where this one only reads. `report.damage` stands, if it was opened beside
    // damage.
    //
    // Errors: damaged, io
    result<void> follow() const {
        if (!read_only || closed || is_foreign() || !report.damage.empty()) return {};
        auto followed = follower.advance();
        return followed ? result<void>() : result<void>(std::move(followed).error().within(path));
    }

    // Waits for what another process makes durable. Each who waits watches for itself: first it begins to watch, and then it
    // looks, so that no change is missed.
    //
    // Errors: closed, damaged, io
    result<position> await_writer(position after, timeout patience) const {
        const std::int64_t began = steady_now();
        for (std::optional<log_follower::watch> watching;;) {
            if (closed) return ended();
            if (auto followed = follow(); !followed) return std::move(followed).error();
            const position now{last(horizon::durable)};
            const std::int64_t left = patience.nanoseconds - (steady_now() - began);
            if (now > after || left <= 0) return now;
            if (watching) {
                watching->await(left);
            } else {
                watching.emplace(follower);
            }
        }
    }

    // Calls `look` with the view, and again where it failed because of an index that then was made anew. Damage ends the writing.
    template <class Look>
    auto looking(Look look) const -> decltype(look(std::declval<const log_view&>())) {
        std::shared_ptr<const log_view> held;
        return looking(held, look);
    }
    template <class Look>
    auto looking(std::shared_ptr<const log_view>& held, Look look) const
        -> decltype(look(std::declval<const log_view&>())) {
        auto followed = follow();
        if (!followed) return std::move(followed).error();
        bool is_again = false;
        const auto informed = [&](const log_view& at) -> decltype(look(at)) {
            // What is missing in a segment that was put there meanwhile, an act says.
            if (std::exchange(is_again, true)) followed = follow();
            if (!followed) return std::move(followed).error();
            return look(at);
        };
        auto answer = view.looking(held, informed);
        if (!followed) return answer;
        if (answer) return answer;
        if (answer.error() == error_kind::damaged) note_damage(answer.error().text());
        return std::move(answer).error().within(path);
    }

    // Takes over what was found when the store was opened, or made when it was created.
    void open(std::shared_ptr<log_view> found) {
        if (!read_only && !log.end().is_sealed) {
            active = found->extents.back()->postings.get();
            ledger.enter(*active);
        }
        if (!found->extents.empty() && !log.end().is_sealed)
            log.segment()->end.store(log.end().offset, std::memory_order_relaxed);
        ledger.restore({log.end().next.position - 1}, log.end().next.time);
        visible.store(log.durable_position(), std::memory_order_release);
        view.install(std::move(found));
        if (!read_only) view.file_indexes();
    }

    // Ends the segment that is written, with its index.
    //
    // Errors: no_space, outcome_unknown
    result<void> seal() {
        auto sealed = std::make_shared<extent>();
        const auto now = view.now();
        if (auto ended = log.seal(log.end().next.time); !ended) return ended;
        describe(*sealed, *now->extents.back(), log.end());
        view.replace(std::move(sealed));
        view.file_indexes();
        return {};
    }

    // Begins a segment, in the course of an append that is not staged yet.
    //
    // Errors: no_space, io: nothing changed; outcome_unknown; std::bad_alloc
    result<void> begin_segment(timestamp now) {
        auto fresh = std::make_shared<extent>();
        fresh->postings = std::make_shared<segment_postings>(hash_seed(log.identity().store));
        std::shared_ptr<extent> sealed;
        const auto before = view.now();
        if (!before->extents.empty() && before->extents.back()->postings) sealed = std::make_shared<extent>();
        auto next = std::make_shared<log_view>(*before);
        next->extents.reserve(before->extents.size() + 1);

        if (!log.end().is_sealed)
            if (auto ended = log.seal(now); !ended) return ended;
        if (sealed) describe(*sealed, *before->extents.back(), log.end());
        if (auto begun = log.begin_segment(log.segment()->number() + 1, now); !begun) return begun;
        fresh->segment = log.segment();

        active = fresh->postings.get();
        has_unfiled.store(sealed != nullptr, std::memory_order_relaxed);
        view.install_made(std::move(next), [&](const log_view& present, log_view& made) noexcept {
            made.extents =
                present.extents;  // an index may have been put into a file meanwhile; there is room for as many
            if (sealed) made.extents.back() = std::move(sealed);
            made.extents.push_back(std::move(fresh));
            ledger.enter(*active);
        });
        return {};
    }
    // The first event of a stream that is kept.
    //
    // Errors: stream_deleted
    result<version> first_kept(const stream_view& stream) const {
        if (kept.is_empty()) return version{1};
        if (is_foreign()) return foreign();
        const monitor_lock hold(indexing);
        const version first = kept.first(stream);
        if (first == none_kept) return stream_is_deleted(stream);
        return first;
    }
    bool is_hidden(const record_view& record) const {
        if (kept.is_empty()) return false;
        const monitor_lock hold(indexing);
        return kept.is_hidden(record);
    }
    // Whether more may be posted than is to be seen.
    bool hides_events() const noexcept { return read_only || log.is_poisoned(); }

    // Damage ends the writing, now and after the next open; that the note cannot be written changes nothing for now.
    void note_damage(const std::string& what) const {
        if (read_only || damaged.exchange(true)) return;
        static_cast<void>(log.files().replace("damage", as_bytes(what + '\n')));
    }

    monitor scrubbing;  // held by whoever scrubs, before all others
    monitor appending;  // held by whoever appends, up to the write
    group_sync syncs;
    mutable monitor indexing;  // held for moments: guards the view, and what is posted, against readers
    mutable file_log log;
    segment_postings nothing;  // what is posted before there is a segment to write to
    segment_postings* active = nullptr;
    kept_streams kept;    // guarded by `indexing`
    schema_book schemas;  // likewise
    detail::ledger ledger;
    std::atomic<std::uint64_t> visible{0};
    mutable std::atomic<bool> damaged{false};
    byte_buffer frame;
    writer_lock lock;
    open_report report;
    std::string path;
    fork_watch watch;
    ::pid_t owner = ::getpid();
    sillok::durability durability;
    std::size_t batch_window;
    std::atomic<std::int64_t> synced_at{steady_now()};  // nanoseconds of the steady clock
    std::atomic<bool> has_unfiled{false};               // a sealed segment has its index only in memory
    bool read_only;
    std::atomic<bool> closed{false};
    std::atomic<bool> closing{false};  // who scrubs or archives leaves off after the segment
    mutable current_view view;
    mutable log_follower follower;  // where it is read_only
};

}  // namespace sillok::detail
