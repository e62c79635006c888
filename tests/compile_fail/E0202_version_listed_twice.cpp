// expect: sillok[E0202]: a type may stand in a catalogue only once
// expect: v1::money_withdrawn
#include <cstdint>

#include <sillok/event/event.hpp>

namespace v1 {
struct money_withdrawn {
    std::int64_t amount;
};
}  // namespace v1
struct money_withdrawn {
    std::int64_t amount;
    std::int32_t fee;
    static money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, 0}; }
};

struct account_events : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>
#ifndef FIXED
                                       ,
                                       sillok::event<"money.taken", v1::money_withdrawn>
#endif
                                       > {
};
