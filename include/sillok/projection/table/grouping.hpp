#pragma once
// What a query makes of each group of its rows, in the order of the groups.
//
//     rows.select().group_by(&payment_row::user).sum(&payment_row::amount)     // a group{key, value} for each user
//     rows.select().group_by(month_of).count()                                 // by a function of the row

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/projection/table/totals.hpp"

namespace sillok {

template <class Key, class Value>
struct group {
    Key key;
    Value value;
};

}  // namespace sillok

namespace sillok::detail {

struct first_in_order {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
        return order(a, b) < 0;
    }
};

}  // namespace sillok::detail

namespace sillok {

// The rows of a query by what `By` takes of each. Made by `group_by`.
//
// Complexity:  O(rows x log groups) for each question.
template <class Query, class By>
class grouping {
    using row = typename Query::row_type;
    template <class What>
    using taken = detail::taken_of<What, row>;

public:
    using key_type = detail::taken_of<By, row>;
    static_assert(
        detail::in_total_order<key_type>,
        "sillok: rows are grouped by what has an order, `<=>` of a strong or weak ordering, or a floating point");

    grouping(Query of, By by) : of_(std::move(of)), by_(std::move(by)) {}

    std::vector<group<key_type, std::uint64_t>> count() const {
        return answers<std::uint64_t>(gather<detail::running_count>([](auto& of, const row&) { of.add(); }),
                                      [](const auto& of) { return of.value(); });
    }
    // The rows for which `is` is true, of every group, also where there are none.
    template <class Is>
    std::vector<group<key_type, std::uint64_t>> count_if(const Is& is) const {
        return answers<std::uint64_t>(gather<detail::running_count>([&](auto& of, const row& r) {
                                          if (detail::taken(is, r)) of.add();
                                      }),
                                      [](const auto& of) { return of.value(); });
    }

    // Of whole numbers a result: too_large names the first group whose sum 64 bits do not hold. Of floating points the vector itself.
    template <class What>
    auto sum(const What& what) const {
        using running = detail::running_sum<taken<What>>;
        auto groups = gather<running>([&](auto& of, const row& r) { of.add(detail::taken(what, r)); });
        auto sums = [&] { return answers<typename running::sum>(groups, [](const auto& of) { return of.value(); }); };
        if constexpr (std::is_same_v<typename running::answer, double>) {
            return sums();
        } else {
            using answer = result<std::vector<group<key_type, typename running::sum>>>;
            for (const auto& [key, sum] : groups)
                if (!sum.fits()) return answer(sum.checked().error().within("group " + describe(key)));
            return answer(sums());
        }
    }
    template <class What>
    std::vector<group<key_type, double>> average(const What& what) const {
        auto groups =
            gather<detail::running_sum<taken<What>>>([&](auto& of, const row& r) { of.add(detail::taken(what, r)); });
        return answers<double>(groups, [](const auto& of) { return *of.average(); });
    }
    template <class What>
    std::vector<group<key_type, detail::taken_of<What, row>>> minimum(const What& what) const {
        return extreme<1>(what);
    }
    template <class What>
    std::vector<group<key_type, detail::taken_of<What, row>>> maximum(const What& what) const {
        return extreme<-1>(what);
    }

private:
    template <class Running>
    using groups_of = std::map<key_type, Running, detail::first_in_order>;

    template <class Running, class Add>
    groups_of<Running> gather(Add add) const {
        groups_of<Running> groups;
        auto recent = groups.end();  // the next row is of the same group more often than not
        of_.scan([&](const row& r) {
            const auto& key = detail::taken(by_, r);
            if (recent == groups.end() || detail::order(key, recent->first) != 0) {
                recent = groups.lower_bound(key);
                if (recent == groups.end() || detail::order(key, recent->first) != 0)
                    recent = groups.emplace_hint(recent, key_type(key), Running{});
            }
            add(recent->second, r);
            return true;
        });
        return groups;
    }
    template <class Value, class Running, class Finish>
    static std::vector<group<key_type, Value>> answers(const groups_of<Running>& groups, Finish finish) {
        std::vector<group<key_type, Value>> all;
        all.reserve(groups.size());
        for (const auto& [key, running] : groups) all.push_back({key, finish(running)});
        return all;
    }
    template <int Sign, class What>
    auto extreme(const What& what) const {
        using value = taken<What>;
        auto groups = gather<detail::running_extreme<value, Sign>>(
            [&](auto& of, const row& r) { of.add(detail::taken(what, r)); });
        return answers<value>(groups, [](const auto& of) { return *of.found; });
    }

    Query of_;
    By by_;
};

}  // namespace sillok
