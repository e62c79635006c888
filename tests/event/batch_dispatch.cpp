#include "sillok/event/batch_dispatch.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"
#include "event/evolution.hpp"
#include "sillok/codec/json.hpp"
#include "sillok/event/context.hpp"

namespace {

using namespace bank;
using namespace evolution;
using sillok::payload_codec;
using sillok::position;
using sillok::record_view;

struct world : sillok::context<account_events, order_events, transfer_events> {};

// What a handler was given, type by type and in all, and at which positions it is not willing.
struct notes {
    std::map<std::string, std::string> by_type{};
    std::vector<position> in_all{};
    std::vector<position> refused{};
    bool throws = false;

    sillok::result<void> note(const char* type, std::int64_t value, const sillok::metadata& m) {
        if (std::find(refused.begin(), refused.end(), m.position()) != refused.end()) {
            if (throws) throw std::runtime_error("not willing");
            return sillok::error(sillok::error_kind::invalid_argument, "not willing");
        }
        by_type[type] +=
            std::to_string(m.position().value) + "." + std::to_string(m.part()) + "=" + std::to_string(value) + " ";
        in_all.push_back(m.position());
        return {};
    }
};

template <bool Order>
struct reader : notes {
    static constexpr bool order_across_types = Order;
    using events =
        sillok::select<world, account_opened, money_deposited, money_withdrawn, order_placed, line_added, order_paid>;
    std::string unknown{};
    sillok::result<void> on(const account_opened& e, const sillok::metadata& m) {
        return note("opened", static_cast<std::int64_t>(e.owner.size()), m);
    }
    sillok::result<void> on(const money_deposited& e, const sillok::metadata& m) {
        return note("deposited", e.amount, m);
    }
    sillok::result<void> on(const money_withdrawn_view& e, const sillok::metadata& m) {
        return note("withdrawn", e.amount + e.fee + static_cast<std::int64_t>(e.currency.size()), m);
    }
    sillok::result<void> on(const order_placed& e, const sillok::metadata& m) {
        return note("placed", e.total_minor, m);
    }
    sillok::result<void> on(const line_added& e, const sillok::metadata& m) { return note("line", e.quantity, m); }
    sillok::result<void> on(const order_paid& e, const sillok::metadata& m) { return note("paid", e.amount, m); }
    void on_unknown(const sillok::unknown_event& e) {
        unknown += std::to_string(e.raw.position().value) + "/" + std::to_string(in_all.size()) + " ";
    }
};

// As sillok::detail::guarded, one layer up.
struct catching {
    template <class Call>
    sillok::result<void> operator()(Call call) const {
        try {
            return call();
        } catch (const std::exception& thrown) {
            return sillok::error(sillok::error_kind::handler_failed, thrown.what());
        }
    }
};

class log_of_records {
public:
    template <class Catalogue, class E>
    void add(const E& e) {
        sillok::byte_buffer payload;
        sillok::binary_codec::encode(e, payload);
        add(sillok::event_type_of<Catalogue, E>, payload.view());
    }
    void add(sillok::event_type type, sillok::bytes_view payload, payload_codec codec = payload_codec::binary) {
        type.codec = codec;
        bytes_.push_back(std::make_unique<recorded_bytes>(sillok::record_fields{.position = {bytes_.size() + 1},
                                                                                .version = {1},
                                                                                .time = {},
                                                                                .type = type,
                                                                                .stream = {"a", "1"},
                                                                                .payload = payload}));
        views_.push_back(bytes_.back()->view());
    }
    std::span<const record_view> views() const { return views_; }

private:
    std::vector<std::unique_ptr<recorded_bytes>> bytes_;
    std::vector<record_view> views_;
};

unsigned one_in(std::mt19937& random, unsigned most) { return 1 + static_cast<unsigned>(random() % most); }

// What is rare comes once in 1 / `rare`.
log_of_records random_log(std::mt19937& random, std::size_t count, unsigned rare, bool with_unknown) {
    log_of_records log;
    const auto n = [&](unsigned below) { return static_cast<int>(random() % below); };
    while (log.views().size() < count) {
        const bool is_rare = n(rare) == 0;
        switch (is_rare ? 7 + n(with_unknown ? 6 : 4) : n(7)) {
            case 0: log.add<account_events>(account_opened{std::string(random() % 9, 'x')}); break;
            case 1: log.add<account_events>(money_deposited{n(100)}); break;
            case 2: log.add<account_events>(bank::money_withdrawn{n(100), 1, "EUR"}); break;
            case 3: log.add<account_events>(bank::v1::money_withdrawn{n(100)}); break;
            case 4: log.add<order_events>(order_paid{n(100)}); break;
            case 5: log.add<order_events>(line_added{"a", static_cast<std::uint32_t>(n(9))}); break;
            case 6: log.add<transfer_events>(transfer_started{"a", "b"}); break;
            case 7: log.add<second_events>(evolution::v2::order_placed{"c", n(9), "EUR", {{"x", 2}, {"y", 3}}}); break;
            case 8: log.add<first_events>(evolution::v1::line_added{"b"}); break;
            case 9: log.add({"order.printed", 1}, {}); break;
            case 10: {
                sillok::byte_buffer json;
                sillok::json_codec::encode(money_deposited{n(100)}, json);
                log.add({"money.deposited", 1}, json.view(), payload_codec::json);
                break;
            }
            case 11: log.add({"never.heard_of", 1}, {}); break;
            default: log.add({"money.deposited", 9}, {}); break;
        }
    }
    return log;
}

template <class Handler>
using by_types = sillok::batch_dispatcher<Handler, sillok::binary_codec, sillok::json_codec>;
template <class Handler>
using one_by_one = sillok::dispatcher<Handler, sillok::binary_codec, sillok::json_codec>;

}  // namespace

TEST_CASE("events that are handed over by types come to the same as in order, and in order within each type") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 60; ++round) {
        const std::size_t count = round < 20 ? random() % 300 : random() % 5000;
        const log_of_records log = random_log(random, count, one_in(random, 300), true);
        reader<true> ordered;
        one_by_one<reader<true>> one(sillok::unknown::skip);
        for (const record_view each : log.views()) REQUIRE(one.dispatch(ordered, each));
        reader<false> grouped;
        by_types<reader<false>> many(sillok::unknown::skip);
        for (auto rest = log.views(); !rest.empty();) {
            const std::size_t some = (std::min)(rest.size(), std::size_t{1} + random() % 3000);
            REQUIRE(many.dispatch(grouped, rest.first(some)));
            CHECK(many.taken() == some);
            rest = rest.subspan(some);
        }
        CHECK(grouped.by_type == ordered.by_type);
        CHECK(many.counts() == one.counts());
    }
}

TEST_CASE("types that cannot be guessed are put together, and others are not, nor for who does not say so") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    log_of_records mixed;
    log_of_records in_a_row;
    for (int i = 0; i < 3000; ++i) {
        const auto add = [](log_of_records& to, unsigned which) {
            if (which == 0) to.add<account_events>(money_deposited{1});
            if (which == 1) to.add<account_events>(account_opened{"x"});
            if (which == 2) to.add<order_events>(order_paid{1});
        };
        add(mixed, one_in(random, 3) - 1);
        add(in_a_row, static_cast<unsigned>(i % 3));
    }
    const auto is_in_order = [](auto handler, const log_of_records& log) {
        sillok::batch_dispatcher<decltype(handler)> many;
        REQUIRE(many.dispatch(handler, log.views()));
        REQUIRE(handler.in_all.size() == log.views().size());
        return std::is_sorted(handler.in_all.begin(), handler.in_all.end());
    };
    CHECK_FALSE(is_in_order(reader<false>{}, mixed));
    CHECK(is_in_order(reader<false>{}, in_a_row));
    CHECK(is_in_order(reader<true>{}, mixed));
}

TEST_CASE("where events fail the first is named, all before it were handed over, and it is known what was behind it") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    bool was_ahead = false;
    for (int round = 0; round < 300; ++round) {
        log_of_records log = random_log(random, 64 + random() % 900, one_in(random, 200), false);
        if (random() % 4 == 0) log.add({"money.deposited", 1}, sillok::as_bytes("short"));  // malformed
        if (random() % 4 == 0) log.add({"never.heard_of", 1}, {});
        while (random() % 4 != 0) log.add<order_events>(order_paid{1});
        std::vector<position> refused;
        for (auto n = random() % 3; n > 0; --n) refused.push_back({1 + random() % log.views().size()});
        reader<true> ordered{{.refused = refused, .throws = random() % 2 == 0}};
        one_by_one<reader<true>> one;
        std::string why;
        position failed{};
        for (const record_view each : log.views()) {
            const auto done = catching()([&] { return one.dispatch(ordered, each); });
            if (done) continue;
            failed = each.position();
            why = done.error().text();
            break;
        }
        reader<false> grouped{{.refused = refused, .throws = ordered.throws}};
        by_types<reader<false>> many;
        const auto done = many.dispatch(grouped, log.views(), catching());
        REQUIRE(done.has_value() == (failed == position{}));
        if (done) continue;
        CHECK(done.error().text() == why);
        REQUIRE(many.failed().position() == failed);
        const std::vector<position> ahead(many.ahead().begin(), many.ahead().end());
        was_ahead = was_ahead || !ahead.empty();
        CHECK(many.taken() == failed.value - 1 + ahead.size());
        CHECK(std::is_sorted(ahead.begin(), ahead.end()));
        CHECK((ahead.empty() || ahead.front() > failed));

        // What is left in order, without those that were handed over, comes to what there would have been without a failure.
        grouped.refused = ordered.refused = {};
        for (const record_view each : log.views().subspan(failed.value - 1)) {
            static_cast<void>(one.dispatch(ordered, each));
            if (!std::binary_search(ahead.begin(), ahead.end(), each.position()))
                static_cast<void>(many.dispatch(grouped, each));
        }
        for (auto& [type, text] : grouped.by_type) CHECK(text.size() == ordered.by_type[type].size());
        std::sort(grouped.in_all.begin(), grouped.in_all.end());
        CHECK(grouped.in_all == ordered.in_all);
        CHECK(many.counts() == one.counts());
    }
    CHECK(was_ahead);
}

TEST_CASE("for a handler that keeps unknown events everything is in order") {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const log_of_records log = random_log(random, 5000, 300, true);
    reader<true> ordered;
    one_by_one<reader<true>> one(sillok::unknown::keep);
    for (const record_view each : log.views()) REQUIRE(one.dispatch(ordered, each));
    reader<false> grouped;
    by_types<reader<false>> many(sillok::unknown::keep);
    REQUIRE(many.dispatch(grouped, log.views()));
    CHECK(grouped.unknown == ordered.unknown);
    CHECK(grouped.by_type == ordered.by_type);
    CHECK(many.counts() == one.counts());
    CHECK(many.counts().kept != 0);
    CHECK(grouped.in_all == ordered.in_all);
}

TEST_CASE("no events are no work, and one is handed over as it is") {
    reader<false> handler;
    sillok::batch_dispatcher<reader<false>> many;
    CHECK(many.dispatch(handler, std::span<const record_view>()));
    CHECK(many.taken() == 0);
    CHECK(many.dispatch(handler, record_of<account_events>(money_deposited{5}).view()));
    CHECK(handler.by_type["deposited"] == "17.0=5 ");
}
