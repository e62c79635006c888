#pragma once
// Accounts of which not all is kept: a year that was closed, an account that was deleted, the room of both given back, old segments
// in another directory, and snapshots.

#include <cstdint>
#include <string>

#include "first.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/command/summaries.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/store/stored_snapshots.hpp"

namespace golden::kept {

struct money_moved {
    std::int64_t amount;
};
struct year_closed {
    std::int32_t year;
    std::int64_t balance;
};
struct account_events
    : sillok::events<sillok::event<"money.moved", money_moved>, sillok::event<"year.closed", year_closed>> {};

struct move_money {
    std::int64_t amount;
};
struct close_year {
    std::int32_t year;
};

struct account {
    static constexpr sillok::name name = "account";
    static constexpr std::uint32_t snapshot_version = 3;
    using events = account_events;
    using commands = sillok::commands<move_money, close_year>;
    using summaries = sillok::summaries<year_closed>;

    std::int64_t balance = 0;
    std::uint32_t moves = 0;  // since the year began

    void apply(const money_moved& e) {
        balance += e.amount;
        ++moves;
    }
    void apply(const year_closed& e) {
        balance = e.balance;
        moves = 0;
    }
    sillok::decision<money_moved> decide(const move_money& c) const { return money_moved{c.amount}; }
    sillok::decision<year_closed> decide(const close_year& c) const { return year_closed{c.year, balance}; }

    static void tag(const money_moved& e, sillok::tags& out) { out.add("amount", e.amount); }
};

// Segments are kept a second time, by stream.
inline sillok::file_options options(sillok::testing::manual_clock& clock) {
    sillok::file_options all = golden::options(clock);
    all.clustered = true;
    return all;
}

// The old segments go to the directory beside that has ".archive" behind its name. Requires: a path that begins with /
inline void write(const std::string& path) {
    sillok::testing::manual_clock clock(sillok::timestamp{1'735'689'600'000'000'000});
    auto store = sillok::file_store::open(path, options(clock)).value();
    sillok::stored_snapshots taken(store);
    const sillok::repository<account> accounts(store, sillok::snapshots{taken, {.events = 5}}, {.source = "desk"});
    const auto move = [&](int days) {
        for (int day = 1; day <= days; ++day)
            for (const char* const key : {"42", "43", "44"}) {
                clock.advance(std::chrono::hours(5));
                accounts.execute(key, move_money{day}).value();
            }
    };
    move(14);
    accounts.execute("42", close_year{2025}).value();
    sillok::truncate_to_summary<account>(store, "42", {.source = "closing", .reason = "2025 is closed"}).value();
    move(3);
    sillok::delete_stream(store, {"account", "43"}, {.source = "desk", .reason = "asked for \xC3\xB6n paper"}).value();
    taken.drop({"account", "43"}).value();
    static_cast<void>(store.scrub().value());
    for (int n = 1; n <= 20; ++n) {
        clock.advance(std::chrono::hours(1));
        accounts.execute(n % 3 == 0 ? "42" : "44", move_money{-n}).value();
    }
    static_cast<void>(store.archive(sillok::position{50}, path + ".archive").value());
    accounts.execute("45", move_money{7}).value();
    store.close().value();
}

}  // namespace golden::kept
