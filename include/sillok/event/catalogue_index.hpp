#pragma once
// The table by which a recorded event finds its place in a catalogue: built by the compiler, searched by integers.
//
// A record carries the hash of its type's name, its revision and its codec in one aligned word
// (docs/format.md#record). The table is open-addressed by that word, so a search is a multiplication, a shift and, as a
// rule, one comparison, whatever the size of the catalogue. The name itself is compared afterwards, by whoever asked.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sillok/core/type_list.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/former_names.hpp"
#include "sillok/event/record.hpp"

namespace sillok::detail {

// The word of a record that says name, revision and codec. It is never 0, since a revision is not.
constexpr std::uint64_t type_word(std::uint32_t hash, std::uint16_t revision,
                                  payload_codec codec = payload_codec::binary) noexcept {
    return hash | std::uint64_t{revision} << 32 | std::uint64_t{static_cast<std::uint8_t>(codec)} << 48;
}

// One event of a catalogue. Its revisions are rows, numbered through the whole catalogue.
struct catalogue_entry {
    event_type current;
    std::uint32_t first_row = 0;
};

template <std::size_t Size>
struct catalogue_entries {
    catalogue_entry list[Size == 0 ? 1 : Size]{};

    // Of the types in the list, which has one more behind the last, so that it is never empty.
    consteval explicit catalogue_entries(const event_type (&types)[Size + 1]) {  // NOLINT(*-avoid-c-arrays)
        std::uint32_t row = 0;
        for (std::size_t i = 0; i < Size; ++i) {
            list[i] = {types[i], row};
            row += types[i].revision;
        }
    }
};

// Two events of a list whose names have the same hash, or `npos` twice.
struct name_clash {
    std::size_t first = npos;
    std::size_t second = npos;
};

// The table, at most a quarter full. Of some multipliers the compiler takes the one that leaves most rows at home, so that
// nearly every search ends at its first slot.
template <std::size_t Rows>
struct catalogue_index {
    static constexpr std::size_t size = std::bit_ceil(Rows * 4 + 2);
    static constexpr int shift = 64 - std::countr_zero(size);

    struct slot {
        std::uint64_t word = 0;
        std::uint32_t row = 0;
        std::uint32_t entry = 0;
    };

    slot table[size]{};
    std::uint64_t multiplier = 0x9E3779B97F4A7C15U;
    name_clash clash{};

    consteval catalogue_index(const catalogue_entry* entries, std::size_t count, const former_name* former = nullptr,
                              std::size_t former_count = 0) {
        choose_multiplier(entries, count);
        for (std::uint32_t i = 0; i < count; ++i)
            if (!add(entries[i], entries[i].current.hash, i)) return;
        for (std::size_t i = 0; i < former_count; ++i)
            if (!add(entries[former[i].entry], former[i].hash, former[i].entry)) return;
    }

    constexpr std::size_t home(std::uint64_t word) const noexcept {
        return static_cast<std::size_t>((word * multiplier) >> shift);
    }

    // The slot of a record's type word; one with word 0 where there is none.
    constexpr const slot& find(std::uint64_t word) const noexcept {
        std::size_t at = home(word);
        while (table[at].word != word && table[at].word != 0) at = (at + 1) % size;
        return table[at];
    }

private:
    // Words for the revisions of an event under one of its names. False where one is there.
    constexpr bool add(const catalogue_entry& entry, std::uint32_t hash, std::uint32_t place) {
        for (std::uint16_t revision = 1; revision <= entry.current.revision; ++revision) {
            const std::uint64_t word = type_word(hash, revision);
            std::size_t at = home(word);
            for (; table[at].word != 0; at = (at + 1) % size)
                if (table[at].word == word) {
                    clash = {table[at].entry, place};
                    return false;
                }
            table[at] = {word, entry.first_row + revision - 1, place};
        }
        return true;
    }

    // How many rows find their home taken.
    constexpr std::size_t displaced_rows(const catalogue_entry* entries, std::size_t count) const {
        bool taken[size]{};
        std::size_t displaced = 0;
        for (std::size_t i = 0; i < count; ++i)
            for (std::uint16_t revision = 1; revision <= entries[i].current.revision; ++revision) {
                bool& mine = taken[home(type_word(entries[i].current.hash, revision))];
                displaced += mine ? 1 : 0;
                mine = true;
            }
        return displaced;
    }

    constexpr void choose_multiplier(const catalogue_entry* entries, std::size_t count) {
        // Compilers count the steps of a constant expression; this stays at a tenth of what clang allows by default.
        constexpr std::size_t steps = 2000;
        std::uint64_t best = multiplier;
        std::size_t fewest = displaced_rows(entries, count);
        for (std::size_t tried = 0; tried < steps && fewest != 0; tried += size / 4) {
            multiplier = multiplier * 0xD1342543DE82EF95U | 1;
            if (const std::size_t displaced = displaced_rows(entries, count); displaced < fewest) {
                fewest = displaced;
                best = multiplier;
            }
        }
        multiplier = best;
    }
};

}  // namespace sillok::detail
