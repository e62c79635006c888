#pragma once
// What every customer of this shop does.

#include "shop/events.hpp"

namespace shop {

inline order_placed placed() {
    order_placed e{};
    e.customer = "Ada";
    e.total = 30000;
    e.lines = {{"tea", 2}, {"cup", 1}};
    e.currency = "EUR";
    return e;
}
inline order_paid paid() {
    order_paid e{};
    e.amount = 30000;
    e.fee = 250;
    return e;
}
inline order_sent sent() {
    order_sent e{};
    e.by = way::courier;
    e.to = "Seoul";
    return e;
}

}  // namespace shop
