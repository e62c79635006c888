#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/encodable.hpp>

using sillok::encodable;

namespace shapes {
struct empty {};
struct derived : empty {
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
struct hidden_last {
    struct explicit_start {
        explicit explicit_start() {}
    };
    int a;
    explicit_start b = explicit_start();
};
template <class M>
struct with {
    int before;
    M member;
};
struct tree {
    int value;
    std::map<std::string, tree> named;
    std::vector<std::optional<tree>> maybe;
};
}  // namespace shapes

TEST_CASE("types that mean nothing elsewhere cannot be encoded", "[encodable]") {
    using namespace shapes;
    STATIC_REQUIRE(encodable<tree>);
    STATIC_REQUIRE(encodable<with<std::vector<bool>>>);
    STATIC_REQUIRE(encodable<with<std::array<std::string, 2>>>);
    STATIC_REQUIRE(encodable<with<std::map<std::string, empty>>>);
    STATIC_REQUIRE(!encodable<with<int*>>);
    STATIC_REQUIRE(!encodable<with<int&>>);
    STATIC_REQUIRE(!encodable<with<const int>>);
    STATIC_REQUIRE(!encodable<with<int[3]>>);
    STATIC_REQUIRE(!encodable<with<either>>);
    STATIC_REQUIRE(!encodable<with<closed>>);
    STATIC_REQUIRE(!encodable<with<derived>>);
    STATIC_REQUIRE(!encodable<with<wchar_t>>);
    STATIC_REQUIRE(!encodable<with<long double>>);
    STATIC_REQUIRE(!encodable<with<std::nullptr_t>>);
    STATIC_REQUIRE(!encodable<with<std::string_view>>);
    STATIC_REQUIRE(!encodable<with<std::shared_ptr<int>>>);
    STATIC_REQUIRE(!encodable<with<std::function<void()>>>);
    STATIC_REQUIRE(!encodable<with<std::list<int>>>);
    STATIC_REQUIRE(!encodable<with<std::unordered_set<int>>>);
    STATIC_REQUIRE(!encodable<with<std::multiset<int>>>);
    STATIC_REQUIRE(!encodable<with<std::multimap<int, int>>>);
    STATIC_REQUIRE(!encodable<with<std::vector<int*>>>);
    STATIC_REQUIRE(!encodable<with<std::vector<empty>>>);
    STATIC_REQUIRE(!encodable<hidden_last>);
}
