#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <boost/hana/define_struct.hpp>

#include <sillok/codec/binary.hpp>
#include <sillok/codec/layout.hpp>

namespace layouts {

struct empty {};
struct withdrawn {
    std::int64_t amount;
    std::string currency;
};
struct line {
    std::string sku;
    std::uint32_t quantity;
};
struct order {
    std::string customer;
    std::vector<line> lines;
    std::optional<line> gift;
};
struct node {
    char name;
    std::vector<node> children;
};
struct leaf;
struct branch {
    std::vector<leaf> leaves;
};
struct leaf {
    branch below;
    std::vector<leaf> beside;
};

enum class state : std::uint8_t { open, closed = 7, lost = 200, far = 128 };
enum class change : std::int8_t { down = -1, none, up, far_down = -100 };
enum class answer : bool { no, yes };
enum plain_fixed : std::uint16_t { first = 1, second = 2, big = 0x8000 };
enum loose { here, there };
enum class letter : char { minus = -1, bell = 7, a = 'a' };
enum class wide : std::uint64_t { top = std::uint64_t{1} << 63, zero = 0 };

struct enums {
    state s;
    change c;
    answer a;
    plain_fixed p;
    loose l;
    wide w;
};
struct letters {
    letter l;
};

struct everything {
    bool b;
    char c;
    std::int8_t i8;
    std::uint16_t u16;
    std::int32_t i32;
    std::uint64_t u64;
    float f;
    double d;
    sillok::uuid id;
    sillok::timestamp at;
    std::chrono::milliseconds ms;
    std::chrono::duration<double> seconds;
    std::chrono::system_clock::time_point when;
    std::vector<std::byte> blob;
    std::vector<bool> flags;
    std::array<float, 3> place;
    std::map<std::string, std::set<int>> sets;
    std::variant<int, withdrawn> either;
    std::pair<int, char> two;
    std::tuple<> none;
    std::optional<std::vector<std::string>> names;
};

struct by_hana {
    BOOST_HANA_DEFINE_STRUCT(by_hana, (int, count), (std::string, name));
    by_hana() = default;
    virtual ~by_hana() = default;
};

}  // namespace layouts

TEST_CASE("a layout has the names and types of fields, and of theirs", "[layout]") {
    using namespace layouts;
    using sillok::layout_of;
    static_assert(layout_of<empty> == "");
    static_assert(layout_of<withdrawn> == "amount: i64; currency: string");
    static_assert(layout_of<order> ==
                  "customer: string; lines: [{sku: string; quantity: u32}]; gift: {sku: string; quantity: u32}?");
    static_assert(layout_of<by_hana> == "count: i32; name: string");
    CHECK(layout_of<everything> ==
          "b: bool; c: char; i8: i8; u16: u16; i32: i32; u64: u64; f: f32; d: f64; id: uuid; at: timestamp; "
          "ms: duration<i64 of 1/1000 s>; seconds: duration<f64 of 1/1 s>; when: time<i64 of 1/1000000000 s>; "
          "blob: bytes; flags: [bool]; place: f32[3]; sets: map<string, set<i32>>; "
          "either: variant<i32, {amount: i64; currency: string}>; two: tuple<i32, char>; none: tuple<>; "
          "names: [string]?");
    CHECK(layout_of<std::vector<withdrawn>> == "[{amount: i64; currency: string}]");
}

TEST_CASE("a struct within itself is told by how far out it stands", "[layout]") {
    CHECK(sillok::layout_of<layouts::node> == "name: char; children: [^1]");
    CHECK(sillok::layout_of<layouts::leaf> == "below: {leaves: [^2]}; beside: [^1]");
}

TEST_CASE("enumerators are told as far as the compiler tells them", "[layout]") {
    using sillok::layout_of;
    // 200 and -100 are neither small nor powers of two, and an enum without a fixed type tells nothing.
    CHECK(layout_of<layouts::enums> ==
          "s: enum u8 {open = 0; closed = 7; far = 128}; c: enum i8 {none = 0; up = 1; down = -1}; "
          "a: enum bool {no = 0; yes = 1}; p: enum u16 {first = 1; second = 2; big = 32768}; l: enum u32; "
          "w: enum u64 {zero = 0; top = 9223372036854775808}");
    if constexpr (std::is_signed_v<char>) CHECK(layout_of<layouts::letters> == "l: enum char {bell = 7; minus = -1}");
}

TEST_CASE("the layout is the same when compiled and when run", "[layout]") {
    CHECK(sillok::detail::layout_text(sillok::detail::shape_of<layouts::everything>::value) ==
          sillok::layout_of<layouts::everything>);
    CHECK(sillok::detail::layout_text(sillok::detail::shape_of<layouts::enums>::value) ==
          sillok::layout_of<layouts::enums>);
}

TEST_CASE("a fingerprint is that of the text", "[layout]") {
    static_assert(sillok::fingerprint_of<layouts::empty> == 14695981039346656037U);
    static_assert(sillok::layout_fingerprint("a") == 0xAF63DC4C8601EC8CU);  // a test vector of the RFC
    static_assert(sillok::fingerprint_of<layouts::line> == sillok::layout_fingerprint("sku: string; quantity: u32"));
}

TEST_CASE("a layout reads what only lacks some of its enumerators", "[layout]") {
    using sillok::reads_layout;
    static_assert(reads_layout("", ""));
    static_assert(reads_layout("a: i64", "a: i64"));
    static_assert(!reads_layout("a: i64", "a: i64; b: i64"));
    static_assert(!reads_layout("a: i64; b: i64", "a: i64"));
    static_assert(!reads_layout("a: i64", "a: u64"));
    static_assert(!reads_layout("a: i64", "b: i64"));
    static_assert(reads_layout("a: [enum u8 {x = 0; y = 1}]; b: i8", "a: [enum u8 {x = 0}]; b: i8"));
    static_assert(reads_layout("a: enum u8 {x = 0; z = 2; y = 1}", "a: enum u8 {y = 1; x = 0}"));
    static_assert(!reads_layout("a: enum u8 {x = 0}", "a: enum u8 {x = 0; y = 1}"));
    static_assert(!reads_layout("a: enum u8 {x = 1}", "a: enum u8 {x = 0}"));
    static_assert(!reads_layout("a: enum u16 {x = 0}", "a: enum u8 {x = 0}"));
    static_assert(!reads_layout("a: enum u8 {x = 0}; b: i8", "a: enum u8 {x = 0}; b: i16"));
    static_assert(reads_layout("a: enum u8", "a: enum u8 {x = 0}"));
    static_assert(reads_layout("a: enum u8 {x = 0}", "a: enum u8"));
    static_assert(reads_layout("a: enum u8 {}", "a: enum u8 {}"));
    static_assert(!reads_layout("a: u8", "a: enum u8 {x = 0}"));
    CHECK(reads_layout(sillok::layout_of<layouts::enums>, sillok::layout_of<layouts::enums>));
}

TEST_CASE("the first difference names the field as it was and as it is", "[layout]") {
    using sillok::first_difference;
    const auto differ = [](std::string_view recorded, std::string_view now) {
        const auto found = first_difference(recorded, now);
        return std::tuple(found.field, found.recorded, found.now);
    };
    using answer = std::tuple<std::size_t, std::string_view, std::string_view>;
    static_assert(!first_difference("a: i64; b: [{c: u8; d: u8}]", "a: i64; b: [{c: u8; d: u8}]").exists());
    CHECK(differ("a: i64; b: string", "a: i32; b: string") == answer(0, "a: i64", "a: i32"));
    CHECK(differ("a: i64; b: string", "a: i64; c: string") == answer(1, "b: string", "c: string"));
    CHECK(differ("a: i64; b: string", "a: i64") == answer(1, "b: string", ""));
    CHECK(differ("", "a: i64") == answer(0, "", "a: i64"));
    CHECK(differ("a: [{x: u8; y: u8}]; b: u8", "a: [{x: u8; z: u8}]; b: u8") ==
          answer(0, "a: [{x: u8; y: u8}]", "a: [{x: u8; z: u8}]"));
    CHECK(differ("a: enum u8 {x = 0; y = 1}; b: u8", "a: enum u8 {x = 0; y = 1; z = 2}; b: i8") ==
          answer(1, "b: u8", "b: i8"));
}

TEST_CASE("enumerators are compared wherever they stand", "[layout]") {
    using sillok::detail::missing_enumerator;
    static_assert(missing_enumerator("a = 0; b = 1; c = 2", "a = 0; c = 2").empty());
    static_assert(missing_enumerator("a = 0; b = 1; c = 2", "c = 2; a = 0").empty());
    static_assert(missing_enumerator("a = 0; b = 1", "") == "");
    static_assert(missing_enumerator("", "a = 0") == "a = 0");
    static_assert(missing_enumerator("a = 0; b = 10", "a = 0; b = 1") == "b = 1");
    static_assert(missing_enumerator("a = 0; b = 1", "b = 10; a = 0") == "b = 10");
    SUCCEED();
}

namespace {

// Characters in the name of an enum's scope that look like those around a list.
template <char C>
struct around {
    enum class kind : std::uint8_t { one, two };
};
struct brackets_in_names {
    around<'<'>::kind a;
    around<','>::kind b;
    around<')'>::kind c;
    around<'}'>::kind d;
    around<'\''>::kind e;
    around<'\\'>::kind f;
};
// Clang tells an enum within a template when it is used.
constexpr bool is_used =
    around<'<'>::kind::one != around<'<'>::kind::two && around<','>::kind::one != around<','>::kind::two &&
    around<')'>::kind::one != around<')'>::kind::two && around<'}'>::kind::one != around<'}'>::kind::two &&
    around<'\''>::kind::one != around<'\''>::kind::two && around<'\\'>::kind::one != around<'\\'>::kind::two;
static_assert(is_used);

template <class T>
struct unused {
    enum class kind : std::uint8_t { one };
    T value;
    kind of;
};

}  // namespace

TEST_CASE("enumerators are told whatever characters are in the name of their scope") {
    const std::string one = "enum u8 {one = 0; two = 1}";
    std::string all;
    for (const char field : std::string("abcdef"))
        all += (all.empty() ? "" : "; ") + std::string(1, field) + ": " + one;
    CHECK(sillok::layout_of<brackets_in_names> == all);
}

TEST_CASE("where a compiler tells no enumerators only the underlying type counts") {
    CHECK(sillok::reads_layout("of: enum u8", "of: enum u8 {one = 0}"));
    CHECK(sillok::reads_layout("of: enum u8 {one = 0}", "of: enum u8"));
    CHECK(sillok::reads_layout("of: enum u8 {}", "of: enum u8 {one = 0}"));
    CHECK(sillok::reads_layout("of: enum u8 {one = 0}", "of: enum u8 {}"));
    CHECK_FALSE(sillok::reads_layout("of: enum u8", "of: enum i8 {one = 0}"));
    CHECK(sillok::reads_layout(sillok::layout_of<unused<int>>, "value: i32; of: enum u8 {one = 0}"));
}
