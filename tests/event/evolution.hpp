#pragma once
// An order service over three generations: a currency was added, an event renamed, one retired, and the lines of an order became
// events of their own.

#include <cstdint>
#include <string>
#include <vector>

#include "sillok/event/context.hpp"
#include "sillok/event/event.hpp"

namespace evolution {

struct line {
    std::string sku;
    std::uint32_t quantity;
};

namespace v1 {
struct order_placed {
    std::string customer;
    std::int64_t total;
    std::vector<line> lines;
};
struct line_added {
    std::string sku;
};
}  // namespace v1

namespace v2 {
struct order_placed {
    std::string customer;
    std::int64_t total;
    std::string currency;
    std::vector<line> lines;
    static order_placed upcast(const v1::order_placed& e) { return {e.customer, e.total, "KRW", e.lines}; }
};
}  // namespace v2

struct line_added {
    std::string sku;
    std::uint32_t quantity;
    static line_added upcast(const v1::line_added& e) { return {e.sku, 1}; }
    friend bool operator==(const line_added&, const line_added&) = default;
};

// [split]
namespace v3 {
struct order_placed {
    std::string customer;
    std::int64_t total;
    std::string currency;
    static sillok::several<order_placed, line_added> upcast(const v2::order_placed& e) {
        sillok::several<order_placed, line_added> parts{order_placed{e.customer, e.total, e.currency}};
        for (const line& each : e.lines) parts += line_added{each.sku, each.quantity};
        return parts;
    }
};
}  // namespace v3
// [/split]

struct order_placed {
    std::string customer;
    std::int64_t total_minor;
    std::string currency;
    static order_placed upcast(const v3::order_placed& e) { return {e.customer, e.total * 100, e.currency}; }
    friend bool operator==(const order_placed&, const order_placed&) = default;
};

struct order_paid {
    std::int64_t amount;
};

// [catalogue]
struct order_events : sillok::events<sillok::event<"order.placed", sillok::formerly<"order.submitted", "order.sent">,
                                                   v1::order_placed, v2::order_placed, v3::order_placed, order_placed>,
                                     sillok::event<"order.line_added", v1::line_added, line_added>,
                                     sillok::retired<"order.printed">, sillok::event<"order.paid", order_paid>> {};
// [/catalogue]

// What the generations before recorded.
struct first_events
    : sillok::events<sillok::event<"order.submitted", v1::order_placed>,
                     sillok::event<"order.line_added", v1::line_added>, sillok::event<"order.printed", order_paid>> {};
struct second_events : sillok::events<sillok::event<"order.sent", v1::order_placed, v2::order_placed>> {};
struct third_events
    : sillok::events<sillok::event<"order.placed", v1::order_placed, v2::order_placed, v3::order_placed>,
                     sillok::event<"order.line_added", v1::line_added, line_added>> {};

}  // namespace evolution
