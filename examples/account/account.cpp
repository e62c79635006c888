// The account of the README: events, an aggregate, a store, and a command that is rejected.
// [events]
#include <cstdint>
#include <iostream>
#include <map>
#include <string>

#include "sillok/sillok.hpp"

// Events: facts in the past tense. They know nothing of the framework.
struct account_opened  { std::string owner; };
struct money_deposited { std::int64_t amount; };  // minor units
struct money_withdrawn { std::int64_t amount; };

// The catalogue: names, once. They are what is persisted.
struct account_events : sillok::events<
    sillok::event<"account.opened",  account_opened>,
    sillok::event<"money.deposited", money_deposited>,
    sillok::event<"money.withdrawn", money_withdrawn>> {};
// [/events]

// [aggregate]
// Commands: requests in the imperative.
struct open_account { std::string owner; };
struct deposit      { std::int64_t amount; };
struct withdraw     { std::int64_t amount; };

struct insufficient_funds { std::int64_t missing; };  // a rejection with a type of its own

struct account {
    static constexpr sillok::name name = "account";  // the category: account 42 is the stream ("account", "42")
    using events   = account_events;
    using commands = sillok::commands<open_account, deposit, withdraw>;

    bool         open    = false;
    std::int64_t balance = 0;

    void apply(const account_opened&)    { open = true; }
    void apply(const money_deposited& e) { balance += e.amount; }
    void apply(const money_withdrawn& e) { balance -= e.amount; }

    sillok::decision<account_opened> decide(const open_account& c) const {
        if (open) return sillok::nothing;
        return account_opened{c.owner};
    }
    sillok::decision<money_deposited> decide(const deposit& c) const {
        if (!open) return sillok::reject("the account is not open");
        return money_deposited{c.amount};
    }
    sillok::decision<money_withdrawn> decide(const withdraw& c) const {
        if (c.amount > balance) return sillok::reject(insufficient_funds{c.amount - balance});
        return money_withdrawn{c.amount};
    }
};
// [/aggregate]

// [view]
struct bank : sillok::context<account> {};  // more aggregates go here

struct turnover {
    using events = sillok::select<bank, money_deposited, money_withdrawn>;

    std::map<std::string, std::int64_t> by_account;

    void on(const money_deposited& e, const sillok::metadata& m) { by_account[std::string(m.key())] += e.amount; }
    void on(const money_withdrawn& e, const sillok::metadata& m) { by_account[std::string(m.key())] += e.amount; }
};

void print_turnover(sillok::store_ref store) {
    turnover all;
    sillok::replay(store, {}, all).value();
    for (const auto& [account, amount] : all.by_account) std::cout << "account " << account << " moved " << amount << '\n';
}
// [/view]

// [main]
int main() {
    auto store    = sillok::memory_store{};  // or: sillok::file_store::open("bank.sillok").value()
    auto accounts = sillok::repository<account>(store);

    accounts.execute("42", open_account{"Ada"}).value();
    accounts.execute("42", deposit{70}).value();
    if (auto done = accounts.execute("42", withdraw{100}); !done)
        std::cout << done.error() << '\n';  // rejected: insufficient_funds{missing = 30}

    auto now  = accounts.load("42").value();
    auto then = accounts.load("42", sillok::at_version{1}).value();  // time travel
    std::cout << "balance " << now->balance << ", at version 1 it was " << then->balance << '\n';
    print_turnover(store);
}
// [/main]
