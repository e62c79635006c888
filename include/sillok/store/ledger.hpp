#pragma once
// What a store must know to accept an append: which streams are at which version, which tags and batches exist, what
// time it was last. memory_store and file_store decide by it, so they cannot decide differently.
//
// An append goes through four acts. The store holds its append lock over all of them, and the lock of its readers over
// `stage` and `commit`:
//
//     admit    is it well-formed, is it a repetition, do expectations and conditions hold   may fail, changes nothing
//     stage    room for everything that `commit` adds                                       may throw, changes nothing
//     write    the records, with positions, versions, ids and the time                      cannot fail
//     commit   readers find the events; or `abandon`, if the device would not take them     cannot fail
//
// An append of one event is so short that calls show: the last three are inlined where the store calls them, and what
// only refusals need stays out of line.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/event_store.hpp"
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
            hash = hash_bytes(hash ^ static_cast<std::uint64_t>(event.codec), event.sealed);
            hash = fold_product(hash ^ event.tags.size(), 0x9E3779B97F4A7C15);
            for (const std::string_view tag : event.tags) hash = hash_bytes(hash, as_bytes(tag));
        }
    }
    return hash == 0 ? 1 : hash;
}

// Threads: admit, stage, write, commit, abandon and restore: one at a time. Of the rest any number, but not during
//          stage, commit, abandon or restore.
class ledger {
public:
    ledger(clock_ref clock, std::size_t batch_window)
        : clock_(clock),
          seed_(ids_(timestamp{})),
          streams_(seed_of(seed_)),
          tags_(seed_of(seed_) * 3),
          window_(batch_window) {}

    position last() const noexcept { return {last_}; }
    timestamp last_time() const noexcept { return last_time_; }
    posting_list stream(stream_view name) const noexcept { return streams_.list(name); }
    posting_list tag(std::string_view name) const noexcept { return tags_.list({{}, name}); }
    const recorded_batch* find_batch(const uuid& id) const noexcept { return window_.find(id); }

    // Errors: invalid_argument, too_large; command_reused; conflict; condition_failed. Nothing changed then. A receipt that
    //         says `repeated` is the answer, and nothing is to be written.
    result<admission> admit(const append_request& request) {
        if (auto fit = check_envelope(request); !fit) return std::move(fit).error();
        if (writes_.size() < request.streams.size()) writes_.resize(request.streams.size());
        const std::size_t shared = record_layout::variable + request.source.size() + headers_bytes(request.headers);
        std::size_t bytes = 0;
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < request.streams.size(); ++i) {
            const stream_append& to = request.streams[i];
            if (auto fit = check_stream(to); !fit) return std::move(fit).error();
            const std::uint64_t hash = streams_.hash(to.stream);
            for (std::size_t k = 0; k < i; ++k)
                if (writes_[k].hash == hash && request.streams[k].stream == to.stream)
                    return unusable(quoted(to.stream) + " stands twice in one append");
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
        if (count > ordinals_max - last_) return full();

        std::uint64_t content = 0;
        if (!request.batch.is_nil()) {
            content = request.content != 0 ? request.content : content_hash(request.streams);
            if (const recorded_batch* const before = window_.find(request.batch)) {
                if (before->content != content) return reused(request.batch, *before);
                admission repeated{before->receipt, 0, content};
                repeated.receipt.repeated = true;
                return repeated;
            }
        }

        for (std::size_t i = 0; i < request.streams.size(); ++i) {
            const stream_append& to = request.streams[i];
            write_state& state = writes_[i];
            state.entry = streams_.find(to.stream, state.hash);
            state.at = state.entry == nullptr ? 0 : state.entry->count;
            if (!to.expected.holds({state.at})) return conflict(to, {state.at});
        }
        for (const none_tagged& each : request.conditions)
            if (const posting_list carriers = tag(each.tag); carriers.count != 0)
                return carried(each.tag, carriers.at[0]);

        std::size_t lead = 0;
        while (request.streams[lead].events.empty()) ++lead;
        const version reached{writes_[lead].at + request.streams[lead].events.size()};
        const timestamp now = clock_.now();
        return admission{{{last_ + 1}, {last_ + count}, reached, now < last_time_ ? last_time_ : now}, bytes, content};
    }

    // Errors: std::bad_alloc; nothing that can be found changed.
    [[gnu::always_inline]] void stage(const append_request& request) {
        staging guard{this};
        tagged_.clear();
        staged_ = 0;
        if (!request.batch.is_nil()) window_.reserve();
        auto ordinal = static_cast<std::uint32_t>(last_);
        for (const stream_append& to : request.streams) {
            write_state& state = writes_[staged_];
            if (to.events.empty()) {  // an expectation alone: nothing to post
                state.entry = nullptr;
                ++staged_;
                continue;
            }
            if (state.entry == nullptr) state.entry = &streams_.find_or_add(to.stream, state.hash);
            streams_.stage(*state.entry, ordinal, static_cast<std::uint32_t>(to.events.size()));
            ++staged_;
            if (state.is_tagged) stage_tags(to.events, ordinal);
            ordinal += static_cast<std::uint32_t>(to.events.size());
        }
        guard.of = nullptr;
    }

    // Writes the records of a request to `to` and calls `each` with the start of every one.
    template <class Each>
    [[gnu::always_inline]] void write(const append_request& request, const admission& admitted, std::byte* to,
                                      Each each) noexcept {
        const timestamp now = admitted.receipt.time;
        uuid id = ids_(now);
        const uuid act = request.batch.is_nil() ? id : request.batch;
        const uuid causation = request.causation.is_nil() ? act : request.causation;
        const uuid correlation = request.correlation.is_nil() ? act : request.correlation;
        position at = admitted.receipt.first;
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
                                          .codec = event.codec,
                                          .stream = request.streams[i].stream,
                                          .source = request.source,
                                          .tags = event.tags,
                                          .headers = request.headers,
                                          .sealed = event.sealed,
                                          .payload = event.payload});
                each(start);
                ++at.value;
            }
        }
    }

    [[gnu::always_inline]] void commit(const append_request& request, const admission& admitted) noexcept {
        for (std::size_t i = 0; i < staged_; ++i)
            if (writes_[i].entry != nullptr) writes_[i].entry->commit();
        for (posting* const each : tagged_) each->commit();
        staged_ = 0;
        last_ = admitted.receipt.last.value;
        last_time_ = admitted.receipt.time;
        if (!request.batch.is_nil()) window_.add(request.batch, {admitted.receipt, admitted.content});
    }

    void abandon() noexcept {
        for (std::size_t i = 0; i < staged_; ++i)
            if (writes_[i].entry != nullptr) writes_[i].entry->abandon();
        for (posting* const each : tagged_) each->abandon();
        staged_ = 0;
    }

    // Takes in a record that is there already, when a store is opened. Returns whether it follows on what is known.
    bool restore(const record_view& record) {
        if (record.position().value != last_ + 1 || last_ >= ordinals_max || record.time() < last_time_) return false;
        const stream_view name = record.stream();
        posting& entry = streams_.find_or_add(name, streams_.hash(name));
        if (record.version().value != std::uint64_t{entry.count} + 1) return false;
        const auto ordinal = static_cast<std::uint32_t>(last_);
        writes_.assign(1, {0, &entry, 0, false});
        tagged_.clear();
        staged_ = 1;
        staging guard{this};
        streams_.stage(entry, ordinal, 1);
        for (const std::string_view each : record.tags()) stage_tag(each, ordinal);
        guard.of = nullptr;
        entry.commit();
        for (posting* const each : tagged_) each->commit();
        ++last_;
        last_time_ = record.time();
        return true;
    }
    void restore(const uuid& batch, const recorded_batch& recorded) {
        if (window_.find(batch) != nullptr) return;
        window_.reserve();
        window_.add(batch, recorded);
    }

private:
    static constexpr std::uint64_t ordinals_max = 0xFFFFFFFE;

    struct write_state {
        std::uint64_t hash = 0;
        posting* entry = nullptr;
        std::uint64_t at = 0;  // the version before this append
        bool is_tagged = false;
    };
    struct staging {
        ledger* of;
        ~staging() {
            if (of != nullptr) of->abandon();
        }
    };

    static std::uint64_t seed_of(const uuid& id) noexcept {
        return load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(id.octets.data()) + 8);
    }

    [[gnu::noinline]] void stage_tags(std::span<const new_event> events, std::uint32_t ordinal) {
        for (const new_event& event : events) {
            for (const std::string_view each : event.tags) stage_tag(each, ordinal);
            ++ordinal;
        }
    }
    void stage_tag(std::string_view name, std::uint32_t ordinal) {
        const stream_view key{{}, name};
        posting& entry = tags_.find_or_add(key, tags_.hash(key));
        if (entry.is_staged(ordinal)) return;
        tagged_.push_back(&entry);
        tags_.stage(entry, ordinal, 1);
    }

    [[gnu::__cold__, gnu::noinline]] static error too_long() {
        return error(error_kind::too_large,
                     "an append of more than " + std::to_string(append_bytes_max) + " bytes, which is the limit");
    }
    [[gnu::__cold__, gnu::noinline]] static error full() {
        return error(error_kind::too_large,
                     "the store is full: it holds at most " + std::to_string(ordinals_max) + " events");
    }
    [[gnu::__cold__, gnu::noinline]] static error reused(const uuid& batch, const recorded_batch& before) {
        return error(error_kind::command_reused, "batch " + to_string(batch) + " is recorded at position " +
                                                     std::to_string(before.receipt.first.value) +
                                                     " with other content");
    }
    [[gnu::__cold__, gnu::noinline]] static error carried(std::string_view tag, std::uint32_t ordinal) {
        return error(error_kind::condition_failed, "tag " + quoted(tag) + " is carried by the event at position " +
                                                       std::to_string(std::uint64_t{ordinal} + 1));
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
    uuid seed_;
    posting_index streams_;
    posting_index tags_;
    batch_window window_;
    known_types types_;
    std::vector<write_state> writes_;  // one for each stream of the request; longer after a longer one
    std::vector<posting*> tagged_;
    std::size_t staged_ = 0;
    std::uint64_t last_ = 0;
    timestamp last_time_{(std::numeric_limits<std::int64_t>::min)()};
};

}  // namespace sillok::detail
