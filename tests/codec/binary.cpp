#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/define_struct.hpp>
#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/binary.hpp>
#include <sillok/codec/codec.hpp>

#include "codec/laws.hpp"

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using sillok::binary_codec;
using sillok::byte_buffer;

static_assert(sillok::codec<binary_codec>);

std::string hex(sillok::bytes_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte each : bytes) {
        text += digits[static_cast<unsigned>(each) >> 4];
        text += digits[static_cast<unsigned>(each) & 15];
    }
    return text;
}

template <class T>
std::string encoded(const T& value) {
    byte_buffer out;
    binary_codec::encode(value, out);
    CHECK(binary_codec::encoded_size(value) == out.size());
    T back{};
    CHECK(binary_codec::decode(out.view(), back).has_value());
    CHECK(sillok::same(back, value));
    return hex(out.view());
}

// What decode says of bytes given as text.
template <class T>
std::string fault(std::string_view bytes) {
    T into{};
    const laws::exact_bytes exact(sillok::as_bytes(bytes));
    const auto done = binary_codec::decode(exact.view(), into);
    return done ? "none" : done.error().text();
}

struct line {
    std::string sku;
    std::int32_t quantity;
};
struct order {
    std::string customer;
    std::vector<line> lines;
};
struct nothing_to_tell {};

}  // namespace

struct hana_defined {
    BOOST_HANA_DEFINE_STRUCT(hana_defined, (std::string, name), (std::int32_t, age));
};
class hana_adapted {
public:
    hana_adapted() {}  // not an aggregate
    std::int32_t left = 0;
    std::string right;
};
BOOST_HANA_ADAPT_STRUCT(hana_adapted, left, right);

struct forty_fields {
    std::int8_t a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9;
    std::int8_t c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8;
    std::string last;
};

TEST_CASE("every type has the bytes that are written down", "[binary]") {
    CHECK(encoded(true) == "01");
    CHECK(encoded(std::int8_t{-2}) == "fe");
    CHECK(encoded(std::uint16_t{0x0102}) == "0201");
    CHECK(encoded(std::int32_t{-2}) == "feffffff");
    CHECK(encoded(std::uint64_t{0x0102030405060708}) == "0807060504030201");
    CHECK(encoded('A') == "41");
    CHECK(encoded(sample::colour::blue) == "0302");
    CHECK(encoded(1.0F) == "0000803f");
    CHECK(encoded(-2.5) == "00000000000004c0");
    CHECK(encoded("héllo"s) ==
          "06000000"
          "68c3a96c6c6f");
    CHECK(encoded(std::vector<std::byte>{std::byte{1}, std::byte{255}}) ==
          "02000000"
          "01ff");
    CHECK(encoded(std::vector<std::uint8_t>{7}) ==
          "01000000"
          "07");
    CHECK(encoded(*sillok::parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91")) == "0190163d8694739baea5966c26f8ad91");
    CHECK(encoded(std::chrono::milliseconds(-1)) == "ffffffffffffffff");
    CHECK(encoded(std::chrono::duration<float>(1.0F)) == "0000803f");
    CHECK(encoded(std::chrono::duration<std::int16_t>(-2)) == "feffffffffffffff");  // one width, whatever the type's
    CHECK(encoded(std::chrono::duration<std::uint64_t>(0xFFFFFFFFFFFFFFFF)) == "ffffffffffffffff");
    CHECK(encoded(std::chrono::sys_seconds(std::chrono::seconds(258))) == "0201000000000000");
    CHECK(encoded(sillok::timestamp(258)) == "0201000000000000");
    CHECK(encoded(std::optional<std::int16_t>()) == "00");
    CHECK(encoded(std::optional<std::int16_t>(5)) ==
          "01"
          "0500");
    CHECK(encoded(std::variant<std::int16_t, std::string>("a")) ==
          "01"
          "01000000"
          "61");
    CHECK(encoded(std::variant<std::int16_t, std::string>(std::int16_t{7})) ==
          "00"
          "0700");
    CHECK(encoded(std::vector<std::int16_t>{1, -1}) ==
          "02000000"
          "0100"
          "ffff");
    CHECK(encoded(std::vector<bool>{true, false}) ==
          "02000000"
          "01"
          "00");
    CHECK(encoded(std::vector<std::string>{"a", ""}) ==
          "02000000"
          "01000000"
          "61"
          "00000000");
    CHECK(encoded(std::array<std::int16_t, 2>{1, 2}) ==
          "0100"
          "0200");
    CHECK(encoded(std::array<std::string, 2>{"a", "b"}) ==
          "01000000"
          "61"
          "01000000"
          "62");
    CHECK(encoded(std::map<std::int8_t, std::string>{{2, "b"}, {1, "a"}}) ==
          "02000000"
          "01"
          "01000000"
          "61"
          "02"
          "01000000"
          "62");
    CHECK(encoded(std::set<std::int8_t>{3, -1}) ==
          "02000000"
          "ff"
          "03");
    CHECK(encoded(std::pair<std::int8_t, bool>{1, true}) ==
          "01"
          "01");
    CHECK(encoded(std::tuple<std::int8_t, bool, std::uint16_t>{1, true, std::uint16_t{3}}) ==
          "01"
          "01"
          "0300");
    CHECK(encoded(sample::node{1, {{2, {}}}}) ==
          "01000000"
          "01000000"
          "02000000"
          "00000000");
    CHECK(encoded(order{"ada", {{"a", 2}}}) ==
          "03000000"
          "616461"
          "01000000"
          "01000000"
          "61"
          "02000000");
    CHECK(encoded(nothing_to_tell{}).empty());
}

TEST_CASE("Hana Structs have the bytes of their members", "[binary]") {
    hana_defined person;
    person.name = "ada";
    person.age = 36;
    CHECK(encoded(person) ==
          "03000000"
          "616461"
          "24000000");
    hana_adapted both;
    both.left = 1;
    both.right = "r";
    CHECK(encoded(both) ==
          "01000000"
          "01000000"
          "72");
}

TEST_CASE("a struct with more fields than there are bindings is read through PFR", "[binary]") {
    STATIC_REQUIRE(sillok::field_count<forty_fields> == 40);
    forty_fields many{};
    many.a0 = 1;
    many.d8 = 2;
    many.last = "end";
    const std::string bytes = encoded(many);
    CHECK(bytes.starts_with("0100"));
    CHECK(
        bytes.ends_with("02"
                        "03000000"
                        "656e64"));
    CHECK(fault<forty_fields>(std::string(39, '\0') + "\x09\0\0\0x"s) == "last: length 9, but 1 bytes are left");
}

TEST_CASE("whatever a struct holds comes back, in a new object and in one that is reused", "[binary]") {
    laws::every_value_comes_back(binary_codec{});
}

TEST_CASE("bytes cut anywhere, or with any bit flipped, are refused or mean something else", "[binary]") {
    laws::damage_is_survived(binary_codec{});
}

TEST_CASE("a fault names the field and what is wrong with it", "[binary]") {
    CHECK(fault<order>("\3\0\0\0ada\1\0\0\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0\0\0\0\0"sv) ==
          "lines[0].sku: length 4294967295, but 12 bytes are left");
    CHECK(fault<order>("\3\0\0\0ada\xFF\xFF\xFF\xFF\0\0\0\0"sv) == "lines: count 4294967295, but 4 bytes are left");
    CHECK(fault<order>("\3\0\0\0ada\0\0\0\0x"sv) == "1 bytes are left behind the last field");
    CHECK(fault<order>(""sv) == "customer: needs 4 bytes, but 0 are left");
    CHECK(fault<bool>("\2"sv) == "a bool must be 0 or 1, not 2");
    CHECK(fault<std::optional<std::int8_t>>("\2\1"sv) == "the flag of an optional must be 0 or 1, not 2");
    CHECK(fault<std::variant<std::int8_t, bool>>("\2\1"sv) == "a variant of 2 has no alternative 2");
    CHECK(fault<std::vector<bool>>("\1\0\0\0\2"sv) == "a bool must be 0 or 1");
    CHECK(fault<std::set<std::int8_t>>("\2\0\0\0\2\1"sv) == "its keys do not ascend");
    CHECK(fault<std::set<std::int8_t>>("\2\0\0\0\1\1"sv) == "its keys do not ascend");
    CHECK(fault<std::map<std::int8_t, std::int8_t>>("\2\0\0\0\2\0\1\0"sv) == "its keys do not ascend");
    CHECK(fault<hana_adapted>("\0\0\0\0\5\0\0\0"sv) == "right: length 5, but 0 bytes are left");
}

TEST_CASE("a count is believed only as far as there are bytes", "[binary]") {
    // 1000 strings are claimed and could be there, as 4000 bytes follow; the first one is false.
    std::string bytes = "\xE8\x03\0\0\xFF\xFF\xFF\xFF"s + std::string(3996, '\0');
    std::vector<std::string> into;
    CHECK(!binary_codec::decode(sillok::as_bytes(bytes), into));
    CHECK(into.capacity() * sizeof(std::string) <= 2 * bytes.size() + 4096);

    // Of 10,000 empty strings all are there: they are decoded, though they take eight times the memory.
    bytes = "\x10\x27\0\0"s + std::string(40000, '\0');
    CHECK(binary_codec::decode(sillok::as_bytes(bytes), into).has_value());
    CHECK(into.size() == 10000);
}

TEST_CASE("values may be nested 64 deep and no deeper", "[binary]") {
    const auto chain = [](int levels) {
        sample::node top{0, {}};
        sample::node* at = &top;
        for (int level = 1; level <= levels; ++level) at = &at->children.emplace_back(sample::node{level, {}});
        return top;
    };
    byte_buffer out;
    binary_codec::encode(chain(64), out);
    sample::node into{};
    CHECK(binary_codec::decode(out.view(), into).has_value());
    CHECK(into == chain(64));

    CHECK(binary_codec::encoded_size(chain(65)) > (std::size_t{1} << 40));
    const std::size_t before = out.size();
    CHECK_THROWS_AS(binary_codec::encode(chain(65), out), std::bad_alloc);
    CHECK(out.size() == before);

    std::string deep;
    for (int level = 0; level < 65; ++level) deep += "\0\0\0\0\1\0\0\0"sv;
    deep += "\0\0\0\0\0\0\0\0"sv;
    CHECK(fault<sample::node>(deep).ends_with("children: nested deeper than 64"));
    // A hundred thousand levels do not reach the end of the stack.
    std::string abyss;
    for (int level = 0; level < 100'000; ++level) abyss += "\0\0\0\0\1\0\0\0"sv;
    CHECK(fault<sample::node>(abyss).ends_with("nested deeper than 64"));
}

TEST_CASE("an object that is reused keeps its memory", "[binary]") {
    byte_buffer out;
    binary_codec::encode(order{"a customer with a name that is long", {{"a", 1}, {"b", 2}}}, out);
    order into;
    REQUIRE(binary_codec::decode(out.view(), into).has_value());
    const auto* const text = into.customer.data();
    const auto* const lines = into.lines.data();
    REQUIRE(binary_codec::decode(out.view(), into).has_value());
    CHECK(into.customer.data() == text);
    CHECK(into.lines.data() == lines);
}

TEST_CASE("a count beyond what a duration can hold is an error, not another duration") {
    sillok::byte_buffer bytes;
    sillok::binary_codec::encode(std::chrono::duration<std::int64_t>(40000), bytes);
    std::chrono::duration<std::int16_t> small{};
    const auto done = sillok::binary_codec::decode(bytes.view(), small);
    REQUIRE_FALSE(done);
    CHECK(done.error().text().find("beyond") != std::string::npos);
}

static_assert(!sillok::encodable<std::chrono::steady_clock::time_point>);
