#pragma once
// What the events say: read models that are folded from the log each time they are asked for.

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "domain.hpp"
#include "outcome.hpp"
#include "program/output.hpp"
#include "row.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/store/store_ref.hpp"

namespace bank {

// Every account's balance as of the end of a day, in the transactions' own dates, by account number.
struct balances {
    using events = account_events;

    day                           until = day::max();
    std::map<std::int64_t, haler> by_account{};

    sillok::result<void> on(const account_opened& e, const sillok::metadata& m) { return book(m, date_of(e), 0); }
    sillok::result<void> on(const money_credited& e, const sillok::metadata& m) { return book(m, date_of(e), e.entry.amount); }
    sillok::result<void> on(const money_debited& e, const sillok::metadata& m) { return book(m, date_of(e), -e.entry.amount); }

private:
    sillok::result<void> book(const sillok::metadata& m, day on, haler change);
};

// How many transactions, and how much they are in all.
struct sums {
    std::uint64_t rows   = 0;
    haler         amount = 0;
};

// The transactions by what they were for, and by the month that they are dated in.
struct totals {
    using events = account_events;

    struct kind {
        entry_type  type;
        std::string operation, k_symbol;
        friend auto operator<=>(const kind& a, const kind& b) {  // as they are written: PRIJEM, VYBER, VYDAJ
            return std::tuple(to_string(a.type), std::string_view(a.operation), std::string_view(a.k_symbol)) <=>
                   std::tuple(to_string(b.type), std::string_view(b.operation), std::string_view(b.k_symbol));
        }
    };
    struct months { sums credits, debits; };

    std::map<kind, sums>                        by_kind{};
    std::map<std::chrono::year_month, months>   by_month{};

    void on(const account_opened&) {}
    sillok::result<void> on(const money_credited& e) { return book(entry_type::prijem, e.entry); }
    sillok::result<void> on(const money_debited& e) { return book(e.kind == debit::expense ? entry_type::vydaj : entry_type::vyber, e.entry); }

private:
    sillok::result<void> book(entry_type type, const booking& entry);
};

// What went through every account, in both directions, and what the bank wrote down as its balance in the end.
struct turnovers {
    using events = account_events;

    struct turnover {
        sums  moved;
        haler recorded_balance = 0;  // after the last one
    };

    std::map<std::int64_t, turnover> by_account{};

    void on(const account_opened&) {}
    sillok::result<void> on(const money_credited& e, const sillok::metadata& m) { return book(m, e.entry); }
    sillok::result<void> on(const money_debited& e, const sillok::metadata& m) { return book(m, e.entry); }

private:
    sillok::result<void> book(const sillok::metadata& m, const booking& entry);
};

// The bank's own balances against those that the events give. What the bank rounds off is the only difference allowed:
// recorded minus the sum of the amounts so far is the sum of the roundings so far.
struct audit {
    using events = account_events;

    struct disagreement { std::int64_t account; booking entry; haler expected; };

    std::uint64_t             agree    = 0;
    haler                     rounding = 0;
    std::vector<disagreement> disagree{};

    void on(const account_opened&) {}
    sillok::result<void> on(const money_credited& e, const sillok::metadata& m) { return book(m, e.entry, e.entry.amount); }
    sillok::result<void> on(const money_debited& e, const sillok::metadata& m) { return book(m, e.entry, -e.entry.amount); }

private:
    struct sums { haler balance = 0, rounding = 0; };

    sillok::result<void> book(const sillok::metadata& m, const booking& entry, haler change);

    std::map<std::int64_t, sums> by_account_{};
};

sillok::result<balances> read_balances(sillok::store_ref store, day until = day::max());
sillok::result<audit> read_audit(sillok::store_ref store);

outcome print_balances(sillok::store_ref store, day until, output& out);
outcome print_by_type(sillok::store_ref store, output& out);
outcome print_by_month(sillok::store_ref store, output& out);
outcome print_top(sillok::store_ref store, std::uint64_t count, output& out);
outcome print_audit(sillok::store_ref store, output& out);
outcome print_history(sillok::store_ref store, std::int64_t account, std::uint64_t from_version, output& out);

}  // namespace bank
