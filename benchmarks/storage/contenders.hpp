#pragma once
// Every contender that was found when this was built, and a check that each of them does what it is measured for.
//
// Each is a class with `append(span<const part>)`, and as far as a benchmark needs it `read_stream(stream, visit)`,
// `read_all(visit)` and `last()`. All calls are known at compile time.

#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

#include "storage/lsm_log.hpp"
#include "storage/raw_log.hpp"
#include "storage/sillok_log.hpp"
#include "storage/workload.hpp"
#if SILLOK_HAS_LMDB
#include "storage/lmdb_log.hpp"
#endif
#if SILLOK_HAS_SQLITE
#include "storage/sqlite_log.hpp"
#endif

namespace storage {

template <class... Log>
struct logs {};

// The databases that are here. The first is none, so that each of the others can begin with a comma.
template <class None, class... Log>
auto without_first(logs<None, Log...>) -> logs<Log...>;
using databases = decltype(without_first(logs<void
#if SILLOK_HAS_LEVELDB
                                              ,
                                              leveldb_log
#endif
#if SILLOK_HAS_ROCKSDB
                                              ,
                                              rocksdb_log
#endif
#if SILLOK_HAS_LMDB
                                              ,
                                              lmdb_log
#endif
#if SILLOK_HAS_SQLITE
                                              ,
                                              sqlite_log
#endif
                                              >{}));

// Calls `act(std::type_identity<Contender>)` for one after the other, or once with all of them.
template <class Act>
void for_each_database(Act act) {
    [&]<class... Log>(logs<Log...>) { (act(std::type_identity<Log>{}), ...); }(databases{});
}
template <class Act>
void with_all_databases(Act act) {
    [&]<class... Log>(logs<Log...>) { act(std::type_identity<Log>{}...); }(databases{});
}

inline void say_what_is_missing() {
    const auto say = [](bool here, const char* what) {
        if (!here) std::printf("%s is not here: it is not measured (tools/setup.sh --bench installs it)\n", what);
    };
    say(SILLOK_HAS_LEVELDB, "LevelDB");
    say(SILLOK_HAS_ROCKSDB, "RocksDB");
    say(SILLOK_HAS_LMDB, "LMDB");
    say(SILLOK_HAS_SQLITE, "SQLite");
}

template <class Log>
concept reads_values = requires(Log& log, void (*visit)(sillok::bytes_view)) {
    log.read_stream("", visit);
};
template <class Log>
concept scans_values = requires(Log& log, void (*visit)(sillok::bytes_view)) {
    log.read_all(visit);
};

// The sum of a stream's amounts: what a load folds into. The same for whatever is read.
template <class Log>
bool sum_of(Log& log, std::string_view stream, std::int64_t& sum) {
    if constexpr (reads_values<Log>) {
        bool good = true;
        sum = 0;
        fields read{};
        const bool done = log.read_stream(stream, [&](sillok::bytes_view kept) {
            good = good && read_value(kept, read);
            sum += read.of.amount;
        });
        return good && done;
    } else {
        return log.sum_of(stream, sum);
    }
}

inline std::int64_t sum_of(const event_batch& events) {
    std::int64_t sum = 0;
    for (const value& each : events.values) sum += sillok::load_le<std::int64_t>(each.data() + 16);
    return sum;
}

// Appends to two streams, is refused where the version is another, and reads back what it was given.
template <class Log>
void check(keep when) {
    const scratch folder;
    Log log(folder.path, when);
    const auto add = [&](std::string_view stream, std::uint64_t expected, event_batch events) {
        const part one{stream, expected, events};
        return log.append({&one, 1});
    };
    bool good = add("1", 0, pool().take(0, 10)) && add("10", 0, pool().take(50, 1)) && add("1", 10, pool().take(10, 5));
    good = good && !add("1", 14, pool().take(0, 1)) && !add("1", 16, pool().take(0, 1)) &&
           !add("10", 0, pool().take(0, 1));
    good = good && !add("2", 3, pool().take(0, 2)) && add("10", 1, pool().take(51, 2));
    if constexpr (requires { log.last(); }) good = good && log.last() == 18;
    if constexpr (reads_values<Log> || requires(std::int64_t & sum) { log.sum_of("", sum); }) {
        std::int64_t sum = 0;
        good = good && sum_of(log, "1", sum) && sum == sum_of(pool().take(0, 15));
        good = good && sum_of(log, "10", sum) && sum == sum_of(pool().take(50, 3));
        good = good && sum_of(log, "2", sum) && sum == 0;
    }
    if constexpr (scans_values<Log>) {
        std::vector<value> wanted;
        for (const event_batch each : {pool().take(0, 10), pool().take(50, 1), pool().take(10, 5), pool().take(51, 2)})
            wanted.insert(wanted.end(), each.values.begin(), each.values.end());
        std::size_t at = 0;
        const bool read = log.read_all([&](sillok::bytes_view kept) {
            good = good && at < wanted.size() && kept.size() == value_bytes &&
                   std::memcmp(kept.data(), wanted[at].data(), value_bytes) == 0;
            ++at;
        });
        good = good && read && at == wanted.size();
    }
    if constexpr (requires { log.bytes(); }) {
        good = good && log.bytes() == 18 * raw_record_bytes;
        const mapped_log written(log.path());
        for (std::size_t i = 0; i < 18; ++i) {
            const raw_record record = read_raw(written.bytes().subspan(i * raw_record_bytes, raw_record_bytes));
            good = good && record.position == i + 1 && record.kept.size() == value_bytes;
        }
    }
    if (good) return;
    std::fprintf(stderr, "%s does not do what it is measured for\n", Log::name);
    std::exit(1);
}

}  // namespace storage
