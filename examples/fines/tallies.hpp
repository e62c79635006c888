#pragma once
// What a report counts and sums up, of the changes of one day or of all cases.

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

    tallies& operator+=(const tallies& more) {
        for (std::size_t i = 0; i < flags.size(); ++i) flags[i] += more.flags[i];
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more.sums[i];
        for (std::size_t i = 0; i < activity_count; ++i) events[i] += more.events[i];
        for (std::size_t i = 0; i < activity_count; ++i) last[i] += more.last[i];
        return *this;
    }

    // [count]
    // A case as it stands; `sign` is -1 to take it out again. Its events are not counted here.
    void count(const standing& now, int sign) {
        const cents due     = now.due();
        const bool  is_paid = now.is_paid();
        const auto  add     = [&](flag of, bool is) { (*this)[of] += is ? sign : 0; };
        add(flag::any_payment, now.has_payment);
        add(flag::appeal, now.has_appeal);
        add(flag::cases, true);
        add(flag::total_wrong, now.is_total_wrong);
        add(flag::collection, now.is_in_collection);
        add(flag::dismissed, now.is_dismissed);
        add(flag::full, is_paid);
        add(flag::full_and_collection, is_paid && now.is_in_collection);
        add(flag::full_and_penalty, is_paid && now.has_penalty);
        add(flag::overpaid, now.has_payment && due < 0);
        add(flag::partial, now.has_payment && due > 0);
        add(flag::penalty, now.has_penalty);
        add(flag::unpaid, !is_paid && !now.is_dismissed && !now.is_in_collection);
        (*this)[money::due_positive] += sign * (due > 0 ? due : 0);
        (*this)[money::expenses] += sign * now.expenses;
        (*this)[money::fine] += sign * now.fine;
        (*this)[money::paid] += sign * now.paid;
        last[now.last_activity] += sign;
    }
    // [/count]
};

}  // namespace fines
