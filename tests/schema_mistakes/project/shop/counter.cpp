// Takes orders: counter place|pay|send STORE ORDER
#include <iostream>
#include <string>

#include <sillok/command/repository.hpp>

#include "shop/events.hpp"
#include "shop/sale.hpp"
#include "shop/storage.hpp"

namespace {

using namespace shop;

struct place_order {};
struct pay_order {};
struct send_order {};

struct order {
    static constexpr sillok::name name = "order";
    using events = order_events;
    using commands = sillok::commands<place_order, pay_order, send_order>;

    std::int64_t open = 0;

    void apply(const order_placed& e) { open += e.total; }
    void apply(const order_paid& e) { open -= e.amount; }
    void apply(const order_sent&) {}

    sillok::decision<order_placed> decide(const place_order&) const { return placed(); }
    sillok::decision<order_paid> decide(const pay_order&) const {
        if (open == 0) return sillok::reject("nothing is open");
        return paid();
    }
    sillok::decision<order_sent> decide(const send_order&) const { return sent(); }
};

}  // namespace

int main(int count, char** words) {
    const std::string what = count == 4 ? words[1] : "";
    if (what != "place" && what != "pay" && what != "send") return 2;
    return with_store(words[2], [&](sillok::store_ref store) {
        const sillok::repository<order> orders(store);
        if (what == "place") return told(orders.execute(words[3], place_order{}));
        if (what == "pay") return told(orders.execute(words[3], pay_order{}));
        return told(orders.execute(words[3], send_order{}));
    });
}
