#include "sillok/store/file/later_segment.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "../many_segments.hpp"

using namespace segment_tests;

TEST_CASE("a segment says how far the log was durable, and how much is in it") {
    known_store known;
    known.live(60);
    testing::faulty_device& disk = known.disk;
    const directory files(disk, owned_file(disk, static_cast<int>(disk.open_directory(path).value)));
    const uuid store = read_identity(files)->store;
    std::vector<std::byte>& bytes = known.file(segment_name(2));
    const segment_header header = segment_header::decode(bytes.data());

    const auto found = look_into(files, store, 2, header.sequence);
    REQUIRE(found.has_value());
    CHECK(found->is_known);
    CHECK(found->bytes > 1000);
    CHECK(found->bytes + segment_header_bytes <= bytes.size());
    CHECK(found->durable >= header.durable);
    CHECK(found->durable > header.sequence);
    // Frames that are not behind a sequence say nothing of it.
    CHECK(look_into(files, store, 2, ~std::uint64_t{0})->durable == header.durable);

    uuid other = store;
    other.octets[0] ^= 1;
    CHECK_FALSE(look_into(files, other, 2, 0)->is_known);
    CHECK(look_into(files, other, 2, 0)->durable == 0);
    bytes[20] ^= std::byte{1};
    CHECK_FALSE(look_into(files, store, 2, 0)->is_known);
    CHECK(look_into(files, store, 2, 0)->bytes == found->bytes);
    CHECK(look_into(files, store, 99, 0).error() == error_kind::io);
}
