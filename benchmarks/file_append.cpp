// Appending to the file store, durable on return, against the least that any such store does: one write of as many bytes at the
// end of a file and one fdatasync. Payload 85 bytes; 1 or 100 events a call. Files in the directory for temporary files, or in
// SILLOK_BENCH_DIR.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "sillok/core/checksum.hpp"
#include "sillok/store/file_store.hpp"

namespace {

// 85 bytes of payload make records of 224 bytes.
constexpr std::size_t record_bytes = 224;

struct scratch {
    std::string path;
    scratch() {
        const char* const chosen = std::getenv("SILLOK_BENCH_DIR");
        const std::filesystem::path above = chosen != nullptr ? chosen : std::filesystem::temp_directory_path();
        path = (above / "sillok-bench-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr) std::abort();
    }
    ~scratch() { std::filesystem::remove_all(path); }
};

void raw_write_and_sync(benchmark::State& state) {
    const scratch folder;
    const int file = ::open((folder.path + "/raw").c_str(), O_RDWR | O_CREAT, 0600);
    std::vector<std::byte> bytes(80 + static_cast<std::size_t>(state.range(0)) * record_bytes, std::byte{42});
    ::off_t at = 0;
    for (auto _ : state) {
        sillok::store_le(bytes.data(), sillok::crc32c(sillok::bytes_view(bytes).subspan(4)));
        if (::pwrite(file, bytes.data(), bytes.size(), at) != static_cast<::ssize_t>(bytes.size()) ||
            ::fdatasync(file) != 0) {
            state.SkipWithError("a write failed");
            break;
        }
        at += static_cast<::off_t>(bytes.size());
    }
    ::close(file);
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void file_store(benchmark::State& state) {
    const scratch folder;
    auto store = sillok::file_store::open(folder.path + "/store").value();
    const std::vector<std::byte> payload(85, std::byte{42});
    const std::vector<sillok::new_event> events(static_cast<std::size_t>(state.range(0)),
                                                {.type = {"money.deposited", 1}, .payload = payload});
    std::uint64_t version = 0;
    for (auto _ : state) {
        const sillok::stream_append to{{"account", "100042"}, sillok::exactly{{version}}, events};
        if (!store.append({.streams = {&to, 1}})) {
            state.SkipWithError("an append failed");
            break;
        }
        version += events.size();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(raw_write_and_sync)->Arg(1)->Arg(100)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(file_store)->Arg(1)->Arg(100)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
