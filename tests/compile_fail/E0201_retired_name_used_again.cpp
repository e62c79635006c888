// expect: sillok[E0201]: two events of a catalogue may not have the same name
// expect: coupon_used
#include <cstdint>

#include <sillok/event/event.hpp>

struct coupon_used {
    std::int64_t amount;
};

struct order_events : sillok::events<sillok::retired<"order.printed">,
#ifndef FIXED
                                     sillok::event<"order.printed", coupon_used>
#else
                                     sillok::event<"coupon.used", coupon_used>
#endif
                                     > {
};

inline constexpr bool judged = order_events::is_sound;
