// What a store may let go of: closed years, a customer who asks for it, the room of both, and old years to another disk.
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>

#include "sillok/sillok.hpp"

struct money_moved { std::int64_t amount; };

struct deposit    { std::int64_t amount; };
struct close_year {};

// [summary]
struct year_closed { std::int64_t balance; };  // all that an account is made of

struct account_events : sillok::events<
    sillok::event<"money.moved", money_moved>,
    sillok::event<"year.closed", year_closed>> {};

struct account {
    static constexpr sillok::name name = "account";
    using events    = account_events;
    using commands  = sillok::commands<deposit, close_year>;
    using summaries = sillok::summaries<year_closed>;  // an account may be loaded from it

    std::int64_t balance = 0;

    void apply(const money_moved& e) { balance += e.amount; }
    void apply(const year_closed& e) { balance = e.balance; }
    sillok::decision<money_moved> decide(const deposit& c) const { return money_moved{c.amount}; }
    sillok::decision<year_closed> decide(const close_year&) const { return year_closed{balance}; }
};
// [/summary]

// [close]
void close(sillok::file_store& store, const std::string& key) {
    auto accounts = sillok::repository<account>(store);
    accounts.execute(key, close_year{}).value();
    sillok::truncate_to_summary<account>(store, key, {.source = "closing", .reason = "2025 is closed"}).value();
}
// [/close]

// [delete]
void forget(sillok::file_store& store, const std::string& customer) {
    const sillok::stream_cut cuts[] = {{{"account", customer}, sillok::none_kept}, {{"letters", customer}, sillok::none_kept}};
    store.retain({cuts, {.source = "desk", .reason = "asked for on 2026-11-20"}}).value();
}
// [/delete]

int main() {
    const std::filesystem::path place = std::filesystem::temp_directory_path() / "sillok-example-retention";
    std::filesystem::remove_all(place);
    std::filesystem::create_directories(place);
    auto store    = sillok::file_store::open((place / "store").string(), {.segment_bytes = sillok::segment_bytes_min}).value();
    auto accounts = sillok::repository<account>(store);

    for (int day = 1; day <= 100; ++day)
        for (const char* key : {"42", "43"}) accounts.execute(key, deposit{day}).value();
    const sillok::new_event letter{.type = {"letter.sent", 1}};
    const sillok::stream_append to{{"letters", "43"}, sillok::any_version{}, {&letter, 1}};
    store.append({.streams = {&to, 1}}).value();

    close(store, "42");
    accounts.execute("42", deposit{1}).value();
    std::cout << "account 42 has " << accounts.load("42")->state.balance << '\n';
    std::cout << accounts.load("42", sillok::at_version{3}).error() << '\n';

    forget(store, "43");
    std::cout << accounts.load("43").error() << '\n';
    store.read_acts([](const sillok::retention_act& act) {
        std::cout << act.note.source << ": " << to_string(act.stream) << ", " << act.note.reason << '\n';
        return true;
    }).value();

    const sillok::scrub_report scrubbed = store.scrub().value();
    std::cout << scrubbed.events << " events gone from " << scrubbed.segments << " segments\n";
    const sillok::archive_report moved = store.archive(store.last(sillok::horizon::durable), (place / "old").string()).value();
    std::cout << moved.segments << " segments moved; account 42 still has " << accounts.load("42")->state.balance << '\n';

    store.close().value();
    std::filesystem::remove_all(place);
}
