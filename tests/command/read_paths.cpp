// One read path: whatever way events are read, what was recorded in an older version arrives as the current one, what became several
// arrives as these, and what is unknown is an error. There is no function that gives a handler a record.

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include "command/recorded_orders.hpp"
#include "sillok/command/atomically.hpp"
#include "sillok/command/command_bus.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/command/steps.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/replay.hpp"

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
    std::string currency;
    std::uint32_t pieces = 0;
    std::int64_t open = 0;
    void apply(const order_placed& e) { customer = e.customer, currency = e.currency, open += e.total_minor; }
    void apply(const line_added& e) { pieces += e.quantity; }
    void apply(const order_paid& e) { open -= e.amount; }
    // What it decides on is the lifted state.
    sillok::decision<order_paid> decide(const pay& c) const {
        if (currency != "KRW" || pieces != 6 || c.amount > open) return sillok::reject("not the order that was placed");
        return order_paid{c.amount};
    }
};

struct shop : sillok::context<order> {};

struct pieces {
    using events = sillok::select<shop, line_added>;
    std::uint32_t sum = 0;
    void on(const line_added& e) { sum += e.quantity; }
};

struct line_added_view {
    using view_of = line_added;
    std::string_view sku;
    std::uint32_t quantity;
};
struct pieces_seen {
    using events = sillok::select<shop, line_added>;
    std::string skus;
    void on(const line_added_view& e) { skus += e.sku; }
};

// A record is no event: a handler that asks for one takes nothing.
struct raw {
    using events = sillok::select<shop, line_added>;
    void on(const sillok::record_view&) {}
};
static_assert(!sillok::handles<raw, line_added>);
static_assert(!sillok::handles<raw, v1::line_added>);
static_assert(!std::is_convertible_v<line_added, sillok::record_view>);

// As the first generation left it.
void fill(sillok::memory_store& store) {
    record<first_events>(store, v1::order_placed{"ada", 5, {{"a", 1}, {"b", 2}, {"c", 2}}});
    record<first_events>(store, v1::line_added{"d"});
}

void is_lifted(const sillok::result<sillok::loaded<order>>& now) {
    REQUIRE(now);
    CHECK((*now)->customer == "ada");
    CHECK((*now)->currency == "KRW");
    CHECK((*now)->pieces == 6);
}

}  // namespace

TEST_CASE("aggregates are loaded from lifted events, whatever way they are loaded") {
    sillok::memory_store store;
    fill(store);
    const sillok::repository<order> plain(store);
    is_lifted(plain.load("1"));
    is_lifted(plain.load("1", sillok::at_version{2}));
    CHECK(plain.load("1", sillok::at_version{1})->state.pieces == 5);
    is_lifted(plain.load("1", sillok::as_at{sillok::timestamp{INT64_MAX}}));
    is_lifted(plain.as_of("1", 1, [](const auto&) { return std::optional<int>(); }));
    const sillok::repository<order> cached(store, {.cached_max = 4});
    is_lifted(cached.load("1"));
    is_lifted(cached.load("1"));

    sillok::memory_snapshots kept;
    const sillok::repository<order> with_snapshots(store, sillok::snapshots{kept, {.events = 1}});
    is_lifted(with_snapshots.load("1"));
    is_lifted(with_snapshots.load("1"));
    CHECK(with_snapshots.snapshot_counts().used == 1);
}

TEST_CASE("a date of the business is that of the first part of what was one event") {
    sillok::memory_store store;
    fill(store);
    const sillok::repository<order> orders(store);
    const auto date = [](const auto& e) -> std::optional<int> {
        if constexpr (requires { e.quantity; })
            return 10;
        else
            return 1;
    };
    CHECK(orders.as_of("1", 5, date)->state.pieces == 5);   // with its order, which was placed on 1
    CHECK(orders.as_of("1", 10, date)->state.pieces == 6);  // and the line that was added later
    CHECK(orders.as_of("1", 0, date)->state.customer.empty());
}

TEST_CASE("commands are decided on lifted events, also several in one act and through a bus") {
    sillok::memory_store store;
    fill(store);
    REQUIRE(sillok::repository<order>(store).execute("1", pay{100}));
    const sillok::repository<order> orders(store);
    REQUIRE(sillok::atomically({}, sillok::command_to(orders, "1", pay{100})));
    CHECK(orders.load("1")->state.open == 300);
}

TEST_CASE("what reads the log is given lifted events, as structs, as views and step by step") {
    sillok::memory_store store;
    fill(store);
    pieces sum;
    REQUIRE(sillok::replay(store, {}, sum));
    CHECK(sum.sum == 6);
    pieces of_stream;
    REQUIRE(sillok::replay(store, {"order", "1"}, {}, of_stream));
    CHECK(of_stream.sum == 6);
    pieces_seen views;
    REQUIRE(sillok::replay(store, {}, views));
    CHECK(views.skus == "abcd");
    std::string told;
    REQUIRE(sillok::for_each_step<order>(store, "1", [&](const auto& step) {
        told += step.event;
        return true;
    }));
    CHECK(told.find("v1") == std::string::npos);
    CHECK(told.find("total_minor = 500") != std::string::npos);
}

TEST_CASE("an event that is unknown stops every reader that was not told otherwise") {
    struct later_events : sillok::events<sillok::event<"order.unheard_of", order_paid>> {};
    sillok::memory_store store;
    fill(store);
    record<later_events>(store, order_paid{1});
    const auto unknown = sillok::error_kind::unknown_event;
    const sillok::repository<order> orders(store);
    CHECK(orders.load("1").error() == unknown);
    CHECK(orders.load("1", sillok::at_version{3}).error() == unknown);
    CHECK(orders.load("1", sillok::at_version{2}).has_value());
    CHECK(orders.load("1", sillok::as_at{sillok::timestamp{INT64_MAX}}).error() == unknown);
    CHECK(orders.as_of("1", 1, [](const auto&) { return std::optional<int>(); }).error() == unknown);
    CHECK_FALSE(orders.execute("1", pay{1}));
    pieces sum;
    CHECK(sillok::replay(store, {}, sum).error() == unknown);
    CHECK(sillok::replay(store, {"order", "1"}, {}, sum).error() == unknown);
    CHECK(sillok::for_each_step<order>(store, "1", [](const auto&) { return true; }).error() == unknown);
    sillok::memory_snapshots kept;
    const sillok::repository<order> with_snapshots(store, sillok::snapshots{kept, {.events = 1}});
    CHECK(with_snapshots.load("1").error() == unknown);
    CHECK(with_snapshots.load("1").error() == unknown);
    CHECK(with_snapshots.snapshot_counts().saved == 0);
}
