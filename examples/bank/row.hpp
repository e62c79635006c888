#pragma once
// A row of the bank's file, from text to a command: every column has a type, and the columns agree with each other.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "program/csv.hpp"
#include "domain.hpp"

namespace bank {

inline constexpr std::array<std::string_view, 13> columns{
    "account_id", "seq", "trans_id", "date", "type", "operation", "k_symbol", "amount_haler", "signed_haler",
    "recorded_balance_haler", "rounding_haler", "bank", "partner_account"};

// The same by name.
enum class column : std::size_t {
    account_id, seq, trans_id, date, type, operation, k_symbol, amount, signed_amount, recorded_balance, rounding, bank_code, partner_account
};

struct row {
    std::int64_t       account = 0;
    record_transaction command{};
};

// An account's number, from 1.
std::optional<std::int64_t> parse_account(std::string_view text);

// What is wrong with the first line of the file, if anything.
std::optional<csv::problem> check_header(std::span<const std::string_view> fields);

// Reads a row into `into`, whose strings keep their memory; or what is wrong with it.
std::optional<csv::problem> parse(std::span<const std::string_view> fields, row& into);

// The name of the column in which `field` is, also where there is no such column.
std::string column_name(std::size_t field);

// How the bank writes it.
std::string_view to_string(entry_type type);

}  // namespace bank
