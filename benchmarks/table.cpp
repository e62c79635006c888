// A table of payments by id, time, and user and time, against what one would write by hand of the standard library, and against
// Boost.MultiIndex. All hold the same rows; what is asked is answered by an index in each of them. Figures are for one operation.
// `bytes` is what malloc gave, by row; the table's last chunk is half empty in the worst case, and the system need not back that.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <malloc.h>

#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>

#include "sillok/projection/table.hpp"

namespace {

struct payment_row {
    std::uint64_t id;
    std::uint64_t user;
    std::int64_t amount;
    sillok::timestamp at;
    bool failed;
};

struct dice {
    std::uint64_t state = 88172645463325252ULL;
    std::uint64_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
};

constexpr std::uint64_t users = 1000;

// In the order of time, as events come; ids are scattered.
payment_row row_of(std::uint64_t i) {
    dice of{(i + 1) * 0x9e3779b97f4a7c15U};
    return {i * 2654435761U % 4294967291U, of.below(users), static_cast<std::int64_t>(of.below(1000)),
            sillok::timestamp(static_cast<std::int64_t>(i)), of.below(10) == 0};
}

class by_table {
public:
    void put(const payment_row& row) { benchmark::DoNotOptimize(rows_.put(row)); }
    bool find(std::uint64_t id) const { return rows_.find(id) != nullptr; }
    void fail(std::uint64_t id) {
        benchmark::DoNotOptimize(rows_.modify(id, [](payment_row& r) { r.failed = true; }));
    }
    void move(std::uint64_t id, sillok::timestamp to) {
        benchmark::DoNotOptimize(rows_.modify(id, [&](payment_row& r) { r.at = to; }));
    }
    void erase(std::uint64_t id) { rows_.erase(id); }
    std::int64_t sum(std::uint64_t user) const {
        return rows_.select().equal<&payment_row::user>(user).sum(&payment_row::amount).value();
    }
    std::uint64_t count(sillok::timestamp from, sillok::timestamp until) const {
        return rows_.select().within<&payment_row::at>(from, until).count();
    }
    std::size_t page(std::uint64_t number) const {
        return rows_.select().sorted<&payment_row::at>().page({number, 20}).rows.size();
    }

private:
    sillok::table<payment_row, sillok::unique<&payment_row::id>, sillok::ordered<&payment_row::at>,
                  sillok::ordered<&payment_row::user, &payment_row::at>>
        rows_;
};

class by_hand {
public:
    void put(const payment_row& row) {
        const auto [at, is_new] = rows_.try_emplace(row.id, row);
        if (!is_new) {
            unlink(at->second);
            at->second = row;
        }
        link(at->second);
    }
    bool find(std::uint64_t id) const { return rows_.find(id) != rows_.end(); }
    void fail(std::uint64_t id) { rows_.find(id)->second.failed = true; }
    void move(std::uint64_t id, sillok::timestamp to) {
        payment_row& row = rows_.find(id)->second;
        unlink(row);
        row.at = to;
        link(row);
    }
    void erase(std::uint64_t id) {
        const auto at = rows_.find(id);
        unlink(at->second);
        rows_.erase(at);
    }
    std::int64_t sum(std::uint64_t user) const {
        std::int64_t sum = 0;
        for (auto at = by_user_.lower_bound({user, sillok::timestamp(INT64_MIN), 0});
             at != by_user_.end() && std::get<0>(at->first) == user; ++at)
            sum += at->second->amount;
        return sum;
    }
    std::uint64_t count(sillok::timestamp from, sillok::timestamp until) const {
        return static_cast<std::uint64_t>(
            std::distance(by_time_.lower_bound({from, 0}), by_time_.lower_bound({until, 0})));
    }
    std::size_t page(std::uint64_t number) const {
        std::vector<payment_row> rows;
        auto at = std::next(by_time_.begin(), static_cast<std::ptrdiff_t>((number - 1) * 20));
        for (; rows.size() < 20 && at != by_time_.end(); ++at) rows.push_back(*at->second);
        return rows.size();
    }

private:
    void link(const payment_row& row) {
        by_time_.emplace(std::pair{row.at, row.id}, &row);
        by_user_.emplace(std::tuple{row.user, row.at, row.id}, &row);
    }
    void unlink(const payment_row& row) {
        by_time_.erase({row.at, row.id});
        by_user_.erase({row.user, row.at, row.id});
    }
    std::unordered_map<std::uint64_t, payment_row> rows_;
    std::map<std::pair<sillok::timestamp, std::uint64_t>, const payment_row*> by_time_;
    std::map<std::tuple<std::uint64_t, sillok::timestamp, std::uint64_t>, const payment_row*> by_user_;
};

class by_multi_index {
    template <class T, T payment_row::*Member>
    using of = boost::multi_index::member<payment_row, T, Member>;
    using id = of<std::uint64_t, &payment_row::id>;
    using user = of<std::uint64_t, &payment_row::user>;
    using at = of<sillok::timestamp, &payment_row::at>;
    using rows = boost::multi_index_container<
        payment_row,
        boost::multi_index::indexed_by<
            boost::multi_index::hashed_unique<id>,
            boost::multi_index::ordered_unique<boost::multi_index::composite_key<payment_row, at, id>>,
            boost::multi_index::ordered_unique<boost::multi_index::composite_key<payment_row, user, at, id>>>>;

public:
    void put(const payment_row& row) {
        const auto [there, is_new] = rows_.insert(row);
        if (!is_new) rows_.replace(there, row);
    }
    bool find(std::uint64_t wanted) const { return rows_.find(wanted) != rows_.end(); }
    void fail(std::uint64_t wanted) {
        rows_.modify(rows_.find(wanted), [](payment_row& r) { r.failed = true; });
    }
    void move(std::uint64_t wanted, sillok::timestamp to) {
        rows_.modify(rows_.find(wanted), [&](payment_row& r) { r.at = to; });
    }
    void erase(std::uint64_t wanted) { rows_.erase(wanted); }
    std::int64_t sum(std::uint64_t of_user) const {
        std::int64_t sum = 0;
        const auto [first, last] = rows_.get<2>().equal_range(std::make_tuple(of_user));
        for (auto each = first; each != last; ++each) sum += each->amount;
        return sum;
    }
    std::uint64_t count(sillok::timestamp from, sillok::timestamp until) const {
        const auto& by_time = rows_.get<1>();
        return static_cast<std::uint64_t>(
            std::distance(by_time.lower_bound(std::make_tuple(from)), by_time.lower_bound(std::make_tuple(until))));
    }
    std::size_t page(std::uint64_t number) const {
        std::vector<payment_row> some;
        const auto& by_time = rows_.get<1>();
        auto each = std::next(by_time.begin(), static_cast<std::ptrdiff_t>((number - 1) * 20));
        for (; some.size() < 20 && each != by_time.end(); ++each) some.push_back(*each);
        return some.size();
    }

private:
    rows rows_;
};

std::size_t in_use() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

template <class Rows>
void fill(Rows& rows, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) rows.put(row_of(i));
}

template <class Rows>
void put(benchmark::State& state) {
    const auto count = static_cast<std::uint64_t>(state.range(0));
    double bytes = 0;
    for (auto _ : state) {
        const std::size_t before = in_use();
        Rows rows;
        fill(rows, count);
        state.PauseTiming();
        bytes = static_cast<double>(in_use() - before) / static_cast<double>(count);
        { const Rows gone = std::move(rows); }
        state.ResumeTiming();
    }
    state.counters["bytes"] = bytes;
    state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}

template <class Rows, class Act>
void on_full(benchmark::State& state, Act act) {
    const auto count = static_cast<std::uint64_t>(state.range(0));
    Rows rows;
    fill(rows, count);
    dice random;
    for (auto _ : state) benchmark::DoNotOptimize(act(rows, random, count));
    state.SetItemsProcessed(state.iterations());
}

template <class Rows>
void find(benchmark::State& state) {
    on_full<Rows>(state,
                  [](Rows& rows, dice& random, std::uint64_t n) { return rows.find(row_of(random.below(n)).id); });
}
template <class Rows>
void modify(benchmark::State& state) {
    on_full<Rows>(state,
                  [](Rows& rows, dice& random, std::uint64_t n) { return rows.fail(row_of(random.below(n)).id), 0; });
}
template <class Rows>
void modify_indexed(benchmark::State& state) {
    on_full<Rows>(state, [](Rows& rows, dice& random, std::uint64_t n) {
        rows.move(row_of(random.below(n)).id, sillok::timestamp(static_cast<std::int64_t>(random.below(n))));
        return 0;
    });
}
template <class Rows>
void erase_and_put(benchmark::State& state) {
    on_full<Rows>(state, [](Rows& rows, dice& random, std::uint64_t n) {
        const payment_row row = row_of(random.below(n));
        rows.erase(row.id);
        rows.put(row);
        return 0;
    });
}
template <class Rows>
void sum_of_user(benchmark::State& state) {
    on_full<Rows>(state, [](Rows& rows, dice& random, std::uint64_t) { return rows.sum(random.below(users)); });
}
template <class Rows>
void count_of_period(benchmark::State& state) {
    on_full<Rows>(state, [](Rows& rows, dice& random, std::uint64_t n) {
        const auto from = static_cast<std::int64_t>(random.below(n / 2));
        return rows.count(sillok::timestamp(from), sillok::timestamp(from + static_cast<std::int64_t>(n / 10)));
    });
}
template <class Rows>
void page(benchmark::State& state) {
    on_full<Rows>(state, [](Rows& rows, dice& random, std::uint64_t n) { return rows.page(1 + random.below(n / 20)); });
}

void sizes(benchmark::internal::Benchmark* each) { each->Arg(10'000)->Arg(1'000'000); }

BENCHMARK(put<by_table>)->Apply(sizes);
BENCHMARK(put<by_hand>)->Apply(sizes);
BENCHMARK(put<by_multi_index>)->Apply(sizes);
BENCHMARK(find<by_table>)->Apply(sizes);
BENCHMARK(find<by_hand>)->Apply(sizes);
BENCHMARK(find<by_multi_index>)->Apply(sizes);
BENCHMARK(modify<by_table>)->Apply(sizes);
BENCHMARK(modify<by_hand>)->Apply(sizes);
BENCHMARK(modify<by_multi_index>)->Apply(sizes);
BENCHMARK(modify_indexed<by_table>)->Apply(sizes);
BENCHMARK(modify_indexed<by_hand>)->Apply(sizes);
BENCHMARK(modify_indexed<by_multi_index>)->Apply(sizes);
BENCHMARK(erase_and_put<by_table>)->Apply(sizes);
BENCHMARK(erase_and_put<by_hand>)->Apply(sizes);
BENCHMARK(erase_and_put<by_multi_index>)->Apply(sizes);
BENCHMARK(sum_of_user<by_table>)->Apply(sizes);
BENCHMARK(sum_of_user<by_hand>)->Apply(sizes);
BENCHMARK(sum_of_user<by_multi_index>)->Apply(sizes);
BENCHMARK(count_of_period<by_table>)->Apply(sizes);
BENCHMARK(count_of_period<by_hand>)->Apply(sizes);
BENCHMARK(count_of_period<by_multi_index>)->Apply(sizes);
BENCHMARK(page<by_table>)->Apply(sizes);
BENCHMARK(page<by_hand>)->Apply(sizes);
BENCHMARK(page<by_multi_index>)->Apply(sizes);

}  // namespace
