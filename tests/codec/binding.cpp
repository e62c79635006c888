#include <string>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/binding.hpp>

namespace {

struct three {
    int a;
    int c_array[2];
    std::string b;
};

}  // namespace

TEST_CASE("a struct fits as many bindings as it has fields, an array being one", "[binding]") {
    using sillok::detail::binding;
    STATIC_REQUIRE(binding<3>::fits<three>);
    STATIC_REQUIRE(!binding<4>::fits<three>);
    STATIC_REQUIRE(!binding<3>::more<three>);
    STATIC_REQUIRE(binding<2>::more<three>);
    three object{1, {2, 3}, "x"};
    auto change = [](int& a, int(&)[2], std::string& b) {
        a = 7;
        b += "y";
        return a;
    };
    CHECK(binding<3>::visit(object, change) == 7);
    CHECK(object.b == "xy");
}
