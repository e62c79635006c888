#include "row.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "program/calendar.hpp"

namespace bank {
namespace {

constexpr std::int64_t number_max   = INT64_MAX;
constexpr haler        amount_max   = 1'000'000'000'000'000;  // ten million million crowns
constexpr haler        rounding_max = 1'000'000'000;
constexpr std::size_t  text_max     = 64;                     // bytes

// A field in a message: in quotes, not too long, and without what could upset a terminal.
std::string shown(std::string_view field) {
    std::string text = "\"";
    for (const char c : field.substr(0, 40)) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    return text + (field.size() > 40 ? "…\"" : "\"");
}

// Reads the columns of one row; the first one that is wrong is kept.
struct row_reader {
    std::span<const std::string_view> fields;
    std::optional<csv::problem>       wrong{};

    void fail(column at, std::string why) {
        if (!wrong) wrong = csv::problem{static_cast<std::size_t>(at), std::move(why)};
    }
    std::string_view field_of(column at) const { return fields[static_cast<std::size_t>(at)]; }

    void number(column at, std::int64_t& into, std::int64_t low, std::int64_t high) {
        const std::string_view field = field_of(at);
        const char* const      end   = field.data() + field.size();
        const auto [read, failed]    = std::from_chars(field.data(), end, into);
        if (field.empty()) fail(at, "a whole number is missing");
        else if (failed == std::errc::invalid_argument || read != end) fail(at, shown(field) + " is not a whole number");
        else if (failed != std::errc{} || into < low || into > high)
            fail(at, shown(field) + " is out of range: " + std::to_string(low) + " to " + std::to_string(high));
    }

    void text(column at, std::string& into) {
        const std::string_view field = field_of(at);
        for (const char c : field)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return fail(at, shown(field) + " holds a control character");
        if (field.size() > text_max)
            return fail(at, shown(field) + " is too long: " + std::to_string(field.size()) + " bytes, and at most " + std::to_string(text_max) + " are taken");
        into.assign(field);
    }

    void date(column at, day& into) {
        if (const auto parsed = program::parse_day(field_of(at))) into = *parsed;
        else fail(at, shown(field_of(at)) + " is not a day of the calendar, written YYYY-MM-DD");
    }

    void type(column at, entry_type& into) {
        for (const entry_type each : {entry_type::prijem, entry_type::vydaj, entry_type::vyber})
            if (field_of(at) == to_string(each)) {
                into = each;
                return;
            }
        fail(at, shown(field_of(at)) + " is not PRIJEM, VYDAJ or VYBER");
    }
};

}  // namespace

std::string_view to_string(entry_type type) {
    return type == entry_type::prijem ? "PRIJEM" : type == entry_type::vydaj ? "VYDAJ" : "VYBER";
}

std::string column_name(std::size_t field) {
    return field < columns.size() ? std::string(columns[field]) : "column " + std::to_string(field + 1);
}

std::optional<std::int64_t> parse_account(std::string_view text) {
    std::int64_t      number = 0;
    const char* const end    = text.data() + text.size();
    const auto [read, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || read != end || number < 1) return std::nullopt;
    return number;
}

std::optional<csv::problem> check_header(std::span<const std::string_view> fields) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i >= fields.size()) return csv::problem{i, "the header ends before this column"};
        if (fields[i] != columns[i]) return csv::problem{i, "the header says " + shown(fields[i]) + " in its place"};
    }
    if (fields.size() > columns.size()) return csv::problem{columns.size(), "the header has " + shown(fields[columns.size()]) + " behind the last column"};
    return std::nullopt;
}

std::optional<csv::problem> parse(std::span<const std::string_view> fields, row& into) {
    if (fields.size() != columns.size())
        return csv::problem{std::min(fields.size(), columns.size()),
                            "the row has " + std::to_string(fields.size()) + " columns instead of " + std::to_string(columns.size())};
    using enum column;
    row_reader   read{fields};
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
    return read.wrong;
}

}  // namespace bank
