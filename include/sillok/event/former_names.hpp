#pragma once
// Tables of the names that events of a catalogue had once, and of those that are not recorded any more. What was recorded under them
// is still there, so nothing else may ever be called so.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sillok/core/type_list.hpp"
#include "sillok/event/event_type.hpp"

namespace sillok::detail {

// A name that an event of a list had, and the event's place.
struct former_name {
    std::string_view name;
    std::uint32_t hash = 0;
    std::uint32_t entry = 0;
};

template <std::size_t Size>
struct former_names {
    static constexpr std::size_t size = Size;
    former_name list[Size == 0 ? 1 : Size]{};
};

template <class... E>
consteval auto former_names_from(types<E...>) {
    constexpr std::size_t size = [] {
        std::size_t sum = 0;
        for (const std::size_t each : {std::size_t{0}, std::size_t{E::former_size}...}) sum += each;
        return sum;
    }();
    former_names<size> all;
    if constexpr (size != 0) {
        std::size_t at = 0;
        std::uint32_t entry = 0;
        const auto add = [&](const auto& names) {
            for (const std::string_view name : names) all.list[at++] = {name, name_hash(name), entry};
            ++entry;
        };
        (add(E::former()), ...);
    }
    return all;
}

// The names that are not recorded any more.
template <std::size_t Size>
struct retired_names {
    static constexpr std::size_t size = Size;
    std::string_view list[Size == 0 ? 1 : Size]{};

    constexpr bool has(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < Size; ++i)
            if (list[i] == name) return true;
        return false;
    }
};

}  // namespace sillok::detail
