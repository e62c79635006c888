#include "row.hpp"

#include "program/calendar.hpp"
#include "program/fields.hpp"

namespace bank {
namespace {

constexpr std::int64_t number_max   = INT64_MAX;
constexpr haler        amount_max   = 1'000'000'000'000'000;  // ten million million crowns
constexpr haler        rounding_max = 1'000'000'000;

// Reads the columns of one row.
struct row_reader : program::field_reader {
    using field_reader::field_reader;

    void date(column at, day& into) {
        const std::string_view field = take(at);
        if (const auto parsed = program::parse_day(field)) into = *parsed;
        else fail(at, program::shown(field) + " is not a day of the calendar, written YYYY-MM-DD");
    }

    void type(column at, entry_type& into) {
        const std::string_view field = take(at);
        for (const entry_type each : {entry_type::prijem, entry_type::vydaj, entry_type::vyber})
            if (field == to_string(each)) {
                into = each;
                return;
            }
        fail(at, program::shown(field) + " is not PRIJEM, VYDAJ or VYBER");
    }
};

}  // namespace

std::string_view to_string(entry_type type) {
    return type == entry_type::prijem ? "PRIJEM" : type == entry_type::vydaj ? "VYDAJ" : "VYBER";
}

std::optional<csv::problem> parse(std::span<const std::string_view> fields, row& into) {
    if (auto wrong = program::check_count(fields, columns)) return wrong;
    using enum column;
    row_reader   read(fields);
    booking&     entry = into.command.entry;
    std::int64_t sign  = 0;
    read.number(account_id, into.account, 1, number_max);
    read.number(seq, entry.seq, 1, number_max);
    read.number(trans_id, entry.trans_id, 1, number_max);
    read.date(date, entry.on);
    read.type(type, into.command.type);
    read.text(operation, entry.operation);
    read.text(k_symbol, entry.k_symbol);
    read.number(amount, entry.amount, 0, amount_max);
    read.number(signed_amount, sign, -amount_max, amount_max);
    read.number(recorded_balance, entry.recorded_balance, -amount_max, amount_max);
    read.number(rounding, entry.rounding, -rounding_max, rounding_max);
    read.text(bank_code, entry.bank);
    read.text(partner_account, entry.partner_account);

    const haler expected = into.command.type == entry_type::prijem ? entry.amount : -entry.amount;
    if (sign != expected)
        read.fail(signed_amount, std::to_string(sign) + " does not agree with " + std::string(to_string(into.command.type)) +
                                     " of amount_haler " + std::to_string(entry.amount) + ", which makes " + std::to_string(expected));
    return read.wrong();
}

}  // namespace bank
