#include "sillok/store/ledger.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/testing/manual_clock.hpp"

using namespace sillok;

namespace {

// Nothing was recorded before what is posted, and batches are told apart by what the test says.
struct no_past {
    std::optional<recorded_batch> known;

    static result<std::uint64_t> stream(stream_view, std::uint64_t) { return std::uint64_t{0}; }
    static result<position> carrier(std::string_view) { return position{}; }
    result<std::optional<recorded_batch>> batch(const uuid&) const { return known; }
};

// Appends, with records in a buffer; their places are 100 and so on.
struct small_log {
    testing::manual_clock clock;
    detail::log_postings postings{7};
    detail::kept_streams kept{1};
    detail::ledger ledger{clock, postings, kept};
    no_past past;
    std::uint32_t place = 100;

    detail::admission append(const append_request& request) {
        const auto admitted = ledger.admit(request, past);
        REQUIRE(admitted.has_value());
        ledger.stage(request);
        std::vector<std::byte> bytes(admitted->bytes);
        ledger.write(request, *admitted, bytes.data(), [&](const std::byte*) { return place++; });
        ledger.commit(*admitted);
        return *admitted;
    }
};

struct one_event {
    std::string_view tags[1] = {"tx:1"};
    new_event event{.type = {"probe.event", 1}, .payload = as_bytes("x"), .tags = tags};
    stream_append to{{"account", "1"}, any_version{}, {&event, 1}};
    append_request request{.streams = {&to, 1}, .batch = uuid{{7}}};
};

}  // namespace

TEST_CASE("what was staged and given up leaves no trace") {
    small_log log;
    const one_event one;
    for (int attempt = 0; attempt < 3; ++attempt) {
        REQUIRE(log.ledger.admit(one.request, log.past).has_value());
        log.ledger.stage(one.request);
        log.ledger.abandon();
        CHECK(log.ledger.last() == position{0});
        CHECK(log.postings.streams.list({"account", "1"}).count == 0);
        CHECK(log.postings.tags.list({{}, "tx:1"}).count == 0);
    }
    const auto admitted = log.append(one.request);
    CHECK(log.ledger.last() == position{1});
    CHECK(log.postings.streams.list({"account", "1"}).count == 1);
    CHECK(log.postings.tags.list({{}, "tx:1"}).at[0] == 100);
    log.past.known = recorded_batch{admitted.receipt, admitted.content};
    CHECK(log.ledger.admit(one.request, log.past)->receipt.repeated);
    log.past.known->content ^= 1;
    CHECK(log.ledger.admit(one.request, log.past).error() == error_kind::command_reused);
}

TEST_CASE("a tag is posted at its event, whichever stream of the append that stands in, and once") {
    small_log log;
    const one_event one;
    const std::string_view twice[] = {"tx:1", "tx:2", "tx:1"};
    const new_event plain{.type = {"probe.event", 1}, .payload = as_bytes("x")};
    new_event tagged = one.event;
    tagged.tags = twice;
    const new_event second[2] = {plain, tagged};
    const stream_append streams[3] = {{{"account", "1"}, any_version{}, {&plain, 1}},
                                      {{"account", "2"}, no_stream{}},
                                      {{"account", "3"}, any_version{}, second}};
    log.append({.streams = streams});
    log.append({.streams = {streams, 1}});  // shorter than the one before: nothing of that one is committed again
    for (const char* const tag : {"tx:1", "tx:2"}) {
        REQUIRE(log.postings.tags.list({{}, tag}).count == 1);
        CHECK(log.postings.tags.list({{}, tag}).at[0] == 102);
    }
    CHECK(log.postings.streams.list({"account", "1"}).count == 2);
    CHECK(log.postings.streams.list({"account", "2"}).count == 0);
    CHECK(log.postings.streams.list({"account", "3"}).count == 2);
    CHECK(log.ledger.last() == position{4});
}

TEST_CASE("where the log has parts, a stream goes on from what it had before") {
    small_log log;
    const one_event one;
    log.append({.streams = {&one.to, 1}});

    // The segment is full after this one was admitted.
    const stream_append exactly_one{{"account", "1"}, exactly{{1}}, {&one.event, 1}};
    const append_request request{.streams = {&exactly_one, 1}};
    const auto admitted = log.ledger.admit(request, log.past);
    REQUIRE(admitted.has_value());
    CHECK(admitted->receipt.version == version{2});
    detail::log_postings next{7};
    log.ledger.enter(next);
    log.ledger.stage(request);
    std::vector<std::byte> bytes(admitted->bytes);
    log.ledger.write(request, *admitted, bytes.data(), [&](const std::byte*) { return 9U; });
    log.ledger.commit(*admitted);
    CHECK(record_view(bytes.data()).version() == version{2});
    const stream_view name{"account", "1"};
    const detail::posting* const entry = next.streams.find(name, next.streams.hash(name));
    REQUIRE(entry != nullptr);
    CHECK(entry->before == 1);
    CHECK(entry->total() == 2);
}

TEST_CASE("a stream that stands twice in an append is found among many, and none that only has the same hash") {
    small_log log;
    const one_event one;
    std::vector<std::string> keys;
    for (int i = 0; i < 1000; ++i) keys.push_back(std::to_string(i * 7919 % 1000));
    std::vector<stream_append> streams;
    for (const std::string& key : keys) streams.push_back({{"account", key}, any_version{}, {&one.event, 1}});
    CHECK(log.ledger.admit({.streams = streams}, log.past).has_value());
    streams[17].stream = {"account", keys[900]};
    const auto refused = log.ledger.admit({.streams = streams}, log.past);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == error_kind::invalid_argument);
    CHECK(refused.error().text().find(keys[900]) != std::string::npos);
}

TEST_CASE("the content of a batch is what its events say, for ever the same") {
    one_event one;
    const auto before = detail::content_hash(one.request.streams);
    CHECK(before == 0xE1CFDAEC0A81EBFD);
    one.event.payload = as_bytes("y");
    CHECK(detail::content_hash(one.request.streams) != before);
    one.event.payload = as_bytes("x");
    one.event.type = {"probe.event", 2};
    CHECK(detail::content_hash(one.request.streams) != before);
    one.event.type = {"probe.event", 1};
    one.to.expected = no_stream{};  // what was expected is no part of it: a repetition finds another state
    CHECK(detail::content_hash(one.request.streams) == before);
}
