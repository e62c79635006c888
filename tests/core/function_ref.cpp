#include <memory>
#include <utility>

#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/function_ref.hpp>

using sillok::function_ref;

namespace {
int twice(function_ref<int(int)> call) { return call(1) + call(2); }
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
