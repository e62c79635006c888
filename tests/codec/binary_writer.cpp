#include <array>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/binary_writer.hpp>

#include "codec/sample_events.hpp"

TEST_CASE("a value is written in exactly the bytes that its size says", "[binary_writer]") {
    sample::generator make(sample::seed());
    INFO("SILLOK_SEED=" << sample::seed());
    for (int round = 0; round < 100; ++round) {
        const sample::everything value = make.any();
        const std::size_t size =
            sillok::detail::size_of<sample::everything>.least + sillok::detail::more_bytes(value, 0);
        std::vector<std::byte> room(size);
        REQUIRE(sillok::detail::put(room.data(), value) == room.data() + size);
    }
}
