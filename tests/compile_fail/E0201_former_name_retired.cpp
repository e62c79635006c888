// expect: sillok[E0201]: two events of a catalogue may not have the same name
// expect: order_shown
#include <string>

#include <sillok/event/event.hpp>

struct order_shown {
    std::string where;
};

#ifndef FIXED
struct order_events : sillok::events<sillok::event<"order.shown", sillok::formerly<"order.printed">, order_shown>,
                                     sillok::retired<"order.printed">> {};
#else
struct order_events : sillok::events<sillok::event<"order.shown", sillok::formerly<"order.printed">, order_shown>,
                                     sillok::retired<"order.told">> {};
#endif

inline constexpr bool judged = order_events::is_sound;
