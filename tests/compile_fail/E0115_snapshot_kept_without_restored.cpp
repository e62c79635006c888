// expect: sillok[E0115]: an aggregate with snapshots is a plain struct
// expect: account
#include <cstdint>
#include <string>
#include <unordered_map>

#include "sillok/command/repository.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/memory_store.hpp"

struct account_opened {
    std::string owner;
};
struct account_events : sillok::events<sillok::event<"account.opened", account_opened>> {};

struct open_account {
    std::string owner;
};

struct account_kept {
    std::uint64_t owners;
};

struct account {
    static constexpr sillok::name name = "account";
    using events = account_events;
    using commands = sillok::commands<open_account>;

    std::unordered_map<std::string, std::int64_t> by_owner;

    using snapshot = account_kept;
    account_kept kept() const { return {by_owner.size()}; }
#ifdef FIXED
    static account restored(const account_kept&) { return {}; }
#endif

    void apply(const account_opened&) {}
    sillok::decision<account_opened> decide(const open_account& c) const { return account_opened{c.owner}; }
};

int main() {
    sillok::memory_store store;
    sillok::memory_snapshots kept;
    const sillok::repository<account> accounts(store, sillok::snapshots{kept});
    return accounts.load("42").has_value() ? 0 : 1;
}
