#include "reports.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "program/calendar.hpp"
#include "program/csv.hpp"
#include "program/fields.hpp"
#include "row.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/store/replay.hpp"

namespace bank {
namespace {

sillok::result<std::int64_t> account_of(const sillok::metadata& m) {
    if (const auto number = program::parse_number(m.key())) return *number;
    return sillok::error(sillok::error_kind::malformed, "position " + std::to_string(m.position().value) + ": \"" + std::string(m.key()) +
                                                            "\" is not an account's number; another program wrote this store");
}

sillok::error too_large() { return {sillok::error_kind::too_large, "the sum of the amounts does not fit into 64 bits"}; }

std::chrono::year_month month_of(day on) {
    const std::chrono::year_month_day date(on);
    return date.year() / date.month();
}

// Hands all events to a handler, in their order. One that is none of the bank's is an error: it is the store of another program.
template <class Handler>
sillok::result<Handler> folded(sillok::store_ref store, Handler handler) {
    if (auto done = sillok::replay(store, {}, handler); !done) return std::move(done).error();
    return handler;
}

// An account's events, one a line.
struct history {
    using events = account_events;

    output*       out = nullptr;
    std::uint64_t from_version = 1;
    haler         balance = 0;
    std::uint64_t events_seen = 0;

    void on(const account_opened& e, const sillok::metadata& m) {
        if (begin(m)) *out << program::to_string(e.on) << ",,,,,,,,,,," << balance << '\n';
    }
    void on(const money_credited& e, const sillok::metadata& m) { book(m, entry_type::prijem, e.entry, e.entry.amount); }
    void on(const money_debited& e, const sillok::metadata& m) {
        book(m, e.kind == debit::expense ? entry_type::vydaj : entry_type::vyber, e.entry, -e.entry.amount);
    }

private:
    bool begin(const sillok::metadata& m) {
        ++events_seen;
        if (m.version().value < from_version) return false;
        *out << m.version().value << ',' << to_string(m.time()) << ',' << m.type() << ',';
        return true;
    }
    void book(const sillok::metadata& m, entry_type type, const booking& e, haler change) {
        balance += change;
        if (!begin(m)) return;
        *out << program::to_string(e.on) << ',' << e.seq << ',' << e.trans_id << ',' << to_string(type) << ',' << csv::quoted(e.operation) << ','
             << csv::quoted(e.k_symbol) << ',' << csv::quoted(e.bank) << ',' << csv::quoted(e.partner_account) << ',' << change << ','
             << e.recorded_balance << ',' << e.rounding << ',' << balance << '\n';
    }
};

}  // namespace

sillok::result<void> balances::book(const sillok::metadata& m, day on, haler change) {
    if (on > until) return {};
    const auto account = account_of(m);
    if (!account) return account.error();
    by_account[*account] += change;
    return {};
}

sillok::result<void> totals::book(entry_type type, const booking& entry) {
    // Everything that can be too large is found before anything changes.
    sums& alike = by_kind[{type, entry.operation, entry.k_symbol}];
    months& in  = by_month[month_of(entry.on)];
    sums& month = type == entry_type::prijem ? in.credits : in.debits;
    haler of_kind = 0, of_month = 0;
    if (__builtin_add_overflow(alike.amount, entry.amount, &of_kind) || __builtin_add_overflow(month.amount, entry.amount, &of_month)) return too_large();
    alike = {alike.rows + 1, of_kind};
    month = {month.rows + 1, of_month};
    return {};
}

sillok::result<void> turnovers::book(const sillok::metadata& m, const booking& entry) {
    const auto account = account_of(m);
    if (!account) return account.error();
    turnover& all = by_account[*account];
    haler moved = 0;
    if (__builtin_add_overflow(all.moved.amount, entry.amount, &moved)) return too_large();
    all = {{all.moved.rows + 1, moved}, entry.recorded_balance};
    return {};
}

sillok::result<void> audit::book(const sillok::metadata& m, const booking& entry, haler change) {
    const auto account = account_of(m);
    if (!account) return account.error();
    sums& so_far = by_account_[*account];
    so_far.balance += change;
    so_far.rounding += entry.rounding;
    rounding += entry.rounding;
    if (const haler expected = so_far.balance + so_far.rounding; entry.recorded_balance == expected) ++agree;
    else disagree.push_back({*account, entry, expected});
    return {};
}

sillok::result<balances> read_balances(sillok::store_ref store, day until) { return folded(store, balances{.until = until}); }
sillok::result<audit> read_audit(sillok::store_ref store) { return folded(store, audit{}); }

outcome print_balances(sillok::store_ref store, day until, output& out) {
    const auto all = read_balances(store, until);
    if (!all) return store_trouble(all.error());
    out << "account_id,balance_haler\n";
    for (const auto& [account, balance] : all->by_account) out << account << ',' << balance << '\n';
    return good();
}

outcome print_audit(sillok::store_ref store, output& out) {
    const auto books = read_audit(store);
    if (!books) return store_trouble(books.error());
    for (const auto& each : books->disagree)
        out << "account " << each.account << " seq " << each.entry.seq << " trans_id " << each.entry.trans_id << " on " << program::to_string(each.entry.on)
            << ": recorded " << each.entry.recorded_balance << ", the events give " << each.expected << '\n';
    out << "agree " << books->agree << "\ndisagree " << books->disagree.size() << "\nrounding_haler " << books->rounding << '\n';
    return books->disagree.empty() ? good() : finding();
}

outcome print_by_type(sillok::store_ref store, output& out) {
    const auto all = folded(store, totals{});
    if (!all) return store_trouble(all.error());
    out << "type,operation,k_symbol,rows,amount_haler\n";
    for (const auto& [kind, sum] : all->by_kind)
        out << to_string(kind.type) << ',' << csv::quoted(kind.operation) << ',' << csv::quoted(kind.k_symbol) << ',' << sum.rows << ',' << sum.amount << '\n';
    return good();
}

outcome print_by_month(sillok::store_ref store, output& out) {
    const auto all = folded(store, totals{});
    if (!all) return store_trouble(all.error());
    out << "month,credits,credit_haler,debits,debit_haler\n";
    for (const auto& [month, sums] : all->by_month) {
        const std::string first_day = program::to_string(std::chrono::sys_days(month / std::chrono::day(1)));
        out << std::string_view(first_day).substr(0, first_day.size() - 3) << ',' << sums.credits.rows << ',' << sums.credits.amount << ','
            << sums.debits.rows << ',' << sums.debits.amount << '\n';
    }
    return good();
}

outcome print_top(sillok::store_ref store, std::uint64_t count, output& out) {
    const auto all = folded(store, turnovers{});
    if (!all) return store_trouble(all.error());
    using entry = std::pair<const std::int64_t, turnovers::turnover>;
    std::vector<const entry*> order;
    order.reserve(all->by_account.size());
    for (const entry& each : all->by_account) order.push_back(&each);
    const auto shown = order.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, order.size()));
    // Of two that moved the same the one with the lower number comes first.
    std::partial_sort(order.begin(), shown, order.end(), [](const entry* a, const entry* b) {
        return a->second.moved.amount != b->second.moved.amount ? a->second.moved.amount > b->second.moved.amount : a->first < b->first;
    });
    out << "rank,account_id,rows,turnover_haler,final_haler\n";
    for (auto each = order.begin(); each != shown; ++each) {
        const auto& [account, turnover] = **each;
        out << each - order.begin() + 1 << ',' << account << ',' << turnover.moved.rows << ',' << turnover.moved.amount << ',' << turnover.recorded_balance << '\n';
    }
    return good();
}

outcome print_history(sillok::store_ref store, std::int64_t account, std::uint64_t from_version, output& out) {
    const std::string key = std::to_string(account);
    history           lines{.out = &out, .from_version = from_version};
    sillok::dispatcher<history> to_lines;
    sillok::result<void>        handled;
    auto read = store.read_stream({account::name, key}, {}, [&](const sillok::record_view& record) {
        if (lines.events_seen == 0)
            out << "version,time,event,date,seq,trans_id,type,operation,k_symbol,bank,partner_account,signed_haler,recorded_balance_haler,"
                   "rounding_haler,balance_haler\n";
        handled = to_lines.dispatch(lines, record);
        return handled.has_value() && !out.failed();
    });
    if (!read) return store_trouble(read.error());
    if (!handled) return store_trouble(handled.error());
    if (lines.events_seen == 0) return bad_input("bank: account " + key + " has no history in this store; `bank balances` lists the accounts that have one");
    return good();
}

}  // namespace bank
