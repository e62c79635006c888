// Encoding and decoding three events, small, medium and large (16, 85 and 227 bytes), beside the code that one would write by
// hand for exactly these events. Contenders run in the same process; read the medians of interleaved repetitions:
//
//     bench_codec --benchmark_enable_random_interleaving=true --benchmark_repetitions=9 --benchmark_report_aggregates_only=true

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <sillok/codec/binary.hpp>
#include <sillok/codec/view.hpp>

namespace {

using sillok::byte_buffer;
using sillok::bytes_view;
using sillok::load_le;
using sillok::store_le;

// --- the events -------------------------------------------------------------------------------------------------------

struct money_deposited {
    std::int64_t amount;
    std::int64_t balance;
};

struct payment_requested {
    sillok::uuid id;
    std::string payer;
    std::string payee;
    std::int64_t amount;
    std::int64_t due;
};

struct address {
    std::string street;
    std::string city;
};
struct item {
    std::string sku;
    std::uint32_t quantity;
    std::int64_t price;
};
struct order_placed {
    sillok::uuid id;
    std::string customer;
    address ship_to;
    std::vector<item> items;
    std::int64_t total;
};

// --- their views ------------------------------------------------------------------------------------------------------

struct money_deposited_view {
    using view_of = money_deposited;
    std::int64_t amount;
    std::int64_t balance;
};
struct payment_requested_view {
    using view_of = payment_requested;
    sillok::uuid id;
    std::string_view payer;
    std::string_view payee;
    std::int64_t amount;
    std::int64_t due;
};
struct address_view {
    using view_of = address;
    std::string_view street;
    std::string_view city;
};
struct item_view {
    using view_of = item;
    std::string_view sku;
    std::uint32_t quantity;
    std::int64_t price;
};
struct order_placed_view {
    using view_of = order_placed;
    sillok::uuid id;
    std::string_view customer;
    address_view ship_to;
    sillok::sequence_view<item_view> items;
    std::int64_t total;
};

money_deposited small_event() { return {100, 1000}; }
payment_requested medium_event() { return {{}, "customer-000000000042", "merchant-0000000000007", 129900, 1700000000}; }
order_placed large_event() {
    order_placed event{{}, "customer-000000042", {"110, Sejong-daero, Jung-gu", "Seoul, 04524"}, {}, 5000};
    for (int i = 0; i < 5; ++i) event.items.push_back({"sku-00042" + std::to_string(i), 1, 1000});
    return event;
}

// --- by hand: one size, one extend, one check for every run of bytes of known number ----------------------------------

namespace by_hand {

std::byte* put_text(std::byte* to, std::string_view text) {
    to = store_le(to, static_cast<std::uint32_t>(text.size()));
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

void encode(const money_deposited& e, byte_buffer& out) {
    std::byte* to = out.extend(16);
    to = store_le(to, e.amount);
    store_le(to, e.balance);
}

void encode(const payment_requested& e, byte_buffer& out) {
    std::byte* to = out.extend(16 + 4 + e.payer.size() + 4 + e.payee.size() + 16);
    std::memcpy(to, e.id.octets.data(), 16);
    to = put_text(to + 16, e.payer);
    to = put_text(to, e.payee);
    to = store_le(to, e.amount);
    store_le(to, e.due);
}

void encode(const order_placed& e, byte_buffer& out) {
    std::size_t size = 16 + 4 + e.customer.size() + 4 + e.ship_to.street.size() + 4 + e.ship_to.city.size() + 4 + 8;
    for (const item& each : e.items) size += 4 + each.sku.size() + 4 + 8;
    std::byte* to = out.extend(size);
    std::memcpy(to, e.id.octets.data(), 16);
    to = put_text(to + 16, e.customer);
    to = put_text(to, e.ship_to.street);
    to = put_text(to, e.ship_to.city);
    to = store_le(to, static_cast<std::uint32_t>(e.items.size()));
    for (const item& each : e.items) {
        to = put_text(to, each.sku);
        to = store_le(to, each.quantity);
        to = store_le(to, each.price);
    }
    store_le(to, e.total);
}

struct source {
    const std::byte* at;
    const std::byte* end;

    bool has(std::size_t bytes) const { return static_cast<std::size_t>(end - at) >= bytes; }
    template <class T>
    T integer() {
        const T value = load_le<T>(at);
        at += sizeof(T);
        return value;
    }
    // Requires: the length is there.
    template <class Text>
    bool text(Text& into) {
        const std::size_t size = integer<std::uint32_t>();
        if (!has(size)) return false;
        const char* const first = reinterpret_cast<const char*>(at);
        if constexpr (std::is_same_v<Text, std::string>)
            into.assign(first, size);
        else
            into = Text(first, size);
        at += size;
        return true;
    }
    void id(sillok::uuid& into) {
        std::memcpy(into.octets.data(), at, 16);
        at += 16;
    }
};

template <class Event>
bool decode_money(bytes_view in, Event& e) {
    source from{in.data(), in.data() + in.size()};
    if (!from.has(16)) return false;
    e.amount = from.integer<std::int64_t>();
    e.balance = from.integer<std::int64_t>();
    return from.at == from.end;
}

template <class Event>
bool decode_payment(bytes_view in, Event& e) {
    source from{in.data(), in.data() + in.size()};
    if (!from.has(20)) return false;
    from.id(e.id);
    if (!from.text(e.payer) || !from.has(4) || !from.text(e.payee) || !from.has(16)) return false;
    e.amount = from.integer<std::int64_t>();
    e.due = from.integer<std::int64_t>();
    return from.at == from.end;
}

template <class Item>
bool take_item(source& from, Item& into) {
    if (!from.has(4) || !from.text(into.sku) || !from.has(12)) return false;
    into.quantity = from.integer<std::uint32_t>();
    into.price = from.integer<std::int64_t>();
    return true;
}

template <class Event>
bool take_order_head(source& from, Event& e) {
    if (!from.has(20)) return false;
    from.id(e.id);
    return from.text(e.customer) && from.has(4) && from.text(e.ship_to.street) && from.has(4) &&
           from.text(e.ship_to.city) && from.has(4);
}

bool decode_order(bytes_view in, order_placed& e) {
    source from{in.data(), in.data() + in.size()};
    if (!take_order_head(from, e)) return false;
    const std::size_t count = from.integer<std::uint32_t>();
    if (!from.has(count * 16)) return false;
    e.items.resize(count);
    for (item& each : e.items)
        if (!take_item(from, each)) return false;
    if (!from.has(8)) return false;
    e.total = from.integer<std::int64_t>();
    return from.at == from.end;
}

// The view by hand: a span over checked items, read as they are walked.
struct order_view {
    sillok::uuid id;
    std::string_view customer;
    address_view ship_to;
    bytes_view items;
    std::size_t item_count;
    std::int64_t total;
};

bool decode_order_view(bytes_view in, order_view& e) {
    source from{in.data(), in.data() + in.size()};
    if (!take_order_head(from, e)) return false;
    e.item_count = from.integer<std::uint32_t>();
    if (!from.has(e.item_count * 16)) return false;
    const std::byte* const start = from.at;
    for (std::size_t i = 0; i < e.item_count; ++i) {
        std::string_view sku;
        if (!from.has(4) || !from.text(sku) || !from.has(12)) return false;
        from.at += 12;
    }
    e.items = {start, from.at};
    if (!from.has(8)) return false;
    e.total = from.integer<std::int64_t>();
    return from.at == from.end;
}

}  // namespace by_hand

// --- the runs ---------------------------------------------------------------------------------------------------------

template <class Event, class Encode>
void run_encode(benchmark::State& state, const Event& event, Encode encode) {
    byte_buffer out;
    encode(event, out);
    state.counters["bytes"] = static_cast<double>(out.size());
    for (auto _ : state) {
        out.clear();
        benchmark::DoNotOptimize(&event);
        benchmark::ClobberMemory();
        encode(event, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

template <class Into, class Event, class Decode>
void run_decode_new(benchmark::State& state, const Event& event, Decode decode) {
    byte_buffer bytes;
    sillok::binary_codec::encode(event, bytes);
    for (auto _ : state) {
        bytes_view in = bytes.view();
        benchmark::DoNotOptimize(in);
        Into into;
        bool good = decode(in, into);
        benchmark::DoNotOptimize(good);
        benchmark::DoNotOptimize(&into);
        benchmark::ClobberMemory();
    }
}

template <class Into, class Event, class Decode>
void run_decode_reused(benchmark::State& state, const Event& event, Decode decode) {
    byte_buffer bytes;
    sillok::binary_codec::encode(event, bytes);
    Into into;
    for (auto _ : state) {
        bytes_view in = bytes.view();
        benchmark::DoNotOptimize(in);
        bool good = decode(in, into);
        benchmark::DoNotOptimize(good);
        benchmark::DoNotOptimize(&into);
        benchmark::ClobberMemory();
    }
}

const auto sillok_encode = [](const auto& event, byte_buffer& out) { sillok::binary_codec::encode(event, out); };
const auto sillok_decode = [](bytes_view in, auto& into) { return sillok::binary_codec::decode(in, into).has_value(); };
const auto hand_encode = [](const auto& event, byte_buffer& out) { by_hand::encode(event, out); };
const auto hand_money = [](bytes_view in, auto& into) { return by_hand::decode_money(in, into); };
const auto hand_payment = [](bytes_view in, auto& into) { return by_hand::decode_payment(in, into); };
const auto hand_order = [](bytes_view in, auto& into) { return by_hand::decode_order(in, into); };
const auto hand_order_view = [](bytes_view in, auto& into) { return by_hand::decode_order_view(in, into); };

void encode_small_sillok(benchmark::State& s) { run_encode(s, small_event(), sillok_encode); }
void encode_small_hand(benchmark::State& s) { run_encode(s, small_event(), hand_encode); }
void encode_medium_sillok(benchmark::State& s) { run_encode(s, medium_event(), sillok_encode); }
void encode_medium_hand(benchmark::State& s) { run_encode(s, medium_event(), hand_encode); }
void encode_large_sillok(benchmark::State& s) { run_encode(s, large_event(), sillok_encode); }
void encode_large_hand(benchmark::State& s) { run_encode(s, large_event(), hand_encode); }

void decode_new_small_sillok(benchmark::State& s) { run_decode_new<money_deposited>(s, small_event(), sillok_decode); }
void decode_new_small_hand(benchmark::State& s) { run_decode_new<money_deposited>(s, small_event(), hand_money); }
void decode_new_medium_sillok(benchmark::State& s) {
    run_decode_new<payment_requested>(s, medium_event(), sillok_decode);
}
void decode_new_medium_hand(benchmark::State& s) { run_decode_new<payment_requested>(s, medium_event(), hand_payment); }
void decode_new_large_sillok(benchmark::State& s) { run_decode_new<order_placed>(s, large_event(), sillok_decode); }
void decode_new_large_hand(benchmark::State& s) { run_decode_new<order_placed>(s, large_event(), hand_order); }

void decode_reused_small_sillok(benchmark::State& s) {
    run_decode_reused<money_deposited>(s, small_event(), sillok_decode);
}
void decode_reused_small_hand(benchmark::State& s) { run_decode_reused<money_deposited>(s, small_event(), hand_money); }
void decode_reused_medium_sillok(benchmark::State& s) {
    run_decode_reused<payment_requested>(s, medium_event(), sillok_decode);
}
void decode_reused_medium_hand(benchmark::State& s) {
    run_decode_reused<payment_requested>(s, medium_event(), hand_payment);
}
void decode_reused_large_sillok(benchmark::State& s) {
    run_decode_reused<order_placed>(s, large_event(), sillok_decode);
}
void decode_reused_large_hand(benchmark::State& s) { run_decode_reused<order_placed>(s, large_event(), hand_order); }

void decode_view_small_sillok(benchmark::State& s) {
    run_decode_reused<money_deposited_view>(s, small_event(), sillok_decode);
}
void decode_view_small_hand(benchmark::State& s) {
    run_decode_reused<money_deposited_view>(s, small_event(), hand_money);
}
void decode_view_medium_sillok(benchmark::State& s) {
    run_decode_reused<payment_requested_view>(s, medium_event(), sillok_decode);
}
void decode_view_medium_hand(benchmark::State& s) {
    run_decode_reused<payment_requested_view>(s, medium_event(), hand_payment);
}
void decode_view_large_sillok(benchmark::State& s) {
    run_decode_reused<order_placed_view>(s, large_event(), sillok_decode);
}
void decode_view_large_hand(benchmark::State& s) {
    run_decode_reused<by_hand::order_view>(s, large_event(), hand_order_view);
}

BENCHMARK(encode_small_sillok);
BENCHMARK(encode_small_hand);
BENCHMARK(encode_medium_sillok);
BENCHMARK(encode_medium_hand);
BENCHMARK(encode_large_sillok);
BENCHMARK(encode_large_hand);
BENCHMARK(decode_new_small_sillok);
BENCHMARK(decode_new_small_hand);
BENCHMARK(decode_new_medium_sillok);
BENCHMARK(decode_new_medium_hand);
BENCHMARK(decode_new_large_sillok);
BENCHMARK(decode_new_large_hand);
BENCHMARK(decode_reused_small_sillok);
BENCHMARK(decode_reused_small_hand);
BENCHMARK(decode_reused_medium_sillok);
BENCHMARK(decode_reused_medium_hand);
BENCHMARK(decode_reused_large_sillok);
BENCHMARK(decode_reused_large_hand);
BENCHMARK(decode_view_small_sillok);
BENCHMARK(decode_view_small_hand);
BENCHMARK(decode_view_medium_sillok);
BENCHMARK(decode_view_medium_hand);
BENCHMARK(decode_view_large_sillok);
BENCHMARK(decode_view_large_hand);

}  // namespace
