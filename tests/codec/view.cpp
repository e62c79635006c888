#include <iterator>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/print.hpp>
#include <sillok/codec/view.hpp>

#include "codec/laws.hpp"

namespace {

using sillok::binary_codec;

struct item {
    std::string sku;
    std::uint32_t quantity;
    std::vector<std::byte> raw;
};
struct point {
    std::int32_t x;
    std::int32_t y;
};
struct order {
    sillok::uuid id;
    std::string customer;
    std::vector<item> items;
    std::optional<item> gift;
    std::variant<std::int32_t, std::string, item> payment;
    std::vector<std::int32_t> codes;
    sample::node tree;
    point place;
    std::pair<std::int32_t, std::string> note;
    std::array<std::string, 2> names;
};

struct item_view {
    using view_of = item;
    std::string_view sku;
    std::uint32_t quantity;
    std::span<const std::byte> raw;
};
struct node_view {
    using view_of = sample::node;
    std::int32_t value;
    sillok::sequence_view<node_view> children;
};
struct order_view {
    using view_of = order;
    sillok::uuid id;
    std::string_view customer;
    sillok::sequence_view<item_view> items;
    std::optional<item_view> gift;
    std::variant<std::int32_t, std::string_view, item_view> payment;
    sillok::sequence_view<std::int32_t> codes;
    node_view tree;
    point place;
    std::pair<std::int32_t, std::string_view> note;
    std::array<std::string_view, 2> names;
};

static_assert(std::forward_iterator<sillok::sequence_view<item_view>::iterator>);

order sample_order() {
    return {{},
            "ada",
            {{"a", 1, {}}, {"b", 2, {std::byte{7}}}},
            item{"c", 3, {}},
            item{"d", 4, {}},
            {5, -6},
            {1, {{2, {}}, {3, {{4, {}}}}}},
            {8, 9},
            {10, "ten"},
            {"p", "q"}};
}

// A description without the names of types: a view and its original say the same.
template <class T>
std::string fields(const T& value) {
    std::string text = sillok::describe(value);
    for (std::size_t at = text.find("_view"); at != std::string::npos; at = text.find("_view")) text.erase(at, 5);
    return text;
}

}  // namespace

TEST_CASE("a view shows what its original holds, without copies", "[view]") {
    sillok::byte_buffer out;
    binary_codec::encode(sample_order(), out);
    order_view view;
    REQUIRE(binary_codec::decode(out.view(), view).has_value());
    CHECK(fields(view) == fields(sample_order()));
    const auto* const customer = reinterpret_cast<const std::byte*>(view.customer.data());
    CHECK((customer >= out.data() && customer < out.data() + out.size()));

    CHECK(view.items.size() == 2);
    auto at = view.items.begin();
    const auto first = at++;
    CHECK(first->sku == "a");
    CHECK((*at).raw[0] == std::byte{7});
    CHECK(++at == view.items.end());
    CHECK(sillok::sequence_view<item_view>{}.empty());
}

TEST_CASE("a view refuses what its original refuses, with the same words", "[view]") {
    sillok::byte_buffer out;
    binary_codec::encode(sample_order(), out);
    for (std::size_t bit = 0; bit < out.size() * 8; ++bit) {
        laws::exact_bytes flipped(out.view());
        flipped[bit / 8] ^= std::byte{1} << (bit % 8);
        order owning;
        order_view view;
        const auto owned = binary_codec::decode(flipped.view(), owning);
        const auto viewed = binary_codec::decode(flipped.view(), view);
        REQUIRE(owned.has_value() == viewed.has_value());
        if (owned)
            REQUIRE(fields(view) == fields(owning));
        else
            REQUIRE(viewed.error().text() == owned.error().text());
    }
    for (std::size_t size = 0; size < out.size(); ++size) {
        const laws::exact_bytes cut(out.view().first(size));
        order_view view;
        REQUIRE(!binary_codec::decode(cut.view(), view));
    }
}
