#pragma once
// Moments as people and programs write them: ISO 8601 in UTC, "2024-02-29T12:30:00.250Z".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sillok/core/time.hpp"

namespace sillok {

// A day of the Gregorian calendar, also where it was not in use yet.
struct civil_day {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
    friend constexpr bool operator==(const civil_day&, const civil_day&) = default;
};

// The day that is `days` after 1970-01-01. Source: Hinnant: chrono-compatible low-level date algorithms.
constexpr civil_day civil_from_days(std::int64_t days) noexcept {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t doe = days - era * 146097;
    const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const std::int64_t mp = (5 * doy + 2) / 153;
    const auto day = static_cast<unsigned>(doy - (153 * mp + 2) / 5 + 1);
    const auto month = static_cast<unsigned>(mp < 10 ? mp + 3 : mp - 9);
    return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// The days from 1970-01-01 to that day.
constexpr std::int64_t days_from_civil(civil_day civil) noexcept {
    const std::int64_t y = civil.year - (civil.month <= 2 ? 1 : 0);
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const std::int64_t yoe = y - era * 400;
    const std::int64_t doy =
        (153 * static_cast<std::int64_t>(civil.month > 2 ? civil.month - 3 : civil.month + 9) + 2) / 5 +
        static_cast<std::int64_t>(civil.day) - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

// A moment in seconds and a fraction of so many decimal digits. Units: seconds since 1970-01-01T00:00:00Z, 10^-digits seconds.
struct utc_moment {
    std::int64_t seconds = 0;
    std::uint64_t fraction = 0;
    int digits = 0;
    friend constexpr bool operator==(const utc_moment&, const utc_moment&) = default;
};

}  // namespace sillok

namespace sillok::detail {

inline void append_padded(std::string& out, std::uint64_t value, int width) {
    char text[20];
    int at = 20;
    for (; value != 0 || 20 - at < width; value /= 10) text[--at] = static_cast<char>('0' + value % 10);
    out.append(text + at, static_cast<std::size_t>(20 - at));
}

// Reads a number of exactly `width` digits off the front of `text`.
constexpr bool take_digits(std::string_view& text, std::size_t width, std::uint64_t& value) noexcept {
    if (text.size() < width) return false;
    value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
    }
    text.remove_prefix(width);
    return true;
}

constexpr bool take_char(std::string_view& text, char c) noexcept {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace sillok::detail

namespace sillok {

// Appends "2024-02-29T12:30:00.250Z", with as many decimals as the moment has digits. A year outside of 0 to 9999 is written
// with its sign and at least six digits.
inline void append_utc(std::string& out, utc_moment moment) {
    constexpr std::int64_t day_seconds = 86400;
    std::int64_t days = moment.seconds / day_seconds;
    std::int64_t rest = moment.seconds % day_seconds;
    if (rest < 0) {
        rest += day_seconds;
        --days;
    }
    const civil_day civil = civil_from_days(days);
    const bool plain = civil.year >= 0 && civil.year <= 9999;
    if (!plain) out += civil.year < 0 ? '-' : '+';
    detail::append_padded(out, static_cast<std::uint64_t>(civil.year < 0 ? -civil.year : civil.year), plain ? 4 : 6);
    out += '-';
    detail::append_padded(out, civil.month, 2);
    out += '-';
    detail::append_padded(out, civil.day, 2);
    out += 'T';
    const auto clock = static_cast<std::uint64_t>(rest);
    detail::append_padded(out, clock / 3600, 2);
    out += ':';
    detail::append_padded(out, clock / 60 % 60, 2);
    out += ':';
    detail::append_padded(out, clock % 60, 2);
    if (moment.digits > 0) {
        out += '.';
        detail::append_padded(out, moment.fraction, moment.digits);
    }
    out += 'Z';
}

// Reads what `append_utc` writes, with up to 18 decimals; nothing where `text` is something else, or beyond its seconds.
constexpr std::optional<utc_moment> parse_utc(std::string_view text) noexcept {
    using detail::take_char;
    using detail::take_digits;
    std::uint64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
        std::size_t width = 0;
        while (width < text.size() && text[width] >= '0' && text[width] <= '9') ++width;
        if (width < 6 || width > 12 || !take_digits(text, width, year)) return std::nullopt;
    } else if (!take_digits(text, 4, year)) {
        return std::nullopt;
    }
    if (!take_char(text, '-') || !take_digits(text, 2, month) || !take_char(text, '-') || !take_digits(text, 2, day) ||
        !take_char(text, 'T') || !take_digits(text, 2, hour) || !take_char(text, ':') ||
        !take_digits(text, 2, minute) || !take_char(text, ':') || !take_digits(text, 2, second))
        return std::nullopt;
    utc_moment moment;
    if (take_char(text, '.')) {
        std::size_t width = 0;
        while (width < text.size() && text[width] >= '0' && text[width] <= '9') ++width;
        if (width == 0 || width > 18 || !take_digits(text, width, moment.fraction)) return std::nullopt;
        moment.digits = static_cast<int>(width);
    }
    if (!take_char(text, 'Z') || !text.empty()) return std::nullopt;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto signed_year = static_cast<std::int64_t>(year);
    const civil_day civil{negative ? -signed_year : signed_year, static_cast<unsigned>(month),
                          static_cast<unsigned>(day)};
    const std::int64_t days = days_from_civil(civil);
    if (civil_from_days(days) != civil) return std::nullopt;
    // A day before 1970 is counted from its end, which fits whenever the sum does.
    const std::int64_t before = days < 0 ? 1 : 0;
    const auto clock = static_cast<std::int64_t>(hour * 3600 + minute * 60 + second);
    if (__builtin_mul_overflow(days + before, std::int64_t{86400}, &moment.seconds) ||
        __builtin_add_overflow(moment.seconds, clock - before * 86400, &moment.seconds))
        return std::nullopt;
    return moment;
}

// "2024-02-29T12:30:00.250000000Z"
inline std::string to_string(timestamp moment) {
    std::int64_t seconds = moment.nanoseconds / 1'000'000'000;
    std::int64_t rest = moment.nanoseconds % 1'000'000'000;
    if (rest < 0) {
        rest += 1'000'000'000;
        --seconds;
    }
    std::string text;
    append_utc(text, {seconds, static_cast<std::uint64_t>(rest), 9});
    return text;
}

}  // namespace sillok
