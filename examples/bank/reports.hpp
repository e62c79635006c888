#pragma once
// What the events say: read models that are folded from the log each time they are asked for.

#include <cstdint>
#include <map>
#include <vector>

#include "domain.hpp"
#include "outcome.hpp"
#include "output.hpp"
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
outcome print_audit(sillok::store_ref store, output& out);
outcome print_history(sillok::store_ref store, std::int64_t account, std::uint64_t from_version, output& out);

}  // namespace bank
