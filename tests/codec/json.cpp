#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/codec.hpp>
#include <sillok/codec/json.hpp>

#include "codec/laws.hpp"

namespace {

using namespace std::string_literals;
using sillok::json_codec;

static_assert(sillok::codec<json_codec>);

template <class T>
std::string written(const T& value) {
    sillok::byte_buffer out;
    json_codec::encode(value, out);
    return std::string(sillok::as_text(out.view()));
}

template <class T>
std::string fault(std::string_view text) {
    T into{};
    const auto done = json_codec::decode(sillok::as_bytes(text), into);
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

}  // namespace

TEST_CASE("every type is written as JSON people can read", "[json]") {
    CHECK(written(order{"ada", {{"a", 2}}}) == R"({"customer":"ada","lines":[{"sku":"a","quantity":2}]})");
    CHECK(written(std::uint64_t{18446744073709551615U}) == "18446744073709551615");
    CHECK(written(std::int64_t{-9223372036854775807 - 1}) == "-9223372036854775808");
    CHECK(written(sample::colour::blue) == "515");
    CHECK(written(0.1) == "0.1");
    CHECK(written(-std::numeric_limits<double>::infinity()) == R"("-Infinity")");
    CHECK(written(std::numeric_limits<float>::quiet_NaN()) == R"("NaN")");
    CHECK(written("a\"\n"s) == R"("a\"\n")");
    CHECK(written("\xff"s) == R"({"base64":"/w=="})");
    CHECK(written(std::vector<std::byte>{std::byte{1}, std::byte{2}}) == R"("AQI=")");
    CHECK(written(std::optional<int>()) == "null");
    CHECK(written(std::optional<std::optional<int>>(std::optional<int>())) == "[null]");
    CHECK(written(std::variant<int, std::string>("x")) == R"({"index":1,"value":"x"})");
    CHECK(written(std::map<std::string, int>{{"a", 1}}) == R"({"a":1})");
    CHECK(written(std::map<int, bool>{{1, true}}) == "[[1,true]]");
    CHECK(written(std::pair<int, bool>{1, true}) == "[1,true]");
    CHECK(written(std::chrono::milliseconds(5)) == "5");
    CHECK(written(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(-1))) ==
          R"("1969-12-31T23:59:59.999Z")");
    CHECK(written(std::chrono::sys_days(std::chrono::days(59))) == R"("1970-03-01T00:00:00Z")");
    CHECK(written(std::chrono::local_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(7))) == "7");
    CHECK(written(sillok::timestamp(1)) == R"("1970-01-01T00:00:00.000000001Z")");
    CHECK(written(sillok::uuid{}) == R"("00000000-0000-0000-0000-000000000000")");
}

TEST_CASE("whatever binary holds comes back through JSON", "[json]") { laws::every_value_comes_back(json_codec{}); }

TEST_CASE("text cut anywhere, or with any bit flipped, is refused or means something else", "[json]") {
    laws::damage_is_survived(json_codec{});
}

TEST_CASE("NaN comes back as NaN", "[json]") {
    double into = 0;
    REQUIRE(json_codec::decode(sillok::as_bytes(R"("NaN")"), into).has_value());
    CHECK(into != into);
}

TEST_CASE("members come in any order and with any white space", "[json]") {
    order into;
    REQUIRE(
        json_codec::decode(sillok::as_bytes("\n{ \"lines\" : [ ] ,\t\"customer\":\"\\u00e9\" } "), into).has_value());
    CHECK(into.customer == "é");
}

TEST_CASE("a fault names the member and the byte", "[json]") {
    CHECK(fault<order>(R"({"customer":1,"lines":[]})") == "customer: byte 12: text is expected");
    CHECK(fault<order>(R"({"customer":"a","lines":[{"sku":"a","quantity":2147483648}]})") ==
          "lines[0].quantity: byte 47: the integer does not fit into 4 bytes");
    CHECK(fault<order>(R"({"customer":"a"})") == "byte 0: member \"lines\" is missing");
    CHECK(fault<order>(R"({"customer":"a","lines":[],"x":1})") == "byte 27: no member is called \"x\"");
    CHECK(fault<order>(R"({"customer":"a","customer":"b","lines":[]})") ==
          "byte 16: member \"customer\" stands there twice");
    CHECK(fault<order>(R"({"customer":"a",)") == "byte 16: the name of a member is missing");
    CHECK(fault<int>("1.0") == "byte 0: an integer is expected");
    CHECK(fault<int>("1 1") == "byte 2: text behind the value");
    CHECK(fault<int>("1\0"s) != "none");
    CHECK(fault<std::uint8_t>("-1") == "byte 0: an integer is expected");
    CHECK(fault<float>("1e39") == "byte 0: the number does not fit into 4 bytes");
    CHECK(fault<bool>("1") == "byte 0: true or false is expected");
    CHECK(fault<std::vector<std::byte>>(R"("AQI")") == "byte 0: base64 is expected");
    CHECK(fault<std::vector<std::byte>>(R"("AQJ=")") == "byte 0: base64 is expected");
    CHECK(fault<std::string>("\"\xff\"") != "none");
    CHECK(fault<std::string>(R"("\udc00")") != "none");
    CHECK(fault<std::set<int>>("[1,1]") == "[1]: byte 3: the element stands there twice");
    CHECK(fault<std::map<std::string, int>>(R"({"a":1,"a":2})") == "a: byte 7: the key stands there twice");
    CHECK(fault<std::variant<int, bool>>(R"({"index":2,"value":1})") == "byte 9: a variant of 2 has no alternative 2");
    CHECK(fault<std::variant<int, bool>>(R"({"index":0})") ==
          "byte 0: an object with \"index\" and \"value\" is expected");
    CHECK(fault<std::array<int, 2>>("[1]") == "byte 0: an array of 2 elements is expected");
    CHECK(fault<sillok::timestamp>(R"("2024-02-30T00:00:00Z")") ==
          "byte 0: a date and time such as 2024-02-29T12:30:00Z is expected");
    CHECK(fault<std::chrono::sys_days>(R"("2024-02-29T00:00:01Z")") ==
          "byte 0: the moment does not fit its type exactly");
    CHECK(fault<sillok::uuid>(R"("x")") == "byte 0: a UUID is expected");
}

TEST_CASE("brackets without end do not exhaust the stack", "[json]") {
    CHECK(fault<sample::node>(std::string(100'000, '[')) == "byte 512: nested too deep");
    std::string deep;
    for (int level = 0; level < 66; ++level) deep += R"({"value":1,"children":[)";
    for (int level = 0; level < 66; ++level) deep += "]}";
    CHECK(fault<sample::node>(deep).ends_with("nested deeper than 64"));
}

TEST_CASE("numbers at the edges of a double are exact or refused, never infinite") {
    const auto read = [](std::string_view text) {
        double value = 7;
        const auto done = sillok::json_codec::decode(sillok::as_bytes(text), value);
        return std::pair(done.has_value(), value);
    };
    CHECK(read("1.7976931348623157e308") == std::pair(true, 1.7976931348623157e308));
    CHECK_FALSE(read("1.7976931348623159e308").first);
    CHECK_FALSE(read("1e400").first);
    CHECK(read("0.0e-30") == std::pair(true, 0.0));
    CHECK(read("5e-324") == std::pair(true, 5e-324));
    CHECK(read("18446744073709551616") == std::pair(true, 18446744073709551616.0));
}

TEST_CASE("under a weak schema members may come and go, and not change their type", "[json]") {
    // [weak]
    struct address {
        std::string city = "Seoul";
        std::optional<std::string> street;
    };
    struct customer {
        std::string name;
        std::int32_t discount = 5;
        std::vector<address> places;
    };
    // [/weak]
    static_assert(sillok::codec<sillok::weak_json_codec>);
    customer into{"before", 99, {{"before", "x"}}};
    const auto read = [&](std::string_view text) -> std::string {
        const auto done = sillok::weak_json_codec::decode(sillok::as_bytes(text), into);
        return done ? "" : done.error().text();
    };
    CHECK(
        read(R"({"nickname":{"a":[1,{"b":2}]},"name":"ada","places":[{"zip":1},{"city":"Busan","street":"y"}],"x":[]})")
            .empty());
    CHECK(into.name == "ada");
    CHECK(into.discount == 5);
    REQUIRE(into.places.size() == 2);
    CHECK(into.places[0].city == "Seoul");
    CHECK_FALSE(into.places[0].street);
    CHECK(into.places[1].city == "Busan");
    CHECK(read("{}").empty());
    CHECK(into.name.empty());
    CHECK(into.places.empty());

    CHECK(read(R"({"discount":"5"})") == "discount: byte 12: an integer is expected");
    CHECK(read(R"({"name":null})") == "name: byte 8: text is expected");
    CHECK(read(R"({"name":"a","name":"b"})").find("stands there twice") != std::string::npos);
    CHECK_FALSE(read(R"({"nickname":{)").empty());
    CHECK_FALSE(read("[]").empty());
    // What is not weak stays strict.
    CHECK(fault<line>(R"({"sku":"a"})") == "byte 0: member \"quantity\" is missing");
}
