#include "sillok/command/command_context.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>

#include "sillok/event/record_writer.hpp"

TEST_CASE("a context made from an event's metadata carries its correlation on and names it as the cause") {
    sillok::uuid id;
    id.octets[0] = 1;
    sillok::uuid correlation;
    correlation.octets[0] = 2;
    const sillok::record_fields fields{.position = {7},
                                       .version = {3},
                                       .time = sillok::timestamp{5},
                                       .id = id,
                                       .correlation = correlation,
                                       .type = {"a.b", 1},
                                       .stream = {"a", "b"}};
    alignas(8) std::array<std::byte, 256> bytes;
    sillok::write_record(bytes.data(), fields);
    const sillok::metadata m(sillok::record_view(bytes.data()));

    const sillok::command_context context = m;
    CHECK(context.correlation() == correlation);
    CHECK(context.causation() == id);
    CHECK(context.id().is_nil());
    CHECK_FALSE(context.expected());
}

TEST_CASE("a context says id, expected version and actor") {
    sillok::uuid id;
    id.octets[15] = 9;
    const auto context = sillok::command_context{}.with_id(id).expecting(sillok::version{4}).by("ada");
    CHECK(context.id() == id);
    CHECK(context.expected() == sillok::version{4});
    CHECK(context.actor() == "ada");
}

TEST_CASE("a context is changed by making another, and keeps one header of a name") {
    const sillok::command_context plain;
    const auto named = plain.by("ada").with_header("trace", "1").with_header("trace", "2").by("bob");
    CHECK(plain.actor().empty());
    CHECK(named.actor() == "bob");
    REQUIRE(named.headers().size() == 2);
    CHECK(named.headers()[1].second == "2");
}
