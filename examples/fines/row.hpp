#pragma once
// A row of the log, from text to an entry and back: every column has a type, and an activity has the columns that it has.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain.hpp"
#include "program/csv.hpp"

namespace fines {

inline constexpr std::array<std::string_view, 18> columns{
    "case_no", "event_no", "case:concept:name", "amount", "org:resource", "dismissal", "concept:name", "vehicleClass", "totalPaymentAmount",
    "lifecycle:transition", "time:timestamp", "article", "points", "expense", "notificationType", "lastSent", "paymentAmount", "matricola"};

// The same by name.
enum class column : std::size_t {
    case_no, event_no, case_name, amount, officer, dismissal, activity_name, vehicle_class, total_paid, transition, time, article, points, expense,
    notification_type, last_sent, paid, matricola
};

struct row {
    std::int64_t case_no = 0;
    entry        what{};
};

// Reads a row into `into`, or says what is wrong with it.
std::optional<csv::problem> parse(std::span<const std::string_view> fields, row& into);

// The row as it is written; sums with one decimal at least, as the log has them.
std::array<std::string, columns.size()> written(std::int64_t case_no, const entry& entry);

// "35.0"
std::string to_euros(cents amount);

}  // namespace fines
