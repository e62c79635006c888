// How the costs of the file store grow with what is in it: 1,000 to 1,000,000 events, and to 10,000,000 with --large (which takes
// 5 GiB of disk), in streams of 100 that are interleaved. Beside each row the exponent k of cost = c * events^k that fits best: 0
// does not grow, 1 grows as the events do. Durability is the kernel's, so that the disk is left out.

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "storage/contenders.hpp"
#include "storage/in_child.hpp"
#include "storage/projections.hpp"

namespace {

using namespace storage;

constexpr std::size_t rounds = 100;
constexpr std::size_t samples = 2000;
constexpr std::size_t batches = 20;

struct costs {
    double
        append;  // microseconds for an event, one a call, to any stream: most have not been met since the store was opened
    double again;      // the same to a hundred streams that have
    double load;       // microseconds for a stream of 100
    double replay;     // milliseconds for all
    double open;       // milliseconds after a clean close
    double memory;     // MiB when open
    double per_event;  // bytes of that for an event
};

// Medians of batches, so that one pause of the machine is not in the result.
template <class Act>
double median_microseconds(Act act) {
    std::vector<double> times;
    for (std::size_t batch = 0; batch < batches; ++batch)
        times.push_back(seconds_of([&] {
                            for (std::size_t i = 0; i < samples / batches; ++i) act();
                        }) *
                        1e6 / (samples / batches));
    return median(times);
}

costs measure(std::size_t events) {
    using log = sillok_log<>;
    const scratch folder;
    expect(folder.free_bytes() > events * 600, "there is not enough room on the disk");
    const stream_names names(events / rounds);
    costs found{};
    in_child<1>([&]() -> std::array<double, 1> {
        log filled(folder.path, keep::in_kernel);
        fill(filled, names, rounds);
        expect(filled.close(), "closing failed");
        return {};
    });
    std::vector<double> times;
    std::vector<double> memory;
    for (int i = 0; i < 5; ++i) {
        const opened got = open_in_child<log>(folder.path, events, true);
        times.push_back(got.milliseconds);
        memory.push_back(got.resident);
    }
    found.open = median(times);
    found.memory = median(memory) / 1048576.0;
    found.per_event = median(memory) / static_cast<double>(events);

    const auto warm = in_child<4>([&]() -> std::array<double, 4> {
        log opened(folder.path, keep::in_kernel);
        random_index next;
        const double load = median_microseconds([&] {
            std::int64_t sum = 0;
            expect(opened.sum_of(names.keys[next(names.keys.size())], sum), "a load failed");
        });
        std::vector<double> replays;
        for (int i = 0; i < 3; ++i)
            replays.push_back(seconds_of([&] {
                all_three into;
                expect(replay_as_one(opened.store(), into), "a replay failed");
            }));
        // Appending comes last: it changes what the others would find.
        std::vector<std::uint64_t> versions(names.keys.size(), rounds);
        std::size_t event = 0;
        const auto appending = [&](std::size_t among) {
            return median_microseconds([&] {
                const std::size_t stream = next(among);
                const part one{names.keys[stream], versions[stream]++, pool().take(event++, 1)};
                expect(opened.append({&one, 1}), "an append failed");
            });
        };
        const double append = appending(names.keys.size());
        appending(10);
        const double again = appending(10);
        return {append, load, median(replays) * 1e3, again};
    });
    found.append = warm[0];
    found.load = warm[1];
    found.replay = warm[2];
    found.again = warm[3];
    return found;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<double> sizes{1e3, 1e4, 1e5, 1e6};
    if (has_flag(argc, argv, "--large")) sizes.push_back(1e7);
    std::vector<costs> all;
    for (const double size : sizes) all.push_back(measure(static_cast<std::size_t>(size)));

    std::printf("%-34s", "events");
    for (const double size : sizes) std::printf(" %11.0f", size);
    std::printf(" %9s\n", "exponent");
    const auto row = [&](const char* what, double costs::*which) {
        std::vector<double> values;
        for (const costs& each : all) values.push_back(each.*which);
        std::printf("%-34s", what);
        for (const double each : values) std::printf(" %11.3f", each);
        std::printf(" %9.2f\n", exponent(sizes, values));
    };
    row("append one event, us", &costs::append);
    row("... to a stream met before, us", &costs::again);
    row("load a stream of 100, us", &costs::load);
    row("replay all, ms", &costs::replay);
    row("open after a clean close, ms", &costs::open);
    row("memory of the open store, MiB", &costs::memory);
    row("memory for an event, B", &costs::per_event);
}
