#include "sillok/command/dated_events.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "command/domain.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/testing/recorded.hpp"

TEST_CASE("events are given by their dates, and those of one date as they were recorded") {
    const auto day = [](const auto& e) -> std::int32_t {
        if constexpr (requires { e.day; })
            return e.day;
        else
            return 0;
    };
    using dates = sillok::detail::dated_events<domain::account, std::int32_t, decltype(day)>;
    dates dated{day};
    sillok::dispatcher<dates> sort;
    const std::vector<domain::money_deposited> recorded{{1, 30}, {2, 10}, {3, 20}, {4, 10}};
    std::uint64_t version = 0;
    for (const auto& each : recorded) {
        const sillok::testing::recorded<domain::account_events> record(each, {.version = {++version}});
        dated.date.reset();
        sort.dispatch(dated, record.record()).value();
        CHECK(dated.date == each.day);
        dated.keep(record.record());
    }
    std::vector<std::uint64_t> order;
    dated.in_order([&](const sillok::record_view& record) {
        order.push_back(record.version().value);
        return order.size() < 3;
    });
    CHECK(order == std::vector<std::uint64_t>{2, 4, 3});
}
