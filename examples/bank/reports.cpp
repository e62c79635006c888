#include "reports.hpp"

#include <string>
#include <string_view>

#include "calendar.hpp"
#include "csv.hpp"
#include "row.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/store/replay.hpp"

namespace bank {
namespace {

sillok::result<std::int64_t> account_of(const sillok::metadata& m) {
    if (const auto number = parse_account(m.key())) return *number;
    return sillok::error(sillok::error_kind::malformed, "position " + std::to_string(m.position().value) + ": \"" + std::string(m.key()) +
                                                            "\" is not an account's number; another program wrote this store");
}

// Hands the events of a category to a handler, in their order.
template <class Handler>
sillok::result<Handler> folded(sillok::store_ref store, Handler handler) {
    if (auto done = sillok::replay(store, {.category = account::name}, handler); !done) return std::move(done).error();
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
        if (begin(m)) *out << to_string(e.on) << ",,,,,,,,,,," << balance << '\n';
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
        *out << to_string(e.on) << ',' << e.seq << ',' << e.trans_id << ',' << to_string(type) << ',' << csv::quoted(e.operation) << ','
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
        out << "account " << each.account << " seq " << each.entry.seq << " trans_id " << each.entry.trans_id << " on " << to_string(each.entry.on)
            << ": recorded " << each.entry.recorded_balance << ", the events give " << each.expected << '\n';
    out << "agree " << books->agree << "\ndisagree " << books->disagree.size() << "\nrounding_haler " << books->rounding << '\n';
    return books->disagree.empty() ? good() : finding();
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
