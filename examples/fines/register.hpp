#pragma once
// The register of all cases: the one read model from which every question is answered. It knows each case as it is; and of each day by
// how much its events changed what is counted and summed up, so that a report of any day is the sum of the days up to it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "domain.hpp"
#include "history.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/projection/table.hpp"
#include "tallies.hpp"

namespace fines {

// [register]
struct case_row {
    std::int64_t case_no = 0;
    std::string  name;
    standing     now;
};

class case_register {
public:
    static constexpr sillok::name name = "case_register";
    using events = case_events;

    using case_table = sillok::table<case_row, sillok::unique<&case_row::case_no>>;

    const case_table& cases() const { return cases_; }
    // Everything as of the end of a day.
    tallies at(day until) const {
        tallies all;
        for (const auto& [on, change] : changes_) {
            if (on > until) break;
            all += change;
        }
        return all;
    }
    // [/register]
    std::size_t days() const { return changes_.size(); }
    // With what the map needs around it: three pointers and a colour.
    static constexpr std::size_t bytes_per_day() { return sizeof(std::pair<const day, tallies>) + 4 * sizeof(void*); }

    sillok::result<void> on(const fine_created& e, const sillok::metadata& m) {
        const auto number = case_of(m);
        if (!number) return number.error();
        tallies& change = changes_[day_of(e.at)];
        standing after;
        after.take(e);
        if (auto added = cases_.insert({*number, e.case_name, after}); !added) return added;
        change.count(after, 1);
        count_event<fine_created>(change);
        return {};
    }
    sillok::result<void> on(const fine_sent& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const notification_inserted& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const penalty_added& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const payment_made& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const collection_requested& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const appeal_dated& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const appeal_sent& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const appeal_result_received& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const appeal_result_notified& e, const sillok::metadata& m) { return take(e, m); }
    sillok::result<void> on(const judge_appealed& e, const sillok::metadata& m) { return take(e, m); }

private:
    // Nothing has changed where this fails.
    template <class Event>
    sillok::result<void> take(const Event& e, const sillok::metadata& m) {
        const auto number = case_of(m);
        if (!number) return number.error();
        const day on     = day_of(e.at);
        tallies&  change = changes_[on];
        // [take]
        return cases_.modify(*number, [&](case_row& row) -> sillok::result<void> {
            if (on < day_of(row.now.last)) return sillok::error(sillok::error_kind::malformed, "its day is before the last one of its case");
            change.count(row.now, -1);
            row.now.take(e);
            change.count(row.now, 1);
            count_event<Event>(change);
            return {};
        });
        // [/take]
    }
    template <class Event>
    static void count_event(tallies& change) {
        ++change[flag::events];
        ++change.events[activity_of<Event>()];
    }
    static sillok::result<std::int64_t> case_of(const sillok::metadata& m) { return fines::case_of(m.key()); }

    case_table             cases_;
    std::map<day, tallies> changes_;
};

}  // namespace fines
