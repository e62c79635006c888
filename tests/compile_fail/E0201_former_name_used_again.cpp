// expect: sillok[E0201]: two events of a catalogue may not have the same name
// expect: order_sent
#include <cstdint>
#include <string>

#include <sillok/event/event.hpp>

struct order_placed {
    std::string customer;
};
struct order_sent {
    std::int64_t parcel;
};

struct order_events : sillok::events<sillok::event<"order.placed", sillok::formerly<"order.sent">, order_placed>,
#ifndef FIXED
                                     sillok::event<"order.sent", order_sent>
#else
                                     sillok::event<"order.shipped", order_sent>
#endif
                                     > {
};

inline constexpr bool judged = order_events::is_sound;
