// Replaying 1,000,000 events into three projections. Sillok checks, decodes to views and dispatches by type; by hand the same is
// a loop over a raw file and a switch. LMDB and SQLite check nothing and give values by position, which the same switch takes.
// `sillok_read_all` is the reading alone.

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include <benchmark/benchmark.h>

#include "storage/contenders.hpp"
#include "storage/interleaved.hpp"
#include "storage/projections.hpp"

namespace {

using namespace storage;

constexpr std::size_t streams = 10'000;
constexpr std::size_t rounds = 100;

template <class Replay>
void measure(const std::string& name, all_three wanted, Replay replay) {
    benchmark::RegisterBenchmark(
        ("replay/" + name).c_str(),
        [=](benchmark::State& state) {
            for (auto _ : state) {
                all_three into;
                if (!replay(into) || !(into == wanted)) {
                    state.SkipWithError("the replay came to something else");
                    break;
                }
            }
            state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(streams * rounds));
        })
        ->UseRealTime()
        ->MinTime(0.2)
        ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
    say_what_is_missing();
    const stream_names names(streams);
    const scratch folder;
    expect(folder.free_bytes() > std::uint64_t{3} << 30, "3 GiB of disk are needed");

    raw_log<raw_way::growing> raw(folder.path, keep::in_kernel);
    fill(raw, names, rounds);
    all_three wanted;
    expect(replay_by_hand(raw.path(), wanted), "the raw file cannot be read");
    measure("by_hand", wanted, [&](all_three& into) { return replay_by_hand(raw.path(), into); });

    sillok_log<> sillok(folder.path, keep::in_kernel);
    fill(sillok, names, rounds);
    measure("sillok_one_handler", wanted, [&](all_three& into) { return replay_as_one(sillok.store(), into); });
    measure("sillok_three_handlers", wanted, [&](all_three& into) { return replay_as_three(sillok.store(), into); });
    measure("sillok_read_all", all_three{}, [&](all_three&) {
        return sillok.store().read_all({}, [](const sillok::record_view&) { return true; }).has_value();
    });

    for_each_database([&](auto contender) {
        using log = typename decltype(contender)::type;
        if constexpr (scans_values<log>) {
            check<log>(keep::in_kernel);
            const auto opened = std::make_shared<log>(folder.path, keep::in_kernel);
            fill(*opened, names, rounds);
            measure(log::name, wanted, [opened](all_three& into) {
                bool good = true;
                return opened->read_all([&](sillok::bytes_view kept) { good = good && feed(kept, into); }) && good;
            });
        }
    });
    const int done = run_interleaved(argc, argv);
    benchmark::ClearRegisteredBenchmarks();
    return done;
}
