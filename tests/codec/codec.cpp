#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/codec.hpp>

namespace {

struct whole {
    template <class T>
    std::size_t encoded_size(const T&) const {
        return 0;
    }
    template <class T>
    void encode(const T&, sillok::byte_buffer&) const {}
    template <class T>
    sillok::result<void> decode(sillok::bytes_view, T&) const {
        return {};
    }
};
struct without_size {
    template <class T>
    void encode(const T&, sillok::byte_buffer&) const {}
    template <class T>
    sillok::result<void> decode(sillok::bytes_view, T&) const {
        return {};
    }
};
struct with_bool : whole {
    template <class T>
    bool decode(sillok::bytes_view, T&) const {
        return true;
    }
};

}  // namespace

TEST_CASE("a codec is three functions", "[codec]") {
    STATIC_REQUIRE(sillok::codec<whole>);
    STATIC_REQUIRE(!sillok::codec<without_size>);
    STATIC_REQUIRE(!sillok::codec<with_bool>);
    STATIC_REQUIRE(!sillok::codec<int>);
}
