// The third year: lines come one by one, so that an order can grow. Each is an event of its own, also those that were recorded within
// their order.
#include <cstdint>
#include <iostream>
#include <map>
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
namespace v2 {
struct order_placed {
    std::string customer; std::int64_t total; std::string currency; std::vector<line> lines;
    static order_placed upcast(const v1::order_placed& e) { return {e.customer, e.total, "KRW", e.lines}; }
};
}  // namespace v2

struct line_added { std::string sku; std::uint32_t quantity; };
struct order_placed {
    std::string customer; std::int64_t total; std::string currency;
    static sillok::several<order_placed, line_added> upcast(const v2::order_placed& e) {
        sillok::several<order_placed, line_added> parts{order_placed{e.customer, e.total, e.currency}};
        for (const line& each : e.lines) parts += line_added{each.sku, each.quantity};
        return parts;
    }
};
struct order_paid {
    std::int64_t amount; std::string currency;
    static order_paid upcast(const v1::order_paid& e) { return {e.amount, "KRW"}; }
};

struct order_events : sillok::events<
    sillok::event<"order.placed", sillok::formerly<"order.submitted">, v1::order_placed, v2::order_placed, order_placed>,
    sillok::event<"order.line_added", line_added>,
    sillok::event<"order.paid", v1::order_paid, order_paid>,
    sillok::retired<"order.printed">> {};
// [/events]

struct place_order { std::string customer; std::int64_t total; std::string currency; };
struct add_line    { std::string sku; std::uint32_t quantity; };
struct pay_order   { std::int64_t amount; };

struct order {
    static constexpr sillok::name name = "order";
    using events   = order_events;
    using commands = sillok::commands<place_order, add_line, pay_order>;

    std::string                          customer;
    std::string                          currency;
    std::map<std::string, std::uint32_t> pieces;
    std::int64_t                         open = 0;

    void apply(const order_placed& e) { customer = e.customer; currency = e.currency; open += e.total; }
    void apply(const line_added& e)   { pieces[e.sku] += e.quantity; }
    void apply(const order_paid& e)   { open -= e.amount; }

    sillok::decision<order_placed> decide(const place_order& c) const { return order_placed{c.customer, c.total, c.currency}; }
    sillok::decision<line_added>   decide(const add_line& c) const    { return line_added{c.sku, c.quantity}; }
    sillok::decision<order_paid>   decide(const pay_order& c) const   { return order_paid{c.amount, currency}; }
};

struct shop : sillok::context<order> {};

// Knows lines only, wherever they were recorded.
struct pieces_sold {
    using events = sillok::select<shop, line_added>;
    std::map<std::string, std::uint32_t> by_sku;
    void on(const line_added& e) { by_sku[e.sku] += e.quantity; }
};

struct order_list {
    using events = sillok::select<shop, order_placed>;
    std::vector<std::string> keys;
    void on(const order_placed&, const sillok::metadata& about) { keys.emplace_back(about.key()); }
};

}  // namespace

sillok::result<void, sillok::failure> third_generation(sillok::file_store& store) {
    const auto orders = sillok::repository<order>(store);
    for (const auto& done : {orders.execute("2", add_line{"tea", 3}), orders.execute("2", pay_order{40}),
                             orders.execute("3", place_order{"Eve", 12, "USD"}), orders.execute("3", add_line{"cup", 4})})
        if (!done) return done.error();

    order_list all;
    if (auto read = sillok::replay(store, {}, all); !read) return sillok::failure(read.error());
    for (const std::string& key : all.keys) {
        const auto now = orders.load(key);
        if (!now) return sillok::failure(now.error());
        std::cout << key << ' ' << (*now)->customer << ": " << (*now)->pieces.size() << " lines, " << (*now)->open << ' '
                  << (*now)->currency << " open\n";
    }
    pieces_sold sold;
    if (auto read = sillok::replay(store, {}, sold); !read) return sillok::failure(read.error());
    for (const auto& [sku, pieces] : sold.by_sku) std::cout << pieces << " x " << sku << " sold\n";
    return {};
}

// [history]
sillok::result<void> third_generation_history(sillok::file_store& store, const std::string& key) {
    return sillok::for_each_step<order>(store, key, [](const sillok::step<order>& step) {
        std::cout << step.about.version().value << ' ' << step.event << '\n';
        for (const auto& each : sillok::differences(step.before, step.after)) std::cout << "    " << each << '\n';
        return true;
    });
}
// [/history]
