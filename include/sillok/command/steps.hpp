#pragma once
// An aggregate's history a step at a time, for people who look for what went wrong, and when.
//
//     sillok::for_each_step<account>(store, "42", [](const sillok::step<account>& step) {
//         std::cout << step.about.version().value << ' ' << step.event << '\n';
//         for (const auto& each : sillok::differences(step.before, step.after)) std::cout << "    " << each << '\n';
//         return true;
//     });

#include <string>
#include <string_view>

#include "sillok/codec/print.hpp"
#include "sillok/command/aggregate.hpp"
#include "sillok/command/summaries.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// What one recorded event did. Valid for the call.
template <class Aggregate>
struct step {
    const Aggregate& before;
    const Aggregate& after;
    metadata about;
    std::string_view
        event;  // as it is today: `money_withdrawn{amount = 30}`, several of them with "; " between, "order.printed (retired)",
                // "order.sent revision 2 (unknown)", or "(no events today)" where it was split into none
};

}  // namespace sillok

namespace sillok::detail {

// Tells an event that is not told by its struct.
template <class Catalogue>
std::string describe_unseen(const record_view& record) {
    std::string text(record.type());
    if (is_retired<Catalogue>(record)) return text += " (retired)";
    text += " revision " + std::to_string(record.revision());
    return text += find_entry<Catalogue>(record) != npos ? " (no events today)" : " (unknown)";
}

// Tells one event type.
template <class E, class Teller>
struct tells {
    void on(const E& event) {
        std::string& text = static_cast<Teller&>(*this).text;
        if (!text.empty()) text += "; ";
        text += sillok::describe(event);
    }
};

template <class List, class Teller>
struct tells_all;
template <class... E, class Teller>
struct tells_all<types<E...>, Teller> : tells<E, Teller>... {
    using tells<E, Teller>::on...;
};

// A handler that makes text of every event of a catalogue.
template <class Catalogue>
struct event_teller : tells_all<typename Catalogue::current_types, event_teller<Catalogue>> {
    using events = Catalogue;
    std::string text;
};

}  // namespace sillok::detail

namespace sillok {

// Calls `visit` with each step of an aggregate's history, in order, until it returns false. What is not kept is not a step: the first
// one is then the summary that stands for it. An event that the catalogue does not know is met by the policy.
//
// Errors:     as repository::load
// Complexity: O(events), and a copy of the state for each
template <class Aggregate, class Visit>
result<void> for_each_step(const store_ref& store, std::string_view key, Visit visit, unknown policy = unknown::fail) {
    result<void> done;
    if constexpr (is_aggregate<Aggregate>) {
        using events = typename Aggregate::events;
        detail::schema_guard schemas;
        if (auto fits = schemas.compare<events>(store); !fits) return fits;
        Aggregate before{};
        Aggregate after{};
        version last{};
        dispatcher<Aggregate> apply(policy);
        dispatcher<detail::event_teller<events>> tell(policy == unknown::keep ? unknown::skip : policy);
        detail::event_teller<events> teller;
        auto read = store.read_stream({Aggregate::name, key}, {}, [&](const record_view& record) {
            if (record.version().value != last.value + 1 && !detail::is_summary<Aggregate>(record)) {
                done = detail::cut_off<Aggregate>(record);
                return false;
            }
            last = record.version();
            before = after;
            teller.text.clear();
            done = tell.dispatch(teller, record);
            if (done && teller.text.empty()) teller.text = detail::describe_unseen<events>(record);
            if (done) done = apply.dispatch(after, record);
            return done.has_value() &&
                   visit(step<Aggregate>{before, after, metadata(record), std::string_view(teller.text)});
        });
        if (auto fits = schemas.compare_again<events>(store); !fits) return fits;
        if (!read) return read;
    }
    return done;
}

}  // namespace sillok
