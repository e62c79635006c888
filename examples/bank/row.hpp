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

// Reads a row into `into`, whose strings keep their memory; or what is wrong with it.
std::optional<csv::problem> parse(std::span<const std::string_view> fields, row& into);

// How the bank writes it.
std::string_view to_string(entry_type type);

}  // namespace bank
