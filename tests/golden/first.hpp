#pragma once
// The first generation: orders in won, each one event, and readings of gauges, which have a field of every kind that can be
// recorded. Sillok before layouts knew all that stands here, so that its store is written by the same lines.

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "sillok/codec/binary.hpp"
#include "sillok/codec/json.hpp"
#include "sillok/command/aggregate.hpp"
#include "sillok/command/decision.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/command/tags.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace golden {

// A batch id, or the id of a command.
inline sillok::uuid named(std::uint8_t n) {
    sillok::uuid id;
    for (std::size_t i = 0; i < 16; ++i) id.octets[i] = static_cast<std::uint8_t>(16 * n + i);
    return id;
}

// What a store of these tests is written with: full segments, and some of them.
inline sillok::file_options options(sillok::testing::manual_clock& clock) {
    return {.clock = clock, .segment_bytes = sillok::segment_bytes_min};
}

}  // namespace golden

namespace golden::first {

struct line {
    std::string sku;
    std::uint32_t quantity;
    bool operator==(const line&) const = default;
};
struct order_submitted {
    std::string customer;
    std::int64_t total;
    std::vector<line> lines;
};
struct order_printed {
    std::uint32_t copies;
};
struct order_paid {
    std::int64_t amount;
    std::uint32_t number;
};
struct order_events
    : sillok::events<sillok::event<"order.submitted", order_submitted>, sillok::event<"order.printed", order_printed>,
                     sillok::event<"order.paid", order_paid>> {};

struct submit_order {
    std::string customer;
    std::int64_t total;
    std::vector<line> lines;
};
struct print_order {
    std::uint32_t copies;
};
struct pay_order {
    std::int64_t amount;
    std::uint32_t number;
};

struct order {
    static constexpr sillok::name name = "order";
    using events = order_events;
    using commands = sillok::commands<submit_order, print_order, pay_order>;

    std::int64_t open = 0;

    void apply(const order_submitted& e) { open += e.total; }
    void apply(const order_printed&) {}
    void apply(const order_paid& e) { open -= e.amount; }

    sillok::decision<order_submitted> decide(const submit_order& c) const {
        return order_submitted{c.customer, c.total, c.lines};
    }
    sillok::decision<order_printed> decide(const print_order& c) const { return order_printed{c.copies}; }
    sillok::decision<order_paid> decide(const pay_order& c) const {
        if (c.amount > open) return sillok::reject("that is more than there is to pay");
        return order_paid{c.amount, c.number};
    }

    static void tag(const order_submitted& e, sillok::tags& out) { out.add("customer", e.customer); }
    static void tag(const order_paid& e, sillok::tags& out) { out.unique("payment", e.number); }
};

enum class grade : std::uint8_t { low = 1, high = 200 };
enum class change : std::int32_t { down = -1, none = 0, up = 70000 };
struct node {
    std::int32_t value;
    std::vector<node> children;
    bool operator==(const node&) const = default;
};

struct gauge_read {
    bool on;
    bool off;
    char letter;
    std::int8_t i8;
    std::int16_t i16;
    std::int32_t i32;
    std::int64_t i64;
    std::uint8_t u8;
    std::uint16_t u16;
    std::uint32_t u32;
    std::uint64_t u64;
    float f32;
    double f64;
    double no_number;
    double minus_zero;
    double least;
    grade quality;
    change trend;
    sillok::uuid device;
    sillok::timestamp at;
    std::chrono::milliseconds took;
    std::chrono::sys_days day;
    std::chrono::sys_time<std::chrono::microseconds> until;
    std::string text;
    std::string raw;  // not UTF-8
    std::vector<std::byte> bytes;
    std::vector<std::uint8_t> octets;
    std::array<std::uint8_t, 3> colour;
    std::optional<std::int64_t> none;
    std::optional<line> some;
    std::optional<std::optional<std::int16_t>> some_none;
    std::variant<std::monostate, std::int64_t, std::string, line> nothing;
    std::variant<std::monostate, std::int64_t, std::string, line> either;
    std::vector<line> lines;
    std::vector<bool> flags;
    std::vector<std::vector<std::int16_t>> rows;
    std::array<std::int32_t, 2> two;
    std::set<std::int64_t> numbers;
    std::map<std::string, std::int32_t> by_name;
    std::map<std::int32_t, std::vector<std::string>> by_number;
    std::pair<std::int32_t, std::string> pair;
    std::tuple<bool, std::uint8_t, std::string> tuple;
    node tree;
    bool operator==(const gauge_read&) const = default;
};
struct gauge_events : sillok::events<sillok::event<"gauge.read", gauge_read>> {};

inline gauge_read reading() {
    gauge_read r{};
    r.on = true;
    r.letter = 'g';
    r.i8 = -128;
    r.i16 = -32768;
    r.i32 = -2147483647 - 1;
    r.i64 = (std::numeric_limits<std::int64_t>::min)();
    r.u8 = 255;
    r.u16 = 0x0102;
    r.u32 = 0x01020304;
    r.u64 = 0x0102030405060708;
    r.f32 = 1.5F;
    r.f64 = -0.1;
    r.no_number = std::numeric_limits<double>::quiet_NaN();
    r.minus_zero = -0.0;
    r.least = std::numeric_limits<double>::denorm_min();
    r.quality = grade::high;
    r.trend = change::down;
    r.device = named(13);
    r.at = sillok::timestamp{-1};
    r.took = std::chrono::milliseconds(-1500);
    r.day = std::chrono::sys_days(std::chrono::days(18687));
    r.until = std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(1'614'589'200'000'001));
    r.text = "\xEA\xB8\xB0\xEB\xA1\x9D \xF0\x9F\x93\x9C \"\\\n";
    r.raw = std::string("\0\xFF\x80", 3);
    r.bytes = {std::byte{0}, std::byte{0xFF}};
    r.octets = {1, 2, 3};
    r.colour = {0xA0, 0xB0, 0xC0};
    r.some = line{"tea", 2};
    r.some_none.emplace();
    r.either = line{"cup", 1};
    r.lines = {{"", 0}, {"pot", 4'294'967'295U}};
    r.flags = {true, false, true};
    r.rows = {{}, {1, -1}};
    r.two = {7, -7};
    r.numbers = {-5, 0, 5};
    r.by_name = {{"", 0}, {"z", -1}, {"\xC3\xA4", 1}};
    r.by_number = {{-2, {}}, {3, {"a", "b"}}};
    r.pair = {-3, "pair"};
    r.tuple = {true, 9, "tuple"};
    r.tree = {1, {{2, {{3, {}}}}, {4, {}}}};
    return r;
}

// Two orders: the second came of the first.
inline void take_orders(sillok::file_store& store, sillok::testing::manual_clock& clock) {
    const sillok::repository<order> orders(store, {.source = "shop"});
    const auto by_ada = sillok::command_context{}.by("ada");
    const submit_order submitted{"Ada", 30000, {{"tea", 2}, {"cup", 1}}};
    orders.execute("1", submitted, by_ada.with_id(named(1)).with_header("trace", "7f\xC3\xA9")).value();
    clock.advance(std::chrono::nanoseconds(1));
    orders.execute("1", print_order{2}).value();
    clock.advance(std::chrono::hours(-1));  // what is recorded does not go back
    orders.execute("1", pay_order{10000, 1}, by_ada).value();
    clock.advance(std::chrono::hours(25));
    store
        .read_stream({"order", "1"}, {.limit = 1},
                     [&](const sillok::record_view& record) {
                         const sillok::command_context because{sillok::metadata(record)};
                         orders.execute("2", submit_order{"B\xC3\xB6rn", 4500, {}}, because).value();
                         return true;
                     })
        .value();
}

// The same in two codecs, and two streams of no catalogue at once.
inline void read_gauges(sillok::file_store& store, sillok::testing::manual_clock& clock) {
    const gauge_read full = reading();
    const gauge_read empty{};
    const std::string_view tags[] = {"gauge:main", "roof:\xEC\xA7\x80"};
    sillok::byte_buffer bytes[3];
    const auto type = sillok::encode_event<gauge_events>(full, bytes[0]);
    static_cast<void>(sillok::encode_event<gauge_events>(empty, bytes[1]));
    const sillok::event_type in_json = sillok::encode_event<gauge_events, sillok::json_codec>(full, bytes[2]);
    const sillok::new_event read[] = {{.type = type, .payload = bytes[0].view(), .tags = tags},
                                      {.type = type, .payload = bytes[1].view()},
                                      {.type = in_json, .payload = bytes[2].view()}};
    const sillok::stream_append gauges[] = {{{"gauge", "main"}, sillok::no_stream{}, read}};
    clock.advance(std::chrono::minutes(1));
    static_cast<void>(store.append({.streams = gauges, .batch = named(2), .source = "meter"}).value());

    const std::string_view letter_tags[] = {"gauge:main"};
    const std::string sealed("\1\0\2", 3);
    const sillok::new_event letters[] = {{.type = {"letter.sent", 3},
                                          .payload = sillok::as_bytes(std::string_view("anything")),
                                          .tags = letter_tags,
                                          .sealed = sillok::as_bytes(sealed)}};
    const sillok::new_event stamps[] = {{.type = {"stamp.used", 65535}}};
    const sillok::header headers[] = {{"x", ""}, {"to", "Z\xC3\xBCrich"}};
    const sillok::none_tagged nobody[] = {{"letter:1"}};
    const std::string key("a/b\0\xFF", 5);
    const sillok::stream_append both[] = {{{"letter \xED\x8E\xB8\xEC\xA7\x80", key}, sillok::any_version{}, letters},
                                          {{"stamp", ""}, sillok::exactly{sillok::version{0}}, stamps}};
    static_cast<void>(store
                          .append({.streams = both,
                                   .conditions = nobody,
                                   .batch = named(3),
                                   .content = 0x0807060504030201,
                                   .causation = named(4),
                                   .correlation = named(5),
                                   .source = "post",
                                   .headers = headers})
                          .value());
}

// So many orders that segments are full.
inline void fill(sillok::file_store& store, sillok::testing::manual_clock& clock, std::string_view key, int from,
                 int upto) {
    const sillok::repository<order> orders(store);
    for (int n = from; n <= upto; ++n) {
        clock.advance(std::chrono::seconds(n));
        const submit_order c{"customer " + std::to_string(n), 100 * n, {{"tea", static_cast<std::uint32_t>(n)}}};
        orders.execute(key, c).value();
    }
}

inline void write(const std::string& path) {
    sillok::testing::manual_clock clock(sillok::timestamp{1'614'589'200'000'000'123});
    auto store = sillok::file_store::open(path, options(clock)).value();
    take_orders(store, clock);
    read_gauges(store, clock);
    fill(store, clock, "many", 1, 14);
    store.close().value();
}

}  // namespace golden::first
