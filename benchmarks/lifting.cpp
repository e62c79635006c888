// What the history of an event costs.
//
//   old/…      an event that was recorded in the first of three versions: through the dispatcher, and by hand, where the name is
//              compared, the old struct decoded, and the user's two upcasts called one after the other.
//   current/…  an event of the current version: in a catalogue with three versions of it, in one that has only that one, and by
//              hand.
// Instructions per event: valgrind --tool=callgrind, the inclusive cost of `pass<…>` by 4,096 events a call.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "sillok/codec/binary.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/record_writer.hpp"

namespace {

constexpr std::size_t events_per_pass = 4096;

namespace v1 {
struct paid {
    std::int64_t amount;
    std::string payer;
};
}  // namespace v1
namespace v2 {
struct paid {
    std::int64_t amount;
    std::int64_t fee;
    std::string payer;
    static paid upcast(const v1::paid& e) { return {e.amount, 0, e.payer}; }
};
}  // namespace v2
struct paid {
    std::int64_t amount;
    std::int64_t fee;
    std::string payer;
    std::string currency;
    static paid upcast(const v2::paid& e) { return {e.amount, e.fee, e.payer, "KRW"}; }
};
struct refunded {
    std::int64_t amount;
};

struct with_history
    : sillok::events<sillok::event<"paid", v1::paid, v2::paid, paid>, sillok::event<"refunded", refunded>> {};
struct without_history : sillok::events<sillok::event<"paid", paid>, sillok::event<"refunded", refunded>> {};

template <class Events>
struct ledger {
    using events = Events;
    std::int64_t sum = 0;
    std::size_t letters = 0;
    void apply(const paid& e) {
        sum += e.amount - e.fee;
        letters += e.payer.size() + e.currency.size();
    }
    void apply(const refunded& e) { sum -= e.amount; }
};

// One record of the event, as the catalogue has its type.
template <class Events, class E>
const std::vector<std::uint64_t>& recorded(const E& event) {
    static const auto words = [&] {
        sillok::byte_buffer payload;
        sillok::binary_codec::encode(event, payload);
        const sillok::record_fields fields{.position = {1},
                                           .version = {1},
                                           .time = {},
                                           .type = sillok::event_type_of<Events, E>,
                                           .stream = {"account", "42"},
                                           .payload = payload.view()};
        std::vector<std::uint64_t> made(sillok::record_bytes(fields) / 8);
        sillok::write_record(reinterpret_cast<std::byte*>(made.data()), fields);
        return made;
    }();
    return words;
}

template <class Events>
struct dispatched {
    ledger<Events> into;
    sillok::dispatcher<ledger<Events>> to;
    bool operator()(sillok::record_view record) { return to.dispatch(into, record).has_value(); }
};

// What one would write for an old version.
struct old_by_hand {
    ledger<with_history> into;
    bool operator()(sillok::record_view record) {
        static constexpr sillok::event_type type = sillok::event_type_of<with_history, v1::paid>;
        if (record.type_hash() != type.hash || record.revision() != 1 || record.type() != type.name) return false;
        v1::paid old{};
        if (!sillok::binary_codec::reads(record.payload(), old)) return false;
        into.apply(paid::upcast(v2::paid::upcast(old)));
        return true;
    }
};

// And for the current one.
struct current_by_hand {
    ledger<without_history> into;
    paid event{};
    bool operator()(sillok::record_view record) {
        static constexpr sillok::event_type type = sillok::event_type_of<without_history, paid>;
        if (record.type_hash() != type.hash || record.revision() != 1 || record.type() != type.name) return false;
        if (!sillok::binary_codec::reads(record.payload(), event)) return false;
        into.apply(event);
        return true;
    }
};

template <class Taker>
[[gnu::noinline]] bool pass(Taker& take, sillok::record_view record) {
    bool good = true;
    for (std::size_t i = 0; i < events_per_pass; ++i) good &= take(record);
    return good;
}

template <class Taker, class Events, class E>
void run(benchmark::State& state, const E& event) {
    Taker take;
    const sillok::record_view record(reinterpret_cast<const std::byte*>(recorded<Events>(event).data()));
    for (auto _ : state)
        if (!pass(take, record)) state.SkipWithError("an event was not taken");
    benchmark::DoNotOptimize(take.into.sum);
    benchmark::DoNotOptimize(take.into.letters);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(events_per_pass));
}

void old_sillok(benchmark::State& state) {
    run<dispatched<with_history>, with_history>(state, v1::paid{30, "somebody"});
}
void old_hand(benchmark::State& state) { run<old_by_hand, with_history>(state, v1::paid{30, "somebody"}); }
void current_with(benchmark::State& state) {
    run<dispatched<with_history>, with_history>(state, paid{30, 1, "somebody", "KRW"});
}
void current_without(benchmark::State& state) {
    run<dispatched<without_history>, without_history>(state, paid{30, 1, "somebody", "KRW"});
}

void current_hand(benchmark::State& state) {
    run<current_by_hand, without_history>(state, paid{30, 1, "somebody", "KRW"});
}

BENCHMARK(old_sillok)->Name("old/sillok");
BENCHMARK(old_hand)->Name("old/by_hand");
BENCHMARK(current_with)->Name("current/with_history");
BENCHMARK(current_without)->Name("current/without_history");
BENCHMARK(current_hand)->Name("current/by_hand");

}  // namespace
