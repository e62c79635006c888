// The checksum of records: one lane of the processor's instruction, our three lanes, the portable tables, and XXH3 where it is
// installed (another function; it shows what memory allows).

#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include <sillok/core/checksum.hpp>

#if __has_include(<xxhash.h>)
#define XXH_INLINE_ALL
#include <xxhash.h>
#define BENCH_HAS_XXHASH
#endif

namespace {

template <class Checksum>
void run(benchmark::State& state, Checksum checksum) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)), std::byte{0x5A});
    for (auto _ : state) {
        benchmark::DoNotOptimize(bytes.data());
        benchmark::ClobberMemory();
        auto sum = checksum(sillok::bytes_view(bytes));
        benchmark::DoNotOptimize(sum);
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void checksum_sillok(benchmark::State& s) {
    run(s, [](sillok::bytes_view in) { return sillok::crc32c(in); });
}
void checksum_portable(benchmark::State& s) {
    run(s, [](sillok::bytes_view in) { return ~sillok::detail::crc32c_portable(in, ~0U); });
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("sse4.2"))) std::uint32_t one_lane(sillok::bytes_view in) {
    std::uint64_t wide = ~std::uint32_t{0};
    const std::byte* at = in.data();
    std::size_t left = in.size();
    for (; left >= 8; left -= 8, at += 8) wide = __builtin_ia32_crc32di(wide, sillok::load_le<std::uint64_t>(at));
    auto narrow = static_cast<std::uint32_t>(wide);
    for (; left > 0; --left, ++at) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
    return ~narrow;
}
void checksum_one_lane(benchmark::State& s) { run(s, one_lane); }
BENCHMARK(checksum_one_lane)->Arg(64)->Arg(100)->Arg(144)->Arg(168)->Arg(200)->Arg(300)->Arg(4096);
#endif
#ifdef BENCH_HAS_XXHASH
void checksum_xxh3(benchmark::State& s) {
    run(s, [](sillok::bytes_view in) { return XXH3_64bits(in.data(), in.size()); });
}
BENCHMARK(checksum_xxh3)->Arg(64)->Arg(100)->Arg(144)->Arg(168)->Arg(200)->Arg(300)->Arg(4096);
#endif
BENCHMARK(checksum_sillok)->Arg(64)->Arg(100)->Arg(144)->Arg(168)->Arg(200)->Arg(300)->Arg(4096);
BENCHMARK(checksum_portable)->Arg(64)->Arg(100)->Arg(144)->Arg(168)->Arg(200)->Arg(300)->Arg(4096);

}  // namespace
