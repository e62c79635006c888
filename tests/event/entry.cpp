#include "sillok/event/entry.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"
#include "sillok/codec/json.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/testing/recorded.hpp"

namespace {

using namespace evolution;
using sillok::testing::recorded;

struct world : sillok::context<order_events> {};

struct paid_events : sillok::events<sillok::event<"order.paid", order_paid>> {};
struct wide_world : sillok::context<order_events, paid_events> {};

// Everything that an order is made of, as text.
struct story {
    using events = order_events;
    std::string told;
    std::vector<std::uint32_t> parts;

    void on(const order_placed& e, const sillok::metadata& about) {
        told += e.customer + " " + std::to_string(e.total_minor) + " " + e.currency + "; ";
        parts.push_back(about.part());
    }
    void on(const line_added& e, const sillok::metadata& about) {
        told += e.sku + " x" + std::to_string(e.quantity) + "; ";
        parts.push_back(about.part());
    }
    void on(const order_paid& e) { told += "paid " + std::to_string(e.amount) + "; "; }
};

// Only lines: they come out of orders that were recorded with them, too.
template <class World>
struct lines {
    using events = sillok::select<World, line_added>;
    std::string told;
    void on(const line_added& e) { told += e.sku + " "; }
};

struct payments {
    using events = sillok::select<world, order_paid>;
    std::int64_t sum = 0;
    void on(const order_paid& e) { sum += e.amount; }
};

struct strict {
    using events = sillok::select<world, line_added>;
    int calls = 0;
    sillok::result<void> on(const line_added& e) {
        ++calls;
        if (e.sku == "b") return sillok::error(sillok::error_kind::invalid_argument, "no b");
        return {};
    }
};

template <class Events, class Handler, class Event>
std::string told(Handler handler, const Event& event) {
    sillok::dispatcher<Handler> to;
    const recorded<Events> record(event);
    const auto done = to.dispatch(handler, record.record());
    return done ? handler.told : done.error().text();
}

const v1::order_placed first{"ada", 5, {{"a", 1}, {"b", 2}, {"c", 3}}};
const v2::order_placed second{"bob", 7, "EUR", {{"x", 9}}};

}  // namespace

TEST_CASE("an event is found under every name that it had") {
    CHECK(sillok::find_entry<order_events>(recorded<first_events>(first).record()) == 0);
    CHECK(sillok::find_entry<order_events>(recorded<second_events>(second).record()) == 0);
    CHECK(sillok::find_entry<order_events>(recorded<order_events>(order_paid{1}).record()) == 2);
    static_assert(sillok::recorded_names<order_events, order_placed>.size() == 3);
    static_assert(sillok::recorded_names<order_events, order_placed>[0] == "order.placed");
    static_assert(sillok::recorded_names<order_events, order_placed>[2] == "order.sent");
    static_assert(sillok::recorded_names<order_events, order_paid>.size() == 1);
    // What is recorded has the name of today.
    static_assert(sillok::event_type_of<order_events, order_placed>.name == "order.placed");
    static_assert(sillok::event_type_of<order_events, order_placed>.revision == 4);
}

TEST_CASE("what was one event is given as the events that it is today, in order and numbered") {
    const std::string expected = "ada 500 KRW; a x1; b x2; c x3; ";
    CHECK(told<first_events>(story{}, first) == expected);
    CHECK(told<second_events>(story{}, second) == "bob 700 EUR; x x9; ");
    CHECK(told<third_events>(story{}, v3::order_placed{"eve", 1, "USD"}) == "eve 100 USD; ");
    CHECK(told<order_events>(story{}, order_placed{"now", 1, "USD"}) == "now 1 USD; ");
    CHECK(told<first_events>(story{}, v1::line_added{"old"}) == "old x1; ");

    story whole;
    sillok::dispatcher<story> to;
    const recorded<first_events> record(first);
    REQUIRE(to.dispatch(whole, record.record()));
    CHECK(whole.parts == std::vector<std::uint32_t>{0, 1, 2, 3});
    CHECK(record.record().type() == "order.submitted");
}

TEST_CASE("a handler of one part is given it out of events that it did not select") {
    CHECK(told<first_events>(lines<world>{}, first) == "a b c ");
    CHECK(told<second_events>(lines<world>{}, second) == "x ");
    CHECK(told<third_events>(lines<world>{}, v3::order_placed{"eve", 1, "USD"}).empty());
    CHECK(told<order_events>(lines<wide_world>{}, line_added{"new", 1}) == "new ");
    CHECK(told<first_events>(lines<wide_world>{}, first) == "a b c ");
    // What is in no part of what a handler takes is not even decoded.
    sillok::dispatcher<payments> to;
    payments sums;
    CHECK(to.dispatch(sums, recorded<first_events>(first).record()));
}

TEST_CASE("parts go up to the first that fails, and the error names the event") {
    strict handler;
    sillok::dispatcher<strict> to;
    const auto done = to.dispatch(handler, recorded<first_events>(first).record());
    REQUIRE_FALSE(done);
    CHECK(done.error().text() == "no b");
    CHECK(handler.calls == 2);
}

TEST_CASE("an old event is split, too, where it was recorded as JSON") {
    story handler;
    sillok::dispatcher<story, sillok::binary_codec, sillok::json_codec> to;
    sillok::byte_buffer payload;
    sillok::json_codec::encode(first, payload);
    const sillok::record_fields fields{.position = {1},
                                       .version = {1},
                                       .type = {"order.placed", 1, sillok::payload_codec::json},
                                       .stream = {"order", "1"},
                                       .payload = payload.view()};
    sillok::byte_buffer bytes;
    sillok::write_record(bytes.extend(sillok::record_bytes(fields)), fields);
    REQUIRE(to.dispatch(handler, sillok::record_view(bytes.data())));
    CHECK(handler.told == "ada 500 KRW; a x1; b x2; c x3; ");
}

TEST_CASE("what is retired is passed over and counted, whatever its revision") {
    story handler;
    sillok::dispatcher<story> to;
    CHECK(to.dispatch(handler, recorded<first_events>(order_paid{1}).record()));  // as "order.printed"
    CHECK(handler.told.empty());
    CHECK(to.counts() == sillok::passed_over{.retired = 1});
    CHECK(sillok::is_retired<order_events>(recorded<first_events>(order_paid{1}).record()));
    CHECK_FALSE(sillok::is_retired<order_events>(recorded<order_events>(order_paid{1}).record()));

    lines<world> selecting;
    sillok::dispatcher<lines<world>> to_lines;
    CHECK(to_lines.dispatch(selecting, recorded<first_events>(order_paid{1}).record()));
    CHECK(to_lines.counts().retired == 1);
    static_assert(order_events::size == 3);
    static_assert(std::is_same_v<order_events::current_types, sillok::types<order_placed, line_added, order_paid>>);
}
