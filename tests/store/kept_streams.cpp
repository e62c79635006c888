#include "sillok/store/kept_streams.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/event/record_writer.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

retention_act act_with(std::string_view key, std::uint64_t from, std::string_view source = {},
                       std::string_view reason = {}) {
    retention_act act{};
    act.stream = {"account", key};
    act.from = {from};
    act.at = {77};
    act.time = timestamp{1234567890};
    act.note = {source, reason};
    return act;
}

}  // namespace

TEST_CASE("a cut goes forward, in whatever order acts are taken in", "[retention]") {
    kept_streams kept(42);
    CHECK(kept.is_empty());
    CHECK(kept.first({"account", "7"}) == version{1});
    kept.reserve({"account", "7"});
    CHECK(kept.is_empty());
    CHECK(kept.first({"account", "7"}) == version{1});
    byte_buffer acts;
    for (const std::uint64_t from : {5U, 9U, 3U}) append_act(acts, act_with("7", from));
    append_act(acts, act_with("8", none_kept.value));
    append_act(acts, act_with("8", 4));
    kept.take_in(acts.view());
    CHECK_FALSE(kept.is_empty());
    CHECK(kept.first({"account", "7"}) == version{9});
    CHECK(kept.first({"account", "8"}) == none_kept);
    CHECK(kept.first({"accoun", "t7"}) == version{1});
    const std::uint64_t hash = posting_index(42).hash({"account", "8"});
    CHECK(kept.is_deleted({"account", "8"}, hash));
    CHECK_FALSE(kept.is_deleted({"account", "7"}, posting_index(42).hash({"account", "7"})));
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].stream.key == "7");
    CHECK(kept[0].from == version{9});
}

TEST_CASE("an act says the same after it was bytes", "[retention]") {
    const std::string longest(1024, 'k');
    const std::string source(255, 's');
    byte_buffer bytes;
    const std::vector<retention_act> acts{act_with("7", 5), act_with("", 1, "a", ""),
                                          act_with("7", none_kept.value, "", "why"),
                                          act_with(longest, 6, source, longest)};
    for (const retention_act& each : acts) append_act(bytes, each);
    CHECK(bytes.size() % 8 == 0);
    std::size_t at = 0;
    REQUIRE(for_each_act(bytes.view(), [&](const retention_act& read) {
        const retention_act& wanted = acts.at(at++);
        CHECK(read.stream == wanted.stream);
        CHECK(read.from == wanted.from);
        CHECK(read.at == wanted.at);
        CHECK(read.time == wanted.time);
        CHECK(read.note.source == wanted.note.source);
        CHECK(read.note.reason == wanted.note.reason);
        CHECK(read.is_deletion() == (at == 3));
        return true;
    }));
    CHECK(at == 4);
    at = 0;
    CHECK(for_each_act(bytes.view(), [&](const retention_act&) { return ++at < 2; }));
    CHECK(at == 2);
}

TEST_CASE("bytes that are no act are none, whatever they say", "[retention]") {
    byte_buffer whole;
    append_act(whole, act_with("7", 5, "source", "reason"));
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK(act_size(whole.view().first(size)) == 0);
    CHECK(act_size(whole.view()) == whole.size());
    CHECK(are_acts({}));
    byte_buffer more = whole;
    more.append(whole.view().first(8));
    CHECK_FALSE(are_acts(more.view()));
    const auto with = [&](std::size_t offset, std::uint8_t value) {
        byte_buffer other = whole;
        other.data()[offset] = std::byte{value};
        return act_size(other.view());
    };
    CHECK(with(4, 2) == 0);   // a note of a layout
    CHECK(with(6, 0) == 0);   // no category
    CHECK(with(16, 0) == 0);  // kept from version 0 on
    for (std::size_t at : {0U, 1U, 2U, 3U, 9U, 11U}) CHECK(with(at, 0x80) == 0);
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::byte> bytes(random() % 80);
        for (std::byte& each : bytes) each = std::byte{static_cast<std::uint8_t>(random() % 4)};
        if (bytes.size() >= 4) bytes[0] = static_cast<std::byte>(bytes.size());
        const std::size_t size = act_size(bytes);
        REQUIRE(size <= bytes.size());
        if (size != 0) static_cast<void>(act_of(bytes));
    }
}

TEST_CASE("what is asked for and holds already is not planned again", "[retention]") {
    kept_streams kept(1);
    const auto version_of = [](const stream_view& stream) -> result<version> {
        if (stream.key == "unreadable") return error(error_kind::io, "no");
        return version{10};
    };
    const auto plan = [&](std::vector<stream_cut> cuts) {
        byte_buffer acts;
        auto planned = plan_acts({cuts, {}}, kept, position{3}, timestamp{9}, version_of, acts);
        REQUIRE(planned.has_value());
        kept.take_in(acts.view());
        std::size_t count = 0;
        for_each_act(acts.view(), [&](const retention_act& act) {
            CHECK(act.at == position{3});
            CHECK(act.time == timestamp{9});
            return ++count != 0;
        });
        return count;
    };
    CHECK(plan({{{"a", "1"}, {1}}}) == 0);
    CHECK(plan({{{"a", "1"}, {10}}, {{"a", "2"}, {2}}}) == 2);
    CHECK(plan({{{"a", "1"}, {10}}, {{"a", "2"}, {3}}}) == 1);
    CHECK(plan({{{"a", "1"}, none_kept}}) == 1);
    CHECK(plan({{{"a", "1"}, none_kept}}) == 0);
    byte_buffer acts;
    const stream_cut unreadable[] = {{{"a", "unreadable"}, {2}}};
    CHECK(plan_acts({unreadable, {}}, kept, {}, {}, version_of, acts).error() == error_kind::io);
}
