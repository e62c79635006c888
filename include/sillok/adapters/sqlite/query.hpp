#pragma once
// Questions to a table in SQLite: which rows, in which order, and what of them.
//
//     rows.select().equal<&payment_row::user>("ada").within<&payment_row::at>(from, until)
//         .where<&payment_row::amount>(sillok::comparison::at_least, 100)
//         .sorted<&payment_row::amount>(sillok::descending)
//         .page({.number = 2, .size = 20});
//
// The words are those of a table in memory (projection/table/query.hpp), but every question may fail, and `where` compares a member with a
// value, since SQLite does the work. It uses an index of the table where one helps, and looks at every row where none does.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/adapters/sqlite/columns.hpp"
#include "sillok/adapters/sqlite/database.hpp"
#include "sillok/adapters/sqlite/question.hpp"
#include "sillok/adapters/sqlite/totals.hpp"
#include "sillok/core/result.hpp"
#include "sillok/projection/table/grouping.hpp"
#include "sillok/projection/table/index.hpp"
#include "sillok/projection/table/page.hpp"
#include "sillok/projection/table/query_terms.hpp"

namespace sillok {

enum class comparison : std::uint8_t { equal, unequal, less, at_most, more, at_least };

}  // namespace sillok

namespace sillok::detail {

constexpr std::string_view operation_of(comparison how) noexcept {
    constexpr std::string_view words[] = {"=", "<>", "<", "<=", ">", ">="};
    return words[static_cast<std::size_t>(how)];
}

}  // namespace sillok::detail

namespace sillok {

template <class Row, class By>
class sqlite_grouping;

// Rows of a table. It holds conditions and no rows: it can be kept, and asked again.
//
// Ensures:    Rows come in the order that is asked for, and in that of their keys where that says nothing. Nothing is before all
//             values and equal to itself. Descending is ascending, read from behind. One answer is of one moment.
// Errors:     locked, io, damaged (also where a value is none of its field's); invalid_argument where it is asked for a NaN within an
//             optional; what a user's function throws is passed on
// Threads:    as its table
template <class Row, auto... K>
class sqlite_query {
    template <auto Member>
    using lookup = detail::lookup_of<detail::value_of_member<Member>>;

public:
    using row_type = Row;

    sqlite_query(detail::sqlite_link in, std::string table) : ask_(std::move(in), std::move(table)) {}

    // --- which rows --------------------------------------------------------------------------------------------------

    template <auto Member>
    sqlite_query where(comparison how, lookup<Member> value) const {
        static_assert(detail::is_member_of<Row, Member>, "sillok: a question is about members of the table's rows");
        sqlite_query more(*this);
        more.ask_.where(of<Member>(), detail::operation_of(how),
                        detail::sqlite_parameter::of<detail::value_of_member<Member>>(value));
        return more;
    }
    // The rows with these values.
    template <auto First, auto... More>
    sqlite_query equal(lookup<First> first, lookup<More>... more) const {
        if constexpr (sizeof...(More) == 0)
            return where<First>(comparison::equal, first);
        else
            return where<First>(comparison::equal, first).template equal<More...>(more...);
    }
    // The rows with first <= value < behind.
    template <auto Member>
    sqlite_query within(lookup<Member> first, lookup<Member> behind) const {
        return from<Member>(first).template until<Member>(behind);
    }
    template <auto Member>
    sqlite_query from(lookup<Member> first) const {
        return where<Member>(comparison::at_least, first);
    }
    template <auto Member>
    sqlite_query until(lookup<Member> behind) const {
        return where<Member>(comparison::less, behind);
    }

    // --- in which order ----------------------------------------------------------------------------------------------

    template <auto... Members>
    sqlite_query sorted(sort_order way = ascending) const {
        sqlite_query more(*this);
        more.order_ = order_of<Members..., K...>(way);
        return more;
    }

    // --- rows --------------------------------------------------------------------------------------------------------

    // Calls f with each row, until it returns false if it returns anything. Requires: f changes no table.
    template <class F>
    result<void> each(F&& f) const {
        return taken(" ORDER BY " + order(), {}, std::forward<F>(f));
    }
    result<std::vector<Row>> rows() const {
        std::vector<Row> all;
        if (auto done = each([&](Row& row) { all.push_back(std::move(row)); }); !done) return std::move(done).error();
        return all;
    }
    result<std::optional<Row>> first() const {
        std::optional<Row> found;
        auto done = taken(" ORDER BY " + order() + " LIMIT 1", {}, [&](Row& row) { found = std::move(row); });
        if (!done) return std::move(done).error();
        return found;
    }
    // One page, and how many rows there are on all. Pages are counted from 1.
    result<sillok::page<Row>> page(page_request asked) const {
        detail::sqlite_reading reading(ask_.connection());
        if (auto begun = reading.begin(); !begun) return std::move(begun).error();
        auto total = count();
        if (!total) return std::move(total).error();
        sillok::page<Row> answer{{}, *total, asked.number, asked.size};
        const auto span = detail::span_of(asked, *total);
        if (span.first == span.last) return answer;
        auto done = taken(" ORDER BY " + order(), detail::sqlite_span{span.last - span.first, span.first},
                          [&](Row& row) { answer.rows.push_back(std::move(row)); });
        if (!done) return std::move(done).error();
        return answer;
    }

    // --- what of them ------------------------------------------------------------------------------------------------

    result<std::uint64_t> count() const { return one<detail::sqlite_count>({}); }
    // Of whole numbers an int64 or uint64, or too_large; of floating points a double. What is nothing is left out.
    template <class Value>
    auto sum(Value Row::*what) const {
        return one<detail::sqlite_sum<Value>>(column(what));
    }
    // Nothing where there are no values.
    template <class Value>
    result<std::optional<double>> average(Value Row::*what) const {
        return one<detail::sqlite_average<Value>>(column(what));
    }
    // Nothing where there are no rows.
    template <class Value>
    result<std::optional<Value>> minimum(Value Row::*what) const {
        return extreme(what, " ASC");
    }
    template <class Value>
    result<std::optional<Value>> maximum(Value Row::*what) const {
        return extreme(what, " DESC");
    }
    template <class Value>
    auto group_by(Value Row::*what) const {
        return sqlite_grouping<Row, Value>(ask_, column(what));
    }

private:
    template <auto Member>
    static const detail::column& of() {
        return detail::columns_of<Row>()[detail::index_of_member<Member>()];
    }
    template <class Value>
    static const detail::column& column(Value Row::*member) {
        return detail::columns_of<Row>()[detail::column_index(member)];
    }
    template <auto... Members>
    static std::string order_of(sort_order way) {
        const std::string_view word = way == descending ? " DESC" : " ASC";
        std::string text;
        ((text += (text.empty() ? "" : ","), text += detail::order_terms(of<Members>(), word)), ...);
        return text;
    }
    std::string order() const { return order_.empty() ? order_of<K...>(ascending) : order_; }

    template <class F>
    result<void> taken(const std::string& behind, std::optional<detail::sqlite_span> span, F&& f) const {
        Row row{};
        return ask_.each("*", behind, span, [&](const detail::sqlite_lease& found) -> result<bool> {
            if (const std::size_t wrong = detail::read_row(found, row); wrong != detail::no_column)
                return detail::not_of_its_type(ask_.connection(), ask_.table(), detail::columns_of<Row>()[wrong].name);
            if constexpr (std::is_void_v<decltype(f(row))>)
                return f(row), true;
            else
                return static_cast<bool>(f(row));
        });
    }
    template <class Total>
    result<typename Total::answer> one(const detail::column& what) const {
        result<typename Total::answer> answer(typename Total::answer{});
        auto done = ask_.each(Total::text(what), "", {}, [&](const detail::sqlite_lease& found) {
            answer = Total::read(found, 0, ask_.place(what));
            return result<bool>(false);
        });
        if (!done) return std::move(done).error();
        return answer;
    }
    template <class Value>
    result<std::optional<Value>> extreme(Value Row::*what, std::string_view way) const {
        std::optional<Value> found;
        const detail::column& by = column(what);
        auto done = ask_.each(detail::sql_name(by.name), " ORDER BY " + detail::order_terms(by, way) + " LIMIT 1", {},
                              [&](const detail::sqlite_lease& row) -> result<bool> {
                                  if (!detail::read_value(row, 0, found.emplace()))
                                      return detail::not_of_its_type(ask_.connection(), ask_.table(), by.name);
                                  return false;
                              });
        if (!done) return std::move(done).error();
        return found;
    }

    detail::sqlite_question ask_;
    std::string order_;
};

// The rows of a query by a member. Each answer has a group{key, value} for each of its values, in their order.
template <class Row, class By>
class sqlite_grouping {
public:
    sqlite_grouping(detail::sqlite_question ask, detail::column by) : ask_(std::move(ask)), by_(by) {}

    auto count() const { return groups<detail::sqlite_count>({}); }
    // Errors: too_large where the sum of a group is
    template <class Value>
    auto sum(Value Row::*what) const {
        return groups<detail::sqlite_sum<Value>>(column(what));
    }
    // Of a group without values nothing.
    template <class Value>
    auto average(Value Row::*what) const {
        return groups<detail::sqlite_average<Value>>(column(what));
    }
    template <class Value>
    auto minimum(Value Row::*what) const {
        return groups<detail::sqlite_extreme<Value, true>>(column(what));
    }
    template <class Value>
    auto maximum(Value Row::*what) const {
        return groups<detail::sqlite_extreme<Value, false>>(column(what));
    }

private:
    template <class Value>
    static const detail::column& column(Value Row::*member) {
        return detail::columns_of<Row>()[detail::column_index(member)];
    }
    template <class Total>
    result<std::vector<group<By, typename Total::answer>>> groups(const detail::column& what) const {
        std::vector<group<By, typename Total::answer>> all;
        const std::string key = detail::sql_name(by_.name);
        auto done = ask_.each(key + "," + Total::text(what),
                              " GROUP BY " + key + " ORDER BY " + detail::order_terms(by_, " ASC"), {},
                              [&](const detail::sqlite_lease& found) -> result<bool> {
                                  By value{};
                                  if (!detail::read_value(found, 0, value))
                                      return detail::not_of_its_type(ask_.connection(), ask_.table(), by_.name);
                                  auto answer = Total::read(found, 1, ask_.place(what));
                                  if (!answer) return std::move(answer).error();
                                  all.push_back({std::move(value), *std::move(answer)});
                                  return true;
                              });
        if (!done) return std::move(done).error();
        return all;
    }

    detail::sqlite_question ask_;
    detail::column by_;
};

}  // namespace sillok
