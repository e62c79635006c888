#pragma once
// Up to 128 types of events, records of them in random order or in a row, and the switch that one would write by hand to tell them
// apart: what the benchmarks of dispatch share.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "sillok/event/dispatch.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/record_writer.hpp"

namespace moved_events {

// So many that no processor learns the random order by heart.
constexpr std::size_t events_per_pass = std::size_t{1} << 18;
constexpr std::size_t records_per_type = 8;

// --- the domain: `moved<I>`, recorded as "bench.moved_000" and so on -------------------------------------------------------

template <std::size_t I>
struct moved {
    std::int64_t amount;
};

template <std::size_t I>
consteval auto moved_name() {
    char text[] = "bench.moved_000";
    text[12] = static_cast<char>('0' + I / 100);
    text[13] = static_cast<char>('0' + I / 10 % 10);
    text[14] = static_cast<char>('0' + I % 10);
    return sillok::fixed_string<sizeof text>(text);
}

template <class Indices>
struct bench_events;
template <std::size_t... I>
struct bench_events<std::index_sequence<I...>> : sillok::events<sillok::event<moved_name<I>(), moved<I>>...> {};

template <std::size_t I>
struct counter {
    std::int64_t sum = 0;
    void apply(const moved<I>& e) { sum += e.amount; }
};

template <class Indices>
struct counters;
template <std::size_t... I>
struct counters<std::index_sequence<I...>> : counter<I>... {
    using events = bench_events<std::index_sequence<I...>>;
    using counter<I>::apply...;
    std::int64_t total() const { return (counter<I>::sum + ...); }
};

template <std::size_t N>
using counters_of = counters<std::make_index_sequence<N>>;
template <std::size_t N>
using events_of = bench_events<std::make_index_sequence<N>>;

// --- the input -------------------------------------------------------------------------------------------------------------

struct input {
    std::vector<std::uint32_t> types;
    std::vector<std::uint64_t> words;  // a multiple of 8 bytes each, as in a segment
    std::vector<sillok::record_view> records;
};

template <std::size_t N>
const input& input_of(bool random) {
    static const auto make = [](bool shuffled) {
        input made;
        std::mt19937 engine(42);
        std::uniform_int_distribution<std::uint32_t> any(0, N - 1);
        for (std::uint32_t i = 0; i < events_per_pass; ++i) made.types.push_back(shuffled ? any(engine) : i % N);
        const auto& entries = sillok::detail::entries_of<events_of<N>>;
        std::vector<std::size_t> starts;
        for (std::uint32_t i = 0; i < N * records_per_type; ++i) {
            std::byte payload[8];
            sillok::store_le(payload, std::int64_t{i});
            const sillok::record_fields fields{.position = {i + 1},
                                               .version = {1},
                                               .time = {},
                                               .type = entries.list[i % N].current,
                                               .stream = {"bench", "42"},
                                               .payload = payload};
            starts.push_back(made.words.size());
            made.words.resize(made.words.size() + sillok::record_bytes(fields) / 8);
            sillok::write_record(reinterpret_cast<std::byte*>(made.words.data() + starts.back()), fields);
        }
        for (std::size_t i = 0; i < events_per_pass; ++i) {
            const std::size_t which = made.types[i] + N * (i / N % records_per_type);
            made.records.emplace_back(reinterpret_cast<const std::byte*>(made.words.data() + starts[which]));
        }
        return made;
    };
    static const input shuffled = make(true);
    static const input in_a_row = make(false);
    return random ? shuffled : in_a_row;
}

// --- a switch, as one would write it by hand -------------------------------------------------------------------------------

#define CASES_8(c, n) c(n) c(n + 1) c(n + 2) c(n + 3) c(n + 4) c(n + 5) c(n + 6) c(n + 7)
#define CASES_32(c, n) CASES_8(c, n) CASES_8(c, n + 8) CASES_8(c, n + 16) CASES_8(c, n + 24)
#define CASES_128(c, n) CASES_32(c, n) CASES_32(c, n + 32) CASES_32(c, n + 64) CASES_32(c, n + 96)

template <std::size_t I, std::size_t N>
inline bool apply_payload(counters_of<N>& to, sillok::record_view record) {
    static constexpr auto name = moved_name<I>();
    const std::string_view type = record.type();
    if (record.revision() != 1 || record.codec() != sillok::payload_codec::binary ||
        type.size() != name.view().size() || std::memcmp(type.data(), name.text, name.view().size()) != 0)
        return false;
    const sillok::bytes_view payload = record.payload();
    if (payload.size() != 8) return false;
    to.apply(moved<I>{sillok::load_le<std::int64_t>(payload.data())});
    return true;
}

// Version 14 of the formatter takes these macros for something else.
// clang-format off
#define RECORD_CASE(i) \
    case sillok::name_hash(moved_name<(i)>().view()): return apply_payload<(i), N>(to, record);
#define OBJECT_CASE(i) \
    case (i): to.apply(*static_cast<const moved<(i)>*>(event)); return true;

template <std::size_t N>
struct by_switch {
    counters_of<N> to;

    [[gnu::always_inline]] bool operator()(sillok::record_view record) {
        if constexpr (N == 8) switch (record.type_hash()) { CASES_8(RECORD_CASE, 0) default: return false; }
        else if constexpr (N == 32) switch (record.type_hash()) { CASES_32(RECORD_CASE, 0) default: return false; }
        else switch (record.type_hash()) { CASES_128(RECORD_CASE, 0) default: return false; }
    }
    [[gnu::always_inline]] bool operator()(std::uint32_t place, const void* event) {
        if constexpr (N == 8) switch (place) { CASES_8(OBJECT_CASE, 0) default: return false; }
        else if constexpr (N == 32) switch (place) { CASES_32(OBJECT_CASE, 0) default: return false; }
        else switch (place) { CASES_128(OBJECT_CASE, 0) default: return false; }
    }
};
// clang-format on

// --- the passes ------------------------------------------------------------------------------------------------------------

template <class Contender>
[[gnu::noinline]] bool record_pass(Contender& contender, const input& in) {
    bool good = true;
    for (const sillok::record_view record : in.records) good &= contender(record);
    return good;
}

template <class Contender>
void finish(benchmark::State& state, Contender& contender, bool good) {
    if (!good) state.SkipWithError("an event was not dispatched");
    benchmark::DoNotOptimize(contender.to.total());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_pass));
}

template <class Contender, std::size_t N>
void from_record(benchmark::State& state) {
    Contender contender;
    const input& in = input_of<N>(state.range(0) != 0);
    bool good = true;
    for (auto _ : state) good &= record_pass(contender, in);
    finish(state, contender, good);
}

inline void add(const std::string& name, void (*run)(benchmark::State&)) {
    for (const bool random : {true, false})
        benchmark::RegisterBenchmark((name + (random ? "/random" : "/round_robin")).c_str(), run)->Arg(random ? 1 : 0);
}

}  // namespace moved_events
