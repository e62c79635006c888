#include "sillok/event/encode.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace {

template <class E>
concept encodable = requires(const E& e, sillok::byte_buffer& out) {
    sillok::encode_event<bank::account_events>(e, out);
};

// Only what is current may be recorded, and only by its own catalogue.
static_assert(encodable<bank::money_withdrawn> && encodable<bank::account_opened>);
static_assert(!encodable<bank::v1::money_withdrawn> && !encodable<bank::transfer_started>);

}  // namespace

TEST_CASE("an event becomes its type and its bytes") {
    sillok::byte_buffer out;
    const sillok::event_type type =
        sillok::encode_event<bank::account_events>(bank::money_withdrawn{30, 1, "KRW"}, out);
    CHECK(type == sillok::event_type("money.withdrawn", 3));

    bank::money_withdrawn back{};
    REQUIRE(sillok::binary_codec::decode(out.view(), back).has_value());
    CHECK(back.amount == 30);
    CHECK(back.fee == 1);
    CHECK(back.currency == "KRW");
}

TEST_CASE("payloads are appended one behind the other") {
    sillok::byte_buffer out;
    sillok::encode_event<bank::account_events>(bank::money_deposited{1}, out);
    const std::size_t first = out.size();
    sillok::encode_event<bank::account_events>(bank::money_deposited{2}, out);
    bank::money_deposited second{};
    REQUIRE(sillok::binary_codec::decode(out.view().subspan(first), second).has_value());
    CHECK(second.amount == 2);
}
