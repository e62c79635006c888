#pragma once
// A database of SQLite as read models need it: what goes wrong is an error that names the file, statements are prepared once, and one
// program at a time changes it while others read.
//
//     auto db = sillok::sqlite_database::open("read.db");                         // makes it where there is none
//     auto shown = sillok::sqlite_database::open("read.db", {.read_only = true}); // another connection, for readers

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include <sqlite3.h>

#include "sillok/adapters/sqlite/statement.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok {

struct sqlite_options {
    bool read_only = false;   // then it must be there already
    bool must_exist = false;  // open makes none
    // Whether a commit waits for the device (synchronous=FULL). Without it (NORMAL) a power cut may take the last commits, rows and
    // position alike, and the projector brings them again from the log. A crash of the program takes nothing either way.
    bool durable = false;
    timeout patience = std::chrono::seconds(5);           // while another program writes; then the error is `locked`
    std::uint64_t cache_bytes = std::uint64_t{64} << 20;  // of pages in memory, for this connection, as they are needed
};

}  // namespace sillok

namespace sillok::detail {

struct hash_of_text {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

// One connection and its prepared statements. Whoever uses them holds the mutex.
class sqlite_connection {
public:
    sqlite_connection(std::string path, bool read_only) : path_(std::move(path)), is_read_only_(read_only) {}
    sqlite_connection(const sqlite_connection&) = delete;
    sqlite_connection& operator=(const sqlite_connection&) = delete;
    ~sqlite_connection() {
        if (fork_.is_in_child()) return;  // what it holds is the parent's
        statements_.clear();
        ::sqlite3_close_v2(db_);
    }

    result<void> open(const sqlite_options& options) {
        if (::sqlite3_libversion_number() < 3'037'000)
            return error(error_kind::unsupported_format, std::string("SQLite ") + ::sqlite3_libversion() +
                                                             " is too old: tables with strict types need 3.37");
        if (::sqlite3_threadsafe() == 0)
            return error(error_kind::unsupported_format, "this SQLite was built without threads");
        const int how = options.read_only ? SQLITE_OPEN_READONLY
                                          : SQLITE_OPEN_READWRITE | (options.must_exist ? 0 : SQLITE_OPEN_CREATE);
        // Some builds take "file:" for the beginning of an address.
        const std::string name = path_.starts_with("file:") ? "./" + path_ : path_;
        if (const int code = ::sqlite3_open_v2(name.c_str(), &db_, how | SQLITE_OPEN_NOMUTEX, nullptr);
            code != SQLITE_OK)
            return why(code, "cannot be opened");
        ::sqlite3_extended_result_codes(db_, 1);
        ::sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
        ::sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
        const std::int64_t ms = options.patience.nanoseconds / 1'000'000;
        ::sqlite3_busy_timeout(db_, static_cast<int>(ms > 1'000'000'000 ? 1'000'000'000 : ms));
        auto encoding = text_of("PRAGMA encoding");
        if (!encoding) return std::move(encoding).error();
        if (*encoding != "UTF-8")
            return error(error_kind::unsupported_format, path_ + " keeps texts as " + *encoding +
                                                             ", which would change some of them; it must be UTF-8");
        if (auto sized = run("PRAGMA cache_size=-" + std::to_string(options.cache_bytes / 1024)); !sized) return sized;
        if (options.read_only) return {};
        if (::sqlite3_db_readonly(db_, "main") == 1)
            return error(error_kind::io, path_ + " is write protected; open it read only, or let it be written");
        auto mode = text_of("PRAGMA journal_mode=WAL");
        // Where two programs make a database at once, SQLite refuses one of them without waiting.
        for (std::int64_t waited_ms = 0; !mode && mode.error() == error_kind::locked && waited_ms < ms; ++waited_ms) {
            ::sqlite3_sleep(1);
            mode = text_of("PRAGMA journal_mode=WAL");
        }
        if (!mode) return std::move(mode).error();
        if (*mode != "wal" && path_ != ":memory:")
            return error(error_kind::io, path_ + " cannot have a write-ahead log, its journal is '" + *mode +
                                             "'; put it on a local disk");
        // A log of up to 32 MiB is written back at once: pages that change often are written back once.
        if (auto set = run("PRAGMA wal_autocheckpoint=8192"); !set) return set;
        return run(options.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    }

    const std::string& path() const noexcept { return path_; }
    bool is_read_only() const noexcept { return is_read_only_; }
    std::recursive_mutex& mutex() const noexcept { return mutex_; }
    ::sqlite3* handle() const noexcept { return db_; }
    bool in_transaction() const noexcept { return ::sqlite3_get_autocommit(db_) == 0; }

    // What SQLite says, with the file before it.
    error why(int code, std::string_view doing) const {
        if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
        return sqlite_error(db_, code, path_, doing);
    }

    // A statement that is kept for the next time, or a fresh one where that one is running.
    result<sqlite_lease> prepare(std::string_view sql) {
        if (fork_.is_in_child())
            return error(error_kind::closed, path_ + " was opened before a fork: open it in the child, too");
        const auto found = statements_.find(sql);
        if (found != statements_.end() && ::sqlite3_stmt_busy(found->second.get()) == 0)
            return sqlite_lease(found->second.get());
        ::sqlite3_stmt* made = nullptr;
        const int code = ::sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                              &made, nullptr);
        if (code != SQLITE_OK) return why(code, sql);
        sqlite_statement fresh(made);
        if (found != statements_.end()) return sqlite_lease(std::move(fresh));
        if (statements_.size() >= statements_max)
            std::erase_if(statements_, [](const auto& each) { return ::sqlite3_stmt_busy(each.second.get()) == 0; });
        return sqlite_lease(statements_.emplace(std::string(sql), std::move(fresh)).first->second.get());
    }

    result<void> run(std::string_view sql) {
        auto statement = prepare(sql);
        if (!statement) return std::move(statement).error();
        int code = SQLITE_ROW;
        while (code == SQLITE_ROW) code = statement->step();
        if (code != SQLITE_DONE) return why(code, sql);
        return {};
    }
    result<std::string> text_of(std::string_view sql) {
        auto statement = prepare(sql);
        if (!statement) return std::move(statement).error();
        const int code = statement->step();
        if (code == SQLITE_ROW) return std::string(statement->text(0));
        if (code != SQLITE_DONE) return why(code, sql);
        return std::string();
    }

    // --- units of work ------------------------------------------------------------------------------------------------

    result<void> begin() {
        if (is_read_only_)
            return error(error_kind::invalid_argument, path_ + " was opened to be read only; open it without that");
        if (in_transaction())
            return error(error_kind::invalid_argument,
                         path_ + " is within a transaction already, and has one at a time");
        broken_.reset();
        return run("BEGIN IMMEDIATE");
    }
    result<void> commit() {
        if (broken_) return *std::exchange(broken_, std::nullopt);
        if (!in_transaction())
            return error(error_kind::io, path_ + ": SQLite took the transaction back; nothing of it is kept");
        return run("COMMIT");
    }
    void rollback() noexcept {
        broken_.reset();
        if (in_transaction()) ::sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    // Rows are changed within a transaction only, so that nobody sees one change without the others.
    result<void> may_change() const {
        if (in_transaction()) return {};
        return error(error_kind::invalid_argument,
                     path_ + ": rows are changed within a transaction, by a projector or within `change`");
    }
    // A change that failed otherwise than by a condition: the transaction is not committed, whoever forgets its error.
    error broken(error why) {
        if (why.kind() != error_kind::condition_failed && !broken_) broken_ = why;
        return why;
    }

private:
    static constexpr std::size_t statements_max = 256;

    std::string path_;
    ::sqlite3* db_ = nullptr;
    bool is_read_only_;
    std::unordered_map<std::string, sqlite_statement, hash_of_text, std::equal_to<>> statements_;
    std::optional<error> broken_;
    fork_watch fork_;
    mutable std::recursive_mutex mutex_;
};
using sqlite_link = std::shared_ptr<sqlite_connection>;

// What is read within its life is of one moment. Ends what it has begun.
class sqlite_reading {
public:
    explicit sqlite_reading(sqlite_connection& of) : hold_(of.mutex()), of_(of) {}
    sqlite_reading(const sqlite_reading&) = delete;
    sqlite_reading& operator=(const sqlite_reading&) = delete;
    ~sqlite_reading() {
        if (!mine_) return;
        ::sqlite3_exec(of_.handle(), "COMMIT", nullptr, nullptr, nullptr);
        of_.rollback();  // where that failed
    }
    result<void> begin() {
        if (of_.in_transaction()) return {};
        auto begun = of_.run("BEGIN");
        mine_ = begun.has_value();
        return begun;
    }

private:
    std::unique_lock<std::recursive_mutex> hold_;
    sqlite_connection& of_;
    bool mine_ = false;
};

}  // namespace sillok::detail

namespace sillok {

// Threads:    Any number at once, one after the other: a second connection reads while this one writes. A child after a fork opens
//             its own.
// Durability: A commit outlives the program. See sqlite_options for the power.
class sqlite_database {
public:
    // Errors: no_such_store where there is none and none is to be made; unsupported_format (no database of SQLite, or not in UTF-8);
    //         locked, no_space, damaged, io
    static result<sqlite_database> open(std::string_view path, const sqlite_options& options = {}) {
        if (path.empty() || path.find('\0') != std::string_view::npos)
            return error(error_kind::invalid_argument, "a database needs the path of a file");
        auto link = std::make_shared<detail::sqlite_connection>(std::string(path), options.read_only);
        if (auto opened = link->open(options); !opened) return std::move(opened).error();
        return sqlite_database(std::move(link));
    }

    const std::string& path() const noexcept { return link_->path(); }

    // Runs `f` as one transaction: what it changes is kept when it returns a result that is good, and nothing otherwise.
    //
    // Errors: those of f; locked; no_space, io, damaged, of which nothing is kept
    template <class F>
    result<void> change(F&& f) {
        const std::lock_guard hold(link_->mutex());
        if (auto begun = link_->begin(); !begun) return begun;
        const struct ending {
            detail::sqlite_connection& of;
            ~ending() { of.rollback(); }
        } take_back{*link_};
        if (result<void> done = std::forward<F>(f)(); !done) return done;
        return link_->commit();
    }
    // Runs `f`, and all that it asks is answered as of one moment. Returns what f returns, which is a result.
    template <class F>
    std::invoke_result_t<F> read(F&& f) const {
        detail::sqlite_reading reading(*link_);
        if (auto begun = reading.begin(); !begun) return std::move(begun).error();
        return std::forward<F>(f)();
    }

    // SQLite's own handle, for what is not asked here. Who changes rows by it answers for them.
    ::sqlite3* handle() const noexcept { return link_->handle(); }
    // The connection, as tables and models share it.
    const detail::sqlite_link& link() const noexcept { return link_; }

private:
    explicit sqlite_database(detail::sqlite_link link) : link_(std::move(link)) {}
    detail::sqlite_link link_;
};

}  // namespace sillok
