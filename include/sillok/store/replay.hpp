#pragma once
// Recorded events through a handler: the whole log, what is asked of it, or one stream.
//
//     balances view;
//     auto upto = sillok::replay(store, {.category = "account"}, view);

#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::detail {

// Reads with `read(visitor)` and stops at the first event that the handler could not take. Nothing is handed over that was recorded
// with other structs than those of the handler's catalogue, as far as the store knows before; and what it learns meanwhile is said.
template <class Handler, class Read>
auto replay_with(const store_ref& store, Read read, Handler& handler, unknown policy)
    -> decltype(read(record_visitor(std::declval<bool (&)(const record_view&)>()))) {
    schema_guard schemas;
    if (auto fits = schemas.compare<catalogue_of<Handler>>(store); !fits) return std::move(fits).error();
    dispatcher<Handler> to_handler(policy);
    result<void> handled;
    auto done = read([&](const record_view& record) {
        handled = to_handler.dispatch(handler, record);
        return handled.has_value();
    });
    if (auto fits = schemas.compare_again<catalogue_of<Handler>>(store); !fits) return std::move(fits).error();
    if (done && !handled) done = std::move(handled).error();
    return done;
}

}  // namespace sillok::detail

namespace sillok {

// Hands the events of a range to a handler, in order, and returns the last position that was looked at.
//
// Errors:     schema_changed, before anything is read, or after it where the store learnt of it meanwhile; those of reading;
//             unknown_event, by policy; malformed; whatever the handler returns. The handler has had the events before the one
//             that failed.
// Complexity: O(events looked at), and that of check_schema.
template <class Handler>
result<position> replay(const store_ref& store, const log_range& range, Handler& handler,
                        unknown policy = unknown::fail) {
    return detail::replay_with(
        store, [&](record_visitor visit) { return store.read_all(range, visit); }, handler, policy);
}

// The same for one stream.
template <class Handler>
result<void> replay(const store_ref& store, stream_view stream, const stream_range& range, Handler& handler,
                    unknown policy = unknown::fail) {
    return detail::replay_with(
        store, [&](record_visitor visit) { return store.read_stream(stream, range, visit); }, handler, policy);
}

}  // namespace sillok
