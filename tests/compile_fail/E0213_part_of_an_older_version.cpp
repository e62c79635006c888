// expect: sillok[E0213]: what an old event becomes are events of its catalogue, and none of its own older versions
// expect: v1::order_placed
#include <string>

#include <sillok/event/event.hpp>

namespace v1 {
struct order_placed {
    std::string customer;
};
}  // namespace v1

struct order_placed {
    std::string customer;
#ifndef FIXED
    static sillok::several<order_placed, v1::order_placed> upcast(const v1::order_placed& e) { return {e}; }
#else
    static sillok::several<order_placed> upcast(const v1::order_placed& e) { return {order_placed{e.customer}}; }
#endif
};

struct order_events : sillok::events<sillok::event<"order.placed", v1::order_placed, order_placed>> {};

inline constexpr bool judged = order_events::is_sound;
