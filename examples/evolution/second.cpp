// The second year: other currencies. What was submitted is called placed, and nobody prints orders any more.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "evolution.hpp"

namespace {

struct line { std::string sku; std::uint32_t quantity; };

// [events]
namespace v1 {
struct order_placed { std::string customer; std::int64_t total; std::vector<line> lines; };
struct order_paid   { std::int64_t amount; };
}  // namespace v1

struct order_placed {
    std::string customer; std::int64_t total; std::string currency; std::vector<line> lines;
    static order_placed upcast(const v1::order_placed& e) { return {e.customer, e.total, "KRW", e.lines}; }
};
struct order_paid {
    std::int64_t amount; std::string currency;
    static order_paid upcast(const v1::order_paid& e) { return {e.amount, "KRW"}; }
};

struct order_events : sillok::events<
    sillok::event<"order.placed", sillok::formerly<"order.submitted">, v1::order_placed, order_placed>,
    sillok::event<"order.paid", v1::order_paid, order_paid>,
    sillok::retired<"order.printed">> {};
// [/events]

struct place_order { std::string customer; std::int64_t total; std::string currency; std::vector<line> lines; };
struct pay_order   { std::int64_t amount; std::string currency; };

struct order {
    static constexpr sillok::name name = "order";
    using events   = order_events;
    using commands = sillok::commands<place_order, pay_order>;

    std::string       customer;
    std::string       currency;
    std::vector<line> lines;
    std::int64_t      open = 0;

    void apply(const order_placed& e) { customer = e.customer; currency = e.currency; lines = e.lines; open += e.total; }
    void apply(const order_paid& e)   { open -= e.amount; }

    sillok::decision<order_placed> decide(const place_order& c) const {
        return order_placed{c.customer, c.total, c.currency, c.lines};
    }
    sillok::decision<order_paid> decide(const pay_order& c) const {
        if (c.currency != currency) return sillok::reject("an order is paid in its currency");
        return order_paid{c.amount, c.currency};
    }
};

struct order_list {
    using events = order_events;
    std::vector<std::string> keys;
    void on(const order_placed&, const sillok::metadata& about) { keys.emplace_back(about.key()); }
    void on(const order_paid&) {}
};

}  // namespace

sillok::result<void, sillok::failure> second_generation(sillok::file_store& store) {
    const auto orders = sillok::repository<order>(store);
    for (const auto& done : {orders.execute("1", pay_order{20000, "KRW"}),
                             orders.execute("2", place_order{"Bob", 45, "EUR", {{"pot", 1}}})})
        if (!done) return done.error();

    order_list all;
    const auto read = sillok::replay(store, {}, all);
    if (!read) return sillok::failure(read.error());
    for (const std::string& key : all.keys) {
        const auto now = orders.load(key);
        if (!now) return sillok::failure(now.error());
        std::cout << key << ' ' << (*now)->customer << ": " << (*now)->lines.size() << " lines, " << (*now)->open << ' '
                  << (*now)->currency << " open\n";
    }
    std::cout << read->passed_over.retired << " events of a kind that is retired\n";
    return {};
}
