#include "import.hpp"

#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

#include "program/calendar.hpp"
#include "program/fields.hpp"
#include "row.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/event/dispatch.hpp"

namespace bank {
namespace {

// A transaction as it was recorded, and where.
struct transaction {
    using events = account_events;

    std::string account;
    entry_type  type{};
    booking     entry;

    void on(const account_opened&) {}
    void on(const money_credited& e, const sillok::metadata& m) { set(m.key(), entry_type::prijem, e.entry); }
    void on(const money_debited& e, const sillok::metadata& m) {
        set(m.key(), e.kind == debit::expense ? entry_type::vydaj : entry_type::vyber, e.entry);
    }

private:
    void set(std::string_view key, entry_type as, const booking& recorded) {
        account = key;
        type    = as;
        entry   = recorded;
    }
};

// The one column in which a row is not what was recorded.
template <class Field>
std::string differs(std::string_view name, const Field& recorded, const Field& here) {
    if constexpr (std::is_integral_v<Field>)
        return std::string(name) + " was " + std::to_string(recorded) + " and is " + std::to_string(here) + " here";
    else
        return std::string(name) + " was \"" + std::string(recorded) + "\" and is \"" + std::string(here) + "\" here";
}

std::string first_difference(const transaction& was, const row& is) {
    const booking& a = was.entry;
    const booking& b = is.command.entry;
    if (was.account != std::to_string(is.account)) return "account_id was " + was.account + " and is " + std::to_string(is.account) + " here";
    if (a.seq != b.seq) return differs("seq", a.seq, b.seq);
    if (a.on != b.on) return differs("date", program::to_string(a.on), program::to_string(b.on));
    if (was.type != is.command.type) return differs("type", to_string(was.type), to_string(is.command.type));
    if (a.operation != b.operation) return differs("operation", a.operation, b.operation);
    if (a.k_symbol != b.k_symbol) return differs("k_symbol", a.k_symbol, b.k_symbol);
    if (a.amount != b.amount) return differs("amount_haler", a.amount, b.amount);
    if (a.recorded_balance != b.recorded_balance) return differs("recorded_balance_haler", a.recorded_balance, b.recorded_balance);
    if (a.rounding != b.rounding) return differs("rounding_haler", a.rounding, b.rounding);
    if (a.bank != b.bank) return differs("bank", a.bank, b.bank);
    return differs("partner_account", a.partner_account, b.partner_account);
}

class importer {
public:
    explicit importer(sillok::store_ref store) : store_(store), accounts_(store, {.cached_max = 4096, .source = "bank import"}) {}

    // Records a row. Returns why not, or nothing.
    sillok::result<std::optional<csv::problem>> take(const row& row, import_counts& counts) {
        if (row.account != account_) {
            account_ = row.account;
            key_size_ = static_cast<std::size_t>(std::to_chars(key_, key_ + sizeof key_, account_).ptr - key_);
            counts.accounts += seen_.insert(account_).second;
        }
        auto done = accounts_.execute(key(), row.command);
        if (done) {
            ++counts.recorded;
            return std::optional<csv::problem>();
        }
        const sillok::failure& why = done.error();
        if (why.rejection_as<seq_recorded>() || why.is(sillok::error_kind::condition_failed)) return compare(row, why, counts);
        if (const auto* const gap = why.rejection_as<seq_missing>())
            return wrong(column::seq, std::to_string(row.command.entry.seq) + " leaves a gap: the next of account " + std::to_string(row.account) +
                                          " is " + std::to_string(gap->next));
        if (const auto* const large = why.rejection_as<balance_too_large>())
            return wrong(column::amount, "the balance of account " + std::to_string(row.account) + " is " + std::to_string(large->balance) +
                                             ", and with this it would be too large");
        if (why.error()) return *why.error();
        return wrong(column::account_id, why.rejection()->text());
    }

private:
    // The row's place in the account or its number is taken. If it was by the same row, all is well.
    sillok::result<std::optional<csv::problem>> compare(const row& row, const sillok::failure& why, import_counts& counts) {
        const booking& entry = row.command.entry;
        auto found = find(entry.trans_id);
        if (!found) return std::move(found).error();
        if (!*found) {
            const auto* const taken = why.rejection_as<seq_recorded>();
            return wrong(column::seq, std::to_string(entry.seq) + " of account " + std::to_string(row.account) +
                                          " is already recorded with another trans_id; the last one is " + std::to_string(taken ? taken->last_seq : 0));
        }
        if (found_.account == key() && found_.type == row.command.type && found_.entry == entry) {
            ++counts.duplicates;
            return std::optional<csv::problem>();
        }
        return wrong(column::trans_id, std::to_string(entry.trans_id) + " is already recorded with other content: " + first_difference(found_, row));
    }

    // Looks a transaction up by its tag, which only one event can carry. Whether there is one; it is in `found_` then.
    sillok::result<bool> find(std::int64_t trans_id) {
        const std::string      tag = "tx:" + std::to_string(trans_id);
        const std::string_view tags[]{tag};
        bool                   any = false;
        sillok::result<void>   handled;
        auto read = store_.read_all({.tags = tags}, [&](const sillok::record_view& record) {
            any     = true;
            handled = to_found_.dispatch(found_, record);
            return false;
        });
        if (!read) return std::move(read).error();
        if (!handled) return std::move(handled).error();
        return any;
    }

    static std::optional<csv::problem> wrong(column at, std::string reason) {
        return csv::problem{static_cast<std::size_t>(at), std::move(reason)};
    }
    std::string_view key() const { return {key_, key_size_}; }

    sillok::store_ref                store_;
    sillok::repository<account>      accounts_;
    transaction                      found_;
    sillok::dispatcher<transaction>  to_found_;
    std::unordered_set<std::int64_t> seen_;
    std::int64_t                     account_ = 0;
    char                             key_[24]{};
    std::size_t                      key_size_ = 0;
};

}  // namespace

outcome import_transactions(sillok::store_ref store, std::string_view file, csv::reader& rows, import_counts& counts, progress show) {
    importer to(store);
    row      next;
    auto     more = rows.next();
    for (; more && *more; more = rows.next()) {
        ++counts.rows;
        auto wrong = parse(rows.fields(), next);
        if (!wrong) {
            auto taken = to.take(next, counts);
            if (!taken) return store_trouble(std::move(taken).error().within(std::string(file) + ":" + std::to_string(rows.line())));
            wrong = *std::move(taken);
        }
        if (wrong) {
            ++counts.rejected;
            return program::bad_row(file, rows.line(), *wrong, columns);
        }
        if (show != nullptr && counts.rows % 512 == 0) show(counts);
    }
    if (more) return good();
    if (more.error().read_errno == 0) {
        ++counts.rows;
        ++counts.rejected;
    }
    return program::bad_row(file, rows.line(), more.error(), columns);
}

void print(const import_counts& counts, double seconds, output& out) {
    out << "rows " << counts.rows << "\naccounts " << counts.accounts << "\nrecorded " << counts.recorded << "\nduplicates " << counts.duplicates;
    if (counts.duplicates != 0) out << " (recorded before: nothing was recorded twice)";
    out << "\nrejected " << counts.rejected << "\nevents_per_second "
        << static_cast<std::uint64_t>(seconds > 0 ? static_cast<double>(counts.recorded) / seconds : 0) << '\n';
}

}  // namespace bank
