#include <memory>
#include <utility>

#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/function_ref.hpp>

using sillok::function_ref;

namespace {
int twice(function_ref<int(int)> call) { return call(1) + call(2); }

bool is_odd(int number) { return number % 2 != 0; }
int negative(int number) noexcept { return -number; }
void add_one(int& number) { ++number; }
}  // namespace

TEST_CASE("a function_ref calls what it refers to", "[function_ref]") {
    int calls = 0;
    const auto count = [&](int each) { return ++calls, each * 10; };
    CHECK(twice(count) == 30);
    CHECK(calls == 2);
    CHECK(twice([](int each) { return each; }) == 3);
    int sum = 0;
    auto add = [sum](int each) mutable { return sum += each; };
    CHECK(twice(add) == 4);
    CHECK(add(0) == 3);
}

TEST_CASE("a function_ref passes arguments on as they are", "[function_ref]") {
    const auto take = [](std::unique_ptr<int> value, int& out) { out = *value; };
    const function_ref<void(std::unique_ptr<int>, int&)> call = take;
    int out = 0;
    call(std::make_unique<int>(5), out);
    CHECK(out == 5);
    STATIC_REQUIRE(sizeof(function_ref<void()>) == 2 * sizeof(void*));
    STATIC_REQUIRE(!std::is_constructible_v<function_ref<void(int)>, int>);
}

TEST_CASE("a function_ref refers to a plain function, not to the pointer that it was given", "[function_ref]") {
    const function_ref<bool(int)> odd = is_odd;
    CHECK(odd(3));
    CHECK_FALSE(odd(4));
    bool (*pointer)(int) = &is_odd;
    const function_ref<bool(int)> same = pointer;
    pointer = nullptr;
    CHECK(same(3));
    const function_ref<bool(int)> address = &is_odd;
    CHECK_FALSE(address(4));
    CHECK(twice(negative) == -3);
    CHECK(twice(+[](int each) { return each + 1; }) == 5);
}

TEST_CASE("a plain function is called with what converts to its arguments, and its answer converted",
          "[function_ref]") {
    const function_ref<int(short)> odd = is_odd;
    CHECK(odd(3) == 1);
    const function_ref<void(int&)> add = add_one;
    int number = 1;
    add(number);
    CHECK(number == 2);
    const function_ref<void(int)> in_vain = negative;
    in_vain(1);
    STATIC_REQUIRE(!std::is_constructible_v<function_ref<void()>, decltype(is_odd)&>);
    STATIC_REQUIRE(!std::is_constructible_v<function_ref<void(int)>, decltype(add_one)*>);
    STATIC_REQUIRE(sizeof(function_ref<bool(int)>) == 2 * sizeof(void*));
}
