#include "sillok/store/schemas.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

#include "sillok/store/kept_streams.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

recorded_schema note_of(std::string_view name, std::uint16_t revision, std::string_view layout) {
    return {name, revision, layout, position{41}, timestamp{-7}};
}

}  // namespace

TEST_CASE("a note of a layout comes back as it was written, beside acts of retention") {
    const std::string longest(layout_bytes_max, 'l');
    const std::string long_name(255, 'n');
    const std::vector<recorded_schema> notes{note_of("a", 1, "amount: i64"), note_of("a", 65535, ""),
                                             note_of(long_name, 2, "x: [u8]"), note_of("b.c", 1, longest)};
    byte_buffer bytes;
    const retention_act cut{{"account", "7"}, {5}, {1}, timestamp{9}, {}};
    append_act(bytes, cut);
    for (const recorded_schema& each : notes) append_schema(bytes, each);
    append_act(bytes, cut);
    CHECK(bytes.size() % 8 == 0);
    CHECK(are_acts(bytes.view()));
    std::size_t at = 0;
    REQUIRE(for_each_schema(bytes.view(), [&](const recorded_schema& read) {
        const recorded_schema& wanted = notes.at(at++);
        CHECK(read.name == wanted.name);
        CHECK(read.revision == wanted.revision);
        CHECK((read.layout == wanted.layout));
        CHECK(read.at == wanted.at);
        CHECK(read.time == wanted.time);
        return true;
    }));
    CHECK(at == notes.size());
    std::size_t acts = 0;
    CHECK(for_each_act(bytes.view(), [&](const retention_act& act) {
        CHECK(act.from == version{5});
        return ++acts != 0;
    }));
    CHECK(acts == 2);
    at = 0;
    CHECK(for_each_schema(bytes.view(), [&](const recorded_schema&) { return ++at < 2; }));
    CHECK(at == 2);
}

TEST_CASE("bytes that are no note are none, whatever they say") {
    byte_buffer whole;
    append_schema(whole, note_of("money.withdrawn", 3, "amount: i64"));
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK(schema_size(whole.view().first(size)) == 0);
    CHECK(schema_size(whole.view()) == whole.size());
    const auto with = [&](std::size_t offset, std::uint8_t value) {
        byte_buffer other = whole;
        other.data()[offset] = std::byte{value};
        return schema_size(other.view());
    };
    CHECK(with(4, 1) == 0);      // an act of retention
    CHECK(with(4, 3) == 0);      // a kind that nobody knows
    CHECK(with(6, 0) == 0);      // no name
    CHECK(with(8, 0) == 0);      // no revision
    CHECK(with(14, 0x20) == 0);  // a layout beyond the limit
    for (std::size_t at : {0U, 1U, 2U, 3U, 12U, 13U, 15U}) CHECK(with(at, 0x80) == 0);
    byte_buffer unknown = whole;
    unknown.data()[4] = std::byte{3};
    CHECK_FALSE(are_acts(unknown.view()));
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::byte> bytes(random() % 80);
        for (std::byte& each : bytes) each = std::byte{static_cast<std::uint8_t>(random() % 4)};
        if (bytes.size() >= 6) bytes[0] = static_cast<std::byte>(bytes.size()), bytes[4] = std::byte{2};
        const std::size_t size = schema_size(bytes);
        REQUIRE(size <= bytes.size());
        if (size != 0) static_cast<void>(schema_of(bytes));
    }
}
