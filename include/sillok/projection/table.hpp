#pragma once
// A read model in memory: rows with a key, further unique indexes and ordered ones, which queries use. It is a plain object; for
// reading while it is updated see shared_model.hpp.
//
//     using payments = sillok::table<payment_row, sillok::unique<&payment_row::id>,      // the first one is the key
//                                    sillok::ordered<&payment_row::at>, sillok::ordered<&payment_row::user, &payment_row::at>>;
//     rows.put(row);
//     rows.modify(id, [](payment_row& row) { row.failed = true; });
//     rows.select().equal<&payment_row::user>("ada").within<&payment_row::at>(from, until).sum(&payment_row::amount);

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/codec/print.hpp"
#include "sillok/core/assert.hpp"
#include "sillok/core/result.hpp"
#include "sillok/projection/table/index.hpp"
#include "sillok/projection/table/indexed_rows.hpp"
#include "sillok/projection/table/query.hpp"

namespace sillok::detail {

template <class Row>
concept row_of_table = std::default_initializable<Row> && std::copy_constructible<Row> &&
    std::is_nothrow_move_constructible_v<Row> && std::is_nothrow_destructible_v<Row>;

}  // namespace sillok::detail

namespace sillok::require {

template <class Row>
consteval bool table_has_rows() {
    static_assert(
        detail::row_of_table<Row>,
        "sillok[E0522]: a row of a table can be made from nothing, copied, and moved without an exception. Fix: let it own values, "
        "not std::unique_ptr or references; what is shared is an id. See docs/errors.md#E0522");
    return detail::row_of_table<Row>;
}

template <class Row, class Index>
consteval bool table_can_index() {
    static_assert(
        detail::can_be_index<Row, Index>,
        "sillok[E0523]: an index of a table is `sillok::unique` or `sillok::ordered` of members of its rows whose type has a total "
        "order, and for `unique` a hash. Fix: name members of the row itself; give their type `auto operator<=>(const T&) const = "
        "default;`, of strong or weak ordering. See docs/errors.md#E0523");
    return detail::can_be_index<Row, Index>;
}

template <class Key>
consteval bool table_has_a_key() {
    static_assert(
        detail::is_unique<Key>,
        "sillok[E0524]: the first index of a table is its key. Fix: write `sillok::table<row, sillok::unique<&row::id>, ...>`. "
        "See docs/errors.md#E0524");
    return detail::is_unique<Key>;
}

}  // namespace sillok::require

namespace sillok {

template <class Row, class Key, class... Indexes>
class table {
    static_assert((static_cast<void>(require::table_has_a_key<Key>()), true));
};

// Ensures:     An operation that fails or throws has changed nothing. A pointer to a row is good until that row is erased or the
//              table is gone; `modify` and `put` change the row where it is.
// Requires:    The comparisons and hashes of members do not throw.
// Threads:     As a container: any number of readers, or one writer.
template <class Row, auto... K, class... Indexes>
class table<Row, unique<K...>, Indexes...> {
    // One mistake, one message: what says no has said why.
    static_assert((static_cast<void>(require::table_has_rows<Row>()), true));
    static_assert((static_cast<void>(require::table_can_index<Row, unique<K...>>()), true));
    static_assert(((static_cast<void>(require::table_can_index<Row, Indexes>()), ...), true));

    using row_slot = detail::row_slot;
    using rows = detail::indexed_rows<Row, unique<K...>, Indexes...>;
    using key = detail::member_list<K...>;

public:
    using row_type = Row;

    // A copy has the rows as they are, and is not within a transaction.
    table() = default;

    std::size_t size() const noexcept { return rows_.size(); }
    bool empty() const noexcept { return rows_.size() == 0; }
    // What the rows and their indexes take, without what a row owns elsewhere, such as long texts.
    std::size_t bytes() const noexcept { return rows_.bytes(); }

    // The row with this key, or null. Complexity: O(1)
    const Row* find(detail::lookup_of<detail::value_of_member<K>>... value) const {
        return at_or_null(slot_with(value...));
    }
    // The row with these values of another unique index, or null. Complexity: O(1)
    template <auto First, auto... More>
    const Row* find(detail::lookup_of<detail::value_of_member<First>> first,
                    detail::lookup_of<detail::value_of_member<More>>... more) const {
        using members = detail::member_list<First, More...>;
        constexpr detail::query_route route = route_to<members, detail::member_list<>>(detail::sort_wish{});
        if constexpr (require::table_has_index<table, members, route.by == detail::query_route::one>())
            return at_or_null(rows_.template find_in<route.index>(
                members::hash_values(first, more...), [&](const Row& r) { return members::has(r, first, more...); }));
        else
            return nullptr;
    }
    bool contains(detail::lookup_of<detail::value_of_member<K>>... value) const {
        return slot_with(value...) != detail::no_slot;
    }

    // Inserts the row, or replaces the one with its key.
    //
    // Errors:      condition_failed where another row has its values of a unique index; says which.
    // Complexity:  O(log n) for each ordered index whose members change, O(1) for all others.
    result<void> put(Row fresh) {
        const row_slot there = rows_.slot_of(fresh);
        if (auto free = others_lack(fresh, there); !free) return free;
        if (there == detail::no_slot)
            rows_.add(std::move(fresh));
        else
            rows_.replace(there, std::move(fresh));
        return {};
    }
    // As `put`, but a row with its key is an error, too.
    result<void> insert(Row fresh) {
        if (const row_slot there = rows_.slot_of(fresh); there != detail::no_slot) return taken<0>(fresh, row(there));
        if (auto free = others_lack(fresh, detail::no_slot); !free) return free;
        rows_.add(std::move(fresh));
        return {};
    }
    // Changes a row through `f`, which is given a copy of it; where f throws, or returns a result that failed, the row stays as it
    // was. f may read the table, and not change it.
    //
    // Errors:      invalid_argument where there is no such row, or where f changed its key; condition_failed as `put`; f's own.
    template <class F>
    result<void> modify(detail::lookup_of<detail::value_of_member<K>>... value, F&& f) {
        const row_slot s = slot_with(value...);
        if (s == detail::no_slot)
            return error(error_kind::invalid_argument,
                         "there is no row with " + key::describe_values(value...) + "; put it before it is modified");
        Row fresh(row(s));
        if constexpr (std::is_same_v<decltype(f(fresh)), result<void>>) {
            if (auto done = f(fresh); !done) return done;
        } else {
            f(fresh);
        }
        if (key::compare(row(s), fresh) != 0)
            return error(error_kind::invalid_argument, "the row with " + key::describe(row(s)) +
                                                           " would have another key, " + key::describe(fresh) +
                                                           "; erase it, and put the other");
        if (auto free = others_lack(fresh, s); !free) return free;
        rows_.replace(s, std::move(fresh));
        return {};
    }
    // Whether there was one.
    bool erase(detail::lookup_of<detail::value_of_member<K>>... value) {
        const row_slot s = slot_with(value...);
        if (s == detail::no_slot) return false;
        rows_.remove(s);
        return true;
    }
    void clear() { rows_.clear(); }

    // From here on all changes can be taken back. Requires: not within a transaction
    //
    // Complexity:  Every change keeps what was there before until the end of the transaction.
    void begin() noexcept {
        SILLOK_ASSERT(!in_transaction());
        rows_.begin();
    }
    // Requires: within a transaction. Complexity: O(changes)
    void commit() noexcept {
        SILLOK_ASSERT(in_transaction());
        rows_.commit();
    }
    // The table is as it was at `begin`; takes no memory. Requires: within a transaction. Complexity: O(changes x log n)
    void rollback() noexcept {
        SILLOK_ASSERT(in_transaction());
        rows_.rollback();
    }
    bool in_transaction() const noexcept { return rows_.in_transaction(); }

    // All rows; `equal` and `within` of the query narrow it by an index, `where` row by row.
    auto select() const noexcept { return detail::first_query(*this); }

    // The rows in the order of their keys, from which an equal table can be made: equal tables, equal rows.
    std::vector<Row> kept() const { return select().template sorted<K...>().rows(); }
    // The table with these rows, in any order.
    //
    // Errors:      condition_failed where two rows have the same values of a unique index, as they may since an index is new.
    static result<table> restored(std::vector<Row> rows) {
        table made;
        made.rows_.make_room(rows.size());
        for (Row& each : rows)
            if (auto done = made.insert(std::move(each)); !done) return std::move(done.error());
        return made;
    }

    // Whether they have the same rows, field by field.
    friend bool operator==(const table& a, const table& b) {
        return a.size() == b.size() && a.rows_.for_rows([&](const Row& each) {
            const row_slot other = b.rows_.slot_of(each);
            return other != detail::no_slot && same(each, b.row(other));
        });
    }

    // Whether every index has every row at its place, for tests. Complexity: O(n log n)
    bool is_sound() const { return rows_.is_sound(); }

private:
    template <class, class, class, class>
    friend class query;

    template <std::size_t I>
    using members_of = typename rows::template members_of<I>;
    static int compare_keys(const Row& a, const Row& b) { return key::compare(a, b); }

    const Row& row(row_slot s) const noexcept { return rows_.row(s); }
    const Row* at_or_null(row_slot s) const noexcept { return s == detail::no_slot ? nullptr : &row(s); }
    row_slot slot_with(detail::lookup_of<detail::value_of_member<K>>... value) const {
        return rows_.template find_in<0>(key::hash_values(value...),
                                         [&](const Row& r) { return key::has(r, value...); });
    }

    template <std::size_t I>
    const Row* like(const Row& values) const {
        return at_or_null(rows_.template slot_like<I>(values));
    }
    template <std::size_t I>
    static error taken(const Row& fresh, const Row& by) {
        std::string text = "there is a row with " + members_of<I>::describe(fresh) + " already";
        if (I != 0) text += ", the one with " + key::describe(by);
        return error(error_kind::condition_failed, text + "; nothing was changed");
    }
    result<void> others_lack(const Row& fresh, row_slot mine) const {
        result<void> answer;
        rows_.others_lack(fresh, mine, [&]<std::size_t I>(std::integral_constant<std::size_t, I>, const Row& other) {
            answer = taken<I>(fresh, other);
        });
        return answer;
    }
    template <class Equal, class Range>
    static consteval detail::query_route route_to(detail::sort_wish sort) {
        return detail::plan_route(rows::shapes, {Equal::ids, Equal::size}, {Range::ids, Range::size}, sort);
    }

    rows rows_;
};

}  // namespace sillok
