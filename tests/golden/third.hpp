#pragma once
// The third generation, which is that of today: each line of an order is an event of its own, and a reading says its unit.

#include <cstdint>
#include <map>
#include <string>

#include "first.hpp"
#include "second.hpp"
#include "sillok/event/context.hpp"
#include "sillok/event/several.hpp"

namespace golden::third {

struct line_added {
    std::string sku;
    std::uint32_t quantity;
};
struct order_placed {
    std::string customer;
    std::int64_t total;
    std::string currency;
    static sillok::several<order_placed, line_added> upcast(const second::order_placed& e) {
        sillok::several<order_placed, line_added> parts{order_placed{e.customer, e.total, e.currency}};
        for (const first::line& each : e.lines) parts += line_added{each.sku, each.quantity};
        return parts;
    }
};
using second::order_paid;
struct order_events
    : sillok::events<sillok::event<"order.placed", sillok::formerly<"order.submitted">, first::order_submitted,
                                   second::order_placed, order_placed>,
                     sillok::event<"order.line_added", line_added>,
                     sillok::event<"order.paid", first::order_paid, order_paid>, sillok::retired<"order.printed">> {};

struct gauge_read {
    first::gauge_read values;
    std::string unit;
    static gauge_read upcast(const first::gauge_read& e) { return {e, "kWh"}; }
};
struct gauge_events : sillok::events<sillok::event<"gauge.read", first::gauge_read, gauge_read>> {};

struct world : sillok::context<order_events, gauge_events> {};

struct place_order {
    std::string customer;
    std::int64_t total;
    std::string currency;
};
struct add_line {
    std::string sku;
    std::uint32_t quantity;
};
struct pay_order {
    std::int64_t amount;
    std::uint32_t number;
};

struct order {
    static constexpr sillok::name name = "order";
    using events = order_events;
    using commands = sillok::commands<place_order, add_line, pay_order>;

    std::string customer;
    std::string currency;
    std::map<std::string, std::uint32_t> pieces;
    std::int64_t open = 0;

    void apply(const order_placed& e) {
        customer = e.customer;
        currency = e.currency;
        open += e.total;
    }
    void apply(const line_added& e) { pieces[e.sku] += e.quantity; }
    void apply(const order_paid& e) { open -= e.amount; }

    sillok::decision<order_placed> decide(const place_order& c) const {
        return order_placed{c.customer, c.total, c.currency};
    }
    sillok::decision<line_added> decide(const add_line& c) const { return line_added{c.sku, c.quantity}; }
    sillok::decision<order_paid> decide(const pay_order& c) const { return order_paid{c.amount, c.number, currency}; }

    static void tag(const order_placed& e, sillok::tags& out) { out.add("customer", e.customer); }
    static void tag(const order_paid& e, sillok::tags& out) { out.unique("payment", e.number); }
};

// Onto what the first and the second generation wrote.
inline void write(const std::string& path) {
    sillok::testing::manual_clock clock(sillok::timestamp{1'677'661'200'000'000'000});
    auto store = sillok::file_store::open(path, options(clock)).value();
    const sillok::repository<order> orders(store, {.source = "shop"});
    orders.execute("3", add_line{"cup", 4}).value();
    orders.execute("3", pay_order{40, 10}).value();
    orders.execute("4", place_order{"Kim", 12, "USD"}, sillok::command_context{}.with_id(named(7))).value();
    for (std::uint32_t n = 1; n <= 6; ++n) {
        clock.advance(std::chrono::minutes(n));
        orders.execute("4", add_line{"tea", n}).value();
    }
    sillok::byte_buffer bytes;
    const auto type = sillok::encode_event<gauge_events>(gauge_read{first::reading(), "m\xC2\xB3"}, bytes);
    const std::string_view tags[] = {"gauge:main"};
    const sillok::new_event read[] = {{.type = type, .payload = bytes.view(), .tags = tags}};
    const sillok::stream_append gauges[] = {{{"gauge", "main"}, sillok::stream_exists{}, read}};
    static_cast<void>(store.append({.streams = gauges}).value());
    store.close().value();
}

}  // namespace golden::third
