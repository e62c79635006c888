#pragma once
// A question to a table of SQLite while it is put together: its conditions as text, its values beside them.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/adapters/sqlite/columns.hpp"
#include "sillok/adapters/sqlite/database.hpp"
#include "sillok/adapters/sqlite/statement.hpp"
#include "sillok/codec/reflect.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"

namespace sillok::detail {

// A value that is asked for; `kind` is none for NULL.
struct sqlite_parameter {
    column_kind kind = column_kind::none;
    std::int64_t integer = 0;
    double real = 0;
    std::string bytes{};
    bool is_nan = false;  // within an optional

    template <class Value, class Given>
    static sqlite_parameter of(const Given& given) {
        if constexpr (column_value<Value>::is_optional) {
            if (!given) return {};
            auto made = of<typename column_value<Value>::type>(*given);
            made.is_nan = made.kind == column_kind::real && made.real != made.real;
            return made;
        } else {
            sqlite_parameter made{.kind = column_kind_of<Value>()};
            if constexpr (column_kind_of<Value>() == column_kind::integer) {
                made.integer = static_cast<std::int64_t>(integer_of(given));
            } else if constexpr (column_kind_of<Value>() == column_kind::real) {
                made.real = static_cast<double>(given);
            } else if constexpr (column_kind_of<Value>() == column_kind::text) {
                made.bytes = given;
            } else if constexpr (std::is_same_v<Value, uuid>) {
                made.bytes.assign(reinterpret_cast<const char*>(given.octets.data()), given.octets.size());
            } else {
                made.bytes.assign(reinterpret_cast<const char*>(given.data()), given.size());
            }
            return made;
        }
    }
    int bind(sqlite_lease& to, int at) const noexcept {
        switch (kind) {
            case column_kind::integer: return to.bind_integer(at, integer);
            case column_kind::real: return to.bind_real(at, real);
            case column_kind::text: return to.bind_text(at, bytes);
            case column_kind::blob: return to.bind_bytes(at, as_bytes(bytes));
            case column_kind::none: break;
        }
        return to.bind_null(at);
    }
};

struct sqlite_span {
    std::uint64_t count = 0;
    std::uint64_t skipped = 0;
};

inline error not_of_its_type(const sqlite_connection& in, std::string_view table, std::string_view column) {
    return error(error_kind::damaged, in.path() + ": table " + std::string(table) + ": column " + std::string(column) +
                                          " has a value that its field cannot hold: somebody else has changed it. "
                                          "Take the file away, and it is made anew from the log");
}

// Reads all columns into the fields of a row: the place of the first one that does not fit, or `no_column`.
inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);
template <class Row>
std::size_t read_row(const sqlite_lease& from, Row& to) {
    return visit_fields(to, [&](auto&... field) {
        int at = 0;
        return (... && read_value(from, at++, field)) ? no_column : static_cast<std::size_t>(at - 1);
    });
}

class sqlite_question {
public:
    sqlite_question(sqlite_link in, std::string table) : in_(std::move(in)), table_(std::move(table)) {}

    void where(const column& of, std::string_view operation, sqlite_parameter value) {
        where_ += where_.empty() ? " WHERE " : " AND ";
        where_ += comparison_text(of, operation, values_.size() + 1);
        values_.push_back(std::move(value));
    }

    // Calls `take` with each row of "SELECT `what` FROM … `behind`", until it returns false or an error.
    template <class Take>
    result<void> each(std::string_view what, std::string_view behind, std::optional<sqlite_span> span,
                      Take&& take) const {
        const std::lock_guard hold(in_->mutex());
        std::string text = "SELECT ";
        text.append(what).append(" FROM ").append(sql_name(table_)).append(where_).append(behind);
        if (span) {
            const std::size_t next = values_.size() + 1;
            text += " LIMIT ?" + std::to_string(next) + " OFFSET ?" + std::to_string(next + 1);
        }
        auto statement = in_->prepare(text);
        if (!statement) return std::move(statement).error();
        int at = 0;
        int code = SQLITE_OK;
        for (const sqlite_parameter& each : values_) {
            if (each.is_nan)
                return error(error_kind::invalid_argument,
                             in_->path() + ": table " + table_ + ": no optional has a NaN, so none is asked for");
            if (code == SQLITE_OK) code = each.bind(*statement, ++at);
        }
        if (span && code == SQLITE_OK) {
            statement->bind_integer(++at, static_cast<std::int64_t>(span->count));
            code = statement->bind_integer(++at, static_cast<std::int64_t>(span->skipped));
        }
        if (code != SQLITE_OK) return in_->why(code, "table " + table_);
        while ((code = statement->step()) == SQLITE_ROW) {
            result<bool> more = take(*statement);
            if (!more) return std::move(more).error();
            if (!*more) return {};
        }
        if (code != SQLITE_DONE) return in_->why(code, "table " + table_);
        return {};
    }

    sqlite_connection& connection() const noexcept { return *in_; }
    const std::string& table() const noexcept { return table_; }
    // Where a column is, for errors.
    std::string place(const column& of) const {
        return in_->path() + ": table " + table_ + ": column " + std::string(of.name);
    }

private:
    sqlite_link in_;
    std::string table_;
    std::string where_;
    std::vector<sqlite_parameter> values_;
};

}  // namespace sillok::detail
