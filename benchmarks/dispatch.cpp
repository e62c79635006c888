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
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "moved_events.hpp"
#include "sillok/event/dispatch.hpp"

namespace {

using namespace moved_events;

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
