// A log of traffic fines as events: imported row by row, and asked about any day, any case, and the highest debts.
// The data goes to standard output, everything else to standard error.
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

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

namespace {

using fines::outcome;
using program::arguments;
using program::output;

constexpr std::string_view usage =
    R"(Usage: fines import FILE|- --store DIR [--durability HOW]  record the rows of a log; "-" is standard input
       fines report --store DIR [--at YYYY-MM-DD]          what the cases come to, as of the end of that day
       fines activities --store DIR [--at YYYY-MM-DD]      how often each activity happened by then
       fines last --store DIR [--at YYYY-MM-DD]            how many cases had which activity last by then
       fines case ID --store DIR                           what happened in a case, by its number or its name, and its state
       fines top --store DIR [--by WHAT] [--page N] [--size N]
                                                           the cases with the highest sum: of what is due, fine, expenses or paid
       fines rebuild --store DIR                           make the read model anew, and measure it

HOW is durable (as it is without), where up to 1024 rows are on the disk before the next ones are read; or lose_recent, where a
loss of power may take the last second; or lose_unsynced, where it may take all of the import before its end.

A day is the one that the log says, in its own time. 9999-12-31, as it is without --at, is the whole log. The first import creates
the store; a file can be imported again, and records nothing twice. Exit codes: 0 good, 2 bad input or usage, 3 trouble with the
store or the output.
)";

outcome misused(std::string_view why) { return program::misused("fines", why); }

// --- commands ---------------------------------------------------------------------------------------------------------

void show_progress(const fines::import_counts& counts) {
    std::fprintf(stderr, "\r%llu rows, %llu cases …", static_cast<unsigned long long>(counts.rows), static_cast<unsigned long long>(counts.cases));
}

outcome run_import(const arguments& said, output& out) {
    const auto durability = program::durability_of(said);
    if (!durability) return misused(durability.error());
    const std::string file(*said.operand);
    const auto        descriptor = program::open_input(file);
    if (!descriptor) return descriptor.error();
    csv::reader rows(csv::from_descriptor(*descriptor));
    if (auto header = program::read_header(file, rows, fines::columns); header.code != 0) return header;
    auto store = sillok::file_store::open(*said["--store"], {.durability = *durability});
    if (!store) return fines::store_trouble(store.error());

    const bool           watched = program::is_watched();
    const auto           began   = std::chrono::steady_clock::now();
    fines::import_counts counts;
    outcome              ended = fines::import_log(*store, file, rows, counts, watched ? show_progress : nullptr);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (watched) std::fputs("\r\033[K", stderr);
    // What is said comes behind this: a standard descriptor that was closed may have become a file of the store.
    if (auto closed = store->close(); !closed && ended.code == 0) ended = fines::store_trouble(closed.error());
    if (counts.rows != 0 || ended.code == 0) fines::print(counts, took.count(), out);
    return ended;
}

// Opens a store that is there, and changes nothing in it.
template <class Report>
outcome read(const arguments& said, Report report) {
    auto store = sillok::file_store::open(*said["--store"], {.must_exist = true, .read_only = true});
    if (!store) return fines::store_trouble(store.error());
    return report(*store);
}

template <auto Print>
outcome run_at(const arguments& said, output& out) {
    auto until = fines::last_day;
    if (const auto at = said["--at"]) {
        const auto day = program::parse_day(*at);
        if (!day) return misused("--at \"" + std::string(*at) + "\" is not a day of the calendar, written YYYY-MM-DD");
        until = *day;
    }
    return read(said, [&](sillok::file_store& store) { return Print(store, until, out); });
}

outcome run_case(const arguments& said, output& out) {
    return read(said, [&](sillok::file_store& store) { return fines::print_case(store, *said.operand, out); });
}

outcome run_top(const arguments& said, output& out) {
    const auto by   = said["--by"].value_or("due");
    const auto page = program::number_of(said, "--page", 1, "a page; the first one is 1");
    if (!page) return misused(page.error());
    const auto size = program::number_of(said, "--size", 20, "a number of cases, from 1");
    if (!size) return misused(size.error());
    return read(said, [&](sillok::file_store& store) { return fines::print_top(store, by, {.number = *page, .size = *size}, out); });
}

outcome run_rebuild(const arguments& said, output& out) {
    return read(said, [&](sillok::file_store& store) { return fines::print_rebuild(store, out); });
}

}  // namespace

int main(int count, char** words) {
    const program::description fines{
        .name     = "fines",
        .usage    = usage,
        .commands = {{"import",     "FILE", {"--durability"},               run_import},
                     {"report",     "",     {"--at"},                       run_at<fines::print_report>},
                     {"activities", "",     {"--at"},                       run_at<fines::print_activities>},
                     {"last",       "",     {"--at"},                       run_at<fines::print_last_activities>},
                     {"case",       "ID",   {},                             run_case},
                     {"top",        "",     {"--by", "--page", "--size"},   run_top},
                     {"rebuild",    "",     {},                             run_rebuild}}};
    return program::run(fines, count, words);
}
