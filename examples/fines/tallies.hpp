#pragma once
// What a report counts and sums up, of one case, of the changes of one day, or of all cases: it can be added and taken away.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain.hpp"

namespace fines {

// The counts in the order of their names.
enum class flag : std::size_t {
    any_payment, appeal, cases, total_wrong, collection, dismissed, events, full, full_and_collection, full_and_penalty, overpaid, partial, penalty, unpaid
};
inline constexpr std::array<std::string_view, 14> flag_names{
    "any_payment", "appeal", "cases", "cases_where_recorded_totalPaymentAmount_disagrees", "collection", "dismissed", "events", "full",
    "full_and_collection", "full_and_penalty", "overpaid", "partial", "penalty", "unpaid_not_dismissed_not_collection"};

enum class money : std::size_t { due_positive, expenses, fine, paid };
inline constexpr std::array<std::string_view, 4> money_names{"due_positive", "expenses", "fine", "paid"};

struct tallies {
    std::array<std::int64_t, flag_names.size()> flags{};
    std::array<cents, money_names.size()>       sums{};
    std::array<std::int64_t, activity_count>    events{};  // of each activity
    std::array<std::int64_t, activity_count>    last{};    // cases whose last event was this one

    std::int64_t& operator[](flag of) { return flags[static_cast<std::size_t>(of)]; }
    cents&        operator[](money of) { return sums[static_cast<std::size_t>(of)]; }

    tallies& operator+=(const tallies& more) { return add<1>(more); }
    tallies& operator-=(const tallies& less) { return add<-1>(less); }

private:
    template <int Sign>
    tallies& add(const tallies& other) {
        for (std::size_t i = 0; i < flags.size(); ++i) flags[i] += Sign * other.flags[i];
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += Sign * other.sums[i];
        for (std::size_t i = 0; i < activity_count; ++i) events[i] += Sign * other.events[i];
        for (std::size_t i = 0; i < activity_count; ++i) last[i] += Sign * other.last[i];
        return *this;
    }
};

// What one case adds to them, besides its events.
inline tallies tallies_of(const standing& now) {
    const cents due     = now.due();
    const bool  is_paid = now.is_paid();
    tallies each;
    each[flag::any_payment]         = now.has_payment;
    each[flag::appeal]              = now.has_appeal;
    each[flag::cases]               = 1;
    each[flag::total_wrong]         = now.is_total_wrong;
    each[flag::collection]          = now.is_in_collection;
    each[flag::dismissed]           = now.is_dismissed;
    each[flag::full]                = is_paid;
    each[flag::full_and_collection] = is_paid && now.is_in_collection;
    each[flag::full_and_penalty]    = is_paid && now.has_penalty;
    each[flag::overpaid]            = now.has_payment && due < 0;
    each[flag::partial]             = now.has_payment && due > 0;
    each[flag::penalty]             = now.has_penalty;
    each[flag::unpaid]              = !is_paid && !now.is_dismissed && !now.is_in_collection;
    each[money::due_positive]       = due > 0 ? due : 0;
    each[money::expenses]           = now.expenses;
    each[money::fine]               = now.fine;
    each[money::paid]               = now.paid;
    each.last[now.last_activity]    = 1;
    return each;
}

}  // namespace fines
