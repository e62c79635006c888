// Appending to the file store against the least that one can do and against four databases: 1, 100 or 1,000 events a call, to one
// of 1,000 streams at random, compared with the version it is expected at. `kernel` returns when the kernel has the events,
// `durable` when the disk has them; `group` is durable with eight threads, of which each waits for its own events.

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <benchmark/benchmark.h>

#include "storage/contenders.hpp"
#include "storage/interleaved.hpp"

namespace {

using namespace storage;

constexpr std::size_t streams = 1000;
// Then a new store is begun, outside of the measured time: more than this, and the kernel's writing to the disk is what is seen.
constexpr std::size_t store_events = 500'000;

const stream_names& names() {
    static const stream_names made(streams);
    return made;
}

// What one thread appends: to streams of its own, so that no version is anybody else's.
class appender {
public:
    explicit appender(std::size_t thread, std::size_t threads)
        : first_(thread * (streams / threads)), versions_(streams / threads, 0) {}

    template <class Log>
    bool operator()(Log& log, std::size_t count) {
        const std::size_t at = next_(versions_.size());
        const part one{names().keys[first_ + at], versions_[at], pool().take(event_, count)};
        versions_[at] += count;
        event_ += count;
        return log.append({&one, 1});
    }

private:
    std::size_t first_;
    std::vector<std::uint64_t> versions_;
    random_index next_;
    std::size_t event_ = 0;
};

template <class Log>
struct shared {
    const scratch folder;
    Log log;
    explicit shared(keep when) : log(folder.path, when) {}
};

template <class Log>
void append(benchmark::State& state, keep when) {
    static std::unique_ptr<shared<Log>> store;
    const auto count = static_cast<std::size_t>(state.range(0));
    const auto threads = static_cast<std::size_t>(state.threads());
    if (state.thread_index() == 0) store = std::make_unique<shared<Log>>(when);
    appender append_next(static_cast<std::size_t>(state.thread_index()), threads);
    std::size_t events = 0;
    for (auto _ : state) {
        if (events >= store_events && threads == 1) {
            state.PauseTiming();
            store.reset();
            store = std::make_unique<shared<Log>>(when);
            append_next = appender(0, 1);
            events = 0;
            state.ResumeTiming();
        }
        events += count;
        if (!append_next(store->log, count)) {
            state.SkipWithError("an append failed");
            break;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    if (state.thread_index() == 0) store.reset();
}

template <class Log>
void register_as(const char* kind, keep when, const std::vector<int>& counts, int threads) {
    for (const int count : counts)
        benchmark::RegisterBenchmark((std::string(kind) + '/' + Log::name).c_str(),
                                     [when](benchmark::State& state) { append<Log>(state, when); })
            ->Arg(count)
            ->Threads(threads)
            ->UseRealTime()
            ->MinTime(when == keep::durable ? 0.5 : 0.2)
            ->Unit(benchmark::kMicrosecond);
}

}  // namespace

int main(int argc, char** argv) {
    say_what_is_missing();
    const auto everywhere = [](auto contender) {
        using log = typename decltype(contender)::type;
        check<log>(keep::in_kernel);
        check<log>(keep::durable);
        register_as<log>("kernel", keep::in_kernel, {1, 100, 1000}, 1);
        register_as<log>("durable", keep::durable, {1, 100, 1000}, 1);
        register_as<log>("group", keep::durable, {1}, 8);
    };
    everywhere(std::type_identity<sillok_log<>>{});
    for_each_database(everywhere);

    using raw = raw_log<raw_way::growing>;
    using zeroed = raw_log<raw_way::zeroed>;
    using following = raw_log<raw_way::leader_follower>;
    check<raw>(keep::in_kernel);
    check<zeroed>(keep::durable);
    check<following>(keep::durable);
    register_as<raw>("kernel", keep::in_kernel, {1, 100, 1000}, 1);
    register_as<raw>("durable", keep::durable, {1, 100, 1000}, 1);
    register_as<zeroed>("durable", keep::durable, {1, 100, 1000}, 1);
    register_as<following>("group", keep::durable, {1}, 8);
    return run_interleaved(argc, argv);
}
