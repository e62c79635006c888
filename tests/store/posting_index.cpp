#include "sillok/store/posting_index.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace sillok;
using detail::posting_index;

TEST_CASE("an index finds what a map would") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    posting_index index(seed);
    std::map<std::pair<std::string, std::string>, std::vector<std::uint32_t>> wanted;
    for (std::uint32_t ordinal = 0; ordinal < 20'000;) {
        const std::string category(1 + random() % 2, 'a');
        const std::string key = std::to_string(random() % 3000);
        const auto count = static_cast<std::uint32_t>(1 + random() % 3);
        detail::posting& entry = index.find_or_add({category, key}, index.hash({category, key}));
        index.reserve(entry, count);
        for (std::uint32_t i = 0; i < count; ++i) entry.stage(ordinal + i);
        if (random() % 4 == 0) {
            entry.abandon();
            continue;
        }
        entry.commit();
        for (std::uint32_t i = 0; i < count; ++i) wanted[{category, key}].push_back(ordinal++);
    }
    bool fits = true;
    for (const auto& [name, ordinals] : wanted) {
        const detail::posting_list list = index.list({name.first, name.second});
        fits = fits && std::vector<std::uint32_t>(list.at, list.at + list.count) == ordinals;
    }
    CHECK(fits);
    CHECK(index.list({"b", "1"}).count == 0);
}

TEST_CASE("a list that a reader holds stays as it is while more is added") {
    posting_index index(1);
    detail::posting& entry = index.find_or_add({"a", "1"}, index.hash({"a", "1"}));
    index.reserve(entry, 2);
    entry.stage(5);
    entry.stage(6);
    entry.commit();
    const detail::posting_list held = entry.list();
    index.reserve(entry, 1000);
    for (std::uint32_t i = 0; i < 1000; ++i) entry.stage(7 + i);
    entry.commit();
    CHECK(held.count == 2);
    CHECK(held.at[0] == 5);
    CHECK(held.at[1] == 6);
    CHECK(entry.count == 1002);
    CHECK(entry.places[1001] == 1006);
}

TEST_CASE("what a stream had before counts to its total; only a posting that is added is told") {
    posting_index index(1);
    const stream_view name{"a", "1"};
    detail::posting& entry = index.find_or_add(name, index.hash(name), 7);
    CHECK(entry.total() == 7);
    CHECK(index.find_or_add(name, index.hash(name), 9).total() == 7);
    CHECK(index[0].name() == name);
    CHECK(index.size() == 1);
}

TEST_CASE("the hash of bytes is the same for ever, and depends on every byte and on the length") {
    const auto plain = [](std::uint64_t seed, std::string_view text) {
        constexpr std::uint64_t k0 = 0xA0761D6478BD642F;
        constexpr std::uint64_t k1 = 0xE7037ED1A0B428DB;
        std::uint64_t h = seed ^ k1 ^ text.size();
        std::size_t i = 0;
        for (; i + 8 <= text.size(); i += 8)
            h = detail::fold_product(h ^ load_le<std::uint64_t>(as_bytes(text).data() + i), k0);
        std::uint64_t r = 0;
        for (std::size_t j = i; j < text.size(); ++j)
            r |= std::uint64_t{static_cast<unsigned char>(text[j])} << (8 * (j - i));
        return detail::fold_product(h ^ r ^ k1, k0);
    };
    std::string text;
    for (int i = 0; i < 40; ++i) {
        CHECK(detail::hash_bytes(7, as_bytes(text)) == plain(7, text));
        CHECK(detail::are_same(text.data(), std::string(text).data(), text.size()));
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::string other = text;
            other[at] = static_cast<char>(other[at] ^ 1);
            CHECK(detail::hash_bytes(7, as_bytes(other)) != detail::hash_bytes(7, as_bytes(text)));
            CHECK_FALSE(detail::are_same(text.data(), other.data(), text.size()));
        }
        text += static_cast<char>('a' + i);
    }
    CHECK(detail::fold_product(0xA0761D6478BD642F, 0xE7037ED1A0B428DB) == 0x1FF5C2923A788D2C);
}
