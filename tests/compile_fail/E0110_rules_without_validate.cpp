// Rules that guard nothing, since the name is another one.
// expect: sillok[E0110]
// expect: rules
#include <cstdint>
#include <optional>
#include <string>

#include "sillok/command/command_bus.hpp"
#include "sillok/command/middleware.hpp"
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

    void apply(const account_opened&) {}
    void apply(const money_deposited&) {}
    sillok::decision<account_opened> decide(const open_account& c) const { return account_opened{c.owner}; }
    sillok::decision<money_deposited> decide(const deposit& c) const { return money_deposited{c.amount}; }
};

struct rules {
#ifdef FIXED
    std::optional<sillok::rejection> validate(const deposit& c) const { return limited(c); }
#else
    std::optional<sillok::rejection> check(const deposit& c) const { return limited(c); }
#endif
    static std::optional<sillok::rejection> limited(const deposit& c) {
        if (c.amount > 100) return sillok::reject("too much");
        return std::nullopt;
    }
};

int main() {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    const auto guarded = sillok::validated(accounts, rules{});
    return guarded.execute("42", deposit{1}).has_value() ? 0 : 1;
}
