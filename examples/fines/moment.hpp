#pragma once
// Moments as the police writes them: with the offset of the clock on the wall, from which the day is taken.

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "program/calendar.hpp"

namespace fines {

using day = std::chrono::sys_days;  // of the clock on the wall

// Both are kept: what the time was, and how it was written. Units: minutes east of Greenwich
struct moment {
    std::chrono::sys_seconds at{};
    std::int16_t             offset_minutes = 0;

    friend bool operator==(const moment&, const moment&) = default;
};

// The first ten characters of how it is written.
inline day day_of(const moment& m) { return std::chrono::floor<std::chrono::days>(m.at + std::chrono::minutes(m.offset_minutes)); }

// "2006-07-24T00:00:00+02:00", written exactly so, or nothing.
inline std::optional<moment> parse_moment(std::string_view text) {
    if (text.size() != 25 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[22] != ':') return std::nullopt;
    bool       good   = text[19] == '+' || text[19] == '-';
    const auto number = [&](std::size_t from, int below) {
        const int tens = text[from] - '0', ones = text[from + 1] - '0';
        good = good && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && tens * 10 + ones < below;
        return tens * 10 + ones;
    };
    const auto on     = program::parse_day(text.substr(0, 10));
    const int  hour   = number(11, 24), minute = number(14, 60), second = number(17, 60);
    const int  offset = number(20, 15) * 60 + number(23, 60);
    if (!on || !good || offset > 14 * 60 || (text[19] == '-' && offset == 0)) return std::nullopt;
    const int east = text[19] == '-' ? -offset : offset;
    return moment{*on + std::chrono::hours(hour) + std::chrono::minutes(minute - east) + std::chrono::seconds(second), static_cast<std::int16_t>(east)};
}

inline std::string to_string(const moment& m) {
    const day  on     = day_of(m);
    const auto clock  = (m.at + std::chrono::minutes(m.offset_minutes) - on).count();
    const int  offset = m.offset_minutes < 0 ? -m.offset_minutes : m.offset_minutes;
    char text[48];
    const int size = std::snprintf(text, sizeof text, "T%02d:%02d:%02d%c%02d:%02d", static_cast<int>(clock / 3600), static_cast<int>(clock / 60 % 60),
                                   static_cast<int>(clock % 60), m.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
    return program::to_string(on) + std::string(text, static_cast<std::size_t>(size));
}

}  // namespace fines
