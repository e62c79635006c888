#include "story.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "program/calendar.hpp"
#include "program/csv.hpp"
#include "program/fields.hpp"
#include "domain.hpp"
#include "import.hpp"
#include "reports.hpp"
#include "row.hpp"
#include "sample.hpp"
#include "sillok/command/atomically.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/store/memory_store.hpp"

namespace bank {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using repository = sillok::repository<account>;

// The store reads the time from what it is handed. This one stands still until it is set.
struct story_clock {
    sillok::timestamp time{sys_days(1994y / 3 / 1)};
    sillok::timestamp now() const { return time; }
};

std::string crowns(haler amount) {
    const auto positive = static_cast<long long>(amount < 0 ? -amount : amount);
    char text[32];
    const int size = std::snprintf(text, sizeof text, "%s%lld.%02lld CZK", amount < 0 ? "-" : "", positive / 100, positive % 100);
    return {text, static_cast<std::size_t>(size)};
}

std::string in_words(const sillok::result<sillok::receipt, sillok::failure>& done) {
    if (!done) return to_string(done.error());
    return (done->repeated ? "the first receipt again: version " : "accepted: version ") + std::to_string(done->version.value);
}

class storyteller {
public:
    explicit storyteller(output& out) : out_(out) {}

    void begin(std::string_view title) { out_ << '\n' << ++chapter_ << ". " << title << "\n\n"; }
    void say(std::string_view what, std::string_view then) {
        constexpr std::size_t width = 42;
        out_ << "   " << what << std::string(what.size() < width ? width - what.size() : 1, ' ') << then << '\n';
    }

private:
    output& out_;
    int     chapter_ = 0;
};

void books_of_another_bank(storyteller& tell, sillok::store_ref store) {
    tell.begin("The books of another bank come as a file: every row a command to its account, every fact an event.");
    for (const std::string time : {"first", "second"}) {
        import_counts counts;
        csv::reader   rows(csv::from_text(sample));
        outcome       ended = program::read_header("sample.csv", rows, columns);
        if (ended.code == 0) ended = import_transactions(store, "sample.csv", rows, counts);
        tell.say("the " + time + " import of " + std::to_string(counts.rows) + " rows",
                 ended.code != 0 ? ended.message : std::to_string(counts.recorded) + " recorded, " + std::to_string(counts.duplicates) + " known already");
    }
}

void balances_of_any_day(storyteller& tell, sillok::store_ref store) {
    tell.begin("Balances are folded from the events, as of any day, and agree with what that bank wrote down.");
    for (const day until : {sys_days(1994y / 1 / 31), sys_days(1994y / 2 / 28)}) {
        std::string line;
        const auto all = read_balances(store, until).value();
        for (const auto& [account, balance] : all.by_account)
            line += (line.empty() ? "account " : ", account ") + std::to_string(account) + ": " + crowns(balance);
        tell.say("at the end of " + program::to_string(until), line);
    }
    const auto books = read_audit(store).value();
    tell.say("their balances against the events", std::to_string(books.agree) + " rows agree, " + std::to_string(books.disagree.size()) +
                                                     " do not, " + crowns(books.rounding) + " rounded off");
    tell.say("account 7 is overdrawn", "that has happened, so it is recorded; the rule is for what is still to be decided");
}

// [rule]
void a_rule_of_the_house(storyteller& tell, const repository& accounts) {
    tell.begin("A new customer, and a rule: nobody takes out more than there is. A rejection is a value with a type.");
    const day today = sys_days(1994y / 3 / 1);
    tell.say("Ada opens account 42", in_words(accounts.execute("42", open_account{"Ada", today})));
    tell.say("she pays in 500.00", in_words(accounts.execute("42", deposit{201, today, 50'000})));

    const auto refused = accounts.execute("42", withdraw{202, today, 80'000});
    tell.say("she asks for 800.00", in_words(refused));
    if (const auto* const why = refused.error().rejection_as<insufficient_funds>())
        tell.say("the program can tell her", "you need " + crowns(why->missing) + " more");
    tell.say("she takes 120.00 instead", in_words(accounts.execute("42", withdraw{202, today, 12'000})));
}
// [/rule]

void time_travel(storyteller& tell, const repository& accounts) {
    tell.begin("Nothing was overwritten, so every version is still there.");
    for (std::uint64_t version = 1; version <= 3; ++version)
        tell.say("account 42 at version " + std::to_string(version), crowns(accounts.load("42", sillok::at_version{version}).value()->balance));
}

void a_late_booking(storyteller& tell, const repository& accounts, story_clock& clock) {
    tell.begin("On March 10 a deposit of March 2 is found and booked. What did the bank know, and what was the truth?");
    clock.time = sys_days(1994y / 3 / 10);
    tell.say("300.00, booked late", in_words(accounts.execute("42", deposit{203, sys_days(1994y / 3 / 2), 30'000})));
    const day asked = sys_days(1994y / 3 / 5);
    tell.say("March 5, as it was known that day", crowns(accounts.load("42", sillok::as_at{asked}).value()->balance));
    tell.say("March 5, as of the business dates", crowns(accounts.as_of("42", asked, date_of).value()->balance));
}

void two_tellers(storyteller& tell, const repository& accounts) {
    tell.begin("Two tellers look at account 42 at the same time. The second decided on what is no longer true.");
    const auto seen = accounts.load("42").value().version;
    const day today = sys_days(1994y / 3 / 11);
    tell.say("the first takes out 600.00",
             in_words(accounts.execute("42", withdraw{204, today, 60'000}, sillok::command_context{}.expecting(seen))));
    tell.say("the second wants to do the same",
             in_words(accounts.execute("42", withdraw{205, today, 60'000}, sillok::command_context{}.expecting(seen))));
    tell.say("he looks again, and decides anew", in_words(accounts.execute("42", withdraw{205, today, 60'000})));
}

void sent_twice(storyteller& tell, const repository& accounts) {
    tell.begin("The line drops, and a cash machine sends its command again under the same id.");
    const auto id = sillok::parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91").value();
    const day today = sys_days(1994y / 3 / 12);
    for (const std::string_view time : {"50.00 from the machine", "the same command again"})
        tell.say(time, in_words(accounts.execute("42", withdraw{206, today, 5'000}, sillok::command_context{}.with_id(id))));
    tell.say("the balance", crowns(accounts.load("42").value()->balance));
}

// [transfer]
void both_or_none(storyteller& tell, const repository& accounts) {
    tell.begin("A transfer is two commands on two accounts in one act: both are recorded, or neither.");
    const day today = sys_days(1994y / 3 / 14);
    accounts.execute("43", open_account{"Grace", today}).value();
    const auto transfer = [&](std::int64_t trans_id, haler amount) {
        return sillok::atomically({}, sillok::command_to(accounts, "42", withdraw{trans_id, today, amount}),
                                      sillok::command_to(accounts, "43", deposit{trans_id + 1, today, amount}));
    };
    tell.say("30.00 from Ada to Grace", in_words(transfer(207, 3'000)));
    tell.say("another 30.00", in_words(transfer(209, 3'000)));
    tell.say("what they have", crowns(accounts.load("42").value()->balance) + " and " + crowns(accounts.load("43").value()->balance));
}
// [/transfer]

}  // namespace

outcome tell_story(output& out) {
    story_clock          clock;
    sillok::memory_store store(clock);
    const repository     accounts(store);
    storyteller          tell(out);

    out << "A bank that keeps what happened. Every number below is folded from events.\n";
    books_of_another_bank(tell, store);
    balances_of_any_day(tell, store);
    a_rule_of_the_house(tell, accounts);
    time_travel(tell, accounts);
    a_late_booking(tell, accounts, clock);
    two_tellers(tell, accounts);
    sent_twice(tell, accounts);
    both_or_none(tell, accounts);
    out << "\nThat was a memory store. `bank import FILE --store DIR` keeps a real bank's year on disk; `bank --help` says more.\n";
    return good();
}

}  // namespace bank
