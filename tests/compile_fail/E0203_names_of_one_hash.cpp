// expect: sillok[E0203]: two event names of a catalogue have the same 32-bit hash
// expect: wallet_rejected
#include <sillok/event/event.hpp>

struct wallet_rejected {
    int reason;
};
struct session_opened {
    int user;
};

struct shop_events : sillok::events<sillok::event<"wallet.rejected_by_hand_v", wallet_rejected>,
#ifndef FIXED
                                    sillok::event<"session.opened_at_noon", session_opened>
#else
                                    sillok::event<"session.opened_at_night", session_opened>
#endif
                                    > {
};
