// Loading a stream of 100 events out of 10,000 that are interleaved at random, 1,000,000 events in all, and folding it into a sum.
// The contenders take turns of 500 streams, long enough that what one leaves in the processor's caches does not count for the next.
// Everything is in the page cache.
//
//     sillok                 segments of 64 MiB: most of the data is sealed
//     sillok_clustered       the same, with the records of full segments a second time, by stream
//     sillok_active_segment  one segment of up to 1 GiB, which is still written to, and a cache as large as the data
//     mmap_index             by hand: a mapping, and the place of every event in memory
//     pread_index            the same with a call to the system for each event

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/contenders.hpp"

namespace {

using namespace storage;

constexpr std::size_t streams = 10'000;
constexpr std::size_t rounds = 100;
constexpr std::size_t turns = 10;
constexpr std::size_t streams_a_turn = 500;

template <class Log>
struct entrant {
    std::unique_ptr<Log> log;
    std::vector<double> times{};

    // Returns the sum over all streams of a turn, so that contenders can be compared.
    std::int64_t take_turn(const std::vector<std::string_view>& wanted, bool is_measured) {
        std::int64_t all = 0;
        for (const std::string_view stream : wanted) {
            std::int64_t sum = 0;
            bool good = false;
            const double seconds = seconds_of([&] { good = sum_of(*log, stream, sum); });
            expect(good, Log::name);
            if (is_measured) times.push_back(seconds * 1e6);
            all += sum;
        }
        return all;
    }
    void print() const {
        std::printf("%-24s %10.1f %10.1f %10.1f\n", Log::name, percentile(times, 0.5), percentile(times, 0.9),
                    percentile(times, 0.99));
    }
};

template <class Log>
std::unique_ptr<Log> filled(const scratch& folder, const stream_names& names) {
    check<Log>(keep::in_kernel);
    auto log = std::make_unique<Log>(folder.path, keep::in_kernel);
    fill(*log, names, rounds);
    return log;
}

// The contenders take turns at the same streams, and must come to the same sums.
template <class... Entrant>
void run(const stream_names& names, Entrant... entrants) {
    random_index next;
    for (std::size_t turn = 0; turn < turns + 1; ++turn) {
        std::vector<std::string_view> wanted;
        for (std::size_t i = 0; i < streams_a_turn; ++i) wanted.push_back(names.keys[next(names.keys.size())]);
        const std::int64_t sums[] = {entrants.take_turn(wanted, turn > 0)...};
        for (const std::int64_t sum : sums) expect(sum == sums[0], "the contenders come to different sums");
    }
    (entrants.print(), ...);
}

}  // namespace

int main() {
    say_what_is_missing();
    const stream_names names(streams);
    const scratch folder;
    const scratch other;
    const scratch third;
    expect(folder.free_bytes() > std::uint64_t{4} << 30, "4 GiB of disk are needed");

    auto sealed = filled<sillok_log<>>(folder, names);
    auto active = filled<sillok_log<active_store>>(other, names);
    auto clustered = filled<sillok_log<clustered_store>>(third, names);
    const auto raw = filled<raw_log<raw_way::growing>>(folder, names);
    auto mapped = std::make_unique<mapped_log>(raw->path());
    const raw_index index(mapped->bytes(), names, rounds);
    mapped->index(index);
    auto scattered = std::make_unique<scattered_log>(raw->path(), index);

    const auto go = [&](auto... databases) {
        std::printf("microseconds a stream      p50        p90        p99\n");
        run(names, entrant<sillok_log<>>{std::move(sealed)}, entrant<sillok_log<active_store>>{std::move(active)},
            entrant<sillok_log<clustered_store>>{std::move(clustered)}, entrant<mapped_log>{std::move(mapped)},
            entrant<scattered_log>{std::move(scattered)},
            entrant<typename decltype(databases)::type>{filled<typename decltype(databases)::type>(folder, names)}...);
    };
    with_all_databases(go);
}
