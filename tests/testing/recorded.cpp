#include "sillok/testing/recorded.hpp"

#include <catch2/catch_test_macros.hpp>

#include "command/domain.hpp"

TEST_CASE("a recorded event carries its name, its place and its fields") {
    const sillok::testing::recorded<domain::account_events> record(
        domain::money_deposited{5, 6},
        {.stream = {"account", "42"}, .version = {3}, .position = {7}, .time = sillok::timestamp{9}});
    const auto m = record.metadata();
    CHECK(m.type() == "money.deposited");
    CHECK(m.revision() == 1);
    CHECK(m.stream() == sillok::stream_view{"account", "42"});
    CHECK(m.version() == sillok::version{3});
    CHECK(m.position() == sillok::position{7});
    CHECK(m.time() == sillok::timestamp{9});
    CHECK(sillok::is_record(record.record().bytes()));
    CHECK(record.record().is_intact());
    domain::money_deposited event{};
    sillok::binary_codec::decode(record.record().payload(), event).value();
    CHECK(event.amount == 5);
    CHECK(event.day == 6);
}
