// expect: sillok[E0213]: what an old event becomes are events of its catalogue
// expect: line_added
#include <string>
#include <vector>

#include <sillok/event/event.hpp>

namespace v1 {
struct order_placed {
    std::string customer;
    std::vector<std::string> lines;
};
}  // namespace v1

struct line_added {
    std::string sku;
};
struct order_placed {
    std::string customer;
    static sillok::several<order_placed, line_added> upcast(const v1::order_placed& e) {
        sillok::several<order_placed, line_added> parts{order_placed{e.customer}};
        for (const std::string& sku : e.lines) parts += line_added{sku};
        return parts;
    }
};

struct order_events : sillok::events<
#ifdef FIXED
                          sillok::event<"order.line_added", line_added>,
#endif
                          sillok::event<"order.placed", v1::order_placed, order_placed>> {
};

inline constexpr bool judged = order_events::is_sound;
