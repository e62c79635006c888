#include "sillok/store/file/segment.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sillok;
using namespace sillok::detail;

TEST_CASE("what stands beside a segment has its number") {
    CHECK(beside_segment(1, "index") == "0000000001.index");
    CHECK(beside_segment(1'234'567'890, "clustered") == "1234567890.clustered");
}

TEST_CASE("a place is named by the file and the offset in it") {
    CHECK(place_text(7, 4096) == "0000000007.segment at offset 4096");
    CHECK(place_text("0000000007.clustered", 64) == "0000000007.clustered at offset 64");
}

TEST_CASE("every offset of a record in the largest segment has a place") {
    constexpr std::uint64_t largest = segment_bytes_max + frame_bytes_max;
    for (const std::uint64_t offset : {std::uint64_t{segment_header_bytes}, segment_bytes_max, largest / 8 * 8})
        CHECK(offset_of(place_of(offset)) == offset);
    CHECK(place_of(4096) == 512);
}
