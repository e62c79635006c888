#pragma once
// The domain of these tests: accounts with a rule, and addresses that are taken once.

#include <cstdint>
#include <string>

#include "sillok/command/aggregate.hpp"
#include "sillok/command/decision.hpp"
#include "sillok/command/prepared_batch.hpp"
#include "sillok/event/event.hpp"

namespace domain {

struct account_opened {
    std::string owner;
};
struct money_deposited {
    std::int64_t amount;
    std::int32_t day;
};
struct money_withdrawn {
    std::int64_t amount;
    std::int32_t day;
};

struct account_events
    : sillok::events<sillok::event<"account.opened", account_opened>, sillok::event<"money.deposited", money_deposited>,
                     sillok::event<"money.withdrawn", money_withdrawn>> {};

struct open_account {
    std::string owner;
};
struct deposit {
    std::int64_t amount;
    std::int32_t day = 0;
};
struct withdraw {
    std::int64_t amount;
    std::int32_t day = 0;
};
struct pay_out_in_parts {
    int parts;
};

struct insufficient_funds {
    std::int64_t missing;
};

struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<open_account, deposit, withdraw, pay_out_in_parts>;

    bool open = false;
    std::int64_t balance = 0;
    std::uint64_t applied_at = 0;  // the version of the last event, from its metadata

    void apply(const account_opened&, const sillok::metadata& m) {
        open = true;
        applied_at = m.version().value;
    }
    void apply(const money_deposited& e) { balance += e.amount; }
    void apply(const money_withdrawn& e) { balance -= e.amount; }

    sillok::decision<account_opened> decide(const open_account& c) const {
        if (open) return sillok::nothing;
        return account_opened{c.owner};
    }
    sillok::decision<money_deposited> decide(const deposit& c) const {
        if (c.amount <= 0) return sillok::reject("an amount is positive");
        return money_deposited{c.amount, c.day};
    }
    sillok::decision<money_withdrawn> decide(const withdraw& c) const {
        if (c.amount > balance) return sillok::reject(insufficient_funds{c.amount - balance});
        return money_withdrawn{c.amount, c.day};
    }
    sillok::decision<money_withdrawn> decide(const pay_out_in_parts& c) const {
        sillok::decision<money_withdrawn> all;
        for (int i = 0; i < c.parts; ++i) all += money_withdrawn{balance / c.parts, 0};
        return all;
    }
};

// An e-mail address, which one user holds at a time.
struct address_reserved {
    std::string user;
};
struct address_events : sillok::events<sillok::event<"address.reserved", address_reserved>> {};
struct reserve_address {
    std::string user;
};
struct address_taken {
    std::string by;
};

struct address {
    static constexpr sillok::name name = "address";
    using events = address_events;
    using commands = sillok::commands<reserve_address>;

    std::string user;

    void apply(const address_reserved& e) { user = e.user; }
    sillok::decision<address_reserved> decide(const reserve_address& c) const {
        if (!user.empty()) return sillok::reject(address_taken{user});
        return address_reserved{c.user};
    }
};

// A payment known by a number that is used once, in whatever account it is booked.
struct payment_booked {
    std::uint32_t number;
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"payment.booked", payment_booked>> {};
struct book_payment {
    std::uint32_t number;
    std::int64_t amount;
};

struct ledger {
    static constexpr sillok::name name = "ledger";
    using events = ledger_events;
    using commands = sillok::commands<book_payment>;

    std::int64_t total = 0;

    static void tag(const payment_booked& e, sillok::tags& out) {
        out.unique("payment", e.number);
        out.add("size", e.amount > 100 ? "large" : "small");
    }
    void apply(const payment_booked& e) { total += e.amount; }
    sillok::decision<payment_booked> decide(const book_payment& c) const { return payment_booked{c.number, c.amount}; }
};

}  // namespace domain
