#pragma once
// The tables of SQLite that rows are kept in: how they are made, and that those that are there are the ones that the program means.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/adapters/sqlite/columns.hpp"
#include "sillok/adapters/sqlite/database.hpp"
#include "sillok/codec/layout.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/projection/checkpoint.hpp"

namespace sillok::detail {

struct sqlite_index {
    bool is_unique = false;
    std::vector<std::size_t> columns{};  // their places
};

// A table as the program means it.
struct sqlite_schema {
    std::string name{};
    std::string model{};        // whose it is; empty: nobody's
    std::uint32_t version = 1;  // of the model
    std::span<const column> columns{};
    std::string layout{};  // of the rows, see codec/layout.hpp
    std::vector<std::size_t> key{};
    std::vector<sqlite_index> indexes{};
};

inline std::string column_list(const sqlite_schema& of, const std::vector<std::size_t>& places) {
    std::string text;
    for (const std::size_t i : places) text += sql_text({text.empty() ? "" : ",", sql_name(of.columns[i].name)});
    return text;
}
inline std::string order_list(const sqlite_schema& of, const std::vector<std::size_t>& places, std::string_view way) {
    std::string text;
    for (const std::size_t i : places) text += sql_text({text.empty() ? "" : ",", order_terms(of.columns[i], way)});
    return text;
}
inline std::string key_condition(const sqlite_schema& of) {
    std::string text;
    for (std::size_t i = 0; i < of.key.size(); ++i)
        text += sql_text({i == 0 ? "" : " AND ", comparison_text(of.columns[of.key[i]], "=", i + 1)});
    return text;
}

// "amount INTEGER NOT NULL KEY 1", as SQLite tells it again.
inline std::string column_words(std::string_view name, std::string_view type, bool never_null, std::size_t in_key) {
    std::string text(name);
    text += " ";
    text += type;
    if (never_null) text += " NOT NULL";
    if (in_key != 0) text += " KEY " + std::to_string(in_key);
    return text;
}
inline std::string_view type_word(column_kind kind) noexcept {
    constexpr std::string_view words[] = {"", "INTEGER", "REAL", "TEXT", "BLOB"};
    return words[static_cast<std::size_t>(kind)];
}
inline std::vector<std::string> columns_meant(const sqlite_schema& of) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < of.columns.size(); ++i) {
        const auto in_key = std::find(of.key.begin(), of.key.end(), i);
        all.push_back(column_words(of.columns[i].name, type_word(of.columns[i].kind), !of.columns[i].is_nullable(),
                                   in_key == of.key.end() ? 0 : static_cast<std::size_t>(in_key - of.key.begin()) + 1));
    }
    return all;
}

inline std::string create_text(const sqlite_schema& of) {
    // One whole number as the key is the row's own number, the fastest that there is.
    const bool is_number = of.key.size() == 1 && of.columns[of.key[0]].kind == column_kind::integer;
    std::string text = "CREATE TABLE " + sql_name(of.name) + "(";
    for (std::size_t i = 0; i < of.columns.size(); ++i) {
        const column& each = of.columns[i];
        text += sql_name(each.name) + " " + std::string(type_word(each.kind)) + (each.is_nullable() ? "" : " NOT NULL");
        if (is_number && i == of.key[0]) text += " PRIMARY KEY";
        if (i + 1 < of.columns.size()) text += ", ";
    }
    if (is_number) return text + ") STRICT";
    return text + ", PRIMARY KEY(" + column_list(of, of.key) + ")) STRICT, WITHOUT ROWID";
}

// What an index is called tells what it is of.
inline std::string index_name(const sqlite_schema& of, const sqlite_index& index) {
    std::string text = of.name + (index.is_unique ? " unique" : " ordered");
    for (const std::size_t i : index.columns) text += sql_text({" ", of.columns[i].name});
    return text;
}

// A row of what is there: up to four columns.
inline result<std::vector<std::vector<std::string>>> look_up(sqlite_connection& db, std::string_view sql,
                                                             std::string_view about, int count) {
    auto statement = db.prepare(sql);
    if (!statement) return std::move(statement).error();
    statement->bind_text(1, about);
    std::vector<std::vector<std::string>> found;
    int code = SQLITE_ROW;
    while ((code = statement->step()) == SQLITE_ROW) {
        auto& row = found.emplace_back();
        for (int i = 0; i < count; ++i)
            row.push_back(statement->type(i) == SQLITE_NULL ? std::string() : std::string(statement->text(i)));
    }
    if (code != SQLITE_DONE) return db.why(code, sql);
    return found;
}

inline constexpr std::string_view advice_for_another_table =
    ". Nothing was changed, and rows are never read as something else: give the model a new version, `static constexpr std::uint32_t "
    "version = 2;`, whose tables are made beside these and filled from the whole log";

inline error another_table(const sqlite_connection& db, const sqlite_schema& of, std::string_view what) {
    return error(error_kind::schema_changed,
                 db.path() + ": table " + of.name + ": " + std::string(what) + std::string(advice_for_another_table));
}

// Whether the columns that are there are those that are meant.
inline result<void> same_columns(sqlite_connection& db, const sqlite_schema& of) {
    auto there = look_up(db, "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1) ORDER BY cid", of.name, 4);
    if (!there) return std::move(there).error();
    const std::vector<std::string> meant = columns_meant(of);
    for (std::size_t i = 0; i < std::max(meant.size(), there->size()); ++i) {
        std::string found;
        if (i < there->size()) {
            const auto& row = (*there)[i];
            found = column_words(row[0], row[1], row[2] == "1", static_cast<std::size_t>(std::stoul(row[3])));
        }
        const std::string wanted = i < meant.size() ? meant[i] : "";
        if (found != wanted)
            return another_table(
                db, of, "column " + std::to_string(i + 1) + " is `" + found + "`, and `" + wanted + "` in the program");
    }
    return {};
}

// Makes the indexes that are listed, and takes away those of ours that are not any more.
inline result<void> make_indexes(sqlite_connection& db, const sqlite_schema& of) {
    auto there = look_up(
        db, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?1 COLLATE NOCASE",
        of.name, 1);
    if (!there) return std::move(there).error();
    std::vector<std::string> wanted;
    for (const sqlite_index& each : of.indexes) {
        wanted.push_back(index_name(of, each));
        if (std::find(there->begin(), there->end(), std::vector<std::string>{wanted.back()}) != there->end()) continue;
        const std::string columns = each.is_unique ? column_list(of, each.columns) : order_list(of, each.columns, "");
        if (auto made = db.run((each.is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") + sql_name(wanted.back()) +
                               " ON " + sql_name(of.name) + "(" + columns + ")");
            !made)
            return made;
    }
    for (const auto& row : *there) {
        const bool is_ours = row[0].starts_with(of.name + " unique ") || row[0].starts_with(of.name + " ordered ");
        if (is_ours && std::find(wanted.begin(), wanted.end(), row[0]) == wanted.end())
            if (auto gone = db.run("DROP INDEX " + sql_name(row[0])); !gone) return gone;
    }
    return {};
}

// The library's own tables: whose the others are and what is in them, and how far each model is.
inline result<void> make_own_tables(sqlite_connection& db) {
    if (auto made = db.run("CREATE TABLE IF NOT EXISTS sillok_tables(name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE, "
                           "model TEXT NOT NULL, version INTEGER NOT NULL, layout TEXT NOT NULL) STRICT");
        !made)
        return made;
    return db.run(
        "CREATE TABLE IF NOT EXISTS sillok_checkpoints(model TEXT NOT NULL, version INTEGER NOT NULL, "
        "position INTEGER NOT NULL, event BLOB NOT NULL, PRIMARY KEY(model, version)) STRICT, WITHOUT ROWID");
}
inline result<bool> has_table(sqlite_connection& db, std::string_view name) {
    auto found = look_up(db, "SELECT type FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE", name, 1);
    if (!found) return std::move(found).error();
    return !found->empty();
}

inline result<checkpoint> read_checkpoint(sqlite_connection& db, std::string_view model, std::uint32_t version) {
    constexpr std::string_view text =
        "SELECT position, event FROM sillok_checkpoints WHERE model = ?1 AND version = ?2";
    auto statement = db.prepare(text);
    if (!statement) return std::move(statement).error();
    statement->bind_text(1, model);
    statement->bind_integer(2, version);
    const int code = statement->step();
    if (code == SQLITE_DONE) return checkpoint{};
    if (code != SQLITE_ROW) return db.why(code, "checkpoint of " + std::string(model));
    checkpoint there{{static_cast<std::uint64_t>(statement->integer(0))}, {}};
    const bytes_view event = statement->bytes(1);
    if (event.size() != there.event.octets.size())
        return error(error_kind::damaged,
                     db.path() + ": the checkpoint of " + std::string(model) + " has no event's id");
    std::memcpy(there.event.octets.data(), event.data(), event.size());
    return there;
}

inline result<void> make_table(sqlite_connection& db, const sqlite_schema& of) {
    auto taken = has_table(db, of.name);
    if (!taken) return std::move(taken).error();
    if (*taken)
        return error(error_kind::condition_failed,
                     db.path() + ": there is a table " + of.name +
                         " already that no model has made. It was left alone; name the model or its field otherwise");
    if (!of.model.empty()) {
        auto at = read_checkpoint(db, of.model, of.version);
        if (!at) return std::move(at).error();
        if (at->at != position{})
            return another_table(db, of,
                                 "is not there, and the model is at position " + std::to_string(at->at.value) +
                                     " already: made now, it would lack all that was before");
    }
    if (auto made = db.run(create_text(of)); !made) return made;
    constexpr std::string_view note = "INSERT INTO sillok_tables VALUES(?1, ?2, ?3, ?4)";
    auto noted = db.prepare(note);
    if (!noted) return std::move(noted).error();
    noted->bind_text(1, of.name);
    noted->bind_text(2, of.model);
    noted->bind_integer(3, of.version);
    noted->bind_text(4, of.layout);
    if (const int code = noted->step(); code != SQLITE_DONE) return db.why(code, note);
    return {};
}

// Finds the table, or makes it. Of who may write, within a transaction, in which the library's own tables are there.
//
// Errors: schema_changed where the one that is there has other columns; condition_failed where it is another's; no_such_store where
//         there is none, and the database is read only
inline result<void> find_table(sqlite_connection& db, const sqlite_schema& of) {
    auto known = has_table(db, "sillok_tables");
    if (!known) return std::move(known).error();
    std::vector<std::vector<std::string>> noted;
    if (*known) {
        auto found = look_up(db, "SELECT model, version, layout FROM sillok_tables WHERE name = ?1", of.name, 3);
        if (!found) return std::move(found).error();
        noted = *std::move(found);
    }
    if (noted.empty()) {
        if (db.is_read_only())
            return error(error_kind::no_such_store,
                         db.path() + " has no table " + of.name + " yet: let a projector make it first");
        if (auto made = make_table(db, of); !made) return made;
        return make_indexes(db, of);
    }
    if (noted[0][0] != of.model || noted[0][1] != std::to_string(of.version))
        return error(error_kind::condition_failed, db.path() + ": table " + of.name + " belongs to the model '" +
                                                       noted[0][0] + "', version " + noted[0][1] + ", not to '" +
                                                       of.model + "', version " + std::to_string(of.version) +
                                                       ". Name one of them otherwise");
    if (const auto differs = first_difference(noted[0][2], of.layout); differs.exists())
        return another_table(db, of,
                             "field " + std::to_string(differs.field + 1) + " is `" + std::string(differs.recorded) +
                                 "`, and `" + std::string(differs.now) + "` in the program");
    if (auto same = same_columns(db, of); !same) return same;
    if (db.is_read_only()) return {};
    return make_indexes(db, of);
}

// --- models -----------------------------------------------------------------------------------------------------------

inline result<void> write_checkpoint(sqlite_connection& db, std::string_view model, std::uint32_t version,
                                     const checkpoint& reached) {
    constexpr std::string_view text =
        "INSERT INTO sillok_checkpoints VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET position = excluded.position, "
        "event = excluded.event";
    if (auto may = db.may_change(); !may) return db.commit();  // which says why
    auto statement = db.prepare(text);
    if (!statement) return std::move(statement).error();
    statement->bind_text(1, model);
    statement->bind_integer(2, version);
    statement->bind_integer(3, static_cast<std::int64_t>(reached.at.value));
    statement->bind_bytes(4, std::as_bytes(std::span(reached.event.octets)));
    if (const int code = statement->step(); code != SQLITE_DONE)
        return db.why(code, "checkpoint of " + std::string(model));
    return {};
}

// Within a transaction.
inline result<void> drop_model(sqlite_connection& db, const std::string& model, std::uint32_t version) {
    if (auto own = make_own_tables(db); !own) return own;
    auto tables = look_up(db, "SELECT name, version FROM sillok_tables WHERE model = ?1", model, 2);
    if (!tables) return std::move(tables).error();
    const std::string number = std::to_string(version);
    for (const auto& row : *tables)
        if (row[1] == number)
            if (auto gone = db.run("DROP TABLE IF EXISTS " + sql_name(row[0])); !gone) return gone;
    for (const char* const text : {"DELETE FROM sillok_tables WHERE model = ?1 AND version = ?2",
                                   "DELETE FROM sillok_checkpoints WHERE model = ?1 AND version = ?2"}) {
        auto statement = db.prepare(text);
        if (!statement) return std::move(statement).error();
        statement->bind_text(1, model);
        statement->bind_integer(2, version);
        if (const int code = statement->step(); code != SQLITE_DONE) return db.why(code, text);
    }
    return {};
}

}  // namespace sillok::detail
