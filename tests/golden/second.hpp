#pragma once
// The second generation: other currencies. What was submitted is called placed, and nobody prints orders any more.

#include <cstdint>
#include <string>
#include <vector>

#include "first.hpp"

namespace golden::second {

using first::line;

struct order_placed {
    std::string customer;
    std::int64_t total;
    std::string currency;
    std::vector<line> lines;
    static order_placed upcast(const first::order_submitted& e) { return {e.customer, e.total, "KRW", e.lines}; }
};
struct order_paid {
    std::int64_t amount;
    std::uint32_t number;
    std::string currency;
    static order_paid upcast(const first::order_paid& e) { return {e.amount, e.number, "KRW"}; }
};
struct order_events
    : sillok::events<
          sillok::event<"order.placed", sillok::formerly<"order.submitted">, first::order_submitted, order_placed>,
          sillok::event<"order.paid", first::order_paid, order_paid>, sillok::retired<"order.printed">> {};

struct place_order {
    std::string customer;
    std::int64_t total;
    std::string currency;
    std::vector<line> lines;
};
struct pay_order {
    std::int64_t amount;
    std::uint32_t number;
};

struct order {
    static constexpr sillok::name name = "order";
    using events = order_events;
    using commands = sillok::commands<place_order, pay_order>;

    std::string currency;
    std::int64_t open = 0;

    void apply(const order_placed& e) {
        currency = e.currency;
        open += e.total;
    }
    void apply(const order_paid& e) { open -= e.amount; }

    sillok::decision<order_placed> decide(const place_order& c) const {
        return order_placed{c.customer, c.total, c.currency, c.lines};
    }
    sillok::decision<order_paid> decide(const pay_order& c) const { return order_paid{c.amount, c.number, currency}; }

    static void tag(const order_placed& e, sillok::tags& out) { out.add("customer", e.customer); }
    static void tag(const order_paid& e, sillok::tags& out) { out.unique("payment", e.number); }
};

// Onto what the first generation wrote.
inline void write(const std::string& path) {
    sillok::testing::manual_clock clock(sillok::timestamp{1'646'125'200'000'000'000});
    auto store = sillok::file_store::open(path, options(clock)).value();
    const sillok::repository<order> orders(store, {.source = "shop"});
    orders.execute("1", pay_order{20000, 2}).value();
    clock.advance(std::chrono::hours(1));
    const auto by_eve = sillok::command_context{}.by("eve");
    orders.execute("3", place_order{"Eve", 45, "EUR", {{"pot", 1}, {"tea", 3}}}, by_eve.with_id(named(6))).value();
    for (std::uint32_t n = 3; n < 10; ++n) {
        clock.advance(std::chrono::milliseconds(n));
        orders.execute("many", pay_order{50, n}).value();
    }
    store.close().value();
}

}  // namespace golden::second
