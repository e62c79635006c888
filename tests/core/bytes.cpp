#include <new>
#include <span>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/bytes.hpp>

using sillok::byte_buffer;

TEST_CASE("integers are written with the lowest byte first", "[bytes]") {
    std::byte room[8];
    CHECK(sillok::store_le(room, std::uint32_t{0x01020304}) == room + 4);
    CHECK(room[0] == std::byte{4});
    CHECK(room[3] == std::byte{1});
    CHECK(sillok::load_le<std::uint32_t>(room) == 0x01020304);
    sillok::store_le(room + 1, std::int16_t{-2});
    CHECK(sillok::load_le<std::int16_t>(room + 1) == -2);
    sillok::store_le(room, std::int64_t{-1});
    CHECK(sillok::load_le<std::uint64_t>(room) == 0xFFFFFFFFFFFFFFFF);
    CHECK(sillok::store_bytes(room, sillok::as_bytes("abc")) == room + 3);
    const std::uint64_t word = sillok::detail::big_endian(0x0102030405060708);
    CHECK(std::as_bytes(std::span(&word, 1))[0] == std::byte{1});
}

TEST_CASE("a buffer grows and keeps what it holds", "[bytes]") {
    byte_buffer buffer;
    CHECK(buffer.empty());
    for (int i = 0; i < 1000; ++i) buffer.append(sillok::as_bytes("abc"));
    REQUIRE(buffer.size() == 3000);
    for (std::size_t i = 0; i < 3000; ++i) REQUIRE(sillok::as_text(buffer.view())[i] == "abc"[i % 3]);
    const std::byte* const data = buffer.data();
    buffer.clear();
    buffer.append(sillok::as_bytes("xyz"));
    CHECK(buffer.data() == data);
    CHECK(sillok::as_text(buffer.view()) == "xyz");
    buffer.shrink_to(1);
    CHECK(sillok::as_text(buffer.view()) == "x");
}

TEST_CASE("a buffer moves seldom while it grows, and not at all within the room that it has", "[bytes]") {
    byte_buffer buffer;
    int moves = 0;
    for (int i = 0; i < 100'000; ++i) {
        const std::byte* const before = buffer.data();
        buffer.extend(1);
        moves += buffer.data() != before;
    }
    CHECK(moves < 20);
    byte_buffer large;
    large.extend(100'000);
    byte_buffer small;
    small.swap(large);
    const std::byte* const data = small.data();
    for (int i = 0; i < 2; ++i) {
        small.clear();
        small.extend(100'000);
        CHECK(small.data() == data);
    }
    CHECK(large.data() == nullptr);
    large.append(sillok::as_bytes("abc"));
    CHECK(sillok::as_text(large.view()) == "abc");
}

TEST_CASE("a buffer is copied, moved and swapped like a value", "[bytes]") {
    byte_buffer one;
    one.append(sillok::as_bytes("one"));
    byte_buffer two = one;
    two.append(sillok::as_bytes("+"));
    CHECK(sillok::as_text(one.view()) == "one");
    CHECK(sillok::as_text(two.view()) == "one+");
    byte_buffer three = std::move(two);
    CHECK(sillok::as_text(three.view()) == "one+");
    one = three;
    CHECK(sillok::as_text(one.view()) == "one+");
    one = byte_buffer{};
    CHECK(one.empty());
    one.append({});
    CHECK(one.empty());
}

TEST_CASE("a buffer that cannot grow stays as it is", "[bytes]") {
    byte_buffer buffer;
    buffer.append(sillok::as_bytes("kept"));
    CHECK_THROWS_AS(buffer.extend(static_cast<std::size_t>(-1)), std::bad_alloc);
    CHECK_THROWS_AS(buffer.extend(static_cast<std::size_t>(-1) / 2), std::bad_alloc);
    CHECK(sillok::as_text(buffer.view()) == "kept");
}
