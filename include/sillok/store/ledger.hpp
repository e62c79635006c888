#pragma once
// What a store must know to accept an append: which streams are at which version, which tags and batches exist, what
// time it was last. memory_store and file_store decide by it, so they cannot decide differently.
//
// An append goes through four acts. The store holds its append lock over all of them, and the lock of its readers over
// `stage` and `commit`:
//
//     admit    is it well-formed, is it a repetition, do expectations and conditions hold   may fail, changes nothing
//     stage    room for everything that `commit` adds                                       may throw, changes nothing
//     write    the records, with positions, versions, ids and the time, and where they are  cannot fail
//     commit   readers find the events; or `abandon`, if the device would not take them     cannot fail
//
// An append of one event is so short that calls show: the last three are inlined where the store calls them, and what
// only refusals need stays out of line.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/limits.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok::detail {

// What was decided about an append.
struct admission {
    sillok::receipt receipt;
    std::size_t bytes = 0;  // of all records together
    std::uint64_t content = 0;
};

// The hash of the events themselves, for a batch whose content was not said; docs/format.md#content-hash.
inline std::uint64_t content_hash(std::span<const stream_append> streams) noexcept {
    std::uint64_t hash = 0;
    for (const stream_append& to : streams) {
        hash = hash_bytes(hash_bytes(hash, as_bytes(to.stream.category)), as_bytes(to.stream.key));
        hash = fold_product(hash ^ to.events.size(), 0x9E3779B97F4A7C15);
        for (const new_event& event : to.events) {
            hash = hash_bytes(hash_bytes(hash ^ event.type.revision, as_bytes(event.type.name)), event.payload);
            hash = hash_bytes(hash ^ static_cast<std::uint64_t>(event.type.codec), event.sealed);
            hash = fold_product(hash ^ event.tags.size(), 0x9E3779B97F4A7C15);
            for (const std::string_view tag : event.tags) hash = hash_bytes(hash, as_bytes(tag));
        }
    }
    return hash == 0 ? 1 : hash;
}

// What a store says of all that is not in the ledger's postings; a store whose postings hold everything says of streams that
// there is nothing.
//
// stream   how many events a stream has before those that are posted; asked only where nothing is posted of it
// carrier  the first event that carries a tag, here or earlier; position 0 where there is none
// batch    the first receipt of a batch id
template <class P>
concept recorded_past = requires(P& past, stream_view name, std::uint64_t hash, std::string_view tag, const uuid& id) {
    { past.stream(name, hash) } -> std::same_as<result<std::uint64_t>>;
    { past.carrier(tag) } -> std::same_as<result<position>>;
    { past.batch(id) } -> std::same_as<result<std::optional<recorded_batch>>>;
};

// Threads: one at a time
class ledger {
public:
    // `postings` and `kept` are referred to.
    ledger(clock_ref clock, log_postings& postings, const kept_streams& kept)
        : clock_(clock), postings_(&postings), kept_(kept) {}

    position last() const noexcept { return {last_}; }
    // The time of what is recorded now: never less than that of what was recorded before.
    timestamp now() const {
        const timestamp now = clock_.now();
        return now < last_time_ ? last_time_ : now;
    }

    // Errors: invalid_argument, too_large; command_reused; stream_deleted; conflict; condition_failed; those of the past. Nothing changed then.
    //         A receipt that says `repeated` is the answer, and nothing is to be written.
    template <recorded_past Past>
    result<admission> admit(const append_request& request, Past&& past) {
        if (auto fit = check_envelope(request); !fit) return std::move(fit).error();
        if (writes_.size() < request.streams.size()) writes_.resize(request.streams.size());
        const std::size_t shared = record_layout::variable + request.source.size() + headers_bytes(request.headers);
        std::size_t bytes = 0;
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < request.streams.size(); ++i) {
            const stream_append& to = request.streams[i];
            if (auto fit = check_stream(to); !fit) return std::move(fit).error();
            const std::uint64_t hash = postings_->streams.hash(to.stream);
            bool is_tagged = false;
            const std::size_t named = shared + to.stream.category.size() + to.stream.key.size();
            for (const new_event& event : to.events) {
                if (!types_.is_valid(event.type)) return unfit_type(event.type);
                std::size_t own = 0;
                if (!measure(event, own)) return unfit_event(event);
                bytes += (named + own + 7) & ~std::size_t{7};
                if (bytes > append_bytes_max) return too_long();
                is_tagged |= !event.tags.empty();
            }
            count += to.events.size();
            writes_[i] = {hash, nullptr, 0, is_tagged};
        }
        if (count == 0) return unusable("an append without events");
        if (request.streams.size() > 1)
            if (const stream_append* const twice = find_twice(request.streams))
                return unusable(quoted(twice->stream) + " stands twice in one append");

        std::uint64_t content = 0;
        if (!request.batch.is_nil()) {
            content = request.content != 0 ? request.content : content_hash(request.streams);
            auto before = past.batch(request.batch);
            if (!before) return std::move(before).error();
            if (*before) {
                if ((*before)->content != content) return reused(request.batch, **before);
                admission repeated{(*before)->receipt, 0, content};
                repeated.receipt.repeated = true;
                return repeated;
            }
        }

        for (std::size_t i = 0; i < request.streams.size(); ++i) {
            const stream_append& to = request.streams[i];
            write_state& state = writes_[i];
            if (kept_.is_deleted(to.stream, state.hash)) return stream_is_deleted(to.stream);
            state.entry = postings_->streams.find(to.stream, state.hash);
            if (state.entry != nullptr) {
                state.at = state.entry->total();
            } else {
                auto earlier = past.stream(to.stream, state.hash);
                if (!earlier) return std::move(earlier).error();
                state.at = *earlier;
            }
            if (!to.expected.holds({state.at})) return conflict(to, {state.at});
        }
        for (const none_tagged& each : request.conditions) {
            const auto carrier = past.carrier(each.tag);
            if (!carrier) return carrier.error();
            if (carrier->value != 0) return carried(each.tag, *carrier);
        }

        std::size_t lead = 0;
        while (request.streams[lead].events.empty()) ++lead;
        const version reached{writes_[lead].at + request.streams[lead].events.size()};
        return admission{{{last_ + 1}, {last_ + count}, reached, now()}, bytes, content};
    }

    // From now on postings are of another part of the log. An append that was admitted and is not staged yet is taken along.
    void enter(log_postings& postings) noexcept {
        postings_ = &postings;
        for (write_state& state : writes_) state.entry = nullptr;
    }

    // Errors: std::bad_alloc; nothing that can be found changed.
    [[gnu::always_inline]] void stage(const append_request& request) {
        staging guard{this};
        tagged_.clear();
        staged_ = 0;
        std::uint32_t number = 0;
        for (const stream_append& to : request.streams) {
            write_state& state = writes_[staged_++];
            if (to.events.empty()) {  // an expectation alone: nothing to post
                state.entry = nullptr;
                continue;
            }
            if (state.entry == nullptr) state.entry = &postings_->streams.find_or_add(to.stream, state.hash, state.at);
            postings_->streams.reserve(*state.entry, static_cast<std::uint32_t>(to.events.size()));
            if (state.is_tagged) stage_tags(to.events, number);
            number += static_cast<std::uint32_t>(to.events.size());
        }
        guard.of = nullptr;
    }

    // Writes the records of a request to `to` and calls `each` with the start of every one; it returns the record's place.
    template <class Each>
    [[gnu::always_inline]] void write(const append_request& request, const admission& admitted, std::byte* to,
                                      Each each) noexcept {
        const timestamp now = admitted.receipt.time;
        uuid id = ids_(now);
        const uuid act = request.batch.is_nil() ? id : request.batch;
        const uuid causation = request.causation.is_nil() ? act : request.causation;
        const uuid correlation = request.correlation.is_nil() ? act : request.correlation;
        for (const tagged_event& each_tagged : tagged_) each_tagged.entry->abandon();  // places take over from numbers
        position at = admitted.receipt.first;
        std::size_t tagged = 0;
        for (std::size_t i = 0; i < request.streams.size(); ++i) {
            version in_stream{writes_[i].at};
            for (const new_event& event : request.streams[i].events) {
                if (at != admitted.receipt.first) id = ids_(now);
                ++in_stream.value;
                std::byte* const start = to;
                to = write_record(start, {.position = at,
                                          .version = in_stream,
                                          .time = now,
                                          .id = id,
                                          .correlation = correlation,
                                          .causation = causation,
                                          .type = event.type,
                                          .stream = request.streams[i].stream,
                                          .source = request.source,
                                          .tags = event.tags,
                                          .headers = request.headers,
                                          .sealed = event.sealed,
                                          .payload = event.payload});
                const std::uint32_t place = each(start);
                writes_[i].entry->stage(place);
                const auto number = static_cast<std::uint32_t>(at.value - admitted.receipt.first.value);
                while (tagged < tagged_.size() && tagged_[tagged].event == number)
                    tagged_[tagged++].entry->stage(place);
                ++at.value;
            }
        }
    }

    [[gnu::always_inline]] void commit(const admission& admitted) noexcept {
        each_staged([](posting& entry) { entry.commit(); });
        last_ = admitted.receipt.last.value;
        last_time_ = admitted.receipt.time;
    }

    void abandon() noexcept {
        each_staged([](posting& entry) { entry.abandon(); });
    }

    // The log goes to there, as a store finds when it is opened.
    void restore(position last, timestamp time) noexcept {
        last_ = last.value;
        last_time_ = time;
    }

private:
    struct write_state {
        std::uint64_t hash = 0;
        posting* entry = nullptr;
        std::uint64_t at = 0;  // the version before this append
        bool is_tagged = false;
    };
    struct tagged_event {
        posting* entry;
        std::uint32_t event;  // its number in the request, from 0
    };
    struct staging {
        ledger* of;
        ~staging() {
            if (of != nullptr) of->abandon();
        }
    };

    // A stream that stands there more than once, or null.
    const stream_append* find_twice(std::span<const stream_append> streams) {
        order_.clear();
        for (std::size_t i = 0; i < streams.size(); ++i) order_.push_back({writes_[i].hash, i});
        std::sort(order_.begin(), order_.end());
        for (std::size_t i = 1; i < order_.size(); ++i)
            for (std::size_t k = i; k-- > 0 && order_[k].first == order_[i].first;)
                if (streams[order_[k].second].stream == streams[order_[i].second].stream)
                    return &streams[order_[i].second];
        return nullptr;
    }

    template <class Each>
    [[gnu::always_inline]] void each_staged(Each each) noexcept {
        for (std::size_t i = 0; i < staged_; ++i)
            if (writes_[i].entry != nullptr) each(*writes_[i].entry);
        for (const tagged_event& tagged : tagged_) each(*tagged.entry);
        staged_ = 0;
    }

    [[gnu::noinline]] void stage_tags(std::span<const new_event> events, std::uint32_t number) {
        for (const new_event& event : events) {
            for (const std::string_view each : event.tags) stage_tag(each, number);
            ++number;
        }
    }
    // The numbers of events hold the room for their places. An event that carries a tag twice is found by it once.
    void stage_tag(std::string_view name, std::uint32_t number) {
        const stream_view key{{}, name};
        posting& entry = postings_->tags.find_or_add(key, postings_->tags.hash(key));
        if (entry.staged != 0 && entry.places[entry.count + entry.staged - 1] == number) return;
        tagged_.push_back({&entry, number});
        postings_->tags.reserve(entry, 1);
        entry.stage(number);
    }

    [[gnu::__cold__, gnu::noinline]] static error too_long() {
        return error(error_kind::too_large,
                     "an append of more than " + std::to_string(append_bytes_max) + " bytes, which is the limit");
    }
    [[gnu::__cold__, gnu::noinline]] static error reused(const uuid& batch, const recorded_batch& before) {
        return error(error_kind::command_reused, "batch " + to_string(batch) + " is recorded at position " +
                                                     std::to_string(before.receipt.first.value) +
                                                     " with other content");
    }
    [[gnu::__cold__, gnu::noinline]] static error carried(std::string_view tag, position carrier) {
        return error(error_kind::condition_failed,
                     "tag " + quoted(tag) + " is carried by the event at position " + std::to_string(carrier.value));
    }
    [[gnu::__cold__, gnu::noinline]] static error conflict(const stream_append& to, version actual) {
        using rule = expectation::rule;
        const std::string is =
            actual.value == 0 ? std::string(" does not exist") : " is at version " + std::to_string(actual.value);
        const rule kind = to.expected.kind();
        const std::string wanted = kind == rule::no_stream ? std::string("it was expected not to exist")
                                   : kind == rule::stream_exists
                                       ? std::string("it was expected to exist")
                                       : "version " + std::to_string(to.expected.at().value) + " was expected";
        return error::conflict(quoted(to.stream) + is + "; " + wanted,
                               kind == rule::stream_exists ? 1 : to.expected.at().value, actual.value);
    }

    clock_ref clock_;
    uuid_generator ids_;
    log_postings* postings_;
    const kept_streams& kept_;  // of the same seed
    known_types types_;
    std::vector<write_state> writes_;  // one for each stream of the request; longer after a longer one
    std::vector<std::pair<std::uint64_t, std::size_t>> order_;  // of the streams of a request, by hash
    std::vector<tagged_event> tagged_;
    std::size_t staged_ = 0;
    std::uint64_t last_ = 0;
    timestamp last_time_{(std::numeric_limits<std::int64_t>::min)()};
};

}  // namespace sillok::detail
