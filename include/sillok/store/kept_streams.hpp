#pragma once
// Which streams were cut or deleted, for a store that has to ask for each record; and acts as bytes, of retention and others.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/limits.hpp"
#include "sillok/store/posting_index.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/store/schemas.hpp"

namespace sillok::detail {

// The first event that is kept of each stream of which not all are.
//
// Threads:    one writer, or many readers; the store's lock sees to it. `is_empty` without it.
// Complexity: O(1); about 56 bytes and its name for a stream that was cut
class kept_streams {
public:
    explicit kept_streams(std::uint64_t seed) noexcept : firsts_(seed) {}

    bool is_empty() const noexcept { return !has_some_.load(std::memory_order_acquire); }

    // The first version that is kept: 1 where nothing was said of the stream.
    version first(const stream_view& stream, std::uint64_t hash) const noexcept {
        const posting* const found = firsts_.find(stream, hash);
        return {found == nullptr ? 1 : found->before};
    }
    version first(const stream_view& stream) const noexcept { return first(stream, firsts_.hash(stream)); }
    bool is_deleted(const stream_view& stream, std::uint64_t hash) const noexcept {
        return !is_empty() && first(stream, hash) == none_kept;
    }
    bool is_hidden(const record_view& record) const noexcept {
        const stream_view stream = record.stream();
        return record.version() < first(stream);
    }

    // The streams of which not all is kept, by number.
    std::size_t size() const noexcept { return firsts_.size(); }
    stream_cut operator[](std::size_t number) const noexcept {
        return {firsts_[number].name(), {firsts_[number].before}};
    }

    // Room for a stream, so that to cut it cannot fail.
    //
    // Errors: std::bad_alloc; nothing changed
    void reserve(const stream_view& stream) { firsts_.find_or_add(stream, firsts_.hash(stream), 1); }
    // A cut goes forward, never back.
    //
    // Errors: std::bad_alloc, where there was no room
    void cut(const stream_view& stream, version from) {
        posting& entry = firsts_.find_or_add(stream, firsts_.hash(stream), 1);
        if (from.value > entry.before) entry.before = from.value;
        has_some_.store(true, std::memory_order_release);
    }
    // All cuts of acts that stand one behind the other.
    void take_in(bytes_view acts);

private:
    posting_index firsts_;  // `before` of a posting is the version
    std::atomic<bool> has_some_{false};
};

[[gnu::__cold__, gnu::noinline]] inline error stream_is_deleted(const stream_view& stream) {
    return error(error_kind::stream_deleted, quoted(stream) + " was deleted; its name cannot be used again");
}

// An act as bytes; docs/format.md#acts.
namespace act_layout {
inline constexpr std::size_t category_bytes = 6;
inline constexpr std::size_t source_bytes = 7;
inline constexpr std::size_t key_bytes = 8;
inline constexpr std::size_t reason_bytes = 10;
inline constexpr std::size_t from = 16;
inline constexpr std::size_t time = 24;
inline constexpr std::size_t at = 32;
inline constexpr std::size_t variable = 40;
inline constexpr std::size_t reason_bytes_max = 1024;
}  // namespace act_layout

inline void append_act(byte_buffer& to, const retention_act& act) {
    using namespace act_layout;
    const std::string_view parts[] = {act.stream.category, act.stream.key, act.note.source, act.note.reason};
    std::size_t bytes = variable;
    for (const std::string_view each : parts) bytes += each.size();
    bytes = (bytes + 7) & ~std::size_t{7};
    std::byte* const head = to.extend(bytes);
    std::memset(head, 0, bytes);
    store_le(head, static_cast<std::uint32_t>(bytes));
    store_le(head + act_kind_at, static_cast<std::uint16_t>(act_kind::retention));
    head[category_bytes] = static_cast<std::byte>(act.stream.category.size());
    head[source_bytes] = static_cast<std::byte>(act.note.source.size());
    store_le(head + key_bytes, static_cast<std::uint16_t>(act.stream.key.size()));
    store_le(head + reason_bytes, static_cast<std::uint16_t>(act.note.reason.size()));
    store_le(head + from, act.from.value);
    store_le(head + act_layout::time, act.time.nanoseconds);
    store_le(head + act_layout::at, act.at.value);
    std::byte* out = head + variable;
    for (const std::string_view each : parts) out = store_bytes(out, as_bytes(each));
}

// The size of the act of retention that the bytes begin with; 0 where they begin with none.
inline std::size_t act_size(bytes_view bytes) noexcept {
    using namespace act_layout;
    if (bytes.size() < variable) return 0;
    const std::byte* const head = bytes.data();
    const std::size_t size = load_le<std::uint32_t>(head);
    const auto category = static_cast<std::size_t>(head[category_bytes]);
    const std::size_t content = variable + category + static_cast<std::size_t>(head[source_bytes]) +
                                load_le<std::uint16_t>(head + key_bytes) + load_le<std::uint16_t>(head + reason_bytes);
    const bool fits = size <= bytes.size() && size == ((content + 7) & ~std::size_t{7}) && category != 0 &&
                      load_le<std::uint16_t>(head + act_kind_at) == static_cast<std::uint16_t>(act_kind::retention) &&
                      load_le<std::uint64_t>(head + from) != 0;
    return fits ? size : 0;
}
// Requires: act_size(bytes) != 0
inline retention_act act_of(bytes_view bytes) noexcept {
    using namespace act_layout;
    const std::byte* const head = bytes.data();
    std::string_view rest = as_text(bytes.subspan(variable));
    const auto take = [&](std::size_t size) {
        const std::string_view part = rest.substr(0, size);
        rest.remove_prefix(size);
        return part;
    };
    retention_act act{};
    act.stream.category = take(static_cast<std::size_t>(head[category_bytes]));
    act.stream.key = take(load_le<std::uint16_t>(head + key_bytes));
    act.note.source = take(static_cast<std::size_t>(head[source_bytes]));
    act.note.reason = take(load_le<std::uint16_t>(head + reason_bytes));
    act.from = {load_le<std::uint64_t>(head + from)};
    act.time = timestamp{load_le<std::int64_t>(head + act_layout::time)};
    act.at = {load_le<std::uint64_t>(head + act_layout::at)};
    return act;
}
// Calls `act` with the acts of retention and `note` with the notes of layouts that stand one behind the other, until one of them
// returns false. Returns whether there was nothing else.
template <class Act, class Note>
bool for_each_of(bytes_view bytes, Act act, Note note) {
    while (!bytes.empty()) {
        const std::size_t cut = act_size(bytes);
        const std::size_t size = cut != 0 ? cut : schema_size(bytes);
        if (size == 0) return false;
        if (cut != 0 ? !act(act_of(bytes)) : !note(schema_of(bytes))) return true;
        bytes = bytes.subspan(size);
    }
    return true;
}
template <class Each>
bool for_each_act(bytes_view bytes, Each each) {
    return for_each_of(bytes, each, [](const recorded_schema&) { return true; });
}
template <class Each>
bool for_each_schema(bytes_view bytes, Each each) {
    return for_each_of(
        bytes, [](const retention_act&) { return true; }, each);
}
inline void kept_streams::take_in(bytes_view acts) {
    for_each_act(acts, [&](const retention_act& act) {
        cut(act.stream, act.from);
        return true;
    });
}
inline bool are_acts(bytes_view bytes) noexcept {
    return for_each_act(bytes, [](const retention_act&) { return true; });
}

// Checks a request, and writes the acts that it comes to, of those that do not hold already.
//
// Errors: those of retaining_store; what `version_of` says
template <class VersionOf>
result<void> plan_acts(const retention_request& request, const kept_streams& kept, position at, timestamp now,
                       VersionOf version_of, byte_buffer& acts) {
    if (request.note.source.size() > 255) return too_large("the source", request.note.source.size(), 255);
    if (request.note.reason.size() > act_layout::reason_bytes_max)
        return too_large("the reason", request.note.reason.size(), act_layout::reason_bytes_max);
    if (request.streams.empty()) return unusable("an act of retention without a stream");
    posting_index named(0);
    for (const stream_cut& each : request.streams) {
        if (auto fit = check_stream({.stream = each.stream}); !fit) return fit;
        posting& entry = named.find_or_add(each.stream, named.hash(each.stream));
        if (entry.before++ != 0) return unusable(quoted(each.stream) + " stands twice in one act of retention");
        const version first = kept.first(each.stream);
        if (first == none_kept && each.from != none_kept) return stream_is_deleted(each.stream);
        if (each.from <= first && each.from > version{1}) continue;
        const result<version> last = version_of(each.stream);
        if (!last) return last.error();
        if (last->value == 0) return unusable(quoted(each.stream) + " does not exist: there is nothing to cut");
        if (each.from == version{1}) continue;
        if (each.from.value == 0 || (each.from > *last && each.from != none_kept))
            return unusable(quoted(each.stream) + " is at version " + std::to_string(last->value) +
                            " and cannot be cut to version " + std::to_string(each.from.value) +
                            ": the first event that is kept has to be there");
        append_act(acts, {each.stream, each.from, at, now, request.note});
        if (acts.size() > append_bytes_max) return too_large("an act of retention", acts.size(), append_bytes_max);
    }
    return {};
}

}  // namespace sillok::detail
