#pragma once
// A consumer that shares a log with others: it handles the events of the partitions that it has, each in order, and says how far it
// has come. What it had goes to others when it leaves, or is not heard of.
//
//     auto group = sillok::file_group_store::open("groups", "balances", {.partitions = 16}).value();
//     sillok::consumer shared(store, group, balances);
//     auto end = shared.run(stop);        // on a thread of yours; or step() by step()
//
// Each event is handled at least once: again where a member ended between handling it and committing that, or while it did not know
// that its partition had gone to another one. A handler with a member `sillok::fence fence` finds there by what right it is called,
// and its own storage can refuse who was replaced.

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/exceptions.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/stop_ref.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/event_filter.hpp"
#include "sillok/projection/group/group_seat.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/projection/group/group_table.hpp"
#include "sillok/projection/group/partitioning.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

struct consumer_options {
    timeout lease = detail::timeout_of(
        10'000'000'000);          // silent for so long, it loses its partitions; a third of it is between renewals
    std::uint64_t batch = 1'000;  // how many records a step looks at, at most; 1 at least
    timeout idle = detail::timeout_of(100'000'000);  // how long `run` waits for events before it looks whether to stop
    partitioning partition_by = by_key;              // its name is compared with the group's
    event_filter filter{};                           // which events; all of them, if nothing is said
    std::string_view name{};                         // for people who look at the group's status
    clock_ref clock{};                               // referred to; it says when to renew
};

// What a step did.
struct consumer_step {
    std::uint64_t handled = 0;     // events, in partitions of the member
    std::uint64_t looked_at = 0;   // records
    std::uint32_t partitions = 0;  // that the member has now
    std::uint32_t gained = 0;
    std::uint32_t lost = 0;     // to others; what was handled and not committed of these comes again, to them
    bool has_lapsed = false;    // it was silent for longer than its lease, lost everything, and joined again
    bool is_caught_up = false;  // there was nothing more to read
};

// All steps together.
struct consumer_counts {
    std::uint64_t steps = 0;
    std::uint64_t handled = 0;
    std::uint64_t looked_at = 0;
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    std::uint64_t lapses = 0;
    friend bool operator==(const consumer_counts&, const consumer_counts&) = default;
};

// A handler that is told by what right it is called.
template <class Handler>
concept fenced_handler = requires(Handler& h) {
    requires std::same_as<decltype(h.fence), fence>;
};

// Reads up to what is durable, from the partition that has come least far, and passes over what the others have had.
//
// Errors:     of step and run: those of the group, and of reading; invalid_argument: the group is partitioned by something else, or
//             has come further than the log goes; schema_changed; unknown_event, by policy; malformed; whatever the handler returns.
//             The event that failed comes again with the next step. What was handled before it is committed.
// Durability: what is committed is as durable as the group's store says; it never is behind what is durable in the log
// Threads:    one at a time; as many members as wanted, on one log and one group
// Complexity: a read of the log by each member, and of what lies between its partitions twice; a commit for each step that handled
//             something
template <class Handler>
class consumer {
public:
    // All that is referred to must outlive the member. `policy` says what becomes of unknown events: `unknown::fail`, `unknown::skip` or
    // `unknown::keep`.
    template <std::derived_from<unknown> Policy = unknown>
    consumer(store_ref log, group_store_ref group, Handler& handler, const consumer_options& options = {},
             Policy policy = unknown::fail)
        : log_(log),
          group_(group),
          handler_(handler),
          options_(options),
          filtered_(log, options.filter),
          seat_(group, options.lease, options.name, options.clock),
          dispatcher_(policy) {
        if (options_.batch == 0) options_.batch = 1;
    }
    consumer(const consumer&) = delete;
    consumer& operator=(const consumer&) = delete;
    // Who neither leaves nor runs to its end is taken for one that died: its partitions go to others when its lease is over.
    ~consumer() = default;

    // Joins or renews where it is due, handles up to a batch of events, and commits them.
    result<consumer_step> step() {
        ++counts_.steps;
        consumer_step did;
        auto done = try_step(did);
        did.partitions = static_cast<std::uint32_t>(seat_.held().size());
        counts_.handled += did.handled;
        counts_.looked_at += did.looked_at;
        counts_.gained += did.gained;
        counts_.lost += did.lost;
        counts_.lapses += did.has_lapsed ? 1 : 0;
        if (!done) return std::move(done).error();
        return did;
    }

    // Goes on until it is told to stop, and then commits and leaves: that is the only way to a value. An error says why it ended
    // before; it has left then as well, if that was possible, so that others go on at once. It can run again.
    //
    // Ensures: a stop is seen within `idle` and one batch
    result<consumer_counts> run(stop_ref stop) {
        try {
            while (!stop.stop_requested()) {
                auto did = step();
                if (!did) return end_with(std::move(did).error());
                if (!did->is_caught_up) continue;
                if (auto waited = wait(); !waited) return end_with(std::move(waited).error());
            }
        } catch (...) {
            static_cast<void>(leave());  // the exception is the reason, and says more
            throw;
        }
        if (auto left = leave(); !left) return std::move(left).error().within("on stopping");
        return counts_;
    }

    // Commits what was handled and gives the partitions back. A later step joins again.
    //
    // Errors: those of the group. It may be a member still, and then is one until its lease is over.
    result<void> leave() {
        result<void> committed;
        if (auto done = seat_.commit(); !done) committed = std::move(done).error();
        auto left = seat_.leave();
        return committed ? left : committed;
    }

    const consumer_counts& counts() const noexcept { return counts_; }
    // The unknown events that the policy let pass, and those of retired names.
    const sillok::passed_over& passed_over() const noexcept { return dispatcher_.counts(); }
    // As the group's status calls it.
    const uuid& id() const noexcept { return seat_.id(); }

private:
    // So many positions without an event of its own are not worth a commit before the next renewal.
    static constexpr std::uint64_t worth_committing = 4'096;

    result<void> try_step(consumer_step& did) {
        if (partitions_ == 0)
            if (auto fits = compare_group(); !fits) return fits;
        // What a renewal takes away is committed before, and what stays shows how far it is.
        if (seat_.is_due() && seat_.is_ahead_by(1))
            if (auto committed = note(seat_.commit(), did); !committed) return committed;
        if (seat_.is_due())
            if (auto renewed = note(seat_.renew(), did); !renewed) return renewed;
        if (has_gained_)
            if (auto fits = compare_positions(); !fits) return fits;
        if (seat_.held().empty()) {
            did.is_caught_up = true;
            return {};
        }
        if (auto fits = schemas_.template compare<catalogue_of<Handler>>(log_); !fits) return fits;
        auto read = read_on(did);
        // What was handed over may be wrong then, and is to be handled again.
        if (auto fits = schemas_.template compare_again<catalogue_of<Handler>>(log_); !fits) {
            seat_.go_back();
            return fits;
        }
        if (did.handled != 0 || seat_.is_ahead_by(worth_committing)) {
            auto committed = note(seat_.commit(), did);
            if (read && !committed) return committed;
            if (!committed)
                return error(read.error().kind(), read.error().text() +
                                                      "; and what was handled before it could not be committed: " +
                                                      to_string(committed.error()));
        }
        return read;
    }

    result<void> read_on(consumer_step& did) {
        const position from = seat_.next_from();
        const bool is_all = from == seat_.least() && from == seat_.most();
        position passed = from;
        result<void> handled;
        bool is_stopped = false;
        const auto take = [&](const record_view& record) {
            ++did.looked_at;
            detail::held_partition* const to = seat_.find(partition_of(options_.partition_by, record, partitions_));
            if (to != nullptr && to->handled >= from && to->handled < record.position()) {
                if constexpr (fenced_handler<Handler>) handler_.fence = {to->number, to->token};
                handled = dispatcher_.dispatch(handler_, record);
                if (!handled) return false;
                to->handled = record.position();
                ++did.handled;
                is_stopped = seat_.is_due();
            }
            passed = record.position();
            return !is_stopped;
        };
        const position end = log_.last(horizon::durable);
        auto read = filtered_.read(from, options_.batch, end, take);
        seat_.pass(from, read && handled ? *read : passed);
        if (!handled) return handled;
        if (!read) return std::move(read).error();
        did.is_caught_up = is_all && !is_stopped && *read >= end;
        return {};
    }

    // Whether the group is what this member takes it for; asked before it joins.
    result<void> compare_group() {
        auto group = group_.identity();
        if (!group) return std::move(group).error();
        const std::string_view by = options_.partition_by.name;
        if (group->partitioned_by != by)
            return error(error_kind::invalid_argument, "the group is partitioned by " + group->partitioned_by +
                                                           ", and the member says by " + std::string(by));
        partitions_ = group->partitions;
        return {};
    }
    // Whether the partitions that were gained have come no further than the log goes. A log that another process writes may be behind
    // for a moment.
    result<void> compare_positions() {
        const timeout patience =
            detail::timeout_of((std::min)(options_.idle.nanoseconds, detail::lease_ns_max / 10) * 10);
        const position most = seat_.held().empty() ? position{} : seat_.most();
        position last = log_.last(horizon::durable);
        if (most > last) {
            auto waited = log_.wait({most.value - 1}, horizon::durable, patience);
            if (!waited) return std::move(waited).error();
            last = *waited;
        }
        if (most > last)
            return error(error_kind::invalid_argument,
                         "the group has come to position " + std::to_string(most.value) + ", and the log ends at " +
                             std::to_string(last.value) +
                             ": it is another log, or an older copy; a group of another name begins anew");
        has_gained_ = false;
        return {};
    }

    result<void> wait() {
        const bool has_some = !seat_.held().empty();
        const position after{has_some ? seat_.least().value : (std::numeric_limits<std::uint64_t>::max)()};
        const std::int64_t until =
            (std::max)(std::int64_t{1'000'000}, (std::min)(options_.idle.nanoseconds, seat_.left_ns()));
        auto waited = log_.wait(after, horizon::durable, detail::timeout_of(until));
        return waited ? result<void>() : std::move(waited).error();
    }

    result<void> note(result<detail::seat_change> change, consumer_step& did) {
        if (!change) return std::move(change).error();
        has_gained_ = has_gained_ || change->gained != 0;
        did.gained += change->gained;
        did.lost += change->lost;
        did.has_lapsed |= change->has_lapsed;
        return {};
    }
    error end_with(error&& why) {
        auto left = leave();
        if (left) return std::move(why);
        return error(why.kind(), why.text() + "; and it could not leave the group: " + to_string(left.error()));
    }

    store_ref log_;
    group_store_ref group_;
    Handler& handler_;
    consumer_options options_;
    detail::filtered_log filtered_;
    detail::group_seat seat_;
    dispatcher<Handler> dispatcher_;
    detail::schema_guard schemas_;
    std::uint32_t partitions_ = 0;
    bool has_gained_ = false;
    consumer_counts counts_;
};

}  // namespace sillok
