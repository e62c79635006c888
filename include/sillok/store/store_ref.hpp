#pragma once
// A reference to a store of any kind: what the layers above hold, so that they are compiled once and not per store.
//
//     sillok::memory_store memory;
//     sillok::store_ref store = memory;      // and store is a store itself

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include "sillok/store/event_store.hpp"

namespace sillok {

// Two pointers: to the store, which must outlive the reference, and to a static table of its functions.
//
// Threads:    as the store
// Complexity: one indirect call more than the store itself
class store_ref {
public:
    template <class S>
        requires(!std::same_as<S, store_ref> && event_store<S>)
    constexpr store_ref(S& store) noexcept
        : store_(&store), calls_(&table<S>) {}  // NOLINT(google-explicit-constructor)

    result<receipt> append(const append_request& request) const { return calls_->append(store_, request); }
    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        return calls_->read_stream(store_, stream, range, visit);
    }
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return calls_->read_all(store_, range, visit);
    }
    // As many records at once as the store has at hand; of a store that has no `read_many`, one by one.
    result<position> read_many(const log_range& range, records_visitor visit) const {
        return calls_->read_many(store_, range, visit);
    }
    result<version> version_of(stream_view stream) const { return calls_->version_of(store_, stream); }
    position last(horizon upto) const { return calls_->last(store_, upto); }
    result<position> wait(position after, horizon upto, timeout patience) const {
        return calls_->wait(store_, after, upto, patience);
    }
    result<void> settle(position upto) const { return calls_->settle(store_, upto); }
    result<std::optional<recorded_batch>> find_batch(const uuid& batch) const {
        return calls_->find_batch(store_, batch);
    }
    result<void> read_schemas(schema_visitor visit) const { return calls_->read_schemas(store_, visit); }
    std::uint64_t schema_count() const noexcept { return calls_->schema_count(store_); }
    // The version from which a stream is kept: 1, or what it was cut to. A store that has `first_kept` is asked for it; of
    // any other the first event is read.
    //
    // Errors: stream_deleted; of a store that is read, what that can say
    result<version> first_kept(stream_view stream) const { return calls_->first_kept(store_, stream); }

    // Whether both refer to the same store.
    friend bool operator==(const store_ref& a, const store_ref& b) noexcept { return a.store_ == b.store_; }

private:
    struct calls {
        result<receipt> (*append)(void*, const append_request&);
        result<void> (*read_stream)(const void*, stream_view, const stream_range&, record_visitor);
        result<position> (*read_all)(const void*, const log_range&, record_visitor);
        result<position> (*read_many)(const void*, const log_range&, records_visitor);
        result<version> (*version_of)(const void*, stream_view);
        position (*last)(const void*, horizon);
        result<position> (*wait)(const void*, position, horizon, timeout);
        result<void> (*settle)(const void*, position);
        result<std::optional<recorded_batch>> (*find_batch)(const void*, const uuid&);
        result<void> (*read_schemas)(const void*, schema_visitor);
        std::uint64_t (*schema_count)(const void*) noexcept;
        result<version> (*first_kept)(const void*, stream_view);
    };

    template <class S>
    static result<version> first_kept_of(const S& store, stream_view stream) {
        if constexpr (requires {
                          { store.first_kept(stream) } -> std::same_as<result<version>>;
                      }) {
            return store.first_kept(stream);
        } else {
            version first{1};
            auto read = store.read_stream(stream, {.limit = 1}, [&](const record_view& record) {
                first = record.version();
                return true;
            });
            if (!read) return std::move(read).error();
            return first;
        }
    }

    template <class S>
    static result<position> read_many_of(const S& store, const log_range& range, records_visitor visit) {
        if constexpr (requires {
                          { store.read_many(range, visit) } -> std::same_as<result<position>>;
                      })
            return store.read_many(range, visit);
        else
            return store.read_all(range, [&](const record_view& record) { return visit({&record, 1}); });
    }

    template <class S>
    static constexpr calls table{
        [](void* s, const append_request& request) { return static_cast<S*>(s)->append(request); },
        [](const void* s, stream_view stream, const stream_range& range, record_visitor visit) {
            return static_cast<const S*>(s)->read_stream(stream, range, visit);
        },
        [](const void* s, const log_range& range, record_visitor visit) {
            return static_cast<const S*>(s)->read_all(range, visit);
        },
        [](const void* s, const log_range& range, records_visitor visit) {
            return read_many_of(*static_cast<const S*>(s), range, visit);
        },
        [](const void* s, stream_view stream) { return static_cast<const S*>(s)->version_of(stream); },
        [](const void* s, horizon upto) { return static_cast<const S*>(s)->last(upto); },
        [](const void* s, position after, horizon upto, timeout patience) {
            return static_cast<const S*>(s)->wait(after, upto, patience);
        },
        [](const void* s, position upto) { return static_cast<const S*>(s)->settle(upto); },
        [](const void* s, const uuid& batch) { return static_cast<const S*>(s)->find_batch(batch); },
        [](const void* s, schema_visitor visit) { return static_cast<const S*>(s)->read_schemas(visit); },
        [](const void* s) noexcept { return static_cast<const S*>(s)->schema_count(); },
        [](const void* s, stream_view stream) { return first_kept_of(*static_cast<const S*>(s), stream); },
    };

    void* store_;
    const calls* calls_;
};

static_assert(event_store<store_ref>);

}  // namespace sillok
