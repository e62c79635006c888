#pragma once
// What an open file store consists of, and the act by which an append becomes part of it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "sillok/core/bytes.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/arena.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/lock.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/file/recovery.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/log_filter.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok {

struct file_options {
    clock_ref clock{};                                    // referred to
    std::uint64_t segment_bytes = segment_bytes_default;  // of a store that is created: 8 KiB to 1 GiB
    std::size_t batch_window = batch_window_default;      // how many batches with an id are remembered
    bool must_exist = false;                              // a store that is not there is an error
    bool read_only = false;                               // implies must_exist; takes no lock and changes nothing
    sillok::durability durability = durable{};            // what a loss of power may take
    device_ref device = default_device();                 // referred to
};

}  // namespace sillok

namespace sillok::detail {

struct file_state {
    file_state(std::string where, directory within, const store_identity& identity, const file_options& options)
        : log(std::move(within), identity, options.durability),
          ledger(options.clock, options.batch_window),
          path(std::move(where)),
          durability(options.durability),
          read_only(options.read_only) {}

    bool is_foreign() const noexcept { return watch.is_in_child(); }
    error foreign() const {
        return error(error_kind::closed, path + ": the handle belongs to process " + std::to_string(owner) +
                                             ", which forked; the child has to open the store itself");
    }
    error unreadable() const { return error(error_kind::damaged, path + ": " + report.damage); }

    result<void> may_write() const {
        if (read_only) return error(error_kind::closed, path + ": was opened for reading only");
        if (closed) return ended();
        if (damaged.load()) return error(error_kind::damaged, path + ": damage was found; nothing is written");
        if (log.is_poisoned()) return ended();
        return {};
    }

    // The last event that readers get: the last one, or after a failure the last that is surely recorded.
    std::uint64_t last(horizon upto) const noexcept {
        return upto == horizon::durable || log.is_poisoned() ? log.durable_position()
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
        return error(error_kind::closed,
                     path + (closed ? ": the store was closed"
                                    : ": an earlier write or sync failed; open the store again to go on"));
    }

    // Waits until everything up to that position is durable. Of those who wait one runs a sync, for all that is written when
    // it begins; the others share it, or run the next.
    //
    // Errors: outcome_unknown
    result<void> make_durable(std::uint64_t position) {
        monitor_lock hold(syncing);
        while (log.durable_position() < position) {
            if (log.is_poisoned())
                return error(error_kind::outcome_unknown,
                             path + ": a sync of several appends failed; reopen the store to see what is recorded");
            if (is_syncing) {
                syncing.wait();
                continue;
            }
            is_syncing = true;
            syncing.unlock();
            auto synced = sync();
            syncing.lock();
            is_syncing = false;
            syncing.announce();
            if (!synced) return std::move(synced).error().within(path);
        }
        return {};
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

    posting_list stream(stream_view name, horizon upto) const {
        const monitor_lock hold(indexing);
        posting_list events = ledger.stream(name);
        const std::uint64_t end = last(upto);
        while (events.count != 0 && events.at[events.count - 1] >= end) --events.count;
        return events;
    }
    posting_union tags(std::span<const std::string_view> names, std::uint64_t first) const {
        posting_union carriers(names.size());
        const monitor_lock hold(indexing);
        for (std::size_t i = 0; i < names.size(); ++i) carriers.set(i, ledger.tag(names[i]), first);
        return carriers;
    }
    result<record_view> read(log_reader& reader, std::uint64_t ordinal) const {
        auto record = reader.at(places[static_cast<std::size_t>(ordinal)], ordinal + 1);
        if (record) return record;
        if (record.error() == error_kind::damaged) note_damage(record.error().text());
        return std::move(record).error().within(path);
    }
    // Damage ends the writing, now and after the next open; that the note cannot be written changes nothing for now.
    void note_damage(const std::string& what) const {
        if (read_only || damaged.exchange(true)) return;
        static_cast<void>(log.files().replace("damage", as_bytes(what + '\n')));
    }

    monitor appending;         // held by whoever appends, up to the write
    monitor syncing;           // held for moments by those who wait for a sync
    mutable monitor indexing;  // held for moments: guards the ledger's lists against readers
    file_log log;
    detail::ledger ledger;
    stable_array<record_place> places;
    std::atomic<std::uint64_t> visible{0};
    mutable std::atomic<bool> damaged{false};
    byte_buffer frame;
    writer_lock lock;
    open_report report;
    std::string path;
    fork_watch watch;
    ::pid_t owner = ::getpid();
    sillok::durability durability;
    std::atomic<std::int64_t> synced_at{steady_now()};  // nanoseconds of the steady clock
    bool is_syncing = false;                            // guarded by `syncing`
    bool read_only;
    bool closed = false;
};

// What is staged is committed, or given up on every other way out.
class staged_append {
public:
    staged_append(file_state& s, const append_request& request, const admission& admitted)
        : s_(s), request_(request), admitted_(admitted) {
        const monitor_lock index(s_.indexing);
        s_.places.reserve(static_cast<std::size_t>(admitted_.receipt.last.value - admitted_.receipt.first.value + 1));
        s_.ledger.stage(request_);
    }
    staged_append(const staged_append&) = delete;
    staged_append& operator=(const staged_append&) = delete;
    ~staged_append() {
        if (committed_) return;
        const monitor_lock index(s_.indexing);
        s_.ledger.abandon();
    }
    void commit(const std::byte* frame, std::uint64_t offset) noexcept {
        const std::size_t segment = s_.log.segment_count() - 1;
        const monitor_lock index(s_.indexing);
        std::uint64_t at = frame_header_bytes;
        for (std::uint64_t p = admitted_.receipt.first.value; p <= admitted_.receipt.last.value; ++p) {
            s_.places.push_back({segment, offset + at});
            at += record_view(frame + at).size();
        }
        s_.ledger.commit(request_, admitted_);
        s_.visible.store(admitted_.receipt.last.value, std::memory_order_release);
        s_.indexing.announce();
        committed_ = true;
    }

private:
    file_state& s_;
    const append_request& request_;
    const admission& admitted_;
    bool committed_ = false;
};

}  // namespace sillok::detail
