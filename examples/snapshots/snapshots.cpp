// Long streams that load fast: snapshots in a store beside the log, and what a program says that keeps another struct.
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

#include "sillok/sillok.hpp"

struct money_moved { std::string to; std::int64_t amount; };
struct transfer    { std::string to; std::int64_t amount; };

struct account_events : sillok::events<sillok::event<"money.moved", money_moved>> {};

struct account {  // of fields that can be recorded: it is its own snapshot
    static constexpr sillok::name name = "account";
    using events   = account_events;
    using commands = sillok::commands<transfer>;

    std::int64_t paid = 0;

    void apply(const money_moved& e) { paid += e.amount; }
    sillok::decision<money_moved> decide(const transfer& c) const { return money_moved{c.to, c.amount}; }
};

// [kept]
struct payee       { std::string to; std::int64_t amount; };
struct payees_kept { std::vector<payee> all; };

struct payees {
    static constexpr sillok::name name = "account";
    using events   = account_events;
    using commands = sillok::commands<transfer>;

    std::unordered_map<std::string, std::int64_t> paid;  // cannot be recorded: its order is not the same everywhere

    using snapshot = payees_kept;  // so this is
    payees_kept kept() const {
        payees_kept list;
        for (const auto& [to, amount] : paid) list.all.push_back({to, amount});
        return list;
    }
    static payees restored(const payees_kept& list) {
        payees made;
        for (const payee& each : list.all) made.paid[each.to] = each.amount;
        return made;
    }
    static constexpr std::uint32_t snapshot_version = 2;  // one more whenever `apply` comes to mean something else

    void apply(const money_moved& e) { paid[e.to] += e.amount; }
    sillok::decision<money_moved> decide(const transfer& c) const { return money_moved{c.to, c.amount}; }
};
// [/kept]

int main() {
    const std::filesystem::path place = std::filesystem::temp_directory_path() / "sillok-example-snapshots";
    std::filesystem::remove_all(place);
    std::filesystem::create_directories(place);
    {
        // [take]
        auto store  = sillok::file_store::open((place / "bank").string()).value();
        auto beside = sillok::file_store::open((place / "bank.snapshots").string()).value();

        sillok::stored_snapshots kept(beside);
        auto accounts = sillok::repository<account>(store, sillok::snapshots{kept, {.events = 100}});
        // [/take]
        for (int day = 1; day <= 250; ++day) accounts.execute("42", transfer{"rent", day}).value();
        std::cout << "account 42 has paid " << accounts.load("42").value()->paid << '\n';
        std::cout << "snapshots taken: " << accounts.snapshot_counts().saved << '\n';

        // [after]
        accounts.load("42").value();                          // the snapshot, and what came behind it
        accounts.load("42", sillok::at_version{10}).value();  // all of it: no snapshot is that old
        // [/after]

        sillok::memory_snapshots in_memory;
        auto lists = sillok::repository<payees>(store, sillok::snapshots{in_memory});
        std::cout << "to the landlord " << lists.load("42").value()->paid.at("rent") << '\n';
        std::cout << "and from the snapshot " << lists.load("42").value()->paid.at("rent") << '\n';

        // [forget]
        sillok::delete_stream(store, {"account", "42"}, {.source = "desk", .reason = "asked for"}).value();
        kept.drop({"account", "42"}).value();  // or the next load does it
        beside.scrub().value();                // and this takes the bytes
        // [/forget]
        std::cout << to_string(accounts.load("42").error().kind()) << '\n';
    }
    std::filesystem::remove_all(place);
}
