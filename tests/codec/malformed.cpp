#include <string>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/binary.hpp>
#include <sillok/codec/malformed.hpp>

#include "codec/laws.hpp"

// The decoder and the walk that explains read the same bytes apart from one another: they must agree on what is bad.
TEST_CASE("the walk that explains finds a reason wherever the decoder fails", "[malformed]") {
    INFO("SILLOK_SEED=" << sample::seed());
    sample::generator make(sample::seed());
    for (int round = 0; round < 20; ++round) {
        sillok::byte_buffer out;
        sillok::binary_codec::encode(make.any(), out);
        for (int damage = 0; damage < 300; ++damage) {
            laws::exact_bytes bytes(out.view());
            bytes[make.below(out.size())] = static_cast<std::byte>(make.bits());
            sample::everything into{};
            const auto done = sillok::binary_codec::decode(bytes.view(), into);
            const auto why =
                sillok::detail::fault_finder(bytes.view()).find(sillok::detail::shape_of<sample::everything>::value);
            if (done)
                REQUIRE(why.text() == sillok::detail::fault_finder::beyond);
            else
                REQUIRE(why.text() != sillok::detail::fault_finder::beyond);
        }
    }
}
