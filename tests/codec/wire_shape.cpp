#include "sillok/codec/wire_shape.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/binary.hpp>

namespace {

enum class colour : std::int8_t { red, green };
enum loose { here };

struct nested {
    std::vector<nested> inner;
    colour paint;
};

namespace detail = sillok::detail;

constexpr detail::enum_values small{7, true};
static_assert(small.count() == 64 + 1 + 8);
static_assert(small.magnitude(63) == 63 && small.magnitude(64) == 64 && small.magnitude(65) == 1);
static_assert(!small.is_negative(64) && small.is_negative(65));
constexpr detail::enum_values wide{64, false};
static_assert(wide.count() == 64 + 58 && wide.magnitude(121) == std::uint64_t{1} << 63);
constexpr detail::enum_values flag{1, false};
static_assert(flag.count() == 2);

static_assert(std::string_view(detail::word_of<colour>()) == "i8");
static_assert(std::string_view(detail::word_of<unsigned long long>()) == "u64");
static_assert(std::string_view(detail::word_of<char>()) == "char");
static_assert(detail::enumerators_of<loose>() == nullptr);

}  // namespace

TEST_CASE("a shape leads to the shapes of its parts, also to itself") {
    const detail::wire_shape& shape = detail::shape_of<nested>::value;
    REQUIRE(shape.count == 2);
    CHECK(shape.parts[0]->kind == detail::wire_kind::sequence);
    CHECK(shape.parts[0]->parts[0] == &shape);
    CHECK(shape.parts[1]->is_enum);
    CHECK(std::string_view(shape.parts[1]->spelling).find("green") != std::string_view::npos);
    const detail::wire_shape& ticks = detail::shape_of<std::chrono::milliseconds>::value;
    CHECK(ticks.period[0] == 1);
    CHECK(ticks.period[1] == 1000);
}
