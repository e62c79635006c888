#pragma once
// The events of a stream by their dates in the business, which are fields of theirs: what `repository::as_of` folds.

#include <cstddef>
#include <map>
#include <optional>

#include "sillok/core/bytes.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/record.hpp"

namespace sillok::detail {

// Notes the date of one event type, where none is noted.
template <class E, class Dates>
struct notes_date {
    void on(const E& event) {
        auto& dates = static_cast<Dates&>(*this);
        if (!dates.date)
            dates.date = dates.date_of(event);  // of several that were one event, the first that has a date
    }
};

template <class List, class Dates>
struct notes_dates;
template <class... E, class Dates>
struct notes_dates<types<E...>, Dates> : notes_date<E, Dates>... {
    using notes_date<E, Dates>::on...;
};

// A handler that notes the date of each event that is dispatched to it, and keeps copies of the records it is told to.
template <class Aggregate, class Date, class DateOf>
class dated_events
    : public notes_dates<typename Aggregate::events::current_types, dated_events<Aggregate, Date, DateOf>> {
public:
    using events = typename Aggregate::events;

    explicit dated_events(DateOf& by) : date_of(by) {}

    // Keeps a copy of the record, under the date noted last, or under none.
    void keep(const record_view& record) {
        places_.emplace_hint(places_.end(), date, bytes_.size());  // dates mostly ascend
        bytes_.append(record.bytes());
    }

    // Calls `visit` with the records, ordered by date and then as they were kept, until it returns false.
    template <class Visit>
    void in_order(Visit visit) {
        for (const auto& [when, at] : places_)
            if (!visit(record_view(bytes_.data() + at))) return;
    }

    DateOf& date_of;
    std::optional<Date> date;

private:
    byte_buffer bytes_;
    std::multimap<std::optional<Date>, std::size_t> places_;  // no date first; those of one date as they came
};

}  // namespace sillok::detail
