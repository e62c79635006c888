// expect: sillok[E0213]: what an old event becomes are events of its catalogue, and none of its own older versions or what becomes one of them again
// expect: order_placed
#include <string>

#include <sillok/event/event.hpp>

namespace v1 {
struct order_placed {
    std::string customer;
};
struct line_added {
    std::string sku;
};
}  // namespace v1

struct order_placed {
    std::string customer;
    static sillok::several<order_placed, v1::line_added> upcast(const v1::order_placed& e);
};
struct line_added {
    std::string sku;
#ifndef FIXED
    static sillok::several<line_added, v1::order_placed> upcast(const v1::line_added& e);
#else
    static sillok::several<line_added, order_placed> upcast(const v1::line_added& e);
#endif
};

struct order_events : sillok::events<sillok::event<"order.placed", v1::order_placed, order_placed>,
                                     sillok::event<"order.line_added", v1::line_added, line_added>> {};

inline constexpr bool judged = order_events::is_sound;
