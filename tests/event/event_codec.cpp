#include "sillok/event/event_codec.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "sillok/codec/json.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/event/schema_lock.hpp"

namespace {

// [catalogue]
namespace v1 {
struct note_taken {
    std::string text;
};
}  // namespace v1
struct note_taken {
    std::string text;
    std::string author = "nobody";
    static note_taken upcast(const v1::note_taken& e) { return {e.text}; }
};
struct order_paid {
    std::int64_t amount;
};
struct order_events
    : sillok::events<
          sillok::event<"order.noted", sillok::coded_by<sillok::weak_json_codec>, v1::note_taken, note_taken>,
          sillok::event<"order.paid", order_paid>> {};
// [/catalogue]

// What another program thought of the same event.
struct other_note {
    std::string author;
    int stars;
    std::string text;
};

struct reader {
    using events = order_events;
    std::vector<std::string> told;
    void on(const note_taken& e) { told.push_back(e.text + " by " + e.author); }
    void on(const order_paid& e) { told.push_back(std::to_string(e.amount)); }
};

struct a_record {
    sillok::byte_buffer bytes;
    a_record(sillok::event_type type, sillok::bytes_view payload) {
        const sillok::record_fields fields{
            .position = {1}, .version = {1}, .type = type, .stream = {"order", "1"}, .payload = payload};
        sillok::write_record(bytes.extend(sillok::record_bytes(fields)), fields);
    }
    operator sillok::record_view() const {
        return sillok::record_view(bytes.data());
    }  // NOLINT(google-explicit-constructor)
};

template <class Codec, class T>
a_record as_recorded(sillok::event_type type, const T& value) {
    sillok::byte_buffer payload;
    Codec::encode(value, payload);
    type.codec = sillok::format_of<Codec>;
    return a_record(type, payload.view());
}

}  // namespace

TEST_CASE("an event is recorded by its codec, and its record says so") {
    STATIC_REQUIRE(std::same_as<sillok::codec_of<order_events, note_taken>, sillok::weak_json_codec>);
    STATIC_REQUIRE(std::same_as<sillok::codec_of<order_events, order_paid>, sillok::binary_codec>);
    sillok::byte_buffer payload;
    const auto type = sillok::encode_event<order_events>(note_taken{"late", "ada"}, payload);
    CHECK(type == sillok::event_type("order.noted", 2));
    CHECK(type.codec == sillok::payload_codec::json);
    CHECK(sillok::as_text(payload.view()) == R"({"text":"late","author":"ada"})");
    payload.clear();
    CHECK(sillok::encode_event<order_events>(order_paid{3}, payload).codec == sillok::payload_codec::binary);
    CHECK(payload.size() == 8);
    payload.clear();
    const auto asked = sillok::encode_event<order_events, sillok::json_codec>(order_paid{3}, payload);
    CHECK(asked.codec == sillok::payload_codec::json);
}

TEST_CASE("an event with a weak codec is read with members that came and went, in every revision") {
    sillok::dispatcher<reader> to;
    reader it;
    REQUIRE(to.dispatch(it, as_recorded<sillok::json_codec>({"order.noted", 2}, note_taken{"a", "ada"})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::json_codec>({"order.noted", 1}, v1::note_taken{"b"})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::json_codec>({"order.noted", 2}, other_note{"bob", 5, "c"})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::json_codec>({"order.noted", 2}, v1::note_taken{"d"})));
    CHECK(it.told == std::vector<std::string>{"a by ada", "b by nobody", "c by bob", "d by nobody"});
}

TEST_CASE("what was recorded before an event got its codec stays readable, and errors are told by what was recorded") {
    sillok::dispatcher<reader> to;
    reader it;
    REQUIRE(to.dispatch(it, as_recorded<sillok::binary_codec>({"order.noted", 2}, note_taken{"a", "ada"})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::binary_codec>({"order.noted", 1}, v1::note_taken{"b"})));
    CHECK(it.told == std::vector<std::string>{"a by ada", "b by nobody"});
    const auto wrong =
        to.dispatch(it, a_record({"order.noted", 2, sillok::payload_codec::json}, sillok::as_bytes(R"({"text":1})")));
    REQUIRE(wrong.error() == sillok::error_kind::malformed);
    CHECK(wrong.error().text().find("order.noted revision 2") != std::string::npos);
    CHECK(wrong.error().text().find("text") != std::string::npos);
    CHECK(to.dispatch(it, a_record({"order.noted", 2}, sillok::as_bytes("{}"))).error() ==
          sillok::error_kind::malformed);
}

TEST_CASE("JSON of an event that has no codec for it is refused where it is taken, and passed over elsewhere") {
    struct payments {
        using events = sillok::select<order_events, order_paid>;
        std::int64_t sum = 0;
        void on(const order_paid& e) { sum += e.amount; }
    };
    sillok::dispatcher<payments> to;
    payments it;
    CHECK(to.dispatch(it, as_recorded<sillok::json_codec>({"order.paid", 1}, order_paid{1})).error() ==
          sillok::error_kind::unsupported_format);
    CHECK(to.dispatch(it, as_recorded<sillok::json_codec>({"order.noted", 2}, note_taken{})));
    CHECK(it.sum == 0);
    sillok::dispatcher<payments, sillok::binary_codec, sillok::json_codec> given;
    REQUIRE(given.dispatch(it, as_recorded<sillok::json_codec>({"order.paid", 1}, order_paid{1})));
    CHECK(it.sum == 1);
}

TEST_CASE("an event that goes back to binary reads what was JSON, whatever stands first behind its name") {
    struct back_events
        : sillok::events<
              sillok::event<"order.noted", sillok::formerly<"noted">,
                            sillok::coded_by<sillok::binary_codec, sillok::weak_json_codec>, v1::note_taken,
                            note_taken>,
              sillok::event<"order.paid", sillok::coded_by<sillok::json_codec>, sillok::formerly<"paid">, order_paid>> {
    };
    struct back_reader {
        using events = back_events;
        std::string told;
        void on(const note_taken& e) { told += e.text; }
        void on(const order_paid& e) { told += std::to_string(e.amount); }
    };
    STATIC_REQUIRE(std::same_as<sillok::codec_of<back_events, note_taken>, sillok::binary_codec>);
    STATIC_REQUIRE(std::same_as<sillok::codec_of<back_events, order_paid>, sillok::json_codec>);
    sillok::dispatcher<back_reader> to;
    back_reader it;
    REQUIRE(to.dispatch(it, as_recorded<sillok::json_codec>({"noted", 1}, v1::note_taken{"a"})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::binary_codec>({"order.noted", 2}, note_taken{"b"})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::json_codec>({"paid", 1}, order_paid{7})));
    REQUIRE(to.dispatch(it, as_recorded<sillok::binary_codec>({"order.paid", 1}, order_paid{8})));
    CHECK(it.told == "ab78");
}

namespace {

constexpr sillok::locked_layout before[] = {{"order.noted", 1, "text: string"},
                                            {"order.noted", 2, "(weak) text: string; stars: i32"},
                                            {"order.paid", 1, "amount: i64"}};
static_assert(sillok::require_lock<order_events, before>(), "members of an event with a weak codec come and go");

constexpr sillok::locked_layout binary_before[] = {{"order.noted", 1, "text: string"},
                                                   {"order.noted", 2, "text: string; stars: i32"},
                                                   {"order.paid", 1, "amount: i64"}};
static_assert(sillok::detail::all_failures<order_events, binary_before>.count == 1,
              "and those of one that was binary do not");

}  // namespace

TEST_CASE("JSON of an event whose name only has the hash of one in the catalogue is unknown, and met by the policy") {
    constexpr std::string_view twin = "session.opened_at_noon";
    static_assert(sillok::name_hash(twin) == sillok::name_hash("wallet.rejected_by_hand_v"));
    struct wallet_events : sillok::events<sillok::event<"wallet.rejected_by_hand_v", order_paid>> {};
    struct wallet {
        using events = wallet_events;
        void on(const order_paid&) {}
    } it;
    sillok::dispatcher<wallet> careful;
    CHECK(careful.dispatch(it, a_record({twin, 1, sillok::payload_codec::json}, {})).error() ==
          sillok::error_kind::unknown_event);
    sillok::dispatcher<wallet> skipping(sillok::unknown::skip);
    CHECK(skipping.dispatch(it, a_record({twin, 1, sillok::payload_codec::json}, {})));
    CHECK(skipping.counts().skipped == 1);
}
