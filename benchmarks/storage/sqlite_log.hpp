#pragma once
// SQLite with a write-ahead log: one connection behind a lock, prepared statements, one transaction for a call.
//
// It does: positions, versions that a unique index guards, atomic acts, a page checksum only in the log. It does not: a checksum
// that is looked at on reading, ids or times. The value is opaque to it. Cache and checkpoints are as they come.

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "storage/workload.hpp"

namespace storage {

class sqlite_log {
public:
    static constexpr const char* name = "sqlite";

    sqlite_log(const std::string& folder, keep when) {
        expect(::sqlite3_open((folder + "/sqlite.db").c_str(), &db_) == SQLITE_OK, "SQLite cannot open its file");
        run("PRAGMA journal_mode=WAL");
        run(when == keep::durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
        run("CREATE TABLE IF NOT EXISTS events(position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, "
            "data BLOB NOT NULL, UNIQUE(stream, version))");
        begin_ = prepared("BEGIN IMMEDIATE");
        commit_ = prepared("COMMIT");
        rollback_ = prepared("ROLLBACK");
        is_there_ = prepared("SELECT 1 FROM events WHERE stream = ? AND version = ?");
        insert_ = prepared("INSERT INTO events(stream, version, data) VALUES(?, ?, ?)");
        stream_ = prepared("SELECT data FROM events WHERE stream = ? ORDER BY version");
        all_ = prepared("SELECT data FROM events ORDER BY position");
        last_ = prepared("SELECT max(position) FROM events");
    }
    sqlite_log(const sqlite_log&) = delete;
    sqlite_log& operator=(const sqlite_log&) = delete;
    ~sqlite_log() {
        for (::sqlite3_stmt* each : {begin_, commit_, rollback_, is_there_, insert_, stream_, all_, last_})
            ::sqlite3_finalize(each);
        ::sqlite3_close(db_);
    }

    bool append(std::span<const part> parts) {
        const std::lock_guard hold(mutex_);
        if (!step(begin_)) return false;
        bool good = true;
        for (const part& each : parts) good = good && put(each);
        return good ? step(commit_) : (step(rollback_), false);
    }
    template <class Visit>
    bool read_stream(std::string_view stream, Visit visit) {
        bind(stream_, 1, stream);
        return rows(stream_, visit);
    }
    template <class Visit>
    bool read_all(Visit visit) {
        return rows(all_, visit);
    }
    std::uint64_t last() {
        const bool found = ::sqlite3_step(last_) == SQLITE_ROW;
        const auto position = found ? ::sqlite3_column_int64(last_, 0) : 0;
        ::sqlite3_reset(last_);
        return static_cast<std::uint64_t>(position);
    }
    bool close() { return true; }

private:
    void run(const char* text) {
        expect(::sqlite3_exec(db_, text, nullptr, nullptr, nullptr) == SQLITE_OK, "SQLite refused a statement");
    }
    ::sqlite3_stmt* prepared(const char* text) {
        ::sqlite3_stmt* made = nullptr;
        expect(::sqlite3_prepare_v3(db_, text, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) == SQLITE_OK,
               "SQLite cannot prepare a statement");
        return made;
    }
    // A null destructor says that the text stays where it is until the statement was run.
    static void bind(::sqlite3_stmt* to, int at, std::string_view text) {
        ::sqlite3_bind_text(to, at, text.data(), static_cast<int>(text.size()), nullptr);
    }
    static bool step(::sqlite3_stmt* statement) {
        const int done = ::sqlite3_step(statement);
        ::sqlite3_reset(statement);
        return done == SQLITE_DONE || done == SQLITE_ROW;
    }
    // That the version before is there, and the unique index, make it a compare-and-append.
    bool put(const part& each) {
        if (each.expected > 0) {
            bind(is_there_, 1, each.stream);
            ::sqlite3_bind_int64(is_there_, 2, static_cast<::sqlite3_int64>(each.expected));
            const bool found = ::sqlite3_step(is_there_) == SQLITE_ROW;
            ::sqlite3_reset(is_there_);
            if (!found) return false;
        }
        auto version = static_cast<::sqlite3_int64>(each.expected);
        bind(insert_, 1, each.stream);
        for (const value& kept : each.events.values) {
            ::sqlite3_bind_int64(insert_, 2, ++version);
            ::sqlite3_bind_blob(insert_, 3, kept.data(), value_bytes, nullptr);
            if (!step(insert_)) return false;
        }
        return true;
    }
    template <class Visit>
    static bool rows(::sqlite3_stmt* from, Visit& visit) {
        int got = 0;
        while ((got = ::sqlite3_step(from)) == SQLITE_ROW)
            visit(sillok::bytes_view(static_cast<const std::byte*>(::sqlite3_column_blob(from, 0)),
                                     static_cast<std::size_t>(::sqlite3_column_bytes(from, 0))));
        ::sqlite3_reset(from);
        return got == SQLITE_DONE;
    }

    std::mutex mutex_;
    ::sqlite3* db_ = nullptr;
    ::sqlite3_stmt *begin_, *commit_, *rollback_, *is_there_, *insert_, *stream_, *all_, *last_;
};

}  // namespace storage
