#pragma once
// The domain of the fines: what happens in the case of a traffic offence, what is known of the case after it, and the rules in
// between. Nothing here knows of files, stores or the command line.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "moment.hpp"
#include "sillok/command/aggregate.hpp"
#include "sillok/command/prepared_batch.hpp"
#include "sillok/event/event.hpp"

namespace fines {

using cents = std::int64_t;

// [events]
// Events: facts in the past tense, each with the fields that its activity has.
struct fine_created {
    moment       at;
    std::string  case_name;  // as the police calls it
    cents        amount = 0;
    cents        total_paid = 0;
    std::string  officer, vehicle_class, article;
    std::int64_t points = 0;  // taken off the driving licence
    std::string  dismissal;   // in the words of the log; empty or "NIL" where there is none
};
struct fine_sent              { moment at; cents expense; };
struct notification_inserted  { moment at; std::string notification_type, last_sent; };
struct penalty_added          { moment at; cents amount; };  // in place of the fine
struct payment_made           { moment at; cents amount; cents total_paid; };
struct collection_requested   { moment at; };
struct appeal_dated           { moment at; };
struct appeal_sent            { moment at; std::string dismissal; };
struct appeal_result_received { moment at; };
struct appeal_result_notified { moment at; };
struct judge_appealed         { moment at; std::string officer, dismissal, matricola; };
// [/events]

struct case_events : sillok::events<
    sillok::event<"fine.created",           fine_created>,
    sillok::event<"fine.sent",              fine_sent>,
    sillok::event<"notification.inserted",  notification_inserted>,
    sillok::event<"penalty.added",          penalty_added>,
    sillok::event<"payment.made",           payment_made>,
    sillok::event<"collection.requested",   collection_requested>,
    sillok::event<"appeal.dated",           appeal_dated>,
    sillok::event<"appeal.sent",            appeal_sent>,
    sillok::event<"appeal.result_received", appeal_result_received>,
    sillok::event<"appeal.result_notified", appeal_result_notified>,
    sillok::event<"judge.appealed",         judge_appealed>> {};

// One of them, and what the log calls each, in their order.
using activity = std::variant<fine_created, fine_sent, notification_inserted, penalty_added, payment_made, collection_requested, appeal_dated,
                              appeal_sent, appeal_result_received, appeal_result_notified, judge_appealed>;

inline constexpr std::size_t activity_count = std::variant_size_v<activity>;
inline constexpr std::array<std::string_view, activity_count> activity_names{
    "Create Fine", "Send Fine", "Insert Fine Notification", "Add penalty", "Payment", "Send for Credit Collection", "Insert Date Appeal to Prefecture",
    "Send Appeal to Prefecture", "Receive Result Appeal from Prefecture", "Notify Result Appeal to Offender", "Appeal to Judge"};

// The place of an event among them.
template <class Event, std::size_t I = 0>
consteval std::uint8_t activity_of() {
    if constexpr (std::is_same_v<Event, std::variant_alternative_t<I, activity>>) return I;
    else return activity_of<Event, I + 1>();
}

// [standing]
// What is known of a case after some of its events.
struct standing {
    moment        last{};
    cents         fine = 0, expenses = 0, paid = 0;
    std::uint8_t  last_activity = 0;
    bool          has_payment = false, has_penalty = false, has_appeal = false, is_in_collection = false, is_dismissed = false;
    bool          is_total_wrong = false;  // a payment says another sum of all payments so far than they give

    cents due() const { return fine + expenses - paid; }
    bool  is_paid() const { return has_payment && due() <= 0; }

    template <class Event>
    void take(const Event& e) {
        if constexpr (std::is_same_v<Event, fine_created>) fine = e.amount;
        if constexpr (std::is_same_v<Event, penalty_added>) fine = e.amount, has_penalty = true;
        if constexpr (std::is_same_v<Event, fine_sent>) expenses += e.expense;
        if constexpr (std::is_same_v<Event, collection_requested>) is_in_collection = true;
        if constexpr (std::is_same_v<Event, appeal_dated> || std::is_same_v<Event, judge_appealed>) has_appeal = true;
        if constexpr (std::is_same_v<Event, payment_made>) {
            paid += e.amount;
            has_payment    = true;
            is_total_wrong = is_total_wrong || e.total_paid != paid;
        }
        if constexpr (requires { e.dismissal; })
            if (!e.dismissal.empty()) is_dismissed = e.dismissal == "#" || e.dismissal == "G";
        last          = e.at;
        last_activity = activity_of<Event>();
    }
};
// [/standing]

// A command: rows of the log about one case, which have happened. All are recorded or none.
struct entry {
    std::int64_t event_no = 0;  // counts the events of a case from 0
    std::string  case_name;
    activity     what;
};
struct record_activities { std::vector<entry> entries; };

// Rejections say at which of the entries.
struct recorded_before  { std::uint64_t entry; std::int64_t recorded; };  // so many events are recorded already: is it the same one?
struct event_missing    { std::uint64_t entry; std::int64_t next; };      // there is a gap: this one comes next
struct case_called      { std::uint64_t entry; std::string name; };       // and not as the entry says
struct fine_not_first   { std::uint64_t entry; };                         // a case begins with its fine, and has one
struct day_before_last  { std::uint64_t entry; day last; };               // the events of a case are in the order of their days

struct offence {
    static constexpr sillok::name name = "case";
    using events   = case_events;
    using commands = sillok::commands<record_activities>;

    std::string  case_name;
    std::int64_t recorded = 0;
    day          last{};

    void apply(const fine_created& e) { case_name = e.case_name; take(e); }
    void apply(const fine_sent& e) { take(e); }
    void apply(const notification_inserted& e) { take(e); }
    void apply(const penalty_added& e) { take(e); }
    void apply(const payment_made& e) { take(e); }
    void apply(const collection_requested& e) { take(e); }
    void apply(const appeal_dated& e) { take(e); }
    void apply(const appeal_sent& e) { take(e); }
    void apply(const appeal_result_received& e) { take(e); }
    void apply(const appeal_result_notified& e) { take(e); }
    void apply(const judge_appealed& e) { take(e); }

    // [decide]
    using decided = sillok::decision<fine_created, fine_sent, notification_inserted, penalty_added, payment_made, collection_requested,
                                     appeal_dated, appeal_sent, appeal_result_received, appeal_result_notified, judge_appealed>;

    decided decide(const record_activities& c) const {
        decided all;
        offence now = *this;
        for (std::uint64_t i = 0; i < c.entries.size(); ++i) {
            const entry& next = c.entries[i];
            if (next.event_no < now.recorded) return sillok::reject(recorded_before{i, now.recorded});
            if (next.event_no > now.recorded) return sillok::reject(event_missing{i, now.recorded});
            if (std::holds_alternative<fine_created>(next.what) != (now.recorded == 0)) return sillok::reject(fine_not_first{i});
            if (now.recorded != 0 && next.case_name != now.case_name) return sillok::reject(case_called{i, now.case_name});
            const day on = std::visit([](const auto& e) { return day_of(e.at); }, next.what);
            if (now.recorded != 0 && on < now.last) return sillok::reject(day_before_last{i, now.last});
            std::visit([&](const auto& e) { now.apply(e), all += e; }, next.what);
        }
        return all;
    }

    // A case's name is taken once.
    static void tag(const fine_created& e, sillok::tags& tags) { tags.unique("case", e.case_name); }
    // [/decide]

private:
    template <class Event>
    void take(const Event& e) {
        last = day_of(e.at);
        ++recorded;
    }
};

}  // namespace fines
