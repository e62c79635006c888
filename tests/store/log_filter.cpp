#include "sillok/store/log_filter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "sillok/event/record_writer.hpp"

using namespace sillok;

TEST_CASE("several lists are walked as one, ascending and without duplicates") {
    const std::uint32_t a[] = {1, 4, 9, 12};
    const std::uint32_t b[] = {0, 4, 5};
    const std::uint32_t c[] = {12};
    const auto walk = [&](std::uint64_t from) {
        detail::posting_union all(4);
        all.set(0, {a, 4}, from);
        all.set(1, {b, 3}, from);
        all.set(2, {c, 1}, from);
        all.set(3, {}, from);
        std::vector<std::uint64_t> seen;
        for (std::uint64_t at = all.next(); at != detail::posting_union::end; at = all.next()) seen.push_back(at);
        return seen;
    };
    CHECK(walk(0) == std::vector<std::uint64_t>{0, 1, 4, 5, 9, 12});
    CHECK(walk(4) == std::vector<std::uint64_t>{4, 5, 9, 12});
    CHECK(walk(10) == std::vector<std::uint64_t>{12});
    CHECK(walk(13).empty());
}

TEST_CASE("a record is asked for if its category and its type are") {
    const record_fields fields{.position = {1}, .version = {1}, .type = {"moved", 1}, .stream = {"account", "1"}};
    std::vector<std::byte> bytes(record_bytes(fields));
    write_record(bytes.data(), fields);
    const record_view r(bytes.data());
    const std::string_view types[] = {"opened", "moved"};
    const std::string_view others[] = {"move"};
    CHECK(detail::is_asked_for(r, {}));
    CHECK(detail::is_asked_for(r, {.category = "account", .types = types}));
    CHECK_FALSE(detail::is_asked_for(r, {.category = "accoun"}));
    CHECK_FALSE(detail::is_asked_for(r, {.types = others}));
}
