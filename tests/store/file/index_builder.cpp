#include "sillok/store/file/index_builder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "sillok/core/checksum.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

// Reads an index by what docs/format.md says, and by nothing else.
struct raw_index {
    std::vector<std::byte> all;

    template <class Integer>
    Integer at(std::size_t offset) const {
        return load_le<Integer>(all.data() + offset);
    }
    std::uint32_t sum(std::size_t offset, std::size_t bytes) const { return crc32c({all.data() + offset, bytes}); }
    std::size_t start(std::size_t section) const { return at<std::uint64_t>(112 + 16 * section); }
    std::size_t bytes(std::size_t section) const { return at<std::uint64_t>(112 + 16 * section + 8); }
    std::size_t entries(std::size_t bucket) const { return at<std::uint16_t>(bucket + 4); }
};

constexpr std::size_t streams = 0, tags = 3, batches = 6, steps = 9, acts = 10;

raw_index sample() {
    index_builder builder;
    builder.add(keys::streams, {0x1122334455667788, 5, 0, 0, 3}, std::vector<std::uint32_t>{512, 600, 700});
    builder.add(keys::streams, {2, 0, 0, 0, 0}, std::vector<std::uint32_t>{800});
    builder.add(keys::tags, {3, 0, 0, 0, 0}, std::vector<std::uint32_t>{600, 700});
    builder.add(keys::batches, {4, 0, 0, 0, 0}, std::vector<std::uint32_t>{512});
    builder.add(index_step{41, 4096});
    builder.add(index_step{44, 20'496});
    static const std::byte recorded[24] = {std::byte{1}, std::byte{2}};
    builder.add_acts(recorded);
    return {builder.build({uuid{{7, 8}}, 12, 13, 14, 15, 16, 17, timestamp{-18}, 19, 20, 21, 22})};
}

}  // namespace

TEST_CASE("the header of an index is where the documentation says") {
    const raw_index index = sample();
    CHECK(as_text({index.all.data(), 8}) == "SILLOKIX");
    CHECK(index.at<std::uint32_t>(8) == 1);
    CHECK(index.at<std::uint32_t>(12) == crc32c({index.all.data() + 16, 496}, index.sum(0, 12)));
    CHECK(index.all[16] == std::byte{7});
    CHECK(index.all[17] == std::byte{8});
    CHECK(index.at<std::uint64_t>(32) == 12);
    CHECK(index.at<std::uint32_t>(40) == 13);
    CHECK(index.at<std::uint32_t>(44) == 14);
    CHECK(index.at<std::uint64_t>(48) == 15);
    CHECK(index.at<std::uint64_t>(56) == 16);
    CHECK(index.at<std::uint64_t>(64) == 17);
    CHECK(index.at<std::int64_t>(72) == -18);
    CHECK(index.at<std::uint64_t>(80) == 19);
    CHECK(index.at<std::uint64_t>(88) == 20);
    CHECK(index.at<std::uint64_t>(96) == 21);
    CHECK(index.at<std::uint32_t>(104) == 22);
    CHECK(index.at<std::uint32_t>(108) == 0);
    for (std::size_t i = 288; i < 512; ++i) CHECK(index.all[i] == std::byte{0});
}

TEST_CASE("the sections of an index stand in order, each with what the documentation says") {
    const raw_index index = sample();
    std::size_t at = 512;
    for (std::size_t section = 0; section < 11; ++section) {
        CHECK(index.start(section) == at);
        at += index.bytes(section);
        if (section % 3 == 2 || section >= steps) {
            CHECK(index.at<std::uint32_t>(at) == index.sum(index.start(section), index.bytes(section)));
            CHECK(index.at<std::uint32_t>(at + 4) == 0);
            at = (at + 8 + 7) / 8 * 8;
        }
    }
    CHECK(at == index.all.size());
    CHECK(index.bytes(streams + 2) == 32);
    CHECK(index.bytes(steps) == 32);
    CHECK(index.bytes(acts) == 24);
    CHECK(index.all[index.start(acts) + 1] == std::byte{2});
    CHECK(index.at<std::uint64_t>(index.start(steps) + 16) == 44);
    CHECK(index.at<std::uint64_t>(index.start(steps) + 24) == 20'496);

    // Two keys are in one bucket, in the order in which they came.
    const std::size_t bucket = index.start(streams);
    REQUIRE(index.bytes(streams) == 512);
    CHECK(index.at<std::uint32_t>(bucket) == index.sum(bucket + 4, 508));
    CHECK(index.entries(bucket) == 2);
    CHECK(index.at<std::uint16_t>(bucket + 6) == 0);
    CHECK(index.at<std::uint64_t>(bucket + 8) == 0x1122334455667788);
    CHECK(index.at<std::uint64_t>(bucket + 16) == 5);
    CHECK(index.at<std::uint32_t>(bucket + 24) == 3);
    CHECK(index.at<std::uint32_t>(bucket + 28) == 0);
    CHECK(index.at<std::uint32_t>(bucket + 32) == 512);
    CHECK(index.at<std::uint32_t>(bucket + 36 + 20) == 3);
    CHECK(index.bytes(streams + 1) == 512);
    CHECK(index.at<std::uint32_t>(index.start(streams + 1)) == index.sum(index.start(streams + 1) + 4, 508));
    CHECK(index.at<std::uint32_t>(index.start(streams + 1) + 4) == 512);
    CHECK(index.at<std::uint32_t>(index.start(streams + 1) + 4 + 12) == 800);
    CHECK(index.at<std::uint32_t>(index.start(tags + 1) + 4 + 4) == 700);
    CHECK(index.at<std::uint32_t>(index.start(batches + 1) + 4) == 512);
}

TEST_CASE("what finds its home full stands in the next bucket that is not, and marks those it passed") {
    for (const std::uint64_t high : {0x00000000ULL, 0xFFFFFFFFULL}) {
        index_builder builder;
        for (std::uint64_t i = 0; i < 40; ++i)
            builder.add(keys::streams, {(high << 32) + i, 0, 0, 0, 0}, std::vector<std::uint32_t>{1});
        const raw_index index{builder.build({})};
        REQUIRE(index.bytes(streams) == 3 * 512);
        for (std::size_t i = 0; i < 3; ++i) {
            const std::size_t bucket = index.start(streams) + 512 * ((i + (high == 0 ? 0 : 2)) % 3);
            CHECK(index.entries(bucket) == (i < 2 ? 18 : 4));
            CHECK(index.at<std::uint16_t>(bucket + 6) == (i < 2 ? 1 : 0));
            CHECK(index.at<std::uint64_t>(bucket + 8) == (high << 32) + 18 * i);
            CHECK(index.at<std::uint32_t>(bucket) == index.sum(bucket + 4, 508));
        }
    }
}

TEST_CASE("an index of nothing has sections without length") {
    const raw_index index{index_builder().build({})};
    for (std::size_t section = 0; section < 11; ++section) CHECK(index.bytes(section) == 0);
    CHECK(index.all.size() == 512 + 5 * 8);
}
