#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/view.hpp>

namespace {

struct original {
    std::int64_t amount;
    std::string currency;
    std::vector<std::string> notes;
};
struct faithful {
    using view_of = original;
    std::int64_t amount;
    std::string_view currency;
    sillok::sequence_view<std::string_view> notes;
};
struct owning {
    using view_of = original;
    std::int64_t amount;
    std::string currency;
    sillok::sequence_view<std::string_view> notes;
};
struct narrower {
    using view_of = original;
    std::int32_t amount;
    std::string_view currency;
    sillok::sequence_view<std::string_view> notes;
};
struct renamed {
    using view_of = original;
    std::int64_t amount;
    std::string_view unit;
    sillok::sequence_view<std::string_view> notes;
};
struct shorter {
    using view_of = original;
    std::int64_t amount;
};

template <class V>
constexpr bool fits = sillok::detail::is_view<false, V, sillok::types<>>();

}  // namespace

TEST_CASE("a view has the fields of its original, by name, order and type", "[view_shape]") {
    STATIC_REQUIRE(fits<faithful>);
    STATIC_REQUIRE(!fits<owning>);
    STATIC_REQUIRE(!fits<narrower>);
    STATIC_REQUIRE(!fits<renamed>);
    STATIC_REQUIRE(!fits<shorter>);
}
