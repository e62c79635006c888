#include "reports.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "history.hpp"
#include "program/calendar.hpp"
#include "program/csv.hpp"
#include "program/fields.hpp"
#include "row.hpp"
#include "sillok/projection/projector.hpp"

namespace fines {
namespace {

using model = sillok::shared_model<case_register>;

// Makes the register and asks it.
template <class Print>
outcome ask(sillok::store_ref store, Print print) {
    model shown;
    if (auto done = catch_up(store, shown); !done) return store_trouble(done.error());
    shown.read(print);
    return good();
}

template <std::size_t N>
void print_object(const std::array<std::string_view, N>& names, const std::array<std::int64_t, N>& values, std::string_view without, output& out) {
    std::string_view between = "{";
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == without) continue;
        out << std::exchange(between, ",") << '"' << names[i] << "\":" << values[i];
    }
    out << '}';
}

void print_tallies(const tallies& all, day until, output& out) {
    // Only of the whole log is it asked whether its sums agree.
    const std::string_view without = until == last_day ? "" : flag_names[static_cast<std::size_t>(flag::total_wrong)];
    out << "{\"flags\":";
    print_object(flag_names, all.flags, without, out);
    out << ",\"money_cents\":";
    print_object(money_names, all.sums, "", out);
    out << "}\n";
}

struct ranking {
    std::string_view name;
    cents (*of)(const standing&);
};
constexpr std::array<ranking, 4> rankings{{
    {"due",      [](const standing& now) { return now.due(); }},
    {"fine",     [](const standing& now) { return now.fine; }},
    {"expenses", [](const standing& now) { return now.expenses; }},
    {"paid",     [](const standing& now) { return now.paid; }},
}};

// [top]
// The highest first, and of those that are alike the one with the lower number.
sillok::page<case_row> top(const case_register& of, const ranking& by, sillok::page_request page) {
    return of.cases().select().sorted([&](const case_row& row) { return -by.of(row.now); }).page(page);
}
// [/top]

void print_line(const std::array<std::string, columns.size()>& fields, output& out) {
    for (std::size_t i = 0; i < fields.size(); ++i) out << (i == 0 ? "" : ",") << csv::quoted(fields[i]);
    out << '\n';
}

std::uint64_t microseconds_of(auto call) {
    const auto began = std::chrono::steady_clock::now();
    call();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count());
}

}  // namespace

sillok::result<sillok::position> catch_up(sillok::store_ref store, model& shown) {
    sillok::projector<case_register> follow(store, shown, {.batch = 65'536});
    return follow.catch_up();
}

outcome print_report(sillok::store_ref store, day until, output& out) {
    return ask(store, [&](const case_register& all) { print_tallies(all.at(until), until, out); });
}

outcome print_activities(sillok::store_ref store, day until, output& out) {
    return ask(store, [&](const case_register& all) {
        const tallies sum = all.at(until);
        std::vector<std::pair<std::int64_t, std::string_view>> order;
        for (std::size_t i = 0; i < activity_count; ++i)
            if (sum.events[i] != 0) order.emplace_back(-sum.events[i], activity_names[i]);
        std::ranges::sort(order);
        out << "activity,events\n";
        for (const auto& [count, name] : order) out << name << ',' << -count << '\n';
    });
}

outcome print_last_activities(sillok::store_ref store, day until, output& out) {
    return ask(store, [&](const case_register& all) {
        const tallies sum = all.at(until);
        std::vector<std::pair<std::string_view, std::int64_t>> order;
        for (std::size_t i = 0; i < activity_count; ++i)
            if (sum.last[i] != 0) order.emplace_back(activity_names[i], sum.last[i]);
        std::ranges::sort(order);
        out << "as_of,last_activity,cases\n";
        for (const auto& [name, count] : order) out << program::to_string(until) << ',' << name << ',' << count << '\n';
    });
}

outcome print_top(sillok::store_ref store, std::string_view by, sillok::page_request page, output& out) {
    const auto* const order = std::ranges::find(rankings, by, &ranking::name);
    if (order == rankings.end()) return bad_input("fines: --by \"" + std::string(by) + "\" is none of due, fine, expenses, paid. See `fines --help`");
    return ask(store, [&](const case_register& all) {
        const auto rows = top(all, *order, page);
        out << "rank,case_no,case,due_cents,fine_cents,expenses_cents,paid_cents,last_activity,last_day\n";
        std::uint64_t rank = rows.first();
        for (const case_row& each : rows.rows)
            out << rank++ << ',' << each.case_no << ',' << csv::quoted(each.name) << ',' << each.now.due() << ',' << each.now.fine << ',' << each.now.expenses
                << ',' << each.now.paid << ',' << activity_names.at(each.now.last_activity) << ',' << program::to_string(day_of(each.now.last)) << '\n';
    });
}

outcome print_case(sillok::store_ref store, std::string_view id, output& out) {
    auto number = program::parse_number(id);
    if (!number) {
        const auto found = find_case(store, id);
        if (!found) return store_trouble(found.error());
        number = *found;
    }
    const auto all = case_reader(store).read(*number);
    if (!all) return store_trouble(all.error());
    if (all->entries.empty()) return bad_input("fines: there is no case " + program::shown(id) + " in this store; a case has a number, such as 1, and a name, such as A1");
    for (std::size_t i = 0; i < columns.size(); ++i) out << (i == 0 ? "" : ",") << columns[i];
    out << '\n';
    for (const entry& each : all->entries) print_line(written(*number, each), out);
    const standing& now = all->now;
    out << "\nevents " << all->entries.size() << "\nlast_activity " << activity_names.at(now.last_activity) << "\nlast_day " << program::to_string(day_of(now.last))
        << "\nfine_cents " << now.fine << "\nexpenses_cents " << now.expenses << "\npaid_cents " << now.paid << "\ndue_cents " << now.due();
    const std::array<std::pair<std::string_view, bool>, 6> flags{{{"paid_in_full", now.is_paid()},
                                                                  {"paid_in_part", now.has_payment && !now.is_paid()},
                                                                  {"penalty", now.has_penalty},
                                                                  {"appeal", now.has_appeal},
                                                                  {"collection", now.is_in_collection},
                                                                  {"dismissed", now.is_dismissed}}};
    for (const auto& [name, is] : flags) out << '\n' << name << ' ' << (is ? "yes" : "no");
    out << '\n';
    return good();
}

outcome print_rebuild(sillok::store_ref store, output& out) {
    model                            shown;
    sillok::result<sillok::position> done = sillok::position{};
    const std::uint64_t took = microseconds_of([&] { done = catch_up(store, shown); });
    if (!done) return store_trouble(done.error());
    shown.read([&](const case_register& all) {
        tallies                whole;
        sillok::page<case_row> highest;
        const std::uint64_t    report = microseconds_of([&] { whole = all.at(last_day); });
        const std::uint64_t    ranked = microseconds_of([&] { highest = top(all, rankings.front(), {.number = 1, .size = 20}); });
        const auto             events = static_cast<std::uint64_t>(whole[flag::events]);
        out << "events " << events << "\nmicroseconds " << took << "\nevents_per_second " << (took == 0 ? 0 : events * 1'000'000 / took) << "\ncases "
            << highest.total << "\nbytes_per_case " << all.cases().bytes() / std::max<std::uint64_t>(highest.total, 1) << "\ndays " << all.days()
            << "\nbytes_per_day " << case_register::bytes_per_day() << "\nreport_microseconds " << report << "\ntop_microseconds " << ranked << '\n';
    });
    return good();
}

}  // namespace fines
