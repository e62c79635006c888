#pragma once
// The bank's domain: what happens to an account, what can be asked of it, and the rules in between.
// Nothing here knows of files, stores or the command line.

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "sillok/command/aggregate.hpp"
#include "sillok/command/prepared_batch.hpp"
#include "sillok/event/event.hpp"

namespace bank {

using haler = std::int64_t;  // a hundredth of a Czech crown

using day = std::chrono::sys_days;  // a date of the business, not the moment at which something was recorded

// [booking]
// A line of the bank's books, all of it. Two lines are the same only if everything in them is.
struct booking {
    std::int64_t trans_id = 0;          // one in the whole bank, for ever
    std::int64_t seq      = 0;          // counts the account's bookings from 1
    day          on{};
    haler        amount           = 0;  // not negative: the event says which way it went
    haler        recorded_balance = 0;  // what the bank wrote down as the balance after it
    haler        rounding         = 0;  // by how much that differs from the balance before and the amount
    std::string  operation, k_symbol;   // how and what for, in the bank's words; may be empty
    std::string  bank, partner_account; // whose account was on the other side; may be empty

    friend bool operator==(const booking&, const booking&) = default;
};

enum class debit : std::uint8_t { expense = 1, withdrawal = 2 };  // VYDAJ and VYBER in the bank's books

// Events: facts in the past tense.
struct account_opened { std::string owner; day on; };
struct money_credited { booking entry; };
struct money_debited  { booking entry; debit kind; };

struct account_events : sillok::events<
    sillok::event<"account.opened", account_opened>,
    sillok::event<"money.credited", money_credited>,
    sillok::event<"money.debited",  money_debited>> {};
// [/booking]

// The business date of an event.
inline constexpr auto date_of = [](const auto& event) {
    if constexpr (requires { event.entry; }) return event.entry.on;
    else return event.on;
};

// Commands: requests in the imperative. The first three obey the rules of the house; what comes from the books of another
// system has happened and is recorded whatever the balance.
struct open_account { std::string owner; day on; };
struct deposit      { std::int64_t trans_id; day on; haler amount; };
struct withdraw     { std::int64_t trans_id; day on; haler amount; };

enum class entry_type : std::uint8_t { prijem = 1, vydaj = 2, vyber = 3 };
struct record_transaction { entry_type type; booking entry; };

// Rejections have types, so that a program can tell them apart.
struct insufficient_funds { haler missing; };
struct seq_missing        { std::int64_t next; };      // there is a gap: this one comes next
struct seq_recorded       { std::int64_t last_seq; };  // as much is recorded already: is it the same line?
struct balance_too_large  { haler balance; };

struct account {
    static constexpr sillok::name name = "account";
    using events   = account_events;
    using commands = sillok::commands<open_account, deposit, withdraw, record_transaction>;

    bool         open     = false;
    haler        balance  = 0;
    std::int64_t last_seq = 0;

    void apply(const account_opened&)   { open = true; }
    void apply(const money_credited& e) { balance += e.entry.amount; last_seq = e.entry.seq; }
    void apply(const money_debited& e)  { balance -= e.entry.amount; last_seq = e.entry.seq; }

    sillok::decision<account_opened> decide(const open_account& c) const {
        if (open) return sillok::reject("the account is open already");
        return account_opened{c.owner, c.on};
    }
    sillok::decision<money_credited> decide(const deposit& c) const {
        if (!open) return sillok::reject("the account is not open");
        if (c.amount <= 0) return sillok::reject("the amount must be more than 0");
        if (!fits(c.amount)) return sillok::reject(balance_too_large{balance});
        return money_credited{next(c, balance + c.amount, "VKLAD")};
    }
    sillok::decision<money_debited> decide(const withdraw& c) const {
        if (!open) return sillok::reject("the account is not open");
        if (c.amount <= 0) return sillok::reject("the amount must be more than 0");
        if (c.amount > balance) return sillok::reject(insufficient_funds{c.amount - balance});
        return money_debited{next(c, balance - c.amount, "VYBER"), debit::withdrawal};
    }
    // [decide]
    sillok::decision<money_credited, money_debited> decide(const record_transaction& c) const {
        if (c.entry.seq <= last_seq) return sillok::reject(seq_recorded{last_seq});
        if (c.entry.seq != last_seq + 1) return sillok::reject(seq_missing{last_seq + 1});
        if (!fits(c.type == entry_type::prijem ? c.entry.amount : -c.entry.amount)) return sillok::reject(balance_too_large{balance});
        if (c.type == entry_type::prijem) return money_credited{c.entry};
        return money_debited{c.entry, c.type == entry_type::vydaj ? debit::expense : debit::withdrawal};
    }

    // A transaction's number is taken once, whichever account it was for.
    static void tag(const money_credited& e, sillok::tags& tags) { tags.unique("tx", e.entry.trans_id); }
    static void tag(const money_debited& e, sillok::tags& tags)  { tags.unique("tx", e.entry.trans_id); }
    // [/decide]

private:
    bool fits(haler change) const {
        constexpr haler most = std::numeric_limits<haler>::max() / 4;  // sums of balances and roundings stay integers
        return change >= 0 ? balance <= most - change : balance >= -most - change;
    }
    template <class Command>
    booking next(const Command& c, haler after, const char* operation) const {
        return {c.trans_id, last_seq + 1, c.on, c.amount, after, 0, operation, {}, {}, {}};
    }
};

}  // namespace bank
