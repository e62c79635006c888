#include "sillok/store/memory_snapshots.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>

#include "sillok/testing/snapshot_laws.hpp"

using namespace sillok;
using testing::snapshot_draft;

namespace {

struct memory_source {
    std::optional<memory_snapshots> current;
    snapshot_store_ref fresh() { return current.emplace(); }
};

bool has(const memory_snapshots& kept, const std::string& key) {
    return kept.load({"account", key}, [](const snapshot&) {}).value();
}
snapshot_draft of(const std::string& key, std::size_t bytes, std::uint64_t version = 1) {
    return {.stream = {"account", key}, .version = version, .state = std::string(bytes, 's')};
}

}  // namespace

TEST_CASE("snapshots in memory keep the laws [threads]", "[threads]") {
    memory_source source;
    const auto seen = testing::check_snapshots(
        source, [](const testing::finding& each) { FAIL_CHECK(each.law << ": " << each.what); });
    CHECK(seen.checks > 500);
    CHECK(seen.findings == 0);
}

TEST_CASE("snapshots in memory take no more than the room they were given, and the last used stay") {
    constexpr std::size_t room = 10'000;
    memory_snapshots kept(room);
    for (int i = 0; i < 3; ++i) kept.save(of(std::to_string(i), 2'500).view()).value();
    CHECK(kept.size() == 3);
    CHECK(kept.bytes() > 7'500);
    CHECK(has(kept, "0"));  // and so 1 was not used for longest
    kept.save(of("3", 2'500).view()).value();
    CHECK(kept.size() == 3);
    CHECK(has(kept, "0"));
    CHECK_FALSE(has(kept, "1"));
    CHECK(has(kept, "2"));
    CHECK(has(kept, "3"));

    kept.save(of("4", 9'000).view()).value();
    CHECK(kept.size() == 1);
    CHECK(has(kept, "4"));
    kept.save(of("5", room).view()).value();  // larger than all the room
    CHECK(kept.size() == 1);
    CHECK(has(kept, "4"));
    kept.save(of("4", room, 2).view()).value();  // what it had is out of date, and goes
    CHECK(kept.size() == 0);
    CHECK(kept.bytes() == 0);

    for (std::uint64_t i = 0; i < 2'000; ++i) {
        kept.save(of(std::to_string(i % 37), static_cast<std::size_t>(i % 1'000), i + 1).view()).value();
        CHECK(kept.bytes() <= room);
    }
    for (int i = 0; i < 37; ++i) kept.drop({"account", std::to_string(i)}).value();
    CHECK(kept.bytes() == 0);
    CHECK(kept.size() == 0);
}

TEST_CASE("what a visitor is given outlives what happens to it meanwhile") {
    memory_snapshots kept(1'000);
    kept.save(of("1", 300).view()).value();
    kept.load({"account", "1"},
              [&](const snapshot& seen) {
                  kept.save(of("2", 600).view()).value();
                  CHECK_FALSE(has(kept, "1"));
                  CHECK(as_text(seen.state) == std::string(300, 's'));
              })
        .value();
}
