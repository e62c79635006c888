#pragma once
// A statement of SQLite: values are bound to it and never become part of its text, and what it gives is looked at before it is believed.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

#include "sillok/adapters/sqlite/columns.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"

namespace sillok::detail {

// What a code of SQLite is here, and what to do.
inline error sqlite_error(::sqlite3* db, int code, std::string_view path, std::string_view doing) {
    error_kind kind = error_kind::io;
    const char* advice = "";
    const int system = db != nullptr ? ::sqlite3_system_errno(db) : 0;
    switch (code & 0xFF) {
        case SQLITE_FULL: kind = error_kind::no_space; break;
        case SQLITE_IOERR:
            if (system == ENOSPC || system == EDQUOT) kind = error_kind::no_space;
            break;
        case SQLITE_CORRUPT:
            kind = error_kind::damaged;
            advice = "; take the file away, with its -wal and -shm, and it is made anew from the log";
            break;
        case SQLITE_NOTADB: kind = error_kind::unsupported_format; break;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            kind = error_kind::locked;
            advice = "; another program writes to it: try again, or find who holds it";
            break;
        case SQLITE_CONSTRAINT: kind = error_kind::condition_failed; break;
        case SQLITE_TOOBIG: kind = error_kind::too_large; break;
        case SQLITE_CANTOPEN:
            if (system == ENOENT && ::access(std::string(path).c_str(), F_OK) != 0) kind = error_kind::no_such_store;
            if (system == EROFS || system == EACCES || (system == ENOENT && kind != error_kind::no_such_store))
                advice =
                    "; who reads a database with a write-ahead log makes files beside it, so its directory must be writable";
            break;
        case SQLITE_ERROR:
        case SQLITE_MISUSE:
        case SQLITE_RANGE: kind = error_kind::invalid_argument; break;
        default: break;
    }
    if (kind == error_kind::no_space) advice = "; nothing of the transaction is kept, make room and go on";
    std::string text(path);
    text += ": ";
    text += doing;
    text += ": ";
    text += db != nullptr ? ::sqlite3_errmsg(db) : ::sqlite3_errstr(code);
    return error(kind, text + " (SQLite " + std::to_string(code) + ")" + advice);
}

struct finalize_statement {
    void operator()(::sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
};
using sqlite_statement = std::unique_ptr<::sqlite3_stmt, finalize_statement>;

// A statement while it is used: its parameters are counted from 1, its columns from 0. It can be used again when this is gone.
//
// Requires: What is bound as a text or bytes stays where it is meanwhile.
class sqlite_lease {
public:
    explicit sqlite_lease(::sqlite3_stmt* kept) noexcept : statement_(kept) {}
    explicit sqlite_lease(sqlite_statement own) noexcept : own_(std::move(own)), statement_(own_.get()) {}
    sqlite_lease(sqlite_lease&& other) noexcept
        : own_(std::move(other.own_)), statement_(std::exchange(other.statement_, nullptr)) {}
    sqlite_lease& operator=(sqlite_lease&&) = delete;
    ~sqlite_lease() { ::sqlite3_reset(statement_); }

    int step() noexcept { return ::sqlite3_step(statement_); }

    // Each returns a code of SQLite.
    int bind_null(int at) noexcept { return ::sqlite3_bind_null(statement_, at); }
    int bind_integer(int at, std::int64_t value) noexcept { return ::sqlite3_bind_int64(statement_, at, value); }
    int bind_real(int at, double value) noexcept { return ::sqlite3_bind_double(statement_, at, value); }
    // A null destructor says that the bytes stay where they are; a null pointer would say NULL.
    int bind_text(int at, std::string_view text) noexcept {
        return ::sqlite3_bind_text64(statement_, at, text.data() != nullptr ? text.data() : "", text.size(), nullptr,
                                     SQLITE_UTF8);
    }
    int bind_bytes(int at, bytes_view bytes) noexcept {
        const void* const data = bytes.data() != nullptr ? static_cast<const void*>(bytes.data()) : "";
        return ::sqlite3_bind_blob64(statement_, at, data, bytes.size(), nullptr);
    }

    int type(int at) const noexcept { return ::sqlite3_column_type(statement_, at); }
    std::int64_t integer(int at) const noexcept { return ::sqlite3_column_int64(statement_, at); }
    double real(int at) const noexcept { return ::sqlite3_column_double(statement_, at); }
    // Valid until the next step. Requires: it is a text. Errors: std::bad_alloc
    std::string_view text(int at) const {
        const auto* const data = reinterpret_cast<const char*>(::sqlite3_column_text(statement_, at));
        if (data == nullptr) throw std::bad_alloc();
        return {data, size(at)};
    }
    // The same of bytes, which are at no place where there are none.
    bytes_view bytes(int at) const {
        const auto* const data = static_cast<const std::byte*>(::sqlite3_column_blob(statement_, at));
        if (data == nullptr && ::sqlite3_errcode(::sqlite3_db_handle(statement_)) == SQLITE_NOMEM)
            throw std::bad_alloc();
        return {data, size(at)};
    }

private:
    std::size_t size(int at) const noexcept { return static_cast<std::size_t>(::sqlite3_column_bytes(statement_, at)); }

    sqlite_statement own_;
    ::sqlite3_stmt* statement_;
};

// Binds a value of a column's type. Returns a code of SQLite, or `not_a_value` for a NaN that would come back as nothing.
inline constexpr int not_a_value = -1;
template <class T>
int bind_value(sqlite_lease& to, int at, const T& value) noexcept {
    if constexpr (std::is_same_v<T, std::string_view>) {
        return to.bind_text(at, value);
    } else if constexpr (column_value<T>::is_optional) {
        if (!value) return to.bind_null(at);
        if constexpr (column_kind_of<T>() == column_kind::real)
            if (*value != *value) return not_a_value;
        return bind_value(to, at, *value);
    } else {
        constexpr column_kind kind = column_kind_of<T>();
        if constexpr (kind == column_kind::integer)
            return to.bind_integer(at, static_cast<std::int64_t>(integer_of(value)));
        else if constexpr (kind == column_kind::real)
            return to.bind_real(at, static_cast<double>(value));
        else if constexpr (kind == column_kind::text)
            return to.bind_text(at, value);
        else if constexpr (std::is_same_v<T, uuid>)
            return to.bind_bytes(at, {reinterpret_cast<const std::byte*>(value.octets.data()), value.octets.size()});
        else
            return to.bind_bytes(at, {reinterpret_cast<const std::byte*>(value.data()), value.size()});
    }
}

// Reads the value of a column; false where what is there is none of the type's.
template <class T>
bool read_value(const sqlite_lease& from, int at, T& to) {
    constexpr column_kind kind = column_kind_of<T>();
    const int type = from.type(at);
    if constexpr (column_value<T>::is_optional) {
        if (type == SQLITE_NULL) return to.reset(), true;
        return read_value(from, at, to.emplace());
    } else if constexpr (kind == column_kind::integer) {
        const auto value = from_integer<T>(from.integer(at));
        if (type != SQLITE_INTEGER || !value) return false;
        to = *value;
        return true;
    } else if constexpr (kind == column_kind::real) {
        to = type == SQLITE_NULL ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(from.real(at));
        return type == SQLITE_FLOAT || type == SQLITE_NULL;
    } else if constexpr (kind == column_kind::text) {
        if (type != SQLITE_TEXT) return false;
        to = from.text(at);
        return true;
    } else {
        if (type != SQLITE_BLOB) return false;
        const bytes_view bytes = from.bytes(at);
        if constexpr (std::is_same_v<T, uuid>) {
            if (bytes.size() != to.octets.size()) return false;
            std::memcpy(to.octets.data(), bytes.data(), bytes.size());
        } else {
            to.resize(bytes.size());
            if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
        }
        return true;
    }
}

}  // namespace sillok::detail
