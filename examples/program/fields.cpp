#include "program/fields.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace program {
namespace {

constexpr std::size_t text_max = 64;  // bytes

std::optional<csv::problem> check_header(std::span<const std::string_view> fields, column_names columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i >= fields.size()) return csv::problem{i, "the header ends before this column"};
        if (fields[i] != columns[i]) return csv::problem{i, "the header says " + shown(fields[i]) + " in its place"};
    }
    if (fields.size() > columns.size()) return csv::problem{columns.size(), "the header has " + shown(fields[columns.size()]) + " behind the last column"};
    return std::nullopt;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string shown(std::string_view field) {
    std::string text = "\"";
    for (const char c : field.substr(0, 40)) text += is_control(c) ? '?' : c;
    return text + (field.size() > 40 ? "…\"" : "\"");
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t      number = 0;
    const char* const end    = text.data() + text.size();
    const auto [rest, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || rest != end || number < 1) return std::nullopt;
    return number;
}

outcome read_header(std::string_view file, csv::reader& rows, column_names columns) {
    const auto any = rows.next();
    if (!any) return bad_row(file, rows.line(), any.error(), columns);
    if (!*any) return bad_row(file, 1, {.field = 0, .reason = "the file is empty; its first line must name the columns"}, columns);
    if (const auto wrong = check_header(rows.fields(), columns)) return bad_row(file, rows.line(), *wrong, columns);
    return good();
}

outcome bad_row(std::string_view file, std::uint64_t line, const csv::problem& what, column_names columns) {
    if (what.read_errno != 0) return bad_input(std::string(file) + ": cannot be read: " + what.reason);
    const std::string column = what.field < columns.size() ? std::string(columns[what.field]) : "column " + std::to_string(what.field + 1);
    return bad_input(std::string(file) + ":" + std::to_string(line) + ": " + column + ": " + what.reason);
}

std::optional<csv::problem> check_count(std::span<const std::string_view> fields, column_names columns) {
    if (fields.size() == columns.size()) return std::nullopt;
    return csv::problem{std::min(fields.size(), columns.size()),
                        "the row has " + std::to_string(fields.size()) + " columns instead of " + std::to_string(columns.size())};
}

std::string_view field_reader::take(column_number at) {
    taken_ |= std::uint64_t{1} << at.value;
    return fields_[at.value];
}

void field_reader::fail(column_number at, std::string why) {
    if (!wrong_) wrong_ = csv::problem{at.value, std::move(why)};
}

void field_reader::number(column_number at, std::int64_t& into, std::int64_t low, std::int64_t high) {
    const std::string_view field = take(at);
    const char* const      end   = field.data() + field.size();
    const auto [rest, failed]    = std::from_chars(field.data(), end, into);
    if (field.empty()) fail(at, "a whole number is missing");
    else if (failed == std::errc::invalid_argument || rest != end) fail(at, shown(field) + " is not a whole number");
    else if (failed != std::errc{} || into < low || into > high)
        fail(at, shown(field) + " is out of range: " + std::to_string(low) + " to " + std::to_string(high));
}

void field_reader::text(column_number at, std::string& into) {
    const std::string_view field = take(at);
    if (std::ranges::any_of(field, is_control)) return fail(at, shown(field) + " holds a control character");
    if (field.size() > text_max)
        return fail(at, shown(field) + " is too long: " + std::to_string(field.size()) + " bytes, and at most " + std::to_string(text_max) + " are taken");
    into.assign(field);
}

}  // namespace program
