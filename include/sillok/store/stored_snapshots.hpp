#pragma once
// Snapshots as events of a store: a second one beside the log, or the log itself.
//
//     auto beside = sillok::file_store::open("bank.snapshots").value();
//     sillok::stored_snapshots kept(beside);
//     auto accounts = sillok::repository<account>(store, sillok::snapshots{kept});

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/hash.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/store/snapshot_format.hpp"
#include "sillok/store/snapshot_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

inline constexpr event_type snapshot_event{"sillok.snapshot", 1};
inline constexpr event_type snapshot_dropped_event{"sillok.snapshot.dropped", 1};

// The category of the stream in which the snapshots of a category's streams are; their keys are the same. Two categories have
// two, but for long ones in 1 of 10^19 cases, and then a snapshot says whose it is.
inline std::string snapshot_category(std::string_view category) {
    constexpr std::string_view whole = "sillok.snapshots:";
    constexpr std::string_view cut = "sillok.snapshots~";
    if (category.size() <= category_bytes_max - whole.size()) return std::string(whole) + std::string(category);
    constexpr std::size_t hex = 16;
    constexpr char digits[] = "0123456789abcdef";
    std::string name = std::string(cut) + std::string(category.substr(0, category_bytes_max - cut.size() - hex));
    for (std::uint64_t hash = hash64(as_bytes(category)), left = hex; left > 0; --left, hash <<= 4)
        name += digits[hash >> 60];
    return name;
}

// Keeps each snapshot as an event; the last of a stream counts. Where the store is a `retaining_store`, those before are cut off
// with every eighth save, and with every drop, so that a scrub gives their room back; else they stay.
//
// Ensures:    bytes other than those that were saved are never handed out: what is damaged or somebody else's is none, and
//             counted.
// Errors:     what reading, appending and `retain` can say; too_large: a state of nearly 16 MiB
// Durability: as the store's append
// Threads:    any number at once
// Complexity: one event read, and for `save` and `drop` one appended
class stored_snapshots {
public:
    // Refers to the store, which must outlive this.
    template <class S>
        requires(!std::same_as<S, stored_snapshots> && event_store<S>)
    explicit stored_snapshots(S& store) noexcept : store_(store), origin_(&store), cut_(cutting<S>()) {}

    result<void> save(const snapshot& fresh) {
        if (fresh.state.size() > payload_bytes_max)  // before it is copied
            return error(error_kind::too_large, "a snapshot of " + std::to_string(fresh.state.size()) +
                                                    " bytes of stream " + to_string(fresh.stream) +
                                                    "; an event has up to 16 MiB");
        const std::string category = snapshot_category(fresh.stream.category);
        const stream_view to{category, fresh.stream.key};
        byte_buffer payload;
        for (;;) {  // until nobody else was faster
            bool is_known = false;
            auto at = last_of(to, fresh.stream, [&](const snapshot& kept) { is_known = outlasts(kept, fresh); });
            if (!at) return std::move(at).error();
            if (is_known) return {};
            if (payload.empty()) detail::write_snapshot(fresh, payload);
            auto done = add(to, *at, snapshot_event, payload.view(), false);
            if (done || done.error() != error_kind::conflict) return done;
        }
    }

    result<bool> load(stream_view stream, snapshot_visitor visit) const {
        const std::string category = snapshot_category(stream.category);
        bool has_one = false;
        auto at = last_of({category, stream.key}, stream, [&](const snapshot& kept) {
            has_one = true;
            visit(kept);
        });
        if (!at) return std::move(at).error();
        return has_one;
    }

    result<void> drop(stream_view stream) {
        const std::string category = snapshot_category(stream.category);
        const stream_view from{category, stream.key};
        for (;;) {
            bool is_empty = true;
            version at{};
            auto read =
                store_.read_stream(from, {.order = direction::backwards, .limit = 1}, [&](const record_view& r) {
                    at = r.version();
                    is_empty = r.type() == snapshot_dropped_event.name;
                    return true;
                });
            if (!read || is_empty) return read;
            auto done = add(from, at, snapshot_dropped_event, {}, true);
            if (done || done.error() != error_kind::conflict) return done;
        }
    }

    // How often there was something else in place of a snapshot: damaged, of a later layout, or of another stream.
    std::uint64_t unreadable() const noexcept { return unreadable_.load(std::memory_order_relaxed); }

private:
    static constexpr std::uint64_t saves_per_cut = 8;
    static constexpr int tries_max = 100;

    using cut_function = result<void> (*)(void*, stream_view, version);
    template <class S>
    static constexpr cut_function cutting() noexcept {
        if constexpr (retaining_store<S>)
            return [](void* store, stream_view stream, version from) {
                return truncate(*static_cast<S*>(store), stream, from,
                                {.source = "sillok", .reason = "older snapshots"});
            };
        else
            return nullptr;
    }

    // The version of the last event of the stream `at`, 0 where there is none; a snapshot `of` that stream goes to the visitor.
    result<version> last_of(stream_view at, stream_view of, snapshot_visitor visit) const {
        version last{};
        const auto take = [&](const record_view& record) {
            last = record.version();
            if (record.type() == snapshot_dropped_event.name) return true;
            const auto kept = record.type() == snapshot_event.name && record.revision() == snapshot_event.revision
                                  ? detail::read_snapshot(record.payload())
                                  : std::nullopt;
            if (kept && kept->stream == of)
                visit(*kept);
            else
                unreadable_.fetch_add(1, std::memory_order_relaxed);
            return true;
        };
        for (int tries = 1;; ++tries) {
            auto read = store_.read_stream(at, {.order = direction::backwards, .limit = 1}, take);
            if (!read) return std::move(read).error();
            if (last != version{0}) return last;
            // What was last when the read began may be cut off by now, and another one be there.
            auto end = store_.version_of(at);
            if (!end || *end == version{0} || tries == tries_max) return end;
        }
    }

    result<void> add(stream_view to, version at, const event_type& type, bytes_view payload, bool cuts) {
        const new_event event{.type = type, .payload = payload};
        const stream_append one{to, exactly{at}, {&event, 1}};
        auto done = store_.append({.streams = {&one, 1}});
        if (!done) return std::move(done).error();
        if (cut_ == nullptr || (!cuts && done->version.value % saves_per_cut != 0)) return {};
        return cut_(origin_, to, done->version);
    }

    store_ref store_;
    void* origin_;
    cut_function cut_;
    mutable std::atomic<std::uint64_t> unreadable_{0};
};

static_assert(snapshot_store<stored_snapshots>);

}  // namespace sillok
