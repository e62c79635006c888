#pragma once
// Events that stand for all before them: from one of these an aggregate is loaded whose earlier events are not kept.
//
//     struct account {
//         using summaries = sillok::summaries<year_closed>;      // has all that an account is made of
//         void apply(const year_closed& e) { balance = e.balance; owner = e.owner; }
//         …
//     };
//     sillok::truncate_to_summary<account>(store, "42");          // from the last `year_closed` on

#include <string>
#include <string_view>

#include "sillok/command/aggregate.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/retention.hpp"

namespace sillok::detail {

// Whether a record is of an event that the aggregate lists as a summary, in whatever version of it and under whatever of its names.
template <class A, class... E>
bool is_one_of(const record_view& record, const summaries<E...>&) noexcept {
    return (is_named<typename A::events>(record, entry_index<typename A::events, E>) || ...);
}
template <class A>
bool is_summary(const record_view& record) noexcept {
    return is_one_of<A>(record, typename summaries_listed_by<A>::type{});
}

// Why an aggregate cannot be loaded from the first event that is kept.
template <class A>
[[gnu::__cold__, gnu::noinline]] error cut_off(const record_view& first) {
    return error(
        error_kind::truncated,
        "stream " + to_string(first.stream()) + " is kept from version " + std::to_string(first.version().value) +
            " on; " +
            (is_summary<A>(first) ? std::string("what was asked for lies before that")
                                  : std::string(first.type()) + ", which that is, does not stand for what was before"));
}

}  // namespace sillok::detail

namespace sillok {

// Cuts the stream of an aggregate to the last event in it that stands for all before.
//
// Errors:     truncated, where there is none; what reading and `retain` can say
// Complexity: O(events behind it)
template <class Aggregate, retaining_store S>
result<void> truncate_to_summary(S& store, std::string_view key, const retention_note& note = {}) {
    static_assert(require::summaries_are_own_events<Aggregate>());
    const stream_view stream{Aggregate::name, key};
    version at{};
    bool is_empty = true;
    auto read = store.read_stream(stream, {.order = direction::backwards}, [&](const record_view& record) {
        is_empty = false;
        if (detail::is_summary<Aggregate>(record)) at = record.version();
        return at == version{0};
    });
    if (!read) return read;
    if (is_empty) return error(error_kind::truncated, "stream " + to_string(stream) + " has no event: nothing is cut");
    if (at == version{0})
        return error(error_kind::truncated,
                     "stream " + to_string(stream) + " has no event that stands for all before it: nothing is cut");
    return truncate(store, stream, at, note);
}

}  // namespace sillok
