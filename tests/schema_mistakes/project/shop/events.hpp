#pragma once
// What happens to an order. In the second year orders got a currency, and what was delivered is called sent.

#include <cstdint>
#include <string>
#include <vector>

#include <sillok/event/event.hpp>

namespace shop {

enum class way : std::uint8_t { post, courier };

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
}  // namespace v1
struct order_placed {
    std::string customer;
    std::int64_t total;
    std::string currency;
    std::vector<line> lines;
    static order_placed upcast(const v1::order_placed& e) { return {e.customer, e.total, "KRW", e.lines}; }
};

struct order_paid {
    std::int64_t amount;
    std::int64_t fee;
};

struct order_sent {
    way by;
    std::string to;
};

struct order_events
    : sillok::events<sillok::event<"order.placed", v1::order_placed, order_placed>,  // the older version first
                     sillok::event<"order.paid", order_paid>,                        //
                     sillok::event<"order.sent", sillok::formerly<"order.delivered">, order_sent>> {};

}  // namespace shop
