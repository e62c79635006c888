// expect: sillok[E0112]: an aggregate lists each command once
// expect: account
// expect: deposit
#include <cstdint>
#include <string>

#include "sillok/command/repository.hpp"
#include "sillok/store/memory_store.hpp"

struct account_opened {
    std::string owner;
};
struct money_deposited {
    std::int64_t amount;
};
struct account_events : sillok::events<sillok::event<"account.opened", account_opened>,
                                       sillok::event<"money.deposited", money_deposited>> {};

struct open_account {
    std::string owner;
};
struct deposit {
    std::int64_t amount;
};

struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
#ifdef FIXED
    using commands = sillok::commands<open_account, deposit>;
#else
    using commands = sillok::commands<open_account, deposit, deposit>;
#endif

    void apply(const account_opened&) {}
    void apply(const money_deposited&) {}
    sillok::decision<account_opened> decide(const open_account& c) const { return account_opened{c.owner}; }
    sillok::decision<money_deposited> decide(const deposit& c) const { return money_deposited{c.amount}; }
};

int main() {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    return accounts.execute("42", deposit{1}).has_value() ? 0 : 1;
}
