#include "sillok/event/catalogue_index.hpp"

#include <array>
#include <cstdint>

#include <catch2/catch_test_macros.hpp>

namespace {

using sillok::detail::catalogue_entries;
using sillok::detail::catalogue_index;
using sillok::detail::type_word;

// 600 entries, of which every third has two revisions: 800 rows. Names are a letter and a number.
constexpr std::size_t many = 600;
constexpr std::size_t many_rows = 800;

struct many_names {
    char text[many][4]{};
    sillok::event_type types[many + 1];

    constexpr many_names() {
        for (std::size_t i = 0; i < many; ++i) {
            for (std::size_t digit = 0, rest = i; digit < 4; ++digit, rest /= 10)
                text[i][digit] = static_cast<char>('a' + rest % 10);
            types[i] = sillok::event_type({text[i], 4}, i % 3 == 0 ? 2 : 1);
        }
    }
};
constexpr many_names names;
constexpr catalogue_entries<many> entries(names.types);
constexpr catalogue_index<many_rows> table(entries.list, many);

constexpr bool every_row_is_found() {
    std::size_t row = 0;
    for (std::size_t i = 0; i < many; ++i)
        for (std::uint16_t revision = 1; revision <= names.types[i].revision; ++revision, ++row) {
            const auto& slot = table.find(type_word(names.types[i].hash, revision));
            if (slot.word == 0 || slot.row != row || slot.entry != i) return false;
        }
    return row == many_rows;
}
static_assert(every_row_is_found());

constexpr bool nothing_else_is_found() {
    for (std::size_t i = 0; i < many; ++i) {
        const std::uint16_t behind = names.types[i].revision + 1;
        if (table.find(type_word(names.types[i].hash, behind)).word != 0) return false;
        if (table.find(type_word(names.types[i].hash, 0xFFFF)).word != 0) return false;
        if (table.find(type_word(names.types[i].hash, 1, sillok::payload_codec::json)).word != 0) return false;
    }
    return table.find(type_word(sillok::name_hash("unknown"), 1)).word == 0;
}
static_assert(nothing_else_is_found());

constexpr catalogue_index<0> empty(nullptr, 0);
static_assert(empty.find(type_word(sillok::name_hash("unknown"), 1)).word == 0);

constexpr sillok::event_type clashing[]{{"a.one", 1}, {"a.two", 1}, {"a.one", 1}, {}};
constexpr catalogue_entries<3> clashing_entries(clashing);
constexpr catalogue_index<3> clashing_index(clashing_entries.list, 3);
static_assert(clashing_index.clash.first == 0 && clashing_index.clash.second == 2);
static_assert(table.clash.first == sillok::npos);

// Different names of one hash are a clash as well.
constexpr sillok::event_type colliding[]{{"wallet.rejected_by_hand_v", 1}, {"session.opened_at_noon", 1}, {}};
static_assert(colliding[0].hash == colliding[1].hash);
constexpr catalogue_entries<2> colliding_entries(colliding);
static_assert(catalogue_index<2>(colliding_entries.list, 2).clash.second == 1);

}  // namespace

TEST_CASE("every revision of 600 events is found at its row") { CHECK(every_row_is_found()); }

TEST_CASE("unknown names, revisions and codecs are not found") { CHECK(nothing_else_is_found()); }

TEST_CASE("two names of one hash are seen when the table is built") {
    CHECK(clashing_index.clash.second == 2);
    CHECK(table.clash.first == sillok::npos);
}

TEST_CASE("a search ends after a few steps even where the table is fullest") {
    std::size_t longest = 0;
    for (std::size_t at = 0, run = 0; at < 2 * table.size; ++at) {
        run = table.table[at % table.size].word != 0 ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    CHECK(longest < 40);
}
