// What `apply` may take besides the event, `tag` may not.
// expect: sillok[E0109]
// expect: money_deposited
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
    using commands = sillok::commands<open_account, deposit>;

    static void tag(const account_opened& e, sillok::tags& out) { out.unique("owner", e.owner); }
#ifdef FIXED
    static void tag(const money_deposited& e, sillok::tags& out) { out.add("amount", e.amount); }
#else
    static void tag(const money_deposited& e, const sillok::metadata&, sillok::tags& out) {
        out.add("amount", e.amount);
    }
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
