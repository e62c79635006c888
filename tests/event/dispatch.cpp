#include "sillok/event/dispatch.hpp"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"
#include "sillok/codec/json.hpp"

namespace {

using namespace bank;

struct small_bank : sillok::context<account_events, transfer_events> {};

struct account {
    using events = account_events;
    std::string owner;
    std::string last_currency;
    std::string last_key;
    std::int64_t balance = 0;
    int calls = 0;

    void apply(const account_opened& e) { ++calls, owner = e.owner; }
    void apply(const money_deposited& e) { ++calls, balance += e.amount; }
    void apply(const money_withdrawn& e, const sillok::metadata& about) {
        ++calls;
        balance -= e.amount + e.fee;
        last_currency = e.currency;
        last_key = about.key();
    }
};

struct balances {
    using events = sillok::select<small_bank, money_deposited, money_withdrawn>;
    std::int64_t sum = 0;
    std::string currencies;
    void on(const money_deposited& e) { sum += e.amount; }
    void on(const money_withdrawn_view& e) {
        sum -= e.amount;
        currencies += e.currency;
    }
};

struct careful {
    using events = sillok::select<small_bank, money_deposited>;
    sillok::result<void> on(const money_deposited& e) const {
        if (e.amount < 0) return sillok::error(sillok::error_kind::invalid_argument, "a negative deposit");
        return {};
    }
};

template <class D, class H>
std::string text_of_failure(D& dispatcher, H& handler, sillok::record_view record) {
    const auto done = dispatcher.dispatch(handler, record);
    return done ? "" : std::string(to_string(done.error().kind())) + ": " + done.error().text();
}

}  // namespace

// All of a dispatcher can be compiled in one place, for `extern template` elsewhere.
template class sillok::dispatcher<balances>;
template class sillok::dispatcher<balances, sillok::binary_codec, sillok::json_codec>;

TEST_CASE("recorded events reach their functions") {
    account a;
    sillok::dispatcher<account> dispatcher;
    CHECK(dispatcher.dispatch(a, record_of<account_events>(account_opened{"Ada"})).has_value());
    CHECK(dispatcher.dispatch(a, record_of<account_events>(money_deposited{100})).has_value());
    CHECK(dispatcher.dispatch(a, record_of<account_events>(money_withdrawn{30, 1, "EUR"})).has_value());
    CHECK(a.owner == "Ada");
    CHECK(a.balance == 69);
    CHECK(a.last_currency == "EUR");
    CHECK(a.last_key == "42");
    CHECK(a.calls == 3);
}

TEST_CASE("older revisions are lifted to the current struct") {
    account a;
    sillok::dispatcher<account> dispatcher;
    CHECK(dispatcher.dispatch(a, record_of<account_events>(v1::money_withdrawn{30})).has_value());
    CHECK(a.balance == -30);
    CHECK(a.last_currency == "KRW");
    CHECK(dispatcher.dispatch(a, record_of<account_events>(v2::money_withdrawn{30, 5})).has_value());
    CHECK(a.balance == -65);
}

TEST_CASE("a handler may take a view, of current and of older revisions") {
    balances b;
    sillok::dispatcher<balances> dispatcher;
    CHECK(dispatcher.dispatch(b, record_of<account_events>(money_withdrawn{30, 1, "EUR"})).has_value());
    CHECK(dispatcher.dispatch(b, record_of<account_events>(v1::money_withdrawn{5})).has_value());
    CHECK(b.sum == -35);
    CHECK(b.currencies == "EURKRW");
}

TEST_CASE("events of the context that are not selected are passed over without decoding") {
    balances b;
    sillok::dispatcher<balances> dispatcher;
    CHECK(dispatcher.dispatch(b, record_of<transfer_events>(transfer_started{"1", "2"})).has_value());
    CHECK(
        dispatcher.dispatch(b, record_of({"transfer.started", 1}, sillok::as_bytes("not even a payload"))).has_value());
    CHECK(dispatcher.counts().skipped == 0);
}

TEST_CASE("an unknown event fails and names itself") {
    account a;
    sillok::dispatcher<account> dispatcher;
    CHECK(
        text_of_failure(dispatcher, a, record_of<transfer_events>(transfer_started{"1", "2"})) ==
        "unknown_event: transfer.started revision 1 at position 17 of account/42: the catalogue has no event of this name");
    CHECK(
        text_of_failure(dispatcher, a, record_of({"money.withdrawn", 4}, {})) ==
        "unknown_event: money.withdrawn revision 4 at position 17 of account/42: the catalogue knows it up to revision 3");
    CHECK(a.calls == 0);
    // A failure is told once.
    CHECK(dispatcher.dispatch(a, record_of<account_events>(money_deposited{1})).has_value());
}

TEST_CASE("an unknown event is skipped and counted where that is the policy") {
    account a;
    sillok::dispatcher<account> dispatcher(sillok::unknown::skip);
    CHECK(dispatcher.dispatch(a, record_of<transfer_events>(transfer_started{"1", "2"})).has_value());
    CHECK(dispatcher.dispatch(a, record_of({"money.withdrawn", 4}, {})).has_value());
    CHECK(dispatcher.counts().skipped == 2);
    CHECK(a.calls == 0);
}

TEST_CASE("an unknown name with the hash of a known one is unknown") {
    struct rejected {
        int reason;
    };
    struct shop_events : sillok::events<sillok::event<"wallet.rejected_by_hand_v", rejected>> {};
    struct shop {
        using events = shop_events;
        int calls = 0;
        void apply(const rejected&) { ++calls; }
    };
    struct onlooker {
        using events = sillok::select<shop_events>;
    };
    shop s;
    sillok::dispatcher<shop> dispatcher;
    CHECK(dispatcher.dispatch(s, record_of<shop_events>(rejected{1})).has_value());
    const auto other = record_of({"session.opened_at_noon", 1}, {});
    CHECK(text_of_failure(dispatcher, s, other).starts_with("unknown_event: session.opened_at_noon revision 1"));
    CHECK(s.calls == 1);

    onlooker o;
    sillok::dispatcher<onlooker> looking;
    CHECK(looking.dispatch(o, record_of<shop_events>(rejected{1})).has_value());
    CHECK_FALSE(looking.dispatch(o, other).has_value());
}

TEST_CASE("a payload that does not decode names event, revision, position, stream and field") {
    account a;
    balances b;
    sillok::dispatcher<account> dispatcher;
    sillok::dispatcher<balances> views;
    sillok::byte_buffer payload;
    sillok::binary_codec::encode(money_withdrawn{30, 1, "KRW"}, payload);
    sillok::store_le(payload.data() + 16, std::uint32_t{99});
    const auto record = record_of({"money.withdrawn", 3}, payload.view());
    const std::string expected =
        "malformed: money.withdrawn revision 3 at position 17 of account/42: currency: length 99, but 3 bytes are left";
    CHECK(text_of_failure(dispatcher, a, record) == expected);
    CHECK(text_of_failure(views, b, record) == expected);
    CHECK(a.calls == 0);
    CHECK(b.currencies.empty());
}

TEST_CASE("every truncated and every prolonged payload is refused, and none is handed over") {
    account a;
    sillok::dispatcher<account> dispatcher;
    sillok::byte_buffer payload;
    sillok::binary_codec::encode(money_withdrawn{30, 1, "KRW"}, payload);
    for (std::size_t size = 0; size < payload.size(); ++size)
        CHECK_FALSE(dispatcher.dispatch(a, record_of({"money.withdrawn", 3}, payload.view().first(size))).has_value());
    payload.append(sillok::as_bytes("x"));
    CHECK_FALSE(dispatcher.dispatch(a, record_of({"money.withdrawn", 3}, payload.view())).has_value());
    CHECK(a.calls == 0);
}

TEST_CASE("a malformed payload of an old revision is refused") {
    account a;
    sillok::dispatcher<account> dispatcher;
    CHECK(text_of_failure(dispatcher, a, record_of({"money.withdrawn", 1}, sillok::as_bytes("short")))
              .starts_with("malformed: money.withdrawn revision 1 at position 17 of account/42: amount: "));
    CHECK(a.calls == 0);
}

TEST_CASE("a handler's own failure is returned as it is") {
    careful c;
    sillok::dispatcher<careful> dispatcher;
    CHECK(dispatcher.dispatch(c, record_of<account_events>(money_deposited{1})).has_value());
    CHECK(text_of_failure(dispatcher, c, record_of<account_events>(money_deposited{-1})) ==
          "invalid_argument: a negative deposit");
    CHECK(dispatcher.dispatch(c, record_of<account_events>(money_deposited{1})).has_value());
}

TEST_CASE("strings are decoded into the memory of those before") {
    struct keeper {
        using events = sillok::select<small_bank, account_opened>;
        std::vector<const char*> seen;
        void on(const account_opened& e) { seen.push_back(e.owner.data()); }
    };
    keeper k;
    sillok::dispatcher<keeper> dispatcher;
    const auto record = record_of<account_events>(account_opened{std::string(100, 'a')});
    for (int i = 0; i < 3; ++i) REQUIRE(dispatcher.dispatch(k, record).has_value());
    CHECK(k.seen[0] == k.seen[1]);
    CHECK(k.seen[1] == k.seen[2]);
}

TEST_CASE("a payload in JSON needs a dispatcher with a codec for it") {
    sillok::byte_buffer json;
    sillok::json_codec::encode(money_withdrawn{30, 1, "EUR"}, json);
    const auto record = record_of({"money.withdrawn", 3}, json.view(), sillok::payload_codec::json);
    account a;
    sillok::dispatcher<account> binary_only;
    CHECK(
        text_of_failure(binary_only, a, record) ==
        "unsupported_format: money.withdrawn revision 3 at position 17 of account/42: it was recorded as JSON, and nothing reads that "
        "here: its event is not coded_by a JSON codec");

    sillok::dispatcher<account, sillok::binary_codec, sillok::json_codec> both;
    CHECK(both.dispatch(a, record).has_value());
    CHECK(a.last_currency == "EUR");
    sillok::byte_buffer old;
    sillok::json_codec::encode(v1::money_withdrawn{30}, old);
    CHECK(both.dispatch(a, record_of({"money.withdrawn", 1}, old.view(), sillok::payload_codec::json)).has_value());
    CHECK(a.last_currency == "KRW");
    CHECK_FALSE(
        both.dispatch(a, record_of({"money.withdrawn", 4}, old.view(), sillok::payload_codec::json)).has_value());
    CHECK_FALSE(both.dispatch(a, record_of({"money.withdrawn", 3}, sillok::as_bytes("{"), sillok::payload_codec::json))
                    .has_value());

    balances b;
    sillok::dispatcher<balances, sillok::binary_codec, sillok::json_codec> views;
    CHECK(views.dispatch(b, record).has_value());
    CHECK(b.currencies == "EUR");
    // What is not selected does not matter, whatever it was recorded with.
    sillok::dispatcher<balances> views_of_binary;
    CHECK(views_of_binary.dispatch(b, record_of({"transfer.started", 1}, {}, sillok::payload_codec::json)).has_value());
}

TEST_CASE("a codec that this version does not know is an error") {
    account a;
    sillok::dispatcher<account> dispatcher;
    CHECK(text_of_failure(dispatcher, a, record_of({"money.withdrawn", 3}, {}, static_cast<sillok::payload_codec>(7)))
              .starts_with("unsupported_format: money.withdrawn revision 3"));
}

TEST_CASE("an event at hand is delivered by its place") {
    balances b;
    sillok::dispatcher<balances> dispatcher;
    const auto record = record_of<account_events>(money_deposited{1});
    const money_deposited deposited{7};
    const money_withdrawn withdrawn{2, 0, "CHF"};
    const transfer_started started{"1", "2"};
    const sillok::metadata about(record.view());
    CHECK(dispatcher.deliver(b, sillok::entry_index<small_bank, money_deposited>, &deposited, about).has_value());
    CHECK(dispatcher.deliver(b, sillok::entry_index<small_bank, money_withdrawn>, &withdrawn, about).has_value());
    CHECK(dispatcher.deliver(b, sillok::entry_index<small_bank, transfer_started>, &started, about).has_value());
    CHECK(b.sum == 5);
    CHECK(b.currencies == "CHF");

    careful c;
    sillok::dispatcher<careful> may_fail;
    const money_deposited negative{-1};
    CHECK_FALSE(may_fail.deliver(c, sillok::entry_index<small_bank, money_deposited>, &negative, about).has_value());
}

namespace {

template <std::size_t I>
struct numbered {
    std::int64_t amount;
};
template <std::size_t I>
consteval auto numbered_name() {
    char text[] = "numbered.000";
    for (std::size_t at = 11, rest = I; at > 8; --at, rest /= 10) text[at] = static_cast<char>('0' + rest % 10);
    return sillok::fixed_string<sizeof text>(text);
}
template <class Indices>
struct numbered_events;
template <std::size_t... I>
struct numbered_events<std::index_sequence<I...>> : sillok::events<sillok::event<numbered_name<I>(), numbered<I>>...> {
};
struct large : numbered_events<std::make_index_sequence<300>> {};

template <std::size_t I>
struct adds {
    std::int64_t sum = 0;
    void apply(const numbered<I>& e) { sum += e.amount; }
};
template <class Indices>
struct adds_all;
template <std::size_t... I>
struct adds_all<std::index_sequence<I...>> : adds<I>... {
    using events = large;
    using adds<I>::apply...;
    std::vector<std::int64_t> sums() const { return {adds<I>::sum...}; }
};
using adds_large = adds_all<std::make_index_sequence<300>>;

}  // namespace

TEST_CASE("each of 300 events reaches its own function") {
    adds_large handler;
    sillok::dispatcher<adds_large> dispatcher;
    std::vector<std::int64_t> expected;
    for (std::int64_t i = 0; i < 300; ++i) {
        std::string name = "numbered.000";
        name[9] = static_cast<char>('0' + i / 100);
        name[10] = static_cast<char>('0' + i / 10 % 10);
        name[11] = static_cast<char>('0' + i % 10);
        sillok::byte_buffer payload;
        sillok::binary_codec::encode(numbered<0>{i + 1}, payload);
        REQUIRE(dispatcher.dispatch(handler, record_of({name, 1}, payload.view())).has_value());
        expected.push_back(i + 1);
    }
    CHECK(handler.sums() == expected);
}
