#include "sillok/store/file/past.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

result<receipt> try_append(file_store& store, std::string_view key, expectation expected,
                           std::span<const none_tagged> conditions = {}, std::size_t bytes = 10) {
    const std::string payload = payload_of(1, bytes);
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{{"account", key}, expected, {&event, 1}};
    return store.append({.streams = {&to, 1}, .conditions = conditions});
}

std::string refusal(const result<receipt>& done) { return done ? "" : done.error().text(); }

}  // namespace

TEST_CASE("an append is told of streams and tags in whichever segment they were seen last") {
    known_store known;
    known.live(150);
    auto store = file_store::open(path, known.options());
    REQUIRE(store.has_value());
    for (const auto& each : known.versions) {
        const auto refused = try_append(*store, each.first, exactly{{each.second + 1}});
        CHECK(refusal(refused).find("is at version " + std::to_string(each.second) + ";") != std::string::npos);
        CHECK_FALSE(try_append(*store, each.first, no_stream{}).has_value());
    }
    CHECK_FALSE(try_append(*store, "absent", stream_exists{}).has_value());
    for (const std::string_view tag : {"even:0", "even:2", "bad:luck"}) {
        std::size_t first = 0;
        const auto carries = [&](const told& each) {
            for (const std::string& own : each.tags)
                if (own == tag) return true;
            return false;
        };
        while (!carries(known.events[first])) ++first;
        const none_tagged condition{tag};
        const auto refused = try_append(*store, "x", any_version{}, {&condition, 1});
        CHECK(refusal(refused).ends_with("is carried by the event at position " + std::to_string(first + 1)));
    }
    const none_tagged nobody{"nobody:has it"};
    CHECK(try_append(*store, "x", any_version{}, {&nobody, 1}).has_value());
}

TEST_CASE("P12: a batch in any segment is found with its first receipt") {
    known_store known;
    known.live(150);
    const auto store = file_store::open(path, known.options());
    REQUIRE(store.has_value());
    std::size_t wrong = 0;
    for (const told& each : known.events) {
        if (each.batch.is_nil()) continue;
        const auto found = store->find_batch(each.batch);
        if (!found || !*found) {
            ++wrong;
            continue;
        }
        const receipt& first = (*found)->receipt;
        wrong += first.first.value != each.position || first.last.value != each.position ||
                 first.version.value != each.version || !first.repeated;
    }
    CHECK(wrong == 0);
    CHECK_FALSE(store->find_batch(known_store::batch_of(1000)).value().has_value());
}

TEST_CASE("batches beyond the window are looked for no more, by whole segments") {
    known_store known;
    known.live(150);
    const auto remembered = [&](std::size_t window) {
        file_options options = known.options();
        options.batch_window = window;
        const auto store = file_store::open(path, options);
        REQUIRE(store.has_value());
        std::size_t first = known.events.size();
        for (std::size_t i = known.events.size(); i-- > 0;)
            if (!known.events[i].batch.is_nil() && store->find_batch(known.events[i].batch).value()) first = i;
        std::size_t count = 0;
        for (std::size_t i = first; i < known.events.size(); ++i) count += !known.events[i].batch.is_nil();
        return count;
    };
    CHECK(remembered(0) == 0);
    CHECK(remembered(1) >= 1);
    CHECK(remembered(30) >= 30);
    CHECK(remembered(30) < 50);
    CHECK(remembered(1000) == 100);
}

TEST_CASE("where the last segment was sealed by closing, the next append knows what is in it") {
    known_store known;
    file_options options = known.options();
    options.segment_bytes = std::uint64_t{16} << 20;
    {
        auto store = file_store::open(path, options);
        REQUIRE(store.has_value());
        known.append(*store, 0, 50);
        REQUIRE(try_append(*store, "large", no_stream{}, {}, std::size_t{5} << 20).has_value());
        REQUIRE(store->close().has_value());
    }
    CHECK(known.named(".index").size() == 1);
    CHECK(known.named(".segment").size() == 1);
    auto store = file_store::open(path, options);
    REQUIRE(store.has_value());
    const told& first = known.events[0];
    const none_tagged condition{first.tags.at(0)};
    CHECK(refusal(try_append(*store, "x", any_version{}, {&condition, 1})).ends_with("position 1"));
    CHECK_FALSE(try_append(*store, first.key, no_stream{}).has_value());
    CHECK(try_append(*store, "large", exactly{{1}})->version == version{2});
    CHECK(try_append(*store, first.key, exactly{{1}})->first == position{4});
    CHECK(known.named(".segment").size() == 2);
}
