#pragma once
// The columns of a file of comma-separated values: that the header names them, and what a row says under each of them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "program/csv.hpp"
#include "program/outcome.hpp"

namespace program {

using column_names = std::span<const std::string_view>;

// A field in a message: in quotes, not too long, and without what could upset a terminal.
std::string shown(std::string_view field);

// A whole number from 1.
std::optional<std::int64_t> parse_number(std::string_view text);

// Reads the first line of a file, which must name the columns: what fails here is no such file, and no reason to make a store.
outcome read_header(std::string_view file, csv::reader& rows, column_names columns);

// What is wrong in a line of a file, for people.
outcome bad_row(std::string_view file, std::uint64_t line, const csv::problem& what, column_names columns);

// What is wrong with the number of fields of a row, if anything.
std::optional<csv::problem> check_count(std::span<const std::string_view> fields, column_names columns);

// A column by its number from 0, or by the enumerator of that number.
struct column_number {
    constexpr column_number(std::size_t number) : value(number) {}
    template <class Column>
        requires std::is_enum_v<Column>
    constexpr column_number(Column column) : value(static_cast<std::size_t>(column)) {}
    std::size_t value;
};

// Reads the fields of one row; of what is wrong the first is kept.
class field_reader {
public:
    explicit field_reader(std::span<const std::string_view> fields) : fields_(fields) {}

    std::string_view take(column_number at);
    bool             is_taken(column_number at) const { return (taken_ >> at.value & 1U) != 0; }
    void             fail(column_number at, std::string why);

    void number(column_number at, std::int64_t& into, std::int64_t low, std::int64_t high);
    void text(column_number at, std::string& into);  // of at most 64 bytes, without control characters

    const std::optional<csv::problem>& wrong() const { return wrong_; }

private:
    std::span<const std::string_view> fields_;
    std::optional<csv::problem>       wrong_;
    std::uint64_t                     taken_ = 0;  // a bit for each column
};

}  // namespace program
