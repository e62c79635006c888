#pragma once
// Recorded events through a handler: the whole log, what is asked of it, or one stream.
//
//     balances view;
//     auto done = sillok::replay(store, {.category = "account"}, view);    // done->last: up to there

#include <concepts>
#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/event/batch_dispatch.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/type_order.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// How far a replay came, and what it met besides the events that it handed over.
struct replayed {
    position last{};  // the last position that was looked at; a stream's replay leaves it at 0
    sillok::passed_over passed_over{};

    friend bool operator==(const replayed&, const replayed&) = default;
};

}  // namespace sillok

namespace sillok::detail {

// Reads with `read(visitor)` and stops at the first event that the handler could not take. Nothing is handed over that was recorded
// with other structs than those of the handler's catalogue, as far as the store knows before; and what it learns meanwhile is said.
template <class Dispatcher, class Handler, class Policy, class Read>
result<replayed> replay_with(const store_ref& store, Read read, Handler& handler, Policy policy) {
    schema_guard schemas;
    if (auto fits = schemas.compare<catalogue_of<Handler>>(store); !fits) return std::move(fits).error();
    Dispatcher to_handler(policy);
    result<void> handled;
    result<position> done = read([&](const auto& given) {
        handled = to_handler.dispatch(handler, given);
        return handled.has_value();
    });
    if (auto fits = schemas.compare_again<catalogue_of<Handler>>(store); !fits) return std::move(fits).error();
    if (!done) return std::move(done).error();
    if (!handled) return std::move(handled).error();
    return replayed{*done, to_handler.counts()};
}

}  // namespace sillok::detail

namespace sillok {

// Hands the events of a range to a handler, in order. `policy` says what becomes of unknown ones: `unknown::fail`, `unknown::skip`
// or `unknown::keep`.
//
// Errors:     schema_changed, before anything is read, or after it where the store learnt of it meanwhile; those of reading;
//             unknown_event, by policy; malformed; whatever the handler returns. The handler has had the events before the one
//             that failed.
// Complexity: O(events looked at), and that of check_schema.
template <class Handler, std::derived_from<unknown> Policy = unknown>
result<replayed> replay(const store_ref& store, const log_range& range, Handler& handler,
                        Policy policy = unknown::fail) {
    if constexpr (takes_types_in_any_order<Handler>()) {
        const auto read = [&](records_visitor visit) { return store.read_many(range, visit); };
        return detail::replay_with<batch_dispatcher<Handler>>(store, read, handler, policy);
    } else {
        const auto read = [&](record_visitor visit) { return store.read_all(range, visit); };
        return detail::replay_with<dispatcher<Handler>>(store, read, handler, policy);
    }
}

// The same for one stream.
template <class Handler, std::derived_from<unknown> Policy = unknown>
result<replayed> replay(const store_ref& store, stream_view stream, const stream_range& range, Handler& handler,
                        Policy policy = unknown::fail) {
    const auto read = [&](record_visitor visit) -> result<position> {
        auto done = store.read_stream(stream, range, visit);
        return done ? result<position>(position{}) : result<position>(std::move(done).error());
    };
    return detail::replay_with<dispatcher<Handler>>(store, read, handler, policy);
}

}  // namespace sillok
