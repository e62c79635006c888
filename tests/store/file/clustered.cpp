#include "sillok/store/file/clustered.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

namespace {

const std::string first_clustered = "0000000001.clustered";

}  // namespace

TEST_CASE("streams read the same from clustered files, and each full segment has one") {
    known_store plain, known;
    plain.live(100);
    known.live(100, known.options(true));
    CHECK(plain.named(".clustered").empty());
    CHECK(known.named(".clustered").size() + 1 == known.named(".segment").size());
    REQUIRE(known.named(".clustered").size() > 5);
    REQUIRE(known.events == plain.events);
    for (const bool is_clustered : {true, false}) {
        const auto store = file_store::open(path, known.options(is_clustered));
        REQUIRE(store.has_value());
        CHECK(known.reads_well(*store));
    }
    // What was clustered is used, whoever opens it: a file that is gone is missed.
    known.disk.erase(path, first_clustered);
    REQUIRE(file_store::open(path, known.options(true)).has_value());
    CHECK(known.disk.content(path, first_clustered) != nullptr);
}

TEST_CASE("a clustered file has each record of its segment once, and those of a stream adjoin") {
    known_store known;
    known.live(100, known.options(true));
    for (const std::string& name : known.named(".clustered")) {
        const std::vector<std::byte>& file = known.file(name);
        const std::string number = name.substr(0, 10);
        const std::vector<std::byte>& segment = known.file(number + ".segment");
        const std::vector<std::byte>& index = known.file(number + ".index");
        CHECK(as_text({file.data(), 8}) == "SILLOKCL");
        CHECK(load_le<std::uint32_t>(file.data() + 8) == 1);
        CHECK(load_le<std::uint32_t>(file.data() + 12) == crc32c({file.data() + 16, 48}, crc32c({file.data(), 12})));
        CHECK(load_le<std::uint32_t>(file.data() + 12) == load_le<std::uint32_t>(index.data() + 104));
        CHECK(std::equal(file.data() + 16, file.data() + 32, segment.data() + 16));
        CHECK(load_le<std::uint64_t>(file.data() + 32) == std::stoull(number));
        CHECK(load_le<std::uint32_t>(file.data() + 40) == load_le<std::uint32_t>(segment.data() + 12));
        CHECK(load_le<std::uint32_t>(file.data() + 44) == load_le<std::uint32_t>(index.data() + 44));
        CHECK(load_le<std::uint64_t>(file.data() + 48) == file.size());
        CHECK(load_le<std::uint64_t>(file.data() + 56) == 0);

        std::set<std::uint64_t> positions;
        std::set<std::string> left;
        std::string key;
        std::uint64_t version = 0;
        bool fits = true;
        for (std::size_t at = 64; at < file.size();) {
            REQUIRE(is_record({file.data() + at, file.size() - at}));
            const record_view record(file.data() + at);
            const told& wanted = known.events.at(record.position().value - 1);
            fits = fits && record.is_intact() && told_of(record, wanted.batch) == wanted;
            fits = fits && positions.insert(record.position().value).second;
            if (record.stream().key != key) {
                left.insert(key);
                key = record.stream().key;
                fits = fits && !left.contains(key);
            } else {
                fits = fits && record.version().value == version + 1;
            }
            version = record.version().value;
            at += record.size();
        }
        CHECK(fits);
        CHECK(positions.size() == load_le<std::uint64_t>(index.data() + 88));
        CHECK(*positions.rbegin() == load_le<std::uint64_t>(index.data() + 64));
        CHECK(*positions.rbegin() - *positions.begin() + 1 == positions.size());
    }
}

TEST_CASE("P10: a clustered file that is damaged, cut, gone or of another store is made anew, and nobody notices") {
    known_store other;
    other.live(100, other.options(true));
    const std::vector<std::byte> foreign = other.file(first_clustered);
    const std::vector<std::function<void(testing::faulty_device&)>> misfortunes{
        [](testing::faulty_device& disk) {
            auto& bytes = *disk.content(path, first_clustered);
            for (std::size_t i = 64; i < bytes.size(); i += 50) bytes[i] ^= std::byte{0x40};
        },
        [](testing::faulty_device& disk) { disk.content(path, first_clustered)->resize(100); },
        [](testing::faulty_device& disk) { disk.content(path, first_clustered)->clear(); },
        [](testing::faulty_device& disk) { disk.erase(path, first_clustered); },
        [&](testing::faulty_device& disk) { *disk.content(path, first_clustered) = foreign; },
    };
    for (std::size_t i = 0; i < misfortunes.size(); ++i)
        for (const bool while_open : {true, false}) {
            INFO("misfortune " << i << (while_open ? " while the store is open" : " while it is closed"));
            known_store known;
            known.live(100, known.options(true));
            const std::vector<std::byte> right = known.file(first_clustered);
            {
                if (!while_open) misfortunes[i](known.disk);
                const auto store = file_store::open(path, known.options(true));
                REQUIRE(store.has_value());
                if (while_open) misfortunes[i](known.disk);
                CHECK(known.reads_well(*store));
            }
            CHECK(known.disk.content(path, "damage") == nullptr);
            const auto again = file_store::open(path, known.options(true));
            REQUIRE(again.has_value());
            CHECK(known.reads_well(*again));
            CHECK(known.file(first_clustered) == right);
        }
}

TEST_CASE("where there is no room for a clustered file, the segment serves until there is") {
    known_store known;
    known.live(100);
    for (const std::string& name : known.named(".index")) known.disk.erase(path, name);
    known.disk.leave_space(9000);
    {
        const auto store = file_store::open(path, known.options(true));
        REQUIRE(store.has_value());
        CHECK(known.reads_well(*store));
    }
    CHECK(known.named(".clustered").size() < 3);
    known.disk.heal();
    const auto store = file_store::open(path, known.options(true));
    REQUIRE(store.has_value());
    CHECK(known.reads_well(*store));
    CHECK(known.named(".clustered").size() + 1 == known.named(".segment").size());
}

TEST_CASE("records that lie across the pieces in which a clustered file is written are whole") {
    // 80 MiB in two streams that take turns: more than the 64 MiB of a piece.
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open(path, {.clock = clock,
                                         .segment_bytes = std::uint64_t{80} << 20,
                                         .clustered = true,
                                         .durability = lose_unsynced{},
                                         .device = disk});
    REQUIRE(store.has_value());
    const std::string payload(7'000'001, 'x');
    for (int n = 0; n < 13; ++n) REQUIRE(recovery_tests::append(*store, std::to_string(n) + payload, n).has_value());
    REQUIRE(disk.content(path, first_clustered) != nullptr);
    REQUIRE(disk.content(path, first_clustered)->size() > std::size_t{70} << 20);
    for (const int parity : {0, 1}) {
        int next = parity;
        CHECK(store
                  ->read_stream({"account", parity == 0 ? "even" : "odd"}, {},
                                [&](const record_view& r) {
                                    const bool fits = as_text(r.payload()) == std::to_string(next) + payload;
                                    next += 2;
                                    return fits;
                                })
                  .has_value());
        CHECK(next == (parity == 0 ? 14 : 13));
    }
    REQUIRE(store->close().has_value());
    CHECK(disk.content(path, "0000000002.clustered") != nullptr);
}
