// expect: sillok[E0204]: an event's name has 1 to 255 printable characters
// expect: account_opened
#include <string>

#include <sillok/event/event.hpp>

struct account_opened {
    std::string owner;
};

#ifndef FIXED
struct account_events : sillok::events<sillok::event<"account opened", account_opened>> {};
#else
struct account_events : sillok::events<sillok::event<"account.opened", account_opened>> {};
#endif
