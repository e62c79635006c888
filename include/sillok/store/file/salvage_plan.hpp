#pragma once
// What is lost of a damaged log, and what takes the places of what is lost.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/file/damage_walk.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok {

// Positions whose events are lost, one behind the other.
struct lost_range {
    position first{};
    position last{};
    std::uint64_t segment = 0;  // where that was found
    std::uint64_t offset = 0;
    std::string what;  // for people, with the places
};

// Versions of a stream whose events are lost, though a later one is not.
struct lost_versions {
    std::string category;
    std::string key;
    version first{};
    version last{};
};

// A stream that cannot be continued: its event there is intact, and does not follow the one before it.
struct ended_stream {
    std::string category;
    std::string key;
    version found{};  // of the event that does not fit
    position at{};    // its position; it and all later ones of the stream were left out
};

// What was found in a damaged store, and what became of it.
struct salvage_report {
    uuid from{};  // the id of the old store, and of the new one
    uuid to{};
    std::vector<finding> findings;  // damage, as `verify_store` says it
    std::vector<lost_range> lost;   // ascending
    std::vector<lost_versions> versions;
    std::vector<ended_stream> ended;
    std::uint64_t events = 0;           // that were kept
    std::uint64_t lost_events = 0;      // in whose place there is a placeholder
    std::uint64_t batches = 0;          // that were kept whole
    std::uint64_t partial_batches = 0;  // that were kept in part
    std::uint64_t torn_bytes = 0;       // never acknowledged as durable, and left out
    bool ends_early = false;            // more was durable, and nothing says how many events
    position last{};                    // of the new store

    // All that was recorded is in the new store.
    bool is_complete() const noexcept { return lost_events == 0 && !ends_early; }
};

}  // namespace sillok

namespace sillok::detail {

// Looks through a log past its damage, and decides which placeholder goes where. Versions that a stream lost go to lost positions
// between the events of it that are there; where several streams want a position, it goes to the one that has to have it first,
// which finds a place for all wherever there is one. Streams are told apart by 128 bits of hash from a random seed.
//
// Threads:    one
// Complexity: O(bytes of the log); about 80 bytes of memory for each stream, and 100 and its name for each that lost versions
class salvage_plan {
public:
    // A part of the lost positions, with the stream and the first version that its placeholders get.
    struct run {
        std::uint64_t position = 0;
        std::uint64_t count = 0;
        std::uint64_t version = 0;  // 0: of no stream that is known
        stream_view stream;
    };

    // `kept` says what a first look found of acts of retention; more of them are taken in.
    salvage_plan(salvage_report& report, kept_streams& kept, std::uint64_t seed, std::uint64_t other_seed) noexcept
        : report_(report), kept_(kept), seed_(seed), other_seed_(other_seed) {}

    void begin(const segment_header& header) noexcept {
        segment_ = header.number;
        ++segments_;
    }
    result<void> frame(const frame_header& frame, bytes_view body, std::uint64_t) {
        if (frame.kind == frame_kind::acts) kept_.take_in(body);
        if (frame.kind != frame_kind::batch) return {};
        if (auto lost = lose(frame.first); !lost) return lost;
        for (bytes_view rest = body.subspan(frame.records_at()); !rest.empty();) {
            const record_view record(rest.data());
            next_ = record.position().value;  // those between are gone with a scrub
            if (auto taken = take(record); !taken) return taken;
            rest = rest.subspan(record.size());
        }
        keep_place();
        next_ = frame.first + frame.count;
        last_segment_ = segment_;
        return {};
    }
    result<void> pieces(const frame_header& frame, bytes_view body, std::uint64_t) {
        result<void> taken;
        for_each_intact(frame, body, [&](const record_view& record) {
            if (taken) taken = take(record);
        });
        return taken ? lose(frame.first + frame.count) : taken;
    }
    static result<void> end(std::uint64_t, bool) { return {}; }
    void note(finding found) {
        if (pending_.what.empty())
            pending_ = found;
        else
            pending_.what += "; " + found.what;
        report_.findings.push_back(std::move(found));
    }
    void torn(std::uint64_t bytes) noexcept { report_.torn_bytes += bytes; }
    static bool ends_where_torn() noexcept { return false; }
    static result<void> unsupported(std::uint64_t segment, std::uint64_t offset, const frame_header& frame) {
        return unsupported_frame(segment, offset, frame);
    }

    // When all was looked at: gives the lost positions to streams.
    //
    // Errors: damaged
    result<void> finish(std::uint64_t end) {
        if (auto lost = lose(end); !lost) return lost;
        for (std::size_t i = 0; i < kept_.size(); ++i) keep_first(kept_[i]);
        streams_ = {};
        assign();
        for (std::size_t n = 1; lost_keys_.contains(lost_key_); lost_key_ = "lost " + std::to_string(n)) ++n;
        return {};
    }

    std::uint64_t segments() const noexcept { return segments_; }
    // Of the event behind the last one.
    std::uint64_t next() const noexcept { return next_; }
    // How many intact events were seen.
    std::uint64_t seen() const noexcept { return seen_; }
    // The stream of those that are lost and of no stream that is known: one that was not there before.
    stream_view lost_stream() const noexcept { return {lost_category, lost_key_}; }

    // Whether an intact event was cut off: nobody gets it, and the new store does not have it.
    bool is_hidden(const record_view& record) const noexcept { return !kept_.is_empty() && kept_.is_hidden(record); }
    // Whether an intact event is left out, because its stream ended before it.
    bool leaves_out(const record_view& record) const {
        if (ended_.empty()) return false;
        const auto found = ended_.find(key_of(record.stream()));
        return found != ended_.end() && record.position().value >= found->second;
    }
    // What the placeholders from a position on are, up to the next one that is something else.
    run run_at(std::uint64_t position) const noexcept {
        const auto behind = std::upper_bound(runs_.begin(), runs_.end(), position,
                                             [](std::uint64_t at, const placed& each) { return at < each.position; });
        if (behind != runs_.begin()) {
            const placed& before = *(behind - 1);
            if (position - before.position < before.count) {
                const std::uint64_t skipped = position - before.position;
                const job& of = jobs_[before.of];
                return {position, before.count - skipped, before.version + skipped, {of.category, of.key}};
            }
        }
        const std::uint64_t end =
            behind == runs_.end() ? (std::numeric_limits<std::uint64_t>::max)() : behind->position;
        return {position, end - position, 0, lost_stream()};
    }

private:
    static constexpr std::string_view lost_category = "sillok";
    static constexpr std::uint64_t no_end = (std::numeric_limits<std::uint64_t>::max)();
    static constexpr std::uint64_t events_per_segment_max =
        (segment_bytes_max + frame_bytes_max) / record_layout::variable;

    struct stream_key {
        std::uint64_t hash = 0;
        std::uint64_t other = 0;
        friend bool operator==(const stream_key&, const stream_key&) = default;
    };
    struct key_hash {
        std::size_t operator()(const stream_key& key) const noexcept { return static_cast<std::size_t>(key.hash); }
    };
    struct stream_state {
        std::uint64_t version = 0;
        std::uint64_t position = 0;  // of the last event that is there
    };
    // Versions that a stream lost between two events.
    struct job {
        std::uint64_t after = 0;  // the positions of the two
        std::uint64_t before = 0;
        std::uint64_t version = 0;  // the first that is lost
        std::uint64_t count = 0;
        std::uint64_t done = 0;
        stream_key stream;
        std::string category;
        std::string key;
    };
    struct placed {
        std::uint64_t position;
        std::uint64_t count;
        std::uint64_t version;
        std::size_t of;
    };

    stream_key key_of(stream_view stream) const noexcept {
        return {hash_name(seed_, stream), hash_name(other_seed_, stream)};
    }

    result<void> take(const record_view& record) {
        const std::uint64_t at = record.position().value;
        if (auto lost = lose(at); !lost) return lost;
        keep_place();
        next_ = at + 1;
        last_segment_ = segment_;
        if (is_hidden(record)) return {};
        ++seen_;
        const stream_view stream = record.stream();
        if (stream.category == lost_category) lost_keys_.emplace(stream.key);
        const stream_key key = key_of(stream);
        if (!ended_.empty() && ended_.contains(key)) return {};
        stream_state& state = streams_[key];
        if (!kept_.is_empty()) state.version = (std::max)(state.version, kept_.first(stream).value - 1);
        const std::uint64_t version = record.version().value;
        if (version <= state.version || version - state.version - 1 > lost_after(state.position)) {
            end_stream(key, stream, version, at);
            return {};
        }
        if (const std::uint64_t missing = version - state.version - 1; missing != 0)
            jobs_.push_back({state.position, at, state.version + 1, missing, 0, key, std::string(stream.category),
                             std::string(stream.key)});
        state = {version, at};
        return {};
    }
    void end_stream(const stream_key& key, stream_view stream, std::uint64_t version, std::uint64_t at) {
        const auto [known, is_new] = ended_.emplace(key, at);
        if (is_new) {
            report_.ended.push_back({std::string(stream.category), std::string(stream.key), {version}, {at}});
        } else if (at < known->second) {
            known->second = at;
            for (ended_stream& each : report_.ended)
                if (stream_view{each.category, each.key} == stream) each.found = {version}, each.at = {at};
        }
    }

    // What is missing up to a position, that one not included, is lost.
    result<void> lose(std::uint64_t end) {
        if (end <= next_) return {};
        const std::uint64_t count = end - next_;
        if (count / events_per_segment_max > segment_ - last_segment_)
            return error(error_kind::damaged, segment_name(segment_) + ": it claims that " + std::to_string(count) +
                                                  " events are lost before position " + std::to_string(end) +
                                                  ", more than the segments before it can have held; without that "
                                                  "segment, in a copy, the others can be salvaged");
        keep_place();
        report_.lost.push_back({{next_}, {end - 1}, place_.segment, place_.offset, place_.what});
        sums_.push_back((sums_.empty() ? 0 : sums_.back()) + count);
        next_ = end;
        return {};
    }
    // A stream that was cut has the event that it was cut to, or its placeholder, so that it goes on behind that.
    void keep_first(const stream_cut& cut) {
        if (cut.from == none_kept) return;
        const auto found = streams_.find(key_of(cut.stream));
        if (found != streams_.end() && found->second.version >= cut.from.value) return;
        jobs_.push_back({0, no_end, cut.from.value, 1, 0, key_of(cut.stream), std::string(cut.stream.category),
                         std::string(cut.stream.key)});
    }
    void lose_one() {
        report_.lost.push_back(
            {{next_}, {next_}, segment_, 0, "the event that its stream was cut to is lost, somewhere"});
        sums_.push_back((sums_.empty() ? 0 : sums_.back()) + 1);
        report_.last = {next_++};
    }
    // What was found since the last event that is there explains what is lost from here on.
    void keep_place() {
        if (!pending_.what.empty()) place_ = std::exchange(pending_, {});
    }
    // How many positions behind that one are lost so far.
    std::uint64_t lost_after(std::uint64_t position) const noexcept {
        if (sums_.empty()) return 0;
        const auto behind =
            std::upper_bound(report_.lost.begin(), report_.lost.end(), position,
                             [](std::uint64_t at, const lost_range& each) { return at < each.first.value; });
        const auto before = static_cast<std::size_t>(behind - report_.lost.begin());
        return sums_.back() - (before == 0 ? 0 : sums_[before - 1]);
    }

    // Gives the lost positions away, ascending. No event that is there lies within a range, so that what is due changes only
    // between them.
    void assign() {
        std::vector<std::size_t> waiting(jobs_.size());
        for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
        std::sort(waiting.begin(), waiting.end(),
                  [&](std::size_t a, std::size_t b) { return jobs_[a].after < jobs_[b].after; });
        const auto later = [&](std::size_t a, std::size_t b) { return jobs_[a].before > jobs_[b].before; };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> due(later);
        auto next = waiting.begin();
        const auto end_at = [&](const job& of) {
            if (!is_over(of)) end_stream(of.stream, {of.category, of.key}, of.version + of.count, of.before);
        };
        for (const lost_range& range : report_.lost) {
            std::uint64_t at = range.first.value;
            for (; !due.empty() && jobs_[due.top()].before < at; due.pop()) end_at(jobs_[due.top()]);
            for (; next != waiting.end() && jobs_[*next].after < at; ++next)
                if (!is_over(jobs_[*next])) due.push(*next);
            while (at <= range.last.value && !due.empty()) {
                job& of = jobs_[due.top()];
                const std::uint64_t room = range.last.value - at + 1;
                const std::uint64_t count = is_over(of) ? 0 : (std::min)(room, of.count - of.done);
                if (count != 0) runs_.push_back({at, count, of.version + of.done, due.top()});
                of.done += count;
                at += count;
                if (count == 0 || of.done == of.count) due.pop();
            }
        }
        const auto give_up = [&](std::size_t number) {
            job& of = jobs_[number];
            if (of.before != no_end) return end_at(of);
            runs_.push_back({next_, 1, of.version, number});  // behind the last one there is room
            of.done = 1;
            lose_one();
        };
        for (; !due.empty(); due.pop()) give_up(due.top());
        for (; next != waiting.end(); ++next) give_up(*next);
        for (const job& each : jobs_)
            if (each.done != 0)
                report_.versions.push_back({each.category, each.key, {each.version}, {each.version + each.done - 1}});
    }
    // Whether the stream ended before those versions.
    bool is_over(const job& of) const {
        const auto found = ended_.find(of.stream);
        return found != ended_.end() && found->second <= of.after;
    }

    salvage_report& report_;
    kept_streams& kept_;
    std::uint64_t seed_;
    std::uint64_t other_seed_;
    std::uint64_t next_ = 1;
    std::uint64_t seen_ = 0;
    std::uint64_t segments_ = 0;
    std::uint64_t segment_ = 1;        // that is read
    std::uint64_t last_segment_ = 1;   // with an event that is there
    finding pending_;                  // what was found since the last event that is there
    finding place_;                    // before it
    std::vector<std::uint64_t> sums_;  // how many events are lost up to the end of each range
    std::unordered_map<stream_key, stream_state, key_hash> streams_;
    std::unordered_map<stream_key, std::uint64_t, key_hash> ended_;  // from which position on
    std::vector<job> jobs_;
    std::vector<placed> runs_;  // by position
    std::set<std::string, std::less<>> lost_keys_;
    std::string lost_key_ = "lost";
};

}  // namespace sillok::detail
