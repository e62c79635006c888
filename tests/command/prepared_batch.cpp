#include "sillok/command/prepared_batch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

namespace {

void add(sillok::prepared_batch& batch, std::string_view payload, std::vector<std::string> unique = {}) {
    batch.add(
        sillok::event_type("a.b", 1), [&](sillok::byte_buffer& out) { out.append(sillok::as_bytes(payload)); },
        [&](sillok::tags& out) {
            out.add("payload", payload);
            for (const auto& each : unique) out.unique("id", each);
        });
}

}  // namespace

TEST_CASE("a batch lays out streams, events, tags and conditions as a store wants them") {
    sillok::prepared_batch batch;
    CHECK(batch.empty());
    batch.begin({"account", "1"}, sillok::version{4});
    add(batch, "one");
    add(batch, "two", {"7"});
    batch.begin({"account", "2"}, sillok::version{0});
    batch.begin({"account", "3"}, sillok::version{9});
    add(batch, "three");
    CHECK_FALSE(batch.empty());
    CHECK(batch.seen() == sillok::version{4});

    batch.request([](std::span<const sillok::stream_append> streams, std::span<const sillok::none_tagged> conditions) {
        REQUIRE(streams.size() == 3);
        CHECK(streams[0].stream == sillok::stream_view{"account", "1"});
        CHECK(streams[0].expected.at() == sillok::version{4});
        REQUIRE(streams[0].events.size() == 2);
        CHECK(sillok::as_text(streams[0].events[0].payload) == "one");
        CHECK(sillok::as_text(streams[0].events[1].payload) == "two");
        REQUIRE(streams[0].events[1].tags.size() == 2);
        CHECK(streams[0].events[1].tags[0] == "payload:two");
        CHECK(streams[0].events[1].tags[1] == "id:7");
        CHECK(streams[1].events.empty());
        CHECK(streams[1].expected.kind() == sillok::expectation::rule::exactly);
        CHECK(sillok::as_text(streams[2].events[0].payload) == "three");
        REQUIRE(conditions.size() == 1);
        CHECK(conditions[0].tag == "id:7");
    });
}

TEST_CASE("a tag that is to be unique may not stand twice in one batch") {
    sillok::prepared_batch batch;
    batch.begin({"account", "1"}, {});
    add(batch, "one", {"7"});
    CHECK_FALSE(batch.unique_twice());
    add(batch, "two", {"7"});
    CHECK(batch.unique_twice() == "id:7");
    batch.clear();
    CHECK_FALSE(batch.unique_twice());
}
