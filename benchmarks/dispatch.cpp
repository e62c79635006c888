// One recorded event to its typed handler, for catalogues of 8, 32 and 128 types.
//
// Two questions, each against contenders that do the same work, namely read an int64 and add it to a counter of the type:
//   record/…  from the bytes of a record: find the type by hash and revision, confirm the name, check the payload's length,
//             decode, call. The contenders that search by anything else are given what they search by.
//   object/…  from a struct that is at hand and its place in the catalogue, as in-process publishing does.
// Types come in random order (one branch is mispredicted per event, whatever one does) or in a row (round_robin).
// Instructions per event: valgrind --tool=callgrind, the inclusive cost of `pass<…>` by 262,144 events a call.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "sillok/event/dispatch.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/record_writer.hpp"

namespace {

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

// --- Sillok ----------------------------------------------------------------------------------------------------------------

template <std::size_t N>
struct by_sillok {
    counters_of<N> to;
    sillok::dispatcher<counters_of<N>> dispatch;

    [[gnu::always_inline]] bool operator()(sillok::record_view record) {
        return dispatch.dispatch(to, record).has_value();
    }
    [[gnu::always_inline]] bool operator()(std::uint32_t place, const void* event) {
        return dispatch.deliver(to, place, event, sillok::metadata{}).has_value();
    }
};

// --- other ways ------------------------------------------------------------------------------------------------------------

// A table of functions, searched by the place in the catalogue, which the records of this contender are given.
template <std::size_t N>
struct by_table {
    counters_of<N> to;

    template <std::size_t... I>
    static constexpr auto objects(std::index_sequence<I...>) {
        return std::array<bool (*)(counters_of<N>&, const void*), N>{[](counters_of<N>& c, const void* event) {
            c.apply(*static_cast<const moved<I>*>(event));
            return true;
        }...};
    }
    [[gnu::always_inline]] bool operator()(std::uint32_t place, const void* event) {
        static constexpr auto table = objects(std::make_index_sequence<N>{});
        return table[place](to, event);
    }
};

// A function object for each type behind a hash map, by the type's name or by its place.
template <std::size_t N, class Key>
struct by_map {
    counters_of<N> to;
    std::unordered_map<Key, std::function<bool(counters_of<N>&, sillok::record_view)>> records;
    std::unordered_map<Key, std::function<void(counters_of<N>&, const void*)>> objects;

    by_map() { fill(std::make_index_sequence<N>{}); }
    template <std::size_t... I>
    void fill(std::index_sequence<I...>) {
        (add<I>(), ...);
    }
    template <std::size_t I>
    void add() {
        if constexpr (std::is_same_v<Key, std::string>)
            records[std::string(moved_name<I>().view())] = [](counters_of<N>& c, sillok::record_view r) {
                return apply_payload<I, N>(c, r);
            };
        else
            objects[I] = [](counters_of<N>& c, const void* event) { c.apply(*static_cast<const moved<I>*>(event)); };
    }
    [[gnu::always_inline]] bool operator()(sillok::record_view record) {
        const auto found = records.find(std::string(record.type()));
        return found != records.end() && found->second(to, record);
    }
    [[gnu::always_inline]] bool operator()(std::uint32_t place, const void* event) {
        const auto found = objects.find(place);
        if (found == objects.end()) return false;
        found->second(to, event);
        return true;
    }
};

// An object with a virtual function for each event; what is handed over is the object.
template <std::size_t N>
struct by_virtual {
    struct event_base {
        virtual ~event_base() = default;
        virtual void apply_to(counters_of<N>&) const = 0;
    };
    template <std::size_t I>
    struct event_object final : event_base {
        moved<I> value{};
        void apply_to(counters_of<N>& c) const override { c.apply(value); }
    };
    counters_of<N> to;
    [[gnu::always_inline]] bool operator()(const event_base& event) {
        event.apply_to(to);
        return true;
    }
};

template <class Indices>
struct variant_of;
template <std::size_t... I>
struct variant_of<std::index_sequence<I...>> {
    using type = std::variant<moved<I>...>;
};

template <std::size_t N>
struct by_visit {
    using variant = typename variant_of<std::make_index_sequence<N>>::type;
    counters_of<N> to;
    [[gnu::always_inline]] bool operator()(const variant& event) {
        std::visit([this](const auto& e) { to.apply(e); }, event);
        return true;
    }
};

// --- the passes ------------------------------------------------------------------------------------------------------------

template <class Contender>
[[gnu::noinline]] bool record_pass(Contender& contender, const input& in) {
    bool good = true;
    for (const sillok::record_view record : in.records) good &= contender(record);
    return good;
}

template <class Contender>
[[gnu::noinline]] bool object_pass(Contender& contender, const std::vector<std::uint32_t>& types,
                                   const std::vector<std::int64_t>& values) {
    bool good = true;
    for (std::size_t i = 0; i < events_per_pass; ++i) good &= contender(types[i], &values[i]);
    return good;
}

template <class Contender, class Objects>
[[gnu::noinline]] bool own_pass(Contender& contender, const Objects& objects) {
    bool good = true;
    for (const auto& object : objects) good &= contender(object);
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

template <class Contender, std::size_t N>
void from_object(benchmark::State& state) {
    Contender contender;
    const input& in = input_of<N>(state.range(0) != 0);
    std::vector<std::int64_t> values(events_per_pass, 3);
    bool good = true;
    for (auto _ : state) good &= object_pass(contender, in.types, values);
    finish(state, contender, good);
}

template <std::size_t N, std::size_t... I>
auto virtual_objects(const std::vector<std::uint32_t>& types, std::index_sequence<I...>) {
    struct handle {
        std::unique_ptr<typename by_virtual<N>::event_base> at;
        operator const typename by_virtual<N>::event_base &() const { return *at; }
    };
    std::vector<handle> made;
    using maker = handle (*)();
    constexpr maker makers[] = {
        [] { return handle{std::make_unique<typename by_virtual<N>::template event_object<I>>()}; }...};
    for (const std::uint32_t type : types) made.push_back(makers[type]());
    return made;
}

template <std::size_t N>
void from_virtual(benchmark::State& state) {
    by_virtual<N> contender;
    const auto objects = virtual_objects<N>(input_of<N>(state.range(0) != 0).types, std::make_index_sequence<N>{});
    bool good = true;
    for (auto _ : state) good &= own_pass(contender, objects);
    finish(state, contender, good);
}

template <std::size_t N, std::size_t... I>
auto variants(const std::vector<std::uint32_t>& types, std::index_sequence<I...>) {
    using variant = typename by_visit<N>::variant;
    std::vector<variant> made;
    using maker = variant (*)();
    constexpr maker makers[] = {[] { return variant(moved<I>{3}); }...};
    for (const std::uint32_t type : types) made.push_back(makers[type]());
    return made;
}

template <std::size_t N>
void from_variant(benchmark::State& state) {
    by_visit<N> contender;
    const auto objects = variants<N>(input_of<N>(state.range(0) != 0).types, std::make_index_sequence<N>{});
    bool good = true;
    for (auto _ : state) good &= own_pass(contender, objects);
    finish(state, contender, good);
}

void add(const std::string& name, void (*run)(benchmark::State&)) {
    for (const bool random : {true, false})
        benchmark::RegisterBenchmark((name + (random ? "/random" : "/round_robin")).c_str(), run)->Arg(random ? 1 : 0);
}

template <std::size_t N>
bool add_all() {
    const std::string n = std::to_string(N);
    add("record/sillok/" + n, from_record<by_sillok<N>, N>);
    add("record/switch/" + n, from_record<by_switch<N>, N>);
    add("record/map_of_name/" + n, from_record<by_map<N, std::string>, N>);
    add("object/sillok/" + n, from_object<by_sillok<N>, N>);
    add("object/switch/" + n, from_object<by_switch<N>, N>);
    add("object/function_table/" + n, from_object<by_table<N>, N>);
    add("object/map_of_id/" + n, from_object<by_map<N, std::uint32_t>, N>);
    add("object/virtual/" + n, from_virtual<N>);
    if constexpr (N <= 32) add("object/visit/" + n, from_variant<N>);
    return true;
}

const bool added = add_all<8>() && add_all<32>() && add_all<128>();

}  // namespace
