// Opening a store of 1,000,000 events in 10,000 streams, and of 10,000,000 in 100,000 with --large (which takes 5 GiB of disk):
// after a clean close, and after a process that ended without one. What was not closed is opened three times, each time from a
// copy. Memory is what the process has more after opening, buffers and caches included. Everything is in the page cache.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "storage/contenders.hpp"
#include "storage/in_child.hpp"

namespace {

using namespace storage;

constexpr std::size_t rounds = 100;

template <class Log>
void fill_in_child(const std::string& folder, std::size_t streams, bool closes) {
    in_child<1>([&]() -> std::array<double, 1> {
        const stream_names names(streams);
        Log* const log = new Log(folder, keep::in_kernel);
        fill(*log, names, rounds);
        if constexpr (requires { log->sync(); }) expect(log->sync(), "a sync failed");
        if (closes) expect(log->close(), "closing failed");
        return {};
    });
}

template <class Log>
void measure(std::size_t streams) {
    const std::uint64_t events = streams * rounds;
    for (const bool closes : {true, false}) {
        const scratch folder;
        expect(folder.free_bytes() > events * 600, "there is not enough room on the disk");
        fill_in_child<Log>(folder.path, streams, closes);
        folder.flush();
        std::vector<double> times;
        std::vector<double> memory;
        for (int i = 0; i < (closes ? 7 : 3); ++i) {
            opened got{};
            if (closes) {
                got = open_in_child<Log>(folder.path, events, true);
            } else {
                const scratch copy;
                std::filesystem::copy(folder.path, copy.path, std::filesystem::copy_options::recursive);
                copy.flush();
                got = open_in_child<Log>(copy.path, events, false);
            }
            times.push_back(got.milliseconds);
            memory.push_back(got.resident);
        }
        std::printf("%-10s %10llu %-8s %12.2f %14.2f %12.2f\n", Log::name, static_cast<unsigned long long>(events),
                    closes ? "clean" : "crash", median(times), median(memory) / 1048576.0,
                    median(memory) / static_cast<double>(events));
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    say_what_is_missing();
    std::printf("%-10s %10s %-8s %12s %14s %12s\n", "", "events", "after", "open (ms)", "memory (MiB)", "B per event");
    measure<sillok_log<>>(10'000);
    // LMDB and SQLite open without reading what is there; the two that recover a log are what one can compare with.
#if SILLOK_HAS_LEVELDB
    measure<leveldb_log>(10'000);
#endif
#if SILLOK_HAS_ROCKSDB
    measure<rocksdb_log>(10'000);
#endif
    if (has_flag(argc, argv, "--large")) measure<sillok_log<>>(100'000);
}
