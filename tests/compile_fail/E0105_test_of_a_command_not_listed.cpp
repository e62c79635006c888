// expect: sillok[E0105]: an aggregate executes the commands that it lists
// expect: account
// expect: withdraw
#include <cstdint>
#include <string>

#include "sillok/testing/given.hpp"

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
    using commands = sillok::commands<open_account, deposit>;

    void apply(const account_opened&) {}
    void apply(const money_deposited&) {}
    sillok::decision<account_opened> decide(const open_account& c) const { return account_opened{c.owner}; }
    sillok::decision<money_deposited> decide(const deposit& c) const { return money_deposited{c.amount}; }
};

struct withdraw {
    std::int64_t amount;
};

int main() {
#ifdef FIXED
    return sillok::given<account>().when(deposit{1}).then(money_deposited{1}) ? 0 : 1;
#else
    return sillok::given<account>().when(withdraw{1}).then(money_deposited{1}) ? 0 : 1;
#endif
}
