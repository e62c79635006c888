#include "sillok/event/decode_slots.hpp"

#include <string>
#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include "sillok/codec/binary.hpp"
#include "sillok/codec/json.hpp"

namespace {

struct small {
    int value;
};
struct large {
    std::string text;
};
struct last final {
    std::string text;
};

using slots = sillok::detail::decode_slots<sillok::types<small, large, last>>;

// Only what owns memory is kept, and only what can be a base.
static_assert(std::is_base_of_v<large, slots>);
static_assert(!std::is_base_of_v<small, slots>);
static_assert(sizeof(slots) <= sizeof(large) + sizeof(void*));

}  // namespace

TEST_CASE("a reason is found along the shape where the codec can, and by decoding again where it cannot") {
    const sillok::byte_buffer nothing;
    const auto binary = sillok::detail::explanation_of<sillok::binary_codec, small>();
    CHECK(binary.find(binary.shape, nothing.view()).text().find("needs 4 bytes") != std::string::npos);
    const auto json = sillok::detail::explanation_of<sillok::json_codec, small>();
    CHECK(json.shape == nullptr);
    CHECK(json.find(nullptr, sillok::as_bytes("{}")).text().find("value") != std::string::npos);
}
