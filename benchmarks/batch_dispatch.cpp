// Many recorded events to a handler that does not mind the order across types, for catalogues of 8, 32 and 128 types, in random order
// or in a row, against a hand-written switch and against Sillok's own dispatch of one event after the other.
//
//   records/…  from records that are in memory, 1,024 a call
//   memory/…   a replay of 262,144 events of 8 bytes from a memory_store
//   file/…     the same from a file_store
//
// What is compared is time: a wrong guess of a processor is not in its count of instructions. Run the contenders in turn:
//   bench_batch_dispatch --benchmark_enable_random_interleaving=true --benchmark_repetitions=9 --benchmark_report_aggregates_only=true

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <stdlib.h>

#include <benchmark/benchmark.h>

#include "moved_events.hpp"
#include "sillok/event/batch_dispatch.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"
#include "sillok/store/store_ref.hpp"

namespace {

using namespace moved_events;

template <std::size_t N>
struct free_counters : counters_of<N> {
    static constexpr bool order_across_types = false;
};

// --- from records that are in memory ---------------------------------------------------------------------------------------

template <std::size_t N>
struct one_by_one {
    counters_of<N> to;
    sillok::dispatcher<counters_of<N>> dispatch;

    [[gnu::always_inline]] bool operator()(sillok::record_view record) {
        return dispatch.dispatch(to, record).has_value();
    }
};

template <std::size_t N>
struct by_types {
    free_counters<N> to;
    sillok::batch_dispatcher<free_counters<N>> dispatch;
};

template <std::size_t N>
void from_batches(benchmark::State& state) {
    constexpr std::size_t batch = 1024;
    by_types<N> contender;
    const std::span<const sillok::record_view> records(input_of<N>(state.range(0) != 0).records);
    bool good = true;
    for (auto _ : state)
        for (std::size_t i = 0; i < records.size(); i += batch)
            good &= contender.dispatch.dispatch(contender.to, records.subspan(i, batch)).has_value();
    finish(state, contender, good);
}

// --- from stores -----------------------------------------------------------------------------------------------------------

template <std::size_t N>
void fill(const sillok::store_ref& store, bool random) {
    constexpr std::size_t events_a_call = 64;
    const auto& entries = sillok::detail::entries_of<events_of<N>>;
    std::byte payload[8];
    sillok::store_le(payload, std::int64_t{3});
    std::vector<sillok::new_event> events;
    for (const std::uint32_t type : input_of<N>(random).types) {
        events.push_back({.type = entries.list[type].current, .payload = payload});
        if (events.size() < events_a_call) continue;
        const sillok::stream_append to[] = {{{"bench", "42"}, sillok::any_version{}, events}};
        if (!store.append({.streams = to})) std::abort();
        events.clear();
    }
}

struct file_place {
    std::string path = (std::filesystem::temp_directory_path() / "sillok-bench-XXXXXX").string();
    file_place() {
        if (::mkdtemp(path.data()) == nullptr) std::abort();
    }
    ~file_place() { std::filesystem::remove_all(path); }
};

// One at a time: what another pass has left in a cache is as good for all who come behind it.
template <std::size_t N>
sillok::store_ref memory_of(bool random) {
    static sillok::memory_store stores[2];
    if (stores[random].last(sillok::horizon::visible).value == 0) fill<N>(stores[random], random);
    return stores[random];
}
template <std::size_t N>
sillok::store_ref files_of(bool random) {
    static const file_place places[2];
    static std::unique_ptr<sillok::file_store> stores[2];
    if (!stores[random]) {
        const sillok::file_options options{.durability = sillok::lose_unsynced{}};
        stores[random] =
            std::make_unique<sillok::file_store>(sillok::file_store::open(places[random].path, options).value());
        fill<N>(*stores[random], random);
        stores[random]->sync().value();
    }
    return *stores[random];
}

template <class Model>
struct replayed_model {
    Model to{};
    bool operator()(const sillok::store_ref& store) { return sillok::replay(store, {}, to).has_value(); }
};
// The store is asked in the same way, and a switch is all that there is behind it.
template <std::size_t N>
struct replayed_by_hand : by_switch<N> {
    bool operator()(const sillok::store_ref& store) {
        bool good = true;
        const auto read = store.read_all(
            {}, [&](const sillok::record_view& record) { return good = by_switch<N>::operator()(record); });
        return good && read.has_value();
    }
};

template <class Contender, sillok::store_ref (*Store)(bool)>
void from_store(benchmark::State& state) {
    const sillok::store_ref store = Store(state.range(0) != 0);
    Contender contender;
    bool good = true;
    for (auto _ : state) good &= contender(store);
    finish(state, contender, good);
}

template <std::size_t N>
bool add_all() {
    const std::string n = std::to_string(N);
    add("records/switch/" + n, from_record<by_switch<N>, N>);
    add("records/one_by_one/" + n, from_record<one_by_one<N>, N>);
    add("records/by_types/" + n, from_batches<N>);
    add("memory/switch/" + n, from_store<replayed_by_hand<N>, memory_of<N>>);
    add("memory/one_by_one/" + n, from_store<replayed_model<counters_of<N>>, memory_of<N>>);
    add("memory/by_types/" + n, from_store<replayed_model<free_counters<N>>, memory_of<N>>);
    add("file/switch/" + n, from_store<replayed_by_hand<N>, files_of<N>>);
    add("file/one_by_one/" + n, from_store<replayed_model<counters_of<N>>, files_of<N>>);
    add("file/by_types/" + n, from_store<replayed_model<free_counters<N>>, files_of<N>>);
    return true;
}

const bool added = add_all<8>() && add_all<32>() && add_all<128>();

}  // namespace
