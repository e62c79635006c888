// Lists the orders, and takes in those of another shop: office list STORE, office import STORE ORDER
#include <iostream>
#include <map>
#include <string>

#include <sillok/event/encode.hpp>
#include <sillok/store/replay.hpp>

#include "shop/events.hpp"
#include "shop/sale.hpp"
#include "shop/storage.hpp"

namespace {

using namespace shop;

// What is known of every order, by its key.
struct all_orders {
    using events = order_events;
    std::map<std::string, std::string, std::less<>> texts;

    std::string& of(const sillok::metadata& about) { return texts[std::string(about.key())]; }

    void on(const order_placed& e, const sillok::metadata& about) {
        of(about) += e.customer + " owes " + std::to_string(e.total) + ' ' + e.currency;
        for (const line& each : e.lines) of(about) += ", " + std::to_string(each.quantity) + ' ' + each.sku;
    }
    void on(const order_paid& e, const sillok::metadata& about) {
        of(about) += "; paid " + std::to_string(e.amount) + " and " + std::to_string(e.fee);
    }
    void on(const order_sent& e, const sillok::metadata& about) {
        of(about) += (e.by == way::post ? "; by post to " : "; by courier to ") + e.to;
    }
};

bool list(sillok::store_ref store) {
    all_orders all;
    if (!told(sillok::replay(store, {}, all))) return false;
    for (const auto& [key, text] : all.texts) std::cout << key << ": " << text << '\n';
    return true;
}

// Records an order without reading anything.
bool import(sillok::store_ref store, const std::string& key) {
    sillok::byte_buffer placing, paying, sending;
    const sillok::new_event events[] = {
        {sillok::encode_event<order_events>(placed(), placing), placing.view()},
        {sillok::encode_event<order_events>(paid(), paying), paying.view()},
        {sillok::encode_event<order_events>(sent(), sending), sending.view()},
    };
    const sillok::stream_append to[] = {{{"order", key}, sillok::no_stream{}, events}};
    return told(store.append({.streams = to}));
}

}  // namespace

int main(int count, char** words) {
    const std::string what = count > 2 ? words[1] : "";
    if (what != "list" && (what != "import" || count != 4)) return 2;
    return with_store(words[2],
                      [&](sillok::store_ref store) { return what == "list" ? list(store) : import(store, words[3]); });
}
