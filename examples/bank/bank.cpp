// A bank's year as events: imported from its books, checked against them, and folded to the balances of any day.
// Without arguments it tells a story. The data goes to standard output, everything else to standard error.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "import.hpp"
#include "outcome.hpp"
#include "program/arguments.hpp"
#include "program/calendar.hpp"
#include "program/csv.hpp"
#include "program/fields.hpp"
#include "program/output.hpp"
#include "program/program.hpp"
#include "reports.hpp"
#include "row.hpp"
#include "sillok/store/file_store.hpp"
#include "story.hpp"

namespace {

using bank::outcome;
using program::arguments;
using program::output;

constexpr std::string_view usage =
    R"(Usage: bank                                              tell a story on a small sample
       bank import FILE|- --store DIR [--durability HOW] record the transactions of a CSV file; "-" is standard input
       bank balances --store DIR [--at YYYY-MM-DD]       the balance of every account, as of the end of that day
       bank totals --store DIR --by type|month           how many transactions of a kind or in a month, and their sums
       bank top --store DIR [--n N]                      the N accounts that moved most; 10, if nothing is said
       bank check --store DIR                            compare every recorded balance with what the events give
       bank history ACCOUNT --store DIR [--from VERSION] what happened to an account

HOW is durable (as it is without), where each row is on the disk before the next one is read; or lose_recent, where a loss of
power may take the last second; or lose_unsynced, where it may take all of the import before its end.

Money is in haler, a hundredth of a crown. The first import creates the store; a file can be imported again, and records
nothing twice. Exit codes: 0 good, 1 a finding, 2 bad input or usage, 3 trouble with the store or the output.
)";

outcome misused(std::string_view why) { return program::misused("bank", why); }

// --- commands ---------------------------------------------------------------------------------------------------------

void show_progress(const bank::import_counts& counts) {
    std::fprintf(stderr, "\r%llu rows, %llu accounts …", static_cast<unsigned long long>(counts.rows), static_cast<unsigned long long>(counts.accounts));
}

outcome run_import(const arguments& said, output& out) {
    const auto durability = program::durability_of(said);
    if (!durability) return misused(durability.error());
    const std::string file(*said.operand);
    const auto        descriptor = program::open_input(file);
    if (!descriptor) return descriptor.error();
    csv::reader rows(csv::from_descriptor(*descriptor));
    if (auto header = program::read_header(file, rows, bank::columns); header.code != 0) return header;
    auto store = sillok::file_store::open(*said["--store"], {.durability = *durability});
    if (!store) return bank::store_trouble(store.error());

    const bool          watched = program::is_watched();
    const auto          began   = std::chrono::steady_clock::now();
    bank::import_counts counts;
    outcome             ended = bank::import_transactions(*store, file, rows, counts, watched ? show_progress : nullptr);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (watched) std::fputs("\r\033[K", stderr);
    // What is said comes behind this: a standard descriptor that was closed may have become a file of the store.
    if (auto closed = store->close(); !closed && ended.code == 0) ended = bank::store_trouble(closed.error());
    if (counts.rows != 0 || ended.code == 0) bank::print(counts, took.count(), out);
    return ended;
}

// Opens a store that is there, and changes nothing in it.
template <class Report>
outcome read(const arguments& said, Report report) {
    auto store = sillok::file_store::open(*said["--store"], {.must_exist = true, .read_only = true});
    if (!store) return bank::store_trouble(store.error());
    return report(*store);
}

outcome run_balances(const arguments& said, output& out) {
    auto until = bank::day::max();
    if (const auto at = said["--at"]) {
        const auto day = program::parse_day(*at);
        if (!day) return misused("--at \"" + std::string(*at) + "\" is not a day of the calendar, written YYYY-MM-DD");
        until = *day;
    }
    return read(said, [&](sillok::file_store& store) { return bank::print_balances(store, until, out); });
}

outcome run_totals(const arguments& said, output& out) {
    const auto by = said["--by"];
    if (!by) return misused("bank totals needs --by type or --by month");
    if (*by != "type" && *by != "month") return misused("--by \"" + std::string(*by) + "\" is neither type nor month");
    return read(said, [&](sillok::file_store& store) { return *by == "type" ? bank::print_by_type(store, out) : bank::print_by_month(store, out); });
}

outcome run_top(const arguments& said, output& out) {
    const auto count = program::number_of(said, "--n", 10, "a number of accounts, from 1");
    if (!count) return misused(count.error());
    return read(said, [&](sillok::file_store& store) { return bank::print_top(store, *count, out); });
}

outcome run_check(const arguments& said, output& out) {
    return read(said, [&](sillok::file_store& store) { return bank::print_audit(store, out); });
}

outcome run_history(const arguments& said, output& out) {
    const auto account = program::parse_number(*said.operand);
    if (!account) return misused("\"" + std::string(*said.operand) + "\" is not an account's number");
    const auto from = program::number_of(said, "--from", 1, "a version; the first one is 1");
    if (!from) return misused(from.error());
    return read(said, [&](sillok::file_store& store) { return bank::print_history(store, *account, *from, out); });
}

}  // namespace

int main(int count, char** words) {
    const program::description bank{
        .name          = "bank",
        .usage         = usage,
        .commands      = {{"import",   "FILE",    {"--durability"}, run_import},
                          {"balances", "",        {"--at"},         run_balances},
                          {"totals",   "",        {"--by"},         run_totals},
                          {"top",      "",        {"--n"},          run_top},
                          {"check",    "",        {},               run_check},
                          {"history",  "ACCOUNT", {"--from"},       run_history}},
        .without_words = bank::tell_story};
    return program::run(bank, count, words);
}
