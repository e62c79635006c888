#pragma once
// Rows of a struct in a table of SQLite, with the words of a table in memory (projection/table.hpp): put, find, erase, and questions.
//
//     sillok::sqlite_table<payment_row, sillok::unique<&payment_row::id>,                 // the first one is the key
//                          sillok::ordered<&payment_row::user, &payment_row::at>> rows;
//     rows.put({…});                                                                      // inserts, or replaces
//     rows.select().equal<&payment_row::user>("ada").sorted<&payment_row::at>(sillok::descending).page({.number = 2});

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/adapters/sqlite/columns.hpp"
#include "sillok/adapters/sqlite/database.hpp"
#include "sillok/adapters/sqlite/query.hpp"
#include "sillok/adapters/sqlite/schema.hpp"
#include "sillok/adapters/sqlite/statement.hpp"
#include "sillok/codec/layout.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/result.hpp"
#include "sillok/projection/table/index.hpp"

namespace sillok::detail {

// NULL is not equal to NULL where SQLite keeps values apart.
template <auto... Members>
inline constexpr bool never_null = ((!column_value<value_of_member<Members>>::is_optional &&
                                     !std::is_floating_point_v<value_of_member<Members>>)&&...);

template <class Row, class Index>
inline constexpr bool is_sqlite_index = false;
template <class Row, auto... Members>
inline constexpr bool is_sqlite_index<Row, unique<Members...>> =
    sizeof...(Members) > 0 && (is_member_of<Row, Members> && ...) && never_null<Members...>;
template <class Row, auto... Members>
inline constexpr bool is_sqlite_index<Row, ordered<Members...>> = sizeof...(Members) > 0 &&
                                                                  (is_member_of<Row, Members> && ...);

template <class Index>
struct sqlite_index_of;
template <auto... Members>
struct sqlite_index_of<unique<Members...>> {
    static sqlite_index make() { return {true, {index_of_member<Members>()...}}; }
};
template <auto... Members>
struct sqlite_index_of<ordered<Members...>> {
    static sqlite_index make() { return {false, {index_of_member<Members>()...}}; }
};

struct sqlite_table_texts {
    explicit sqlite_table_texts(sqlite_schema of) : schema(std::move(of)) {
        const std::string name = sql_name(schema.name);
        std::string values;
        std::string changes;
        for (std::size_t i = 0; i < schema.columns.size(); ++i) {
            const std::string each = sql_name(schema.columns[i].name);
            values += sql_text({i == 0 ? "?" : ",?", std::to_string(i + 1)});
            if (std::find(schema.key.begin(), schema.key.end(), i) != schema.key.end()) continue;
            changes += sql_text({changes.empty() ? "" : ",", each, "=excluded.", each});
        }
        insert = "INSERT INTO " + name + " VALUES(" + values + ")";
        put = insert + " ON CONFLICT(" + column_list(schema, schema.key) + ") DO " +
              (changes.empty() ? "NOTHING" : "UPDATE SET " + changes);
        const std::string with_key = " FROM " + name + " WHERE " + key_condition(schema);
        find = "SELECT *" + with_key;
        contains = "SELECT 1" + with_key;
        erase = "DELETE" + with_key;
        clear = "DELETE FROM " + name;
    }
    sqlite_schema schema;
    std::string insert, put, find, contains, erase, clear;
};

}  // namespace sillok::detail

namespace sillok {

template <class Row, class Key, class... Indexes>
class sqlite_table {
    static_assert(
        detail::is_unique<Key>,
        "sillok: the first index of a table is its key: `sillok::sqlite_table<row, sillok::unique<&row::id>, ...>`");
};

// A table belongs to a model (adapters/sqlite.hpp), which opens it; or is opened alone.
//
// Requires:    Changes come within a transaction: of a projector, or `sqlite_database::change`. Keys and unique indexes are of members
//              that are always there and are no floating points.
// Errors:      of all: locked, io, no_space, damaged (also where a value is none of its field's), too_large, with path and table;
//              std::bad_alloc. A change that fails makes its whole transaction fail, unless it is condition_failed.
// Threads:     any number at once, one after the other
template <class Row, auto... K, class... Indexes>
class sqlite_table<Row, unique<K...>, Indexes...> {
    static_assert(detail::row_of_columns<Row>);
    static_assert(
        (detail::is_sqlite_index<Row, unique<K...>> && ... && detail::is_sqlite_index<Row, Indexes>),
        "sillok: an index is `sillok::unique` or `sillok::ordered` of members of the row; those of `unique` are never "
        "std::optional or floating points, since SQLite has NULL there");
    using key = detail::member_list<K...>;

public:
    using row_type = Row;

    sqlite_table() = default;
    // A table alone, made where there is none.
    //
    // Errors: schema_changed where its columns are others; condition_failed where it is another's; no_such_store
    static result<sqlite_table> open(const sqlite_database& in, std::string_view name) {
        sqlite_table made;
        const auto find = [&] {
            if (!in.link()->is_read_only())
                if (auto own = detail::make_own_tables(*in.link()); !own) return own;
            return made.attach(in.link(), std::string(name), {}, 1);
        };
        auto found = in.link()->is_read_only() ? find() : sqlite_database(in).change(find);
        if (!found) return std::move(found).error();
        return made;
    }

    // The row with this key, or nothing.
    result<std::optional<Row>> find(detail::lookup_of<detail::value_of_member<K>>... value) const {
        return asked<std::optional<Row>>(
            &detail::sqlite_table_texts::find,
            [&](detail::sqlite_lease& found) -> result<std::optional<Row>> {
                std::optional<Row> row(std::in_place);
                if (const std::size_t wrong = detail::read_row(found, *row); wrong != detail::no_column)
                    return detail::not_of_its_type(*link_, texts_->schema.name, texts_->schema.columns[wrong].name);
                return row;
            },
            value...);
    }
    result<bool> contains(detail::lookup_of<detail::value_of_member<K>>... value) const {
        return asked<bool>(
            &detail::sqlite_table_texts::contains, [](const auto&) { return result<bool>(true); }, value...);
    }

    // Inserts the row, or replaces the one with its key.
    //
    // Errors: condition_failed where another row has its values of a unique index; then nothing was changed. invalid_argument for a
    //         NaN within an optional, which would come back as nothing
    result<void> put(const Row& row) { return write(&detail::sqlite_table_texts::put, row); }
    // As `put`, but a row with its key is an error, too.
    result<void> insert(const Row& row) { return write(&detail::sqlite_table_texts::insert, row); }
    // Changes a row through `f`, which is given a copy of it.
    //
    // Errors: invalid_argument where there is no such row, or where f changed its key; condition_failed as `put`; f's own
    template <class F>
    result<void> modify(detail::lookup_of<detail::value_of_member<K>>... value, F&& f) {
        auto found = find(value...);
        if (!found) return std::move(found).error();
        if (!*found)
            return error(error_kind::invalid_argument,
                         "there is no row with " + key::describe_values(value...) + "; put it before it is modified");
        Row fresh(**found);
        if constexpr (std::is_same_v<decltype(f(fresh)), result<void>>) {
            if (auto done = f(fresh); !done) return done;
        } else {
            f(fresh);
        }
        if (key::compare(**found, fresh) != 0)
            return error(error_kind::invalid_argument, "the row with " + key::describe(**found) +
                                                           " would have another key, " + key::describe(fresh) +
                                                           "; erase it, and put the other");
        return put(fresh);
    }
    // Whether there was one.
    result<bool> erase(detail::lookup_of<detail::value_of_member<K>>... value) {
        if (auto may = may_change(); !may) return std::move(may).error();
        const std::lock_guard hold(link_->mutex());
        auto statement = ready(&detail::sqlite_table_texts::erase, value...);
        if (!statement) return std::move(statement).error();
        if (const int code = statement->step(); code != SQLITE_DONE) return link_->broken(link_->why(code, where()));
        return ::sqlite3_changes(link_->handle()) != 0;
    }
    result<void> clear() {
        if (auto may = may_change(); !may) return may;
        const std::lock_guard hold(link_->mutex());
        if (auto done = link_->run(texts_->clear); !done) return link_->broken(std::move(done).error());
        return {};
    }

    // All rows; what follows narrows it. Requires: the table is open
    auto select() const { return sqlite_query<Row, K...>(link_, texts_->schema.name); }
    // Complexity: O(rows), SQLite counts them
    result<std::uint64_t> size() const {
        if (auto open = is_open(); !open) return std::move(open).error();
        return select().count();
    }
    bool opened() const noexcept { return link_ != nullptr; }
    // As it is called in SQL. Requires: the table is open
    const std::string& name() const noexcept { return texts_->schema.name; }

    // Finds its table, or makes it; for models. See find_table.
    result<void> attach(detail::sqlite_link to, std::string name, std::string model, std::uint32_t version) {
        detail::sqlite_schema schema{.name = std::move(name),
                                     .model = std::move(model),
                                     .version = version,
                                     .columns = detail::columns_of<Row>(),
                                     .layout = detail::layout_text(detail::shape_of<Row>::value),
                                     .key = {detail::index_of_member<K>()...},
                                     .indexes = {detail::sqlite_index_of<Indexes>::make()...}};
        if (auto found = detail::find_table(*to, schema); !found) return found;
        texts_ = std::make_shared<const detail::sqlite_table_texts>(std::move(schema));
        link_ = std::move(to);
        return {};
    }

private:
    using text = std::string detail::sqlite_table_texts::*;

    result<void> is_open() const {
        if (link_ != nullptr) return {};
        return error(error_kind::closed,
                     "this table is in no database yet; open its model with sqlite_model<...>::open");
    }
    std::string where() const { return "table " + texts_->schema.name; }
    result<void> may_change() const {
        if (auto open = is_open(); !open) return open;
        const std::lock_guard hold(link_->mutex());
        return link_->may_change();
    }
    template <class... Value>
    result<detail::sqlite_lease> ready(text which, const Value&... value) const {
        auto statement = link_->prepare((*texts_).*which);
        if (!statement) return statement;
        int at = 0;
        int code = SQLITE_OK;
        ((code = code == SQLITE_OK ? detail::bind_value(*statement, ++at, value) : code), ...);
        if (code == SQLITE_OK) return statement;
        if (code == detail::not_a_value)
            return error(error_kind::invalid_argument,
                         link_->path() + ": table " + texts_->schema.name + ": column " +
                             std::string(texts_->schema.columns[std::size_t(at) - 1].name) +
                             " would take a NaN for nothing; leave the optional empty");
        return link_->why(code, where());
    }
    template <class Answer, class Read, class... Value>
    result<Answer> asked(text which, Read read, const Value&... value) const {
        if (auto open = is_open(); !open) return std::move(open).error();
        const std::lock_guard hold(link_->mutex());
        auto statement = ready(which, value...);
        if (!statement) return std::move(statement).error();
        const int code = statement->step();
        if (code == SQLITE_ROW) return read(*statement);
        if (code != SQLITE_DONE) return link_->why(code, where());
        return Answer{};
    }
    result<void> write(text which, const Row& row) {
        if (auto may = may_change(); !may) return may;
        const std::lock_guard hold(link_->mutex());
        auto statement = visit_fields(row, [&](const auto&... field) { return ready(which, field...); });
        if (!statement) return link_->broken(std::move(statement).error());
        if (const int code = statement->step(); code != SQLITE_DONE) return link_->broken(link_->why(code, where()));
        return {};
    }

    detail::sqlite_link link_;
    std::shared_ptr<const detail::sqlite_table_texts> texts_;
};

template <class T>
inline constexpr bool is_sqlite_table = false;
template <class Row, class... Index>
inline constexpr bool is_sqlite_table<sqlite_table<Row, Index...>> = true;

}  // namespace sillok
