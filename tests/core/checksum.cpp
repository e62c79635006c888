#include <random>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/checksum.hpp>

using sillok::as_bytes;
using sillok::crc32c;

namespace {

std::vector<std::byte> some_bytes(std::size_t size) {
    std::mt19937 random(7);
    std::vector<std::byte> bytes(size);
    for (auto& each : bytes) each = static_cast<std::byte>(random());
    return bytes;
}

}  // namespace

TEST_CASE("known texts have the checksums of RFC 3720", "[checksum]") {
    CHECK(crc32c({}) == 0);
    CHECK(crc32c(as_bytes("123456789")) == 0xE3069283);
    CHECK(crc32c(as_bytes(std::string(32, '\0'))) == 0x8A9136AA);
    CHECK(crc32c(as_bytes(std::string(32, '\xff'))) == 0x62A8AB43);
    std::string rising;
    for (char c = 0; c < 32; ++c) rising += c;
    CHECK(crc32c(as_bytes(rising)) == 0x46DD794E);
}

TEST_CASE("every way to compute it gives the same, at every length and alignment", "[checksum]") {
    const auto bytes = some_bytes(5000);
    for (std::size_t size = 0; size <= 1100; ++size)
        for (const std::size_t start : {std::size_t{0}, size % 17}) {
            const sillok::bytes_view part = sillok::bytes_view(bytes).subspan(start, size);
            REQUIRE(crc32c(part) == ~sillok::detail::crc32c_portable(part, ~0U));
        }
    REQUIRE(crc32c(bytes) == ~sillok::detail::crc32c_portable(bytes, ~0U));
}

TEST_CASE("a checksum goes on from what came before", "[checksum]") {
    const auto bytes = some_bytes(1000);
    const sillok::bytes_view all(bytes);
    for (std::size_t cut = 0; cut <= all.size(); cut += 13)
        REQUIRE(crc32c(all.subspan(cut), crc32c(all.first(cut))) == crc32c(all));
}
