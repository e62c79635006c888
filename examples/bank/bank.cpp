// A bank's year as events: imported from its books, checked against them, and folded to the balances of any day.
// Without arguments it tells a story. The data goes to standard output, everything else to standard error.
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "arguments.hpp"
#include "calendar.hpp"
#include "import.hpp"
#include "outcome.hpp"
#include "output.hpp"
#include "reports.hpp"
#include "row.hpp"
#include "sillok/store/file_store.hpp"
#include "story.hpp"

namespace {

using bank::arguments;
using bank::outcome;
using bank::output;

constexpr std::string_view usage =
    R"(Usage: bank                                              tell a story on a small sample
       bank import FILE|- --store DIR [--durability HOW] record the transactions of a CSV file; "-" is standard input
       bank balances --store DIR [--at YYYY-MM-DD]       the balance of every account, as of the end of that day
       bank check --store DIR                            compare every recorded balance with what the events give
       bank history ACCOUNT --store DIR [--from VERSION] what happened to an account

HOW is durable (as it is without), where each row is on the disk before the next one is read; or lose_recent, where a loss of
power may take the last second; or lose_unsynced, where it may take all of the import before its end.

Money is in haler, a hundredth of a crown. The first import creates the store; a file can be imported again, and records
nothing twice. Exit codes: 0 good, 1 a finding, 2 bad input or usage, 3 trouble with the store or the output.
)";

outcome misused(std::string_view why) { return bank::bad_input("bank: " + std::string(why) + ". See `bank --help`"); }

// --- commands ---------------------------------------------------------------------------------------------------------

void show_progress(const bank::import_counts& counts) {
    std::fprintf(stderr, "\r%llu rows, %llu accounts …", static_cast<unsigned long long>(counts.rows), static_cast<unsigned long long>(counts.accounts));
}

std::optional<sillok::durability> durability_of(std::string_view name) {
    if (name == "durable") return sillok::durable{};
    if (name == "lose_recent") return sillok::lose_recent{std::chrono::seconds{1}};
    if (name == "lose_unsynced") return sillok::lose_unsynced{};
    return std::nullopt;
}

outcome run_import(const arguments& said, output& out) {
    const auto durability = durability_of(said.durability.value_or("durable"));
    if (!durability) return misused("--durability \"" + std::string(*said.durability) + "\" is none of durable, lose_recent, lose_unsynced");
    const std::string file(*said.operand);
    const int         descriptor = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return bank::bad_input(file + ": cannot be opened: " + std::strerror(errno));
    csv::reader rows(csv::from_descriptor(descriptor));
    if (auto header = bank::read_header(file, rows); header.code != 0) return header;
    auto store = sillok::file_store::open(*said.store, {.durability = *durability});
    if (!store) return bank::store_trouble(store.error());

    const bool          watched = ::isatty(STDERR_FILENO) == 1;
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
    auto store = sillok::file_store::open(*said.store, {.must_exist = true, .read_only = true});
    if (!store) return bank::store_trouble(store.error());
    return report(*store);
}

outcome run_balances(const arguments& said, output& out) {
    auto until = bank::day::max();
    if (said.at) {
        const auto day = bank::parse_day(*said.at);
        if (!day) return misused("--at \"" + std::string(*said.at) + "\" is not a day of the calendar, written YYYY-MM-DD");
        until = *day;
    }
    return read(said, [&](sillok::file_store& store) { return bank::print_balances(store, until, out); });
}

outcome run_check(const arguments& said, output& out) {
    return read(said, [&](sillok::file_store& store) { return bank::print_audit(store, out); });
}

outcome run_history(const arguments& said, output& out) {
    const auto account = bank::parse_account(*said.operand);
    if (!account) return misused("\"" + std::string(*said.operand) + "\" is not an account's number");
    std::uint64_t from = 1;
    if (said.from) {
        const char* const end     = said.from->data() + said.from->size();
        const auto [rest, failed] = std::from_chars(said.from->data(), end, from);
        if (failed != std::errc{} || rest != end || from == 0)
            return misused("--from \"" + std::string(*said.from) + "\" is not a version; the first one is 1");
    }
    return read(said, [&](sillok::file_store& store) { return bank::print_history(store, *account, from, out); });
}

struct command {
    std::string_view name;
    std::string_view operand;  // what it is called, where the command takes one
    bool             takes_at, takes_from, takes_durability;
    outcome (*run)(const arguments&, output&);
};

constexpr std::array commands{
    command{"import",   "FILE",    false, false, true,  run_import},
    command{"balances", "",        true,  false, false, run_balances},
    command{"check",    "",        false, false, false, run_check},
    command{"history",  "ACCOUNT", false, true,  false, run_history},
};

outcome run(std::span<char* const> words, output& out) {
    const auto said = bank::parse(words);
    if (!said) return misused(said.error());
    if (said->help) {
        out << usage;
        return bank::good();
    }
    if (said->command.empty() && words.empty()) return bank::tell_story(out);
    if (said->command.empty()) return misused("there is no command");

    const auto* const found = std::ranges::find(commands, said->command, &command::name);
    const std::string name(said->command);
    if (found == commands.end()) return misused("there is no command \"" + name + "\"");
    if (said->operand && found->operand.empty()) return misused("bank " + name + " takes no \"" + std::string(*said->operand) + "\"");
    if (!said->operand && !found->operand.empty()) return misused("bank " + name + " needs " + std::string(found->operand));
    if (said->at && !found->takes_at) return misused("bank " + name + " takes no --at");
    if (said->from && !found->takes_from) return misused("bank " + name + " takes no --from");
    if (said->durability && !found->takes_durability) return misused("bank " + name + " takes no --durability");
    if (!said->store) return misused("bank " + name + " needs --store DIR");
    return found->run(*said, out);
}

}  // namespace

int main(int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that has seen enough, such as `head`, does not stop an import
    output  out(STDOUT_FILENO);
    outcome ended;
    try {
        ended = run(std::span(words, static_cast<std::size_t>(count)).subspan(1), out);
    } catch (const std::exception& why) {
        ended = bank::trouble(why.what());
    }
    if (!out.flush() && !out.closed() && ended.code < 2) ended = bank::trouble(std::string("standard output: ") + std::strerror(out.error()));
    if (!ended.message.empty()) std::fprintf(stderr, "%s\n", ended.message.c_str());
    return ended.code;
}
