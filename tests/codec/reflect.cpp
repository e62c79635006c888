#include <array>
#include <map>
#include <string>
#include <vector>

#include <boost/hana/adapt_struct.hpp>
#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/reflect.hpp>

using sillok::field_count;
using sillok::field_name;
using sillok::reflectable;
using sillok::type_name;

namespace shapes {
struct empty {};
struct one {
    empty inner;
};
struct mixed {
    std::string id;
    std::vector<int> items;
    std::array<std::string, 3> three;
    int c_array[4];
};
struct derived : one {
    int x;
};
union either {
    int a;
    float b;
};
class closed {
public:
    int a = 0;
    int get() const { return b; }

private:
    int b = 0;
};
class open {
public:
    open() {}
    int left = 1;
    int right = 2;
};
template <char C, class T>
struct awkward {
    T first;
    std::pair<T, T> second;
};
struct ten {
    int a, b, c, d, e, f, g, h, ninth, tenth;
};
struct hidden_last {
    struct explicit_start {
        explicit explicit_start() {}
    };
    int a;
    explicit_start b = explicit_start();
};
}  // namespace shapes
BOOST_HANA_ADAPT_STRUCT(shapes::open, left, right);

TEST_CASE("the fields of a struct are counted", "[reflect]") {
    STATIC_REQUIRE(field_count<shapes::empty> == 0);
    STATIC_REQUIRE(field_count<shapes::one> == 1);
    STATIC_REQUIRE(field_count<shapes::mixed> == 4);
    STATIC_REQUIRE(field_count<shapes::ten> == 10);
    STATIC_REQUIRE(field_count<shapes::open> == 2);
    STATIC_REQUIRE(field_count<const shapes::mixed> == 4);
    STATIC_REQUIRE(reflectable<shapes::open>);
    STATIC_REQUIRE(!reflectable<shapes::derived>);
    STATIC_REQUIRE(!reflectable<shapes::either>);
    STATIC_REQUIRE(!reflectable<shapes::closed>);
    STATIC_REQUIRE(!reflectable<int>);
    STATIC_REQUIRE(!reflectable<std::string>);
}

TEST_CASE("fields have the names that are written in the source", "[reflect]") {
    STATIC_REQUIRE(field_name<shapes::mixed, 0>() == "id");
    STATIC_REQUIRE(field_name<shapes::mixed, 2>() == "three");
    STATIC_REQUIRE(field_name<shapes::mixed, 3>() == "c_array");
    STATIC_REQUIRE(field_name<shapes::open, 1>() == "right");
    STATIC_REQUIRE(field_name<shapes::awkward<'}', std::string>, 0>() == "first");
    STATIC_REQUIRE(field_name<shapes::awkward<',', std::map<int, int>>, 1>() == "second");
    STATIC_REQUIRE(field_name<shapes::ten, 7>() == "h");
    STATIC_REQUIRE(field_name<shapes::ten, 8>() == "ninth");
    STATIC_REQUIRE(field_name<shapes::ten, 9>() == "tenth");
}

TEST_CASE("types have the names that are written in the source", "[reflect]") {
    STATIC_REQUIRE(type_name<shapes::mixed>() == "mixed");
    STATIC_REQUIRE(type_name<const shapes::hidden_last::explicit_start&>() == "explicit_start");
    STATIC_REQUIRE(type_name<int>() == "int");
    STATIC_REQUIRE(type_name<std::vector<shapes::mixed>>().starts_with("vector<"));
}

TEST_CASE("one call gets all fields", "[reflect]") {
    shapes::ten numbers{};
    int next = 0;
    sillok::visit_fields(numbers, [&](auto&... field) { ((field = ++next), ...); });
    CHECK(numbers.a == 1);
    CHECK(numbers.tenth == 10);
    shapes::open both;
    CHECK(sillok::visit_fields(both, [](int left, int right) { return left + right; }) == 3);
    constexpr shapes::ten fixed{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    STATIC_REQUIRE(sillok::visit_fields(fixed, [](auto... field) { return (field + ...); }) == 55);
}
