#include "sillok/command/steps.hpp"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "command/recorded_orders.hpp"
#include "sillok/codec/differences.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/store/retention.hpp"

namespace {

using namespace evolution;

struct pay {
    std::int64_t amount;
};
struct order {
    static constexpr sillok::name name = "order";
    using events = order_events;
    using commands = sillok::commands<pay>;
    std::string customer;
    std::uint32_t pieces = 0;
    std::int64_t open = 0;
    void apply(const order_placed& e) { customer = e.customer, open += e.total_minor; }
    void apply(const line_added& e) { pieces += e.quantity; }
    void apply(const order_paid& e) { open -= e.amount; }
    sillok::decision<order_paid> decide(const pay& c) const { return order_paid{c.amount}; }
};

}  // namespace

TEST_CASE("history is told a step at a time, in the events of today") {
    sillok::memory_store store;
    record<first_events>(store, v1::order_placed{"ada", 5, {{"a", 1}, {"b", 2}}});
    record<first_events>(store, order_paid{1});  // retired since
    REQUIRE(sillok::repository<order>(store).execute("1", pay{200}));
    std::vector<std::string> told;
    const auto tell = [&](const sillok::step<order>& step) {
        std::string line = std::to_string(step.about.version().value) + " " + std::string(step.event) + " |";
        for (const auto& each : sillok::differences(step.before, step.after))
            line += " " + each.path + ": " + each.before + " -> " + each.after;
        told.push_back(line);
        return true;
    };
    REQUIRE(sillok::for_each_step<order>(store, "1", tell));
    REQUIRE(told.size() == 3);
    CHECK(
        told[0] ==
        "1 order_placed{customer = \"ada\", total_minor = 500, currency = \"KRW\"}; line_added{sku = \"a\", quantity = 1}; "
        "line_added{sku = \"b\", quantity = 2} | customer: \"\" -> \"ada\" pieces: 0 -> 3 open: 0 -> 500");
    CHECK(told[1] == "2 order.printed (retired) |");
    CHECK(told[2] == "3 order_paid{amount = 200} | open: 500 -> 300");

    int steps = 0;
    REQUIRE(sillok::for_each_step<order>(store, "1", [&](const auto&) { return ++steps < 2; }));
    CHECK(steps == 2);
    REQUIRE(sillok::for_each_step<order>(store, "none", tell));
    CHECK(told.size() == 3);
}

TEST_CASE("a history that cannot be told from its beginning, or at all, is an error") {
    sillok::memory_store store;
    record<order_events>(store, order_paid{1});
    record<order_events>(store, order_paid{2});
    REQUIRE(sillok::truncate(store, {"order", "1"}, sillok::version{2}));
    const auto none = [](const auto&) { return true; };
    CHECK(sillok::for_each_step<order>(store, "1", none).error() == sillok::error_kind::truncated);
    struct later_events : sillok::events<sillok::event<"order.unheard_of", order_paid>> {};
    sillok::memory_store other;
    record<later_events>(other, order_paid{1});
    CHECK(sillok::for_each_step<order>(other, "1", none).error() == sillok::error_kind::unknown_event);
}

TEST_CASE("a history goes on past what is not known where that is the policy, and tells it by its name") {
    sillok::memory_store store;
    record<order_events>(store, order_placed{"ada", 500, "KRW"});
    sillok::byte_buffer payload;
    const sillok::new_event later{.type = {"order.unheard_of", 2}, .payload = payload.view()};
    const sillok::stream_append to[] = {{{"order", "1"}, sillok::any_version{}, {&later, 1}}};
    REQUIRE(store.append({.streams = to}));
    record<order_events>(store, order_paid{200});
    std::string told;
    REQUIRE(sillok::for_each_step<order>(
        store, "1",
        [&](const sillok::step<order>& step) {
            told += std::string(step.event) + " " + std::to_string(step.after.open) + "\n";
            return true;
        },
        sillok::unknown::skip));
    CHECK(told ==
          "order_placed{customer = \"ada\", total_minor = 500, currency = \"KRW\"} 500\n"
          "order.unheard_of revision 2 (unknown) 500\n"
          "order_paid{amount = 200} 300\n");
}

namespace {

struct v1_noted {
    std::string text;
};
struct noted {
    std::string text;
    static sillok::several<noted> upcast(const v1_noted&) { return {}; }
};
struct note_events : sillok::events<sillok::event<"noted", v1_noted, noted>> {};
struct note {
    static constexpr sillok::name name = "order";
    using events = note_events;
    using commands = sillok::commands<noted>;
    int count = 0;
    void apply(const noted&) { ++count; }
    sillok::decision<noted> decide(const noted& c) const { return c; }
};

}  // namespace

TEST_CASE("an event that became none is told as that, and not as unknown") {
    sillok::memory_store store;
    sillok::byte_buffer payload;
    sillok::binary_codec::encode(v1_noted{"old"}, payload);
    const sillok::new_event old{.type = {"noted", 1}, .payload = payload.view()};
    const sillok::stream_append to[] = {{{"order", "1"}, sillok::any_version{}, {&old, 1}}};
    REQUIRE(store.append({.streams = to}));
    std::string told;
    REQUIRE(sillok::for_each_step<note>(store, "1", [&](const auto& step) { return told += step.event, true; }));
    CHECK(told == "noted revision 1 (no events today)");
}
