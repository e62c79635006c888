#include "sillok/store/file/format.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace sillok;
using namespace sillok::detail;

TEST_CASE("segments are named by their number, and nothing else is taken for one") {
    CHECK(segment_name(1) == "0000000001.segment");
    CHECK(segment_name(4'294'967'296) == "4294967296.segment");
    CHECK(segment_number("0000000001.segment") == 1);
    CHECK(segment_number("4294967296.segment") == 4'294'967'296);
    for (const char* const other :
         {"1.segment", "00000000001.segment", "000000000x.segment", "0000000001.segment.new", "", ".segment"})
        CHECK(segment_number(other) == 0);
}

TEST_CASE("blocks give back what was put into them, and any other bit is noticed") {
    std::vector<std::byte> block(identity_bytes);
    store_identity{uuid{{1, 2}}, 12345, timestamp{-7}}.encode(block.data());
    REQUIRE(state_of(block, identity_magic) == block_state::valid);
    const store_identity identity = store_identity::decode(block.data());
    CHECK(identity.store == uuid{{1, 2}});
    CHECK(identity.segment_bytes == 12345);
    CHECK(identity.created == timestamp{-7});
    for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
        block[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        CHECK(state_of(block, identity_magic) != block_state::valid);
        block[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    }
    block[8] = std::byte{2};
    CHECK(state_of(block, identity_magic) == block_state::newer);

    std::vector<std::byte> mark(mark_bytes);
    durable_mark{uuid{{3}}, 4, 5, 6, 7}.encode(mark.data());
    const durable_mark read = durable_mark::decode(mark.data());
    CHECK(state_of(mark, mark_magic) == block_state::valid);
    CHECK(state_of(mark, identity_magic) == block_state::invalid);
    CHECK((read.store == uuid{{3}} && read.sequence == 4 && read.segment == 5 && read.end == 6 && read.checksum == 7));
}

TEST_CASE("a segment's header and a frame's header are where the documentation says") {
    std::vector<std::byte> block(segment_header_bytes, std::byte{0xEE});
    segment_header header;
    header.store = uuid{{9}};
    header.number = 3;
    header.position = 100;
    header.sequence = 50;
    header.previous = 77;
    header.encode(block.data());
    CHECK(as_text(bytes_view(block).first(8)) == "SILLOKSG");
    CHECK(load_le<std::uint64_t>(block.data() + 32) == 3);
    CHECK(load_le<std::uint64_t>(block.data() + 40) == 100);
    CHECK(load_le<std::uint64_t>(block.data() + 48) == 50);
    CHECK(load_le<std::uint32_t>(block.data() + 80) == 77);
    CHECK(block[4095] == std::byte{0});
    CHECK(segment_header::decode(block.data()).checksum == header.checksum);

    std::byte frame[frame_header_bytes];
    frame_header f;
    f.length = 80;
    f.sequence = 51;
    f.durable = 49;
    f.first = 100;
    f.encode(frame, header.checksum);
    std::vector<std::byte> covered(4);
    store_le(covered.data(), header.checksum);
    covered.insert(covered.end(), frame + 4, frame + frame_header_bytes);
    CHECK(load_le<std::uint32_t>(frame) == crc32c(covered));
    CHECK(load_le<std::uint16_t>(frame + 4) == 1);
    CHECK(load_le<std::uint64_t>(frame + 16) == 51);
    CHECK(load_le<std::uint64_t>(frame + 24) == 49);
    CHECK(frame_header::decode(frame).checksum == f.checksum);
}
