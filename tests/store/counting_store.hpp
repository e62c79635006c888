#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "sillok/store/memory_store.hpp"

namespace sillok {

// A store that counts what is read of it, and has no `first_kept` of its own.
struct counting_store {
    memory_store inner;
    mutable std::atomic<std::uint64_t> records{0};
    mutable std::atomic<std::uint64_t> reads{0};

    result<receipt> append(const append_request& r) { return inner.append(r); }
    result<void> read_stream(stream_view s, const stream_range& r, record_visitor visit) const {
        ++reads;
        return inner.read_stream(s, r, [&](const record_view& each) { return ++records, visit(each); });
    }
    result<position> read_all(const log_range& r, record_visitor visit) const { return inner.read_all(r, visit); }
    result<version> version_of(stream_view s) const { return inner.version_of(s); }
    position last(horizon h) const { return inner.last(h); }
    result<position> wait(position p, horizon h, timeout t) const { return inner.wait(p, h, t); }
    result<void> settle(position p) const { return inner.settle(p); }
    result<std::optional<recorded_batch>> find_batch(const uuid& b) const { return inner.find_batch(b); }
    result<void> read_schemas(schema_visitor visit) const { return inner.read_schemas(visit); }
    std::uint64_t schema_count() const noexcept { return inner.schema_count(); }
};

}  // namespace sillok
