// The first year: everything is in won, and an order is one event.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "evolution.hpp"

namespace {

// [events]
struct line            { std::string sku; std::uint32_t quantity; };
struct order_submitted { std::string customer; std::int64_t total; std::vector<line> lines; };
struct order_printed   { std::uint32_t copies; };
struct order_paid      { std::int64_t amount; };

struct order_events : sillok::events<
    sillok::event<"order.submitted", order_submitted>,
    sillok::event<"order.printed",   order_printed>,
    sillok::event<"order.paid",      order_paid>> {};
// [/events]

struct submit_order { std::string customer; std::int64_t total; std::vector<line> lines; };
struct print_order  {};
struct pay_order    { std::int64_t amount; };

struct order {
    static constexpr sillok::name name = "order";
    using events   = order_events;
    using commands = sillok::commands<submit_order, print_order, pay_order>;

    std::string       customer;
    std::vector<line> lines;
    std::int64_t      open = 0;

    void apply(const order_submitted& e) { customer = e.customer; lines = e.lines; open += e.total; }
    void apply(const order_printed&)     {}
    void apply(const order_paid& e)      { open -= e.amount; }

    sillok::decision<order_submitted> decide(const submit_order& c) const { return order_submitted{c.customer, c.total, c.lines}; }
    sillok::decision<order_printed>   decide(const print_order&) const    { return order_printed{1}; }
    sillok::decision<order_paid>      decide(const pay_order& c) const    { return order_paid{c.amount}; }
};

// Reads every order: the key of each, in the order of their first events.
struct order_list {
    using events = order_events;
    std::vector<std::string> keys;
    void on(const order_submitted&, const sillok::metadata& about) { keys.emplace_back(about.key()); }
    void on(const order_printed&) {}
    void on(const order_paid&) {}
};

}  // namespace

sillok::result<void, sillok::failure> first_generation(sillok::file_store& store) {
    const auto orders = sillok::repository<order>(store);
    for (const auto& done : {orders.execute("1", submit_order{"Ada", 30000, {{"tea", 2}, {"cup", 1}}}),
                             orders.execute("1", print_order{}), orders.execute("1", pay_order{10000})})
        if (!done) return done.error();

    order_list all;
    if (auto read = sillok::replay(store, {}, all); !read) return sillok::failure(read.error());
    for (const std::string& key : all.keys) {
        const auto now = orders.load(key);
        if (!now) return sillok::failure(now.error());
        std::cout << key << ' ' << (*now)->customer << ": " << (*now)->lines.size() << " lines, " << (*now)->open << " open\n";
    }
    return {};
}
