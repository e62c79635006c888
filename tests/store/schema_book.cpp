#include "sillok/store/schema_book.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sillok/codec/binary.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

enum class color : std::uint8_t { red, green };
struct plain {
    std::int64_t amount;
    std::string currency;
};
struct narrow {
    std::int32_t amount;
    std::string currency;
};
struct longer {
    std::int64_t amount;
    std::string currency;
    color paint;
};
struct nothing {};
struct deep {
    struct inner {
        std::array<std::uint64_t, 4> first;
        std::map<std::string, std::vector<std::uint32_t>> second_of_the_fields_with_a_long_name_to_go_beyond_eighty;
        std::optional<bool> third;
    };
    std::uint8_t before;
    inner within;
};
struct deeper {
    struct inner {
        std::array<std::uint64_t, 4> first;
        std::map<std::string, std::vector<std::uint32_t>> second_of_the_fields_with_a_long_name_to_go_beyond_eighty;
        std::optional<std::string> third;
    };
    std::uint8_t before;
    inner within;
};

template <class T>
new_event of(std::string_view name, std::uint16_t revision = 1, payload_codec codec = payload_codec::binary) {
    event_type type(name, revision, codec);
    type.shape = &shape_of<T>::value;
    return {.type = type};
}

struct written_book {
    schema_book book;
    byte_buffer notes;

    result<void> plan(std::vector<new_event> events) {
        const stream_append to{{"a", "1"}, any_version{}, events};
        const append_request request{.streams = {&to, 1}};
        if (book.has_met(request)) {
            notes.clear();
            return {};
        }
        return book.plan(request, position{3}, timestamp{9}, notes);
    }
    // How many notes it came to.
    std::size_t write(std::vector<new_event> events) {
        REQUIRE(plan(std::move(events)).has_value());
        std::size_t count = 0;
        for_each_schema(notes.view(), [&](const recorded_schema&) { return ++count != 0; });
        book.commit(notes.view());
        return count;
    }
    std::string refused(std::vector<new_event> events) {
        const auto done = plan(std::move(events));
        if (done) return "was taken";
        CHECK(done.error() == error_kind::schema_changed);
        return done.error().text();
    }
};

constexpr const char* rule =
    ". Leave the struct of that revision as it was recorded, and add the new one to the catalogue as a version of its own";

}  // namespace

TEST_CASE("a version is noted once, by name and revision") {
    written_book all;
    CHECK(all.write({of<plain>("a")}) == 1);
    CHECK(all.write({of<plain>("a")}) == 0);
    CHECK(all.write({of<plain>("a"), of<narrow>("a", 2), of<narrow>("b"), of<narrow>("b"), of<nothing>("c")}) == 3);
    CHECK(all.write({of<narrow>("d", 1, payload_codec::json)}) == 0);
    CHECK(all.write({{.type = {"e", 1}, .payload = {}}}) == 0);
    CHECK(all.book.count() == 4);
    const auto noted = all.book.all();
    REQUIRE(noted.size() == 4);
    CHECK(noted[0].layout == "amount: i64; currency: string");
    CHECK(noted[0].at == position{3});
    CHECK(noted[0].time == timestamp{9});
    CHECK(noted[1].revision == 2);
    CHECK(noted[3].layout.empty());
    CHECK(all.write({of<nothing>("c")}) == 0);
}

TEST_CASE("what contradicts is refused, by name, revision and field, as it was and as it is") {
    written_book all;
    all.write({of<plain>("a"), of<longer>("long", 7), of<deep>("deep"), of<nothing>("none")});
    CHECK(all.refused({of<narrow>("a")}) ==
          std::string("event \"a\", revision 1: field 1 was recorded as \"amount: i64\", and is \"amount: i32\" now") +
              rule);
    CHECK(all.refused({of<longer>("a")}) ==
          std::string(
              "event \"a\", revision 1: field 3 was not there when it was recorded, and is \"paint: enum u8 {red = 0; "
              "green = 1}\" now") +
              rule);
    CHECK(all.refused({of<plain>("long", 7)}) ==
          std::string(
              "event \"long\", revision 7: field 3 was recorded as \"paint: enum u8 {red = 0; green = 1}\", and is not "
              "there now") +
              rule);
    CHECK(all.refused({of<plain>("none")}) ==
          std::string(
              "event \"none\", revision 1: field 1 was not there when it was recorded, and is \"amount: i64\" now") +
              rule);
    CHECK(all.refused({of<deeper>("deep")}) ==
          std::string(
              "event \"deep\", revision 1: field 2 was recorded as …\"third: bool?}\", and is …\"third: string?}\" "
              "now") +
              rule);
    CHECK(all.book.count() == 4);
}

TEST_CASE("what was planned and not committed is forgotten") {
    written_book all;
    REQUIRE(all.plan({of<plain>("a"), of<plain>("b")}).has_value());
    CHECK(all.book.count() == 0);
    CHECK(all.book.all().empty());
    CHECK(all.write({of<narrow>("b")}) == 1);
    CHECK(all.write({of<narrow>("a")}) == 1);
    CHECK(all.refused({of<plain>("c"), of<narrow>("c")}).starts_with("event \"c\", revision 1: field 1"));
    CHECK(all.write({of<narrow>("c")}) == 1);
    CHECK(all.refused({of<plain>("a")}).starts_with("event \"a\", revision 1: field 1"));
}

TEST_CASE("of many versions each is found, and the first note of one stays") {
    written_book all;
    std::vector<std::string> names;
    for (int n = 0; n < 3000; ++n) names.push_back("event." + std::to_string(n));
    std::vector<new_event> events;
    for (const std::string& each : names) events.push_back(each.back() == '7' ? of<plain>(each) : of<narrow>(each));
    CHECK(all.write(events) == names.size());
    CHECK(all.write(events) == 0);
    for (const std::string& each : names) {
        CHECK((each.back() == '7' ? all.plan({of<narrow>(each)}) : all.plan({of<plain>(each)})).error() ==
              error_kind::schema_changed);
        REQUIRE(all.plan({of<plain>(each, 2)}).has_value());
    }
    byte_buffer bytes;
    for (const recorded_schema& each : all.book.all()) append_schema(bytes, each);
    schema_book other;
    other.take_in(bytes.view());
    append_schema(bytes, {names[0], 1, "amount: string", {}, {}});
    other.take_in(bytes.view());
    CHECK(other.count() == names.size());
    const auto before = all.book.all();
    const auto after = other.all();
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        CHECK(after[i].name == before[i].name);
        CHECK(after[i].layout == before[i].layout);
    }
}

TEST_CASE("two names of one hash are two versions") {
    written_book all;
    CHECK(name_hash("wallet.rejected_by_hand_v") == name_hash("session.opened_at_noon"));
    CHECK(all.write({of<plain>("wallet.rejected_by_hand_v"), of<narrow>("session.opened_at_noon")}) == 2);
    CHECK(all.write({of<narrow>("session.opened_at_noon"), of<plain>("wallet.rejected_by_hand_v")}) == 0);
    CHECK(all.refused({of<narrow>("wallet.rejected_by_hand_v")}) != "was taken");
}
