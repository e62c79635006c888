#include "sillok/store/snapshot_format.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace sillok;

namespace {

snapshot sample() {
    snapshot one{.stream = {"account", "42"},
                 .version = {0x1112131415161718},
                 .first = {3},
                 .position = {0x2122232425262728},
                 .time = timestamp{-2},
                 .fingerprint = 0x3132333435363738,
                 .state = as_bytes("state")};
    for (std::size_t i = 0; i < 16; ++i) one.event.octets[i] = static_cast<std::uint8_t>(0xA0 + i);
    return one;
}

std::string hex(bytes_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte b : bytes) {
        text += digits[static_cast<unsigned>(b) >> 4];
        text += digits[static_cast<unsigned>(b) & 15];
    }
    return text;
}

}  // namespace

TEST_CASE("the bytes of a snapshot are those that docs/format.md says") {
    byte_buffer bytes;
    detail::write_snapshot(sample(), bytes);
    REQUIRE(bytes.size() == 72 + 7 + 2 + 5);
    CHECK(load_le<std::uint32_t>(bytes.data()) == crc32c(bytes.view().subspan(4)));
    CHECK(hex(bytes.view().subspan(4, 12)) ==
          "0100"
          "0700"
          "0200"
          "0000"
          "05000000");
    CHECK(hex(bytes.view().subspan(16, 40)) ==
          "1817161514131211"
          "0300000000000000"
          "2827262524232221"
          "feffffffffffffff"
          "3837363534333231");
    CHECK(hex(bytes.view().subspan(56, 16)) == "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    CHECK(as_text(bytes.view().subspan(72)) == "account42state");
}

TEST_CASE("a snapshot is read as it was written, behind whatever was in the buffer") {
    byte_buffer bytes;
    bytes.append(as_bytes("before"));
    const snapshot one = sample();
    detail::write_snapshot(one, bytes);
    const auto read = detail::read_snapshot(bytes.view().subspan(6));
    REQUIRE(read);
    CHECK(read->stream == one.stream);
    CHECK(read->version == one.version);
    CHECK(read->first == one.first);
    CHECK(read->position == one.position);
    CHECK(read->event == one.event);
    CHECK(read->time == one.time);
    CHECK(read->fingerprint == one.fingerprint);
    CHECK(as_text(read->state) == "state");
}

TEST_CASE("bytes of which one changed, is missing or too many are no snapshot") {
    byte_buffer bytes;
    detail::write_snapshot(sample(), bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
            byte_buffer changed = bytes;
            changed.data()[i] ^= static_cast<std::byte>(mask);
            CHECK_FALSE(detail::read_snapshot(changed.view()));
        }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(detail::read_snapshot(bytes.view().first(size)));
    bytes.append(as_bytes("x"));
    CHECK_FALSE(detail::read_snapshot(bytes.view()));
}

TEST_CASE("a snapshot of a later layout is none, however intact") {
    byte_buffer bytes;
    detail::write_snapshot(sample(), bytes);
    store_le(bytes.data() + 4, std::uint16_t{2});
    store_le(bytes.data(), crc32c(bytes.view().subspan(4)));
    CHECK_FALSE(detail::read_snapshot(bytes.view()));
}

TEST_CASE("lengths that lie about what is there are not followed") {
    byte_buffer bytes;
    detail::write_snapshot(sample(), bytes);
    for (const std::size_t field : {std::size_t{6}, std::size_t{8}, std::size_t{12}, std::size_t{14}}) {
        byte_buffer changed = bytes;
        store_le(changed.data() + field, std::uint16_t{0xFFFF});
        store_le(changed.data(), crc32c(changed.view().subspan(4)));
        CHECK_FALSE(detail::read_snapshot(changed.view()));
    }
}
