#include "sillok/projection/group/partitioning.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "projection/counted_events.hpp"
#include "sillok/store/memory_store.hpp"

using namespace sillok;

TEST_CASE("the hash of a key never changes, since positions are kept by it") {
    CHECK(partition_hash("") == 0x5114AD35C6F75238);
    CHECK(partition_hash("42") == 0x5CBB19995F4E47D1);
    CHECK(partition_hash("customer-4711") == 0xF6575ED88975C8C5);
}

TEST_CASE("streams with one key are in one partition, whatever their category") {
    memory_store log;
    const new_event event{.type = {"thing.counted", 1}};
    for (const std::string_view category : {"account", "transfer"})
        for (int key = 0; key < 50; ++key) {
            const std::string name = std::to_string(key);
            const stream_append to{{category, name}, any_version{}, {&event, 1}};
            CHECK(log.append({.streams = {&to, 1}}));
        }
    std::map<std::string, std::uint32_t> homes;
    int together = 0;
    const auto read = log.read_all({}, [&](const record_view& r) {
        const std::uint32_t home = partition_of(by_key, r, 7);
        const auto [at, is_new] = homes.emplace(std::string(r.stream().key), home);
        together += !is_new && at->second == home ? 1 : 0;
        CHECK(home < 7);
        return true;
    });
    CHECK(read);
    CHECK(together == 50);
}

TEST_CASE("keys that count up are spread evenly") {
    for (const std::uint32_t partitions : {2U, 3U, 16U, 64U}) {
        std::vector<int> counts(partitions);
        for (int key = 0; key < 64'000; ++key) ++counts[partition_hash(std::to_string(key)) % partitions];
        for (const int each : counts) {
            CHECK(each > 64'000 / static_cast<int>(partitions) * 8 / 10);
            CHECK(each < 64'000 / static_cast<int>(partitions) * 12 / 10);
        }
    }
}

TEST_CASE("events may be kept together by something of one's own") {
    constexpr partitioning by_type{"type", [](const record_view& r) { return partition_hash(r.type()); }};
    memory_store log;
    counted::append(log, 10, 10);
    const auto read = log.read_all({}, [&](const record_view& r) {
        CHECK(partition_of(by_type, r, 5) == partition_hash("thing.counted") % 5);
        return true;
    });
    CHECK(read);
    CHECK(std::string_view(by_type.name) == "type");
}
