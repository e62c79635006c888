#pragma once
// Structs that hold every type a codec knows, and random values of them; shared by the tests of this folder.

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <sillok/core/time.hpp>
#include <sillok/core/uuid.hpp>

namespace sample {

enum class colour : std::uint16_t { red = 1, blue = 0x0203 };

struct item {
    std::string sku;
    std::uint32_t quantity;
    std::int64_t price;
    bool operator==(const item&) const = default;
};

struct node {
    std::int32_t value;
    std::vector<node> children;
    bool operator==(const node&) const = default;
};

struct scalars {
    bool flag;
    std::int8_t i8;
    std::uint16_t u16;
    std::int32_t i32;
    std::uint64_t u64;
    colour paint;
    float real;
    double wide;
    sillok::uuid id;
    std::chrono::milliseconds took;
    std::chrono::sys_days day;
    std::chrono::sys_time<std::chrono::nanoseconds> at;
    sillok::timestamp stamp;
    bool operator==(const scalars&) const = default;
};

struct everything {
    scalars plain;
    std::string text;
    std::vector<std::byte> blob;
    std::vector<std::uint8_t> octets;
    std::optional<item> maybe;
    std::optional<std::optional<std::int32_t>> maybe_maybe;
    std::variant<std::monostate, std::int32_t, std::string, item> either;
    std::vector<item> items;
    std::vector<std::int16_t> shorts;
    std::vector<bool> flags;
    std::array<item, 2> two;
    std::array<std::uint8_t, 3> three;
    std::map<std::string, std::int32_t> by_name;
    std::map<std::int32_t, std::vector<std::string>> by_number;
    std::set<std::int64_t> numbers;
    std::pair<std::int32_t, std::string> pair;
    std::tuple<bool, std::uint8_t> tuple;
    node tree;
    bool operator==(const everything&) const = default;
};

// The seed of a run, from SILLOK_SEED where it is set.
inline std::uint64_t seed() {
    static const std::uint64_t value = [] {
        if (const char* text = std::getenv("SILLOK_SEED"))
            return static_cast<std::uint64_t>(std::strtoull(text, nullptr, 10));
        return static_cast<std::uint64_t>(std::random_device{}());
    }();
    return value;
}

class generator {
public:
    explicit generator(std::uint64_t seed) : random_(seed) {}

    std::uint64_t bits() { return random_(); }
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    template <class Integer>
    Integer integer() {
        // Edges are as likely as the rest.
        switch (below(4)) {
            case 0: return static_cast<Integer>(std::numeric_limits<Integer>::max() - static_cast<Integer>(below(2)));
            case 1: return static_cast<Integer>(std::numeric_limits<Integer>::min() + static_cast<Integer>(below(2)));
            case 2: return static_cast<Integer>(below(3));
            default: return static_cast<Integer>(bits());
        }
    }
    std::string text() {
        static const char* const letters[] = {"a",  "Z", "\"", "\\", "\n",   "\x01", "é",
                                              "실", "😀", " ",  "/",  "\x7f", "\xff", "\xc3"};
        std::string made;
        // Text that is not UTF-8 is rare.
        for (std::size_t left = below(20); left > 0; --left) made += letters[below(bits() % 16 == 0 ? 14 : 12)];
        if (bits() % 16 == 0) made += '\0';
        return made;
    }
    item any_item() { return {text(), integer<std::uint32_t>(), integer<std::int64_t>()}; }
    node any_node(int depth) {
        node made{integer<std::int32_t>(), {}};
        if (depth > 0)
            for (std::size_t left = below(3); left > 0; --left) made.children.push_back(any_node(depth - 1));
        return made;
    }
    double any_real() {
        switch (below(6)) {
            case 0: return std::numeric_limits<double>::infinity();
            case 1: return -0.0;
            case 2: return std::numeric_limits<double>::denorm_min();
            case 3: return -std::numeric_limits<double>::max();
            case 4: return static_cast<double>(integer<std::int64_t>());
            default: return std::ldexp(static_cast<double>(bits() >> 11), static_cast<int>(below(400)) - 250);
        }
    }
    scalars any_scalars() {
        scalars made{};
        made.flag = below(2) == 1;
        made.i8 = integer<std::int8_t>();
        made.u16 = integer<std::uint16_t>();
        made.i32 = integer<std::int32_t>();
        made.u64 = integer<std::uint64_t>();
        made.paint = static_cast<colour>(integer<std::uint16_t>());
        made.real = below(2) == 0 ? std::numeric_limits<float>::max()
                                  : static_cast<float>(std::ldexp(static_cast<double>(bits() >> 40), -12));
        made.wide = any_real();
        for (auto& octet : made.id.octets) octet = static_cast<std::uint8_t>(bits());
        made.took = std::chrono::milliseconds(integer<std::int64_t>());
        made.day = std::chrono::sys_days(std::chrono::days(static_cast<int>(below(2'000'000)) - 1'000'000));
        made.at = std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(integer<std::int64_t>()));
        made.stamp = sillok::timestamp(integer<std::int64_t>());
        return made;
    }
    everything any() {
        everything made{};
        made.plain = any_scalars();
        made.text = text();
        for (std::size_t left = below(5); left > 0; --left) made.blob.push_back(static_cast<std::byte>(bits()));
        for (std::size_t left = below(5); left > 0; --left) made.octets.push_back(static_cast<std::uint8_t>(bits()));
        if (below(2) == 0) made.maybe = any_item();
        if (below(3) != 0) made.maybe_maybe.emplace();
        if (made.maybe_maybe && below(2) == 0) *made.maybe_maybe = integer<std::int32_t>();
        switch (below(4)) {
            case 0: made.either = integer<std::int32_t>(); break;
            case 1: made.either = text(); break;
            case 2: made.either = any_item(); break;
            default: break;
        }
        for (std::size_t left = below(5); left > 0; --left) made.items.push_back(any_item());
        for (std::size_t left = below(5); left > 0; --left) made.shorts.push_back(integer<std::int16_t>());
        for (std::size_t left = below(12); left > 0; --left) made.flags.push_back(below(2) == 0);
        made.two = {any_item(), any_item()};
        for (auto& each : made.three) each = integer<std::uint8_t>();
        for (std::size_t left = below(5); left > 0; --left) made.by_name[text()] = integer<std::int32_t>();
        for (std::size_t left = below(5); left > 0; --left) made.by_number[integer<std::int32_t>()].push_back(text());
        for (std::size_t left = below(5); left > 0; --left) made.numbers.insert(integer<std::int64_t>());
        made.pair = {integer<std::int32_t>(), text()};
        made.tuple = {below(2) == 0, integer<std::uint8_t>()};
        made.tree = any_node(4);
        return made;
    }

private:
    std::mt19937_64 random_;
};

}  // namespace sample
