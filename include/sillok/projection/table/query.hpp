#pragma once
// Questions to a table: which rows, in which order, and what of them.
//
//     rows.select().within<&payment_row::at>(from, until)                   // uses an index, or does not compile
//         .where([](const payment_row& row) { return !row.failed; })        // looks at every row that is left
//         .sorted<&payment_row::amount>(sillok::descending)
//         .page({.number = 2, .size = 20});
//
// What stands in angle brackets are members that a query is planned by; what is taken of a row stands in parentheses.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/projection/query_route.hpp"
#include "sillok/projection/table/grouping.hpp"
#include "sillok/projection/table/index.hpp"
#include "sillok/projection/table/page.hpp"
#include "sillok/projection/table/query_terms.hpp"
#include "sillok/projection/table/totals.hpp"

namespace sillok::require {

template <class Table, class Members, bool Found>
consteval bool table_has_index() {
    static_assert(
        Found,
        "sillok[E0521]: a query uses an index of its table that begins with its members, in their order. Fix: add "
        "`sillok::ordered<...>` of them to the table, or `sillok::unique<...>` for find; or write "
        "`select().where(...)`, which looks at every row. See docs/errors.md#E0521");
    return Found;
}

}  // namespace sillok::require

namespace sillok {

// Rows of a table. It holds conditions and no rows: it can be kept, and asked again after the table has changed.
//
// Requires:    The table outlives it, and does not change while it is asked.
// Ensures:     Rows come in the order that is asked for; otherwise in that of the index it uses, or by key. What is equal in all
//              that is asked for comes in the order of its keys. Descending is ascending, read from behind.
template <class Table, class Bounds, class Filter, class Sort>
class query {
    using row = typename Table::row_type;
    using equals = typename Bounds::equal;
    using range = typename Bounds::range;
    static constexpr bool is_bounded = Bounds::size != 0;
    static constexpr bool is_filtered = !std::is_same_v<Filter, detail::every_row>;
    using bound_values = std::conditional_t<is_bounded, detail::bound_rows<row>, detail::no_bounds>;

public:
    using row_type = row;

    query(const Table& of, bound_values bounds, Filter filter, Sort sort)
        : table_(&of), bounds_(std::move(bounds)), filter_(std::move(filter)), sort_(std::move(sort)) {}

    // --- which rows --------------------------------------------------------------------------------------------------

    // The rows with these values. Requires: an index that begins with the members of all `equal` so far; a unique index has all of them.
    template <auto... Members>
    auto equal(detail::lookup_of<detail::value_of_member<Members>>... value) const {
        static_assert(range::size == 0, "sillok: equal comes before within, from and until, as in the index");
        using more = typename detail::list_with<equals, Members...>::type;
        require_index<more, range>();
        auto bounds = values();
        ((bounds.from.*Members = detail::value_of_member<Members>(value)), ...);
        ((bounds.until.*Members = bounds.from.*Members), ...);
        return bounded<more, range>(std::move(bounds));
    }
    // The rows with first <= value < behind, and within all such bounds so far. Requires: an index that goes on with this member
    // behind those of `equal`.
    template <auto Member>
    auto within(detail::lookup_of<detail::value_of_member<Member>> first,
                detail::lookup_of<detail::value_of_member<Member>> behind) const {
        return from<Member>(first).template until<Member>(behind);
    }
    template <auto Member>
    auto from(detail::lookup_of<detail::value_of_member<Member>> first) const {
        auto bounds = ranged<Member>();
        detail::value_of_member<Member> value(first);
        if (!bounds.has_from || detail::order(bounds.from.*Member, value) < 0) bounds.from.*Member = std::move(value);
        bounds.has_from = true;
        return bounded<equals, detail::member_list<Member>>(std::move(bounds));
    }
    template <auto Member>
    auto until(detail::lookup_of<detail::value_of_member<Member>> behind) const {
        auto bounds = ranged<Member>();
        detail::value_of_member<Member> value(behind);
        if (!bounds.has_until || detail::order(value, bounds.until.*Member) < 0)
            bounds.until.*Member = std::move(value);
        bounds.has_until = true;
        return bounded<equals, detail::member_list<Member>>(std::move(bounds));
    }
    // Those of them for which `is` is true: a function of the row, or a member that is a bool. Looks at each.
    template <class Is>
    auto where(Is is) const {
        using more = detail::both<Filter, Is>;
        return query<Table, Bounds, more, Sort>(*table_, bounds_, more{filter_, std::move(is)}, sort_);
    }

    // --- in which order ----------------------------------------------------------------------------------------------

    // By members: walks the index that has them where there is one, and sorts no more than is asked for otherwise.
    template <auto... Members>
    auto sorted(sort_order way = ascending) const {
        using by = detail::sorted_by_members<Members...>;
        return query<Table, Bounds, Filter, by>(*table_, bounds_, filter_, by{way});
    }
    // By what is taken of a row.
    template <class What>
    auto sorted(What what, sort_order way = ascending) const {
        using by = detail::sorted_by_value<What>;
        return query<Table, Bounds, Filter, by>(*table_, bounds_, filter_, by{std::move(what), way});
    }

    // --- rows --------------------------------------------------------------------------------------------------------

    // Calls f with each row, until it returns false if it returns anything. Requires: f does not change the table.
    template <class F>
    void each(F&& f) const {
        in_order([&](const row& r) {
            if constexpr (std::is_void_v<decltype(f(r))>)
                return f(r), true;
            else
                return static_cast<bool>(f(r));
        });
    }
    // Copies of all of them.
    std::vector<row> rows() const {
        std::vector<row> all;
        each([&](const row& r) { all.push_back(r); });
        return all;
    }
    // The first, or null where there are none.
    const row* first() const {
        const row* found = nullptr;
        if constexpr (route.is_sorted)
            in_order([&](const row& r) { return found = &r, false; });
        else
            scan([&](const row& r) {
                if (found == nullptr || is_before(r, *found)) found = &r;
                return true;
            });
        return found;
    }
    // One page of copies, and how many rows there are on all.
    //
    // Complexity:  O(log n + size) where an index has the order and there is no `where`; else O(rows) and sorting one page.
    sillok::page<row> page(page_request asked) const {
        sillok::page<row> answer{{}, 0, asked.number, asked.size};
        if constexpr (route.is_sorted && route.by == detail::query_route::walk && !is_filtered) {
            const auto [first, last] = ranks();
            answer.total = last - first;
            const auto span = detail::span_of(asked, answer.total);
            answer.rows.reserve(span.last - span.first);
            walk(first, last, span.first, span.last - span.first, [&](const row& r) {
                answer.rows.push_back(r);
                return true;
            });
        } else {
            std::vector<const row*> found;
            gather(found);
            answer.total = found.size();
            const auto span = detail::span_of(asked, answer.total);
            if constexpr (!route.is_sorted) {
                const auto at = [&](std::uint64_t i) { return found.begin() + static_cast<std::ptrdiff_t>(i); };
                const auto before = [&](const row* a, const row* b) { return is_before(*a, *b); };
                if (span.first != 0) std::nth_element(found.begin(), at(span.first), found.end(), before);
                std::partial_sort(at(span.first), at(span.last), found.end(), before);
            }
            answer.rows.reserve(span.last - span.first);
            for (std::uint64_t i = span.first; i < span.last; ++i) answer.rows.push_back(*found[i]);
        }
        return answer;
    }

    // --- what of them ------------------------------------------------------------------------------------------------

    // Complexity: O(log n) without `where`.
    std::uint64_t count() const {
        if constexpr (!is_filtered && !is_bounded) {
            return table_->size();
        } else if constexpr (!is_filtered && route.by == detail::query_route::walk) {
            const auto [first, last] = ranks();
            return last - first;
        } else {
            std::uint64_t found = 0;
            scan([&](const row&) { return ++found != 0; });
            return found;
        }
    }
    template <class Is>
    std::uint64_t count_if(const Is& is) const {
        std::uint64_t found = 0;
        scan([&](const row& r) {
            if (detail::taken(is, r)) ++found;
            return true;
        });
        return found;
    }
    // Of whole numbers a result: an int64 or uint64, or too_large. Of floating points a double, added with compensation.
    template <class What>
    auto sum(const What& what) const {
        return summed(what).checked();
    }
    // Nothing where there are no rows.
    template <class What>
    std::optional<double> average(const What& what) const {
        return summed(what).average();
    }
    template <class What>
    std::optional<detail::taken_of<What, row>> minimum(const What& what) const {
        return extreme<1>(what);
    }
    template <class What>
    std::optional<detail::taken_of<What, row>> maximum(const What& what) const {
        return extreme<-1>(what);
    }
    template <class By>
    auto group_by(By by) const {
        return grouping<query, By>(*this, std::move(by));
    }

    // Calls f with each row in no order, until it returns false.
    template <class F>
    void scan(F&& f) const {
        const auto filtered = [&](const row& r) { return !filter_(r) || f(r); };
        if constexpr (is_bounded) {
            along_index(filtered, false);
        } else {
            table_->rows_.for_rows(filtered);
        }
    }

private:
    template <class, class, class, class>
    friend class query;
    static constexpr detail::query_route route = Table::template route_to<equals, range>(Sort::wish);

    struct rank_span {
        std::uint32_t first;
        std::uint32_t last;
    };

    template <class Equal, class Range>
    static constexpr void require_index() {
        constexpr bool found =
            Table::template route_to<Equal, Range>(detail::sort_wish{}).by != detail::query_route::none;
        static_cast<void>(require::table_has_index<Table, typename detail::query_bounds<Equal, Range>, found>());
    }
    auto values() const {
        if constexpr (is_bounded)
            return bounds_;
        else
            return detail::bound_rows<row>{};
    }
    template <auto Member>
    auto ranged() const {
        using wanted = detail::member_list<Member>;
        static_assert(range::size == 0 || std::is_same_v<range, wanted>,
                      "sillok: a query has bounds of one member; write `where` for the others");
        require_index<equals, wanted>();
        return values();
    }
    template <class Equal, class Range>
    auto bounded(detail::bound_rows<row> bounds) const {
        return query<Table, detail::query_bounds<Equal, Range>, Filter, Sort>(*table_, std::move(bounds), filter_,
                                                                              sort_);
    }

    // The part of the index that is walked, as ranks.
    rank_span ranks() const {
        const auto& rows = table_->rows_;
        if constexpr (!is_bounded) {
            return {0, rows.count()};
        } else {
            using members = typename Table::template members_of<route.index>;
            constexpr std::size_t same = equals::size;
            const auto& b = bounds_;
            std::uint32_t first = 0;
            std::uint32_t last = rows.count();
            if (b.has_from || same != 0)
                first = rows.template count_before<route.index>(
                    [&](const row& r) { return members::compare_first(same + (b.has_from ? 1 : 0), r, b.from) < 0; });
            if (b.has_until)
                last = rows.template count_before<route.index>(
                    [&](const row& r) { return members::compare_first(same + 1, r, b.until) < 0; });
            else if (same != 0)
                last = rows.template count_before<route.index>(
                    [&](const row& r) { return members::compare_first(same, r, b.from) <= 0; });
            return {first, last < first ? first : last};
        }
    }
    // `count` rows of that part from the `skipped`-th in the order that is asked for.
    template <class F>
    void walk(std::uint32_t first, std::uint32_t last, std::uint64_t skipped, std::uint64_t count, F&& f) const {
        const bool backwards = sort_.way == descending;
        const auto begin = static_cast<std::uint32_t>(skipped);
        table_->rows_.template walk<route.index>(backwards ? last - 1 - begin : first + begin,
                                                 static_cast<std::uint32_t>(count), backwards, f);
    }
    // Through the index of the route, whole; forwards where the order does not matter.
    template <class F>
    void along_index(F&& f, bool ordered) const {
        if constexpr (route.by == detail::query_route::one) {
            if (const row* const found = table_->template like<route.index>(bounds_.from)) f(*found);
        } else if constexpr (route.by == detail::query_route::walk) {
            const auto [first, last] = ranks();
            if (ordered)
                walk(first, last, 0, last - first, f);
            else
                table_->rows_.template walk<route.index>(first, last - first, false, f);
        }
    }
    template <class F>
    void in_order(F&& f) const {
        if constexpr (route.is_sorted) {
            along_index([&](const row& r) { return !filter_(r) || f(r); }, true);
        } else {
            std::vector<const row*> found;
            gather(found);
            std::sort(found.begin(), found.end(), [&](const row* a, const row* b) { return is_before(*a, *b); });
            for (const row* const each : found)
                if (!f(*each)) return;
        }
    }
    // All of them; in order where the route has it.
    void gather(std::vector<const row*>& to) const {
        const auto take = [&](const row& r) {
            to.push_back(&r);
            return true;
        };
        if constexpr (route.is_sorted)
            in_order(take);
        else
            scan(take);
    }
    bool is_before(const row& a, const row& b) const {
        int found = sort_.compare(a, b);
        if (found == 0) found = Table::compare_keys(a, b);
        return sort_.way == descending ? found > 0 : found < 0;
    }

    template <class What>
    auto summed(const What& what) const {
        detail::running_sum<detail::taken_of<What, row>> sum;
        scan([&](const row& r) { return sum.add(detail::taken(what, r)), true; });
        return sum;
    }
    template <int Sign, class What>
    auto extreme(const What& what) const {
        detail::running_extreme<detail::taken_of<What, row>, Sign> extreme;
        scan([&](const row& r) { return extreme.add(detail::taken(what, r)), true; });
        return std::move(extreme.found);
    }

    const Table* table_;
    [[no_unique_address]] bound_values bounds_;
    [[no_unique_address]] Filter filter_;
    [[no_unique_address]] Sort sort_;
};

}  // namespace sillok

namespace sillok::detail {

template <class Table>
auto first_query(const Table& of) {
    using bounds = query_bounds<member_list<>, member_list<>>;
    return query<Table, bounds, every_row, unsorted>(of, no_bounds{}, every_row{}, unsorted{});
}

}  // namespace sillok::detail
