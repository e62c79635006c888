#pragma once
// Loads aggregates from a store and carries out commands on them.
//
//     auto accounts = sillok::repository<account>(store);
//     accounts.execute("42", withdraw{30});                      // load, decide, append; again if somebody was faster
//     auto then = accounts.load("42", sillok::at_version{1});    // time travel

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/codec/binary.hpp"
#include "sillok/codec/reflect.hpp"
#include "sillok/command/aggregate.hpp"
#include "sillok/command/aggregate_cache.hpp"
#include "sillok/command/carry_out.hpp"
#include "sillok/command/command_context.hpp"
#include "sillok/command/dated_events.hpp"
#include "sillok/command/failure.hpp"
#include "sillok/command/loaded.hpp"
#include "sillok/command/prepared_batch.hpp"
#include "sillok/command/read_counts.hpp"
#include "sillok/command/snapshot_keeper.hpp"
#include "sillok/command/summaries.hpp"
#include "sillok/command/time_travel.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/hash.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_codec.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

struct snapshots;  // see snapshots.hpp

struct repository_options {
    std::uint32_t retries = 16;  // how often a command is decided again after a conflict
    std::size_t cached_max = 0;  // how many aggregates are kept between calls; 0: none
    std::string source{};        // the service that records, for the metadata of its events; up to 255 bytes
    sillok::unknown unknown = sillok::unknown::fail;  // what a load does with events that the catalogue does not know
};

// Refers to its store, which must outlive it.
//
// Threads: any number at once.
template <class Aggregate>
class repository {
    static constexpr bool sound = is_aggregate<Aggregate>;

public:
    using aggregate_type = Aggregate;
    using commands = detail::listed_commands<Aggregate>;

    explicit repository(store_ref store, repository_options options = {})
        : store_(store), options_(std::move(options)), cache_(options_.cached_max) {}

    // With snapshots: a load reads the last one and what came since, and gives what a replay of all would give.
    template <std::same_as<snapshots> Snapshots>
    repository(store_ref store, const Snapshots& kept, repository_options options = {})
        : repository(store, std::move(options)) {
        if constexpr (sound) keeper_ = kept.template keeper_of<Aggregate>();
    }

    // The aggregate as it is now.
    //
    // Errors:     unknown_event, malformed (name event, position and field); truncated, where the stream was cut and what is kept
    //             does not begin with a summary; stream_deleted; schema_changed; and what reading the store can say.
    // Complexity: O(events of the stream), or of those since it was cached or since its snapshot.
    result<loaded<Aggregate>> load(std::string_view key) const {
        auto now = latest(key);
        if (!now) return std::move(now).error();
        take_snapshot(key, *now);
        if (options_.cached_max != 0) remember(key, tracked(*now));
        return loaded<Aggregate>(std::move(*now));
    }

    // The aggregate after so many of its events; all of them where it has fewer, which `version` then tells.
    result<loaded<Aggregate>> load(std::string_view key, at_version upto) const {
        return only_state(fold(key, begin(key, {.upto = upto.version}),
                               [&](const record_view& record) { return record.version() <= upto.version; }));
    }

    // The aggregate as it was recorded by a moment.
    result<loaded<Aggregate>> load(std::string_view key, as_at upto) const {
        return only_state(fold(key, begin(key, {.until = upto.time}),
                               [&](const record_view& record) { return record.time() <= upto.time; }));
    }

    // The aggregate as of a date of the business: the events whose date, as `date_of(event)` says, is not after `date`,
    // applied in the order of their dates, and those of one date in the order in which they were recorded. What was
    // recorded late stands in its place. `date_of` takes every event of the catalogue; it may return an optional, and an
    // event without a date has always been. The version is that of the last event, in that order.
    //
    // Errors:     as load.
    // Complexity: O(events of the stream), and their bytes are copied.
    template <class Date, class DateOf>
    result<loaded<Aggregate>> as_of(std::string_view key, const Date& date, DateOf date_of) const {
        loaded<Aggregate> then;
        if constexpr (sound) {
            if (auto fits = check_schemas(); !fits) return std::move(fits).error();
            detail::dated_events<Aggregate, Date, DateOf> dated{date_of};
            dispatcher<detail::dated_events<Aggregate, Date, DateOf>> sort(
                options_.unknown == unknown::keep ? unknown::skip : options_.unknown);
            result<void> done;
            bool is_first = true;
            auto read = store_.read_stream({Aggregate::name, key}, {}, [&](const record_view& record) {
                dated.date.reset();
                done = sort.dispatch(dated, record);
                if (!done) return false;
                const bool is_later = dated.date && date < *dated.date;
                if (std::exchange(is_first, false) &&
                    record.version() != version{1}) {  // it stands for what came before
                    if (is_later || !detail::is_summary<Aggregate>(record)) done = detail::cut_off<Aggregate>(record);
                    dated.date.reset();
                }
                if (done && !is_later) dated.keep(record);
                return done.has_value();
            });
            if (auto fits = check_schemas(); !fits) return std::move(fits).error();
            if (!read) return std::move(read).error();
            if (!done) return std::move(done).error();

            dispatcher<Aggregate> apply(options_.unknown);
            dated.in_order([&](const record_view& record) {
                done = apply.dispatch(then.state, record);
                then.version = record.version();
                return done.has_value();
            });
            counts_.add(apply.counts());
            if (!done) return std::move(done).error();
        }
        return then;
    }

    // Carries out a command: loads, decides, and appends what was decided if the stream is still where it was; if not,
    // starts over, up to `retries` times, unless the context says which version the sender saw.
    //
    // Ensures:    an accepted command is decided once: under an id that was accepted within the store's window it
    //             gives its first receipt. A decision of nothing, and a rejection, record nothing and are decided anew.
    // Errors:     a rejection; conflict (names both versions); condition_failed, when a tag that is to be unique is taken;
    //             command_reused; what load and append can say. Only outcome_unknown leaves open whether it was recorded.
    // Durability: as the store's append.
    template <class Command>
    result<receipt, failure> execute(std::string_view key, const Command& command,
                                     const command_context& context = {}) const {
        if constexpr (sound && require::aggregate_lists_command<Aggregate, Command>()) {
            const std::uint64_t content = context.id().is_nil() ? 0 : content_of(key, command);
            std::optional<decided<Command>> last;
            const auto step = [&](prepared_batch& batch) -> result<void, failure> {
                auto accepted = decide(key, command, context.expected(), last);
                if (accepted) add(batch, key, *last);
                return accepted;
            };
            auto done = detail::carry_out(store_, context, content, options_.source, options_.retries, step);
            if (last) keep(key, *last, done);
            return done;
        } else {
            return failure(error(error_kind::invalid_argument, "not a command of the aggregate"));
        }
    }

    // Loads and decides, and adds what was decided to `batch`: a part of an act of several aggregates.
    template <class Command>
    result<void, failure> prepare(prepared_batch& batch, std::string_view key, const Command& command,
                                  const std::optional<version>& expected) const {
        if constexpr (sound && require::aggregate_lists_command<Aggregate, Command>()) {
            std::optional<decided<Command>> now;
            if (auto accepted = decide(key, command, expected, now); !accepted) return accepted;
            add(batch, key, *now);
            take_snapshot(key, now->before);
            remember(key, std::move(now->before));
        }
        return {};
    }

    // What a command id stands for: the aggregate, its key, and the command with its fields.
    template <class Command>
    static std::uint64_t content_of(std::string_view key, const Command& command) {
        byte_buffer bytes;
        for (const std::string_view text : {std::string_view(Aggregate::name), key, type_name<Command>()}) {
            store_le(bytes.extend(4), static_cast<std::uint32_t>(text.size()));
            bytes.append(as_bytes(text));
        }
        binary_codec::encode(command, bytes);
        return hash64(bytes.view());
    }

    // What all loads so far met besides the events that they applied: each read of it counts.
    passed_over counts() const noexcept { return counts_.sum(); }
    // What was done with snapshots; all 0 where there are none.
    sillok::snapshot_counts snapshot_counts() const noexcept {
        return keeper_ ? keeper_->counts() : sillok::snapshot_counts{};
    }

    const store_ref& store() const noexcept { return store_; }
    const repository_options& options() const noexcept { return options_; }

private:
    // A state, with what is to be known for its next snapshot.
    struct tracked : loaded<Aggregate> {
        detail::snapshot_progress since;
    };

    // A command that was not rejected, with the state on which it was decided.
    template <class Command>
    struct decided {
        tracked before;
        typename detail::decision_of<Aggregate, Command>::type decision;

        decided(tracked&& now, const Command& command)
            : before(std::move(now)), decision(std::as_const(before.state).decide(command)) {}
    };

    // The aggregate as it is now, taken out of the cache where it was there.
    result<tracked> latest(std::string_view key) const {
        const auto everything = [](const record_view&) { return true; };
        auto cached = cache_.take(key);
        // A snapshot is of what was read, and not of what was remembered.
        if (cached && keeper_ && keeper_->wants(store_, cached->since)) cached.reset();
        if (!cached) return fold(key, begin(key, {}), everything);
        const auto now = store_.version_of({Aggregate::name, key});
        if (!now) return not_read(key, now.error());
        if (*now == cached->version) return *std::move(cached);  // which was checked when it was read
        // A stream that is shorter lost what was never durable, in a store whose sync failed.
        return fold(key, *now < cached->version ? tracked{} : *std::move(cached), everything);
    }

    // What a fold begins with: a snapshot, where there is one up to there, else nothing.
    tracked begin(std::string_view key, const detail::snapshot_limit& limit) const {
        tracked start;
        if (keeper_) keeper_->load(store_, {Aggregate::name, key}, limit, &start.state, start.version, start.since);
        return start;
    }
    void take_snapshot(std::string_view key, tracked& now) const noexcept {
        if (keeper_) keeper_->keep(store_, {Aggregate::name, key}, now.version, &now.state, now.since);
    }
    void remember(std::string_view key, tracked&& now) const {
        now.since.is_read = false;
        cache_.put(key, std::move(now));
    }
    // Of a stream that was deleted nothing stays.
    error not_read(std::string_view key, error why) const {
        if (keeper_ && why == error_kind::stream_deleted) keeper_->drop({Aggregate::name, key});
        return why;
    }
    static result<loaded<Aggregate>> only_state(result<tracked>&& now) {
        if (!now) return std::move(now).error();
        return loaded<Aggregate>(std::move(*now));
    }

    template <class Command>
    result<void, failure> decide(std::string_view key, const Command& command, const std::optional<version>& expected,
                                 std::optional<decided<Command>>& into) const {
        into.reset();
        auto now = latest(key);
        if (!now) return failure(std::move(now).error());
        if (expected && *expected != now->version) {
            failure why = moved_on(key, *expected, now->version);
            remember(key, std::move(*now));
            return why;
        }
        into.emplace(std::move(*now), command);
        if (const auto* const why = into->decision.rejected()) {
            failure rejected(*why);
            take_snapshot(key, into->before);
            remember(key, std::move(into->before));
            into.reset();
            return rejected;
        }
        return {};
    }

    template <class Command>
    static void add(prepared_batch& batch, std::string_view key, const decided<Command>& now) {
        batch.begin({Aggregate::name, key}, now.before.version);
        now.decision.for_each([&]<class Event>(const Event& event) {
            using catalogue = typename Aggregate::events;
            batch.add(
                recorded_type_of<catalogue, Event>,
                [&](byte_buffer& out) { codec_of<catalogue, Event>::encode(event, out); },
                [&](tags& out) { detail::tag_event<Aggregate>(event, out); });
        });
    }

    // Puts the state back into the cache, with what was recorded applied to it, where `apply` asks for nothing but the
    // event; else the next load reads it. What throws here only empties the cache: the command is recorded.
    template <class Command>
    void keep(std::string_view key, decided<Command>& now, const result<receipt, failure>& done) const noexcept {
        take_snapshot(key, now.before);
        if (options_.cached_max == 0) return;
        try {
            if constexpr (detail::applies_alone<Aggregate, typename decltype(now.decision)::event_types>) {
                if (done && !done->repeated && !now.decision.empty()) {
                    now.decision.for_each([&](const auto& event) { now.before.state.apply(event); });
                    now.before.version = done->version;
                    if (keeper_) note(now, *done);
                }
            }
            remember(key, std::move(now.before));
        } catch (...) {
            // The next load reads the stream.
        }
    }

    // What was applied without being read.
    template <class Command>
    static void note(decided<Command>& now, const receipt& done) {
        std::uint64_t bytes = 0;
        now.decision.for_each([&]<class Event>(const Event& event) {
            bytes += codec_of<typename Aggregate::events, Event>::encoded_size(event);
        });
        now.before.since.add(done.last.value - done.first.value + 1, bytes, done.last, done.time);
    }

    // Applies what follows `start`, as long as `within` says so. Where that is not kept, it begins again with a summary.
    // A snapshot's event is read again, and where it is not the one that the snapshot claims, all is read.
    template <class Within>
    result<tracked> fold(std::string_view key, tracked start, Within within) const {
        if constexpr (sound) {
            if (auto fits = check_schemas(); !fits) return std::move(fits).error();
            dispatcher<Aggregate> apply(options_.unknown);
            result<void> applied;
            const auto take = [&](const record_view& record) {
                if (record.version().value != start.version.value + 1) [[unlikely]] {
                    applied = begin_behind_cut(record, within(record), start);
                    if (!applied) return false;
                }
                if (!within(record)) return false;
                applied = apply.dispatch(start.state, record);
                if (!applied) return false;
                start.version = record.version();
                return true;
            };
            bool is_claimed = start.since.is_claimed;
            const record_visitor taken = take;
            const auto take_and_note = [&](const record_view& record) {
                if (is_claimed) {
                    is_claimed = !start.since.is_proven_by(record, start.version);
                    return !is_claimed;
                }
                if (!taken(record)) return false;
                start.since.add(record);
                return true;
            };
            const version from{start.version.value + (is_claimed ? 0 : 1)};
            auto read = store_.read_stream({Aggregate::name, key}, {.from = from},
                                           keeper_ ? record_visitor(take_and_note) : taken);
            counts_.add(apply.counts());
            start.since.is_partial |= apply.counts().skipped + apply.counts().kept != 0;
            if (auto fits = check_schemas(); !fits) return std::move(fits).error();  // noted meanwhile
            if (!read) return not_read(key, std::move(read).error());
            if (is_claimed) {
                keeper_->refuted({Aggregate::name, key});
                return fold(key, tracked{}, within);
            }
            if (!applied) return std::move(applied).error();
            if (std::exchange(start.since.is_claimed, false)) keeper_->proven();
        }
        return start;
    }

    // Whether the structs are those that the events were recorded with, as far as the store knows.
    result<void> check_schemas() const { return schemas_.compare<typename Aggregate::events>(store_); }
    // Of a stream that was cut, what is kept has to begin with a summary.
    [[gnu::__cold__, gnu::noinline]] static result<void> begin_behind_cut(const record_view& first, bool is_asked_for,
                                                                          tracked& start) {
        if (!is_asked_for || !detail::is_summary<Aggregate>(first)) return detail::cut_off<Aggregate>(first);
        start.state = Aggregate{};
        start.since = {};
        return {};
    }

    static error moved_on(std::string_view key, version expected, version actual) {
        return error::conflict("stream " + to_string(stream_view{Aggregate::name, key}) + " is at version " +
                                   std::to_string(actual.value) + ", and the command's sender saw version " +
                                   std::to_string(expected.value) + ". Load it and decide again",
                               expected.value, actual.value);
    }

    store_ref store_;
    repository_options options_;
    mutable aggregate_cache<tracked> cache_;
    mutable detail::schema_guard schemas_;
    mutable detail::read_counts counts_;
    std::unique_ptr<detail::snapshot_keeper> keeper_;  // none, where there are no snapshots
};

}  // namespace sillok
