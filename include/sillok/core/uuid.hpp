#pragma once
// Identifiers: 16 bytes, and the time-ordered kind (version 7) that events and commands carry.
//
// Source: RFC 9562, section 5.7. The 12 bits behind the milliseconds hold the fraction of the millisecond (section 6.2,
// method 3), the 62 bits behind them a random start that counts up, so ids of one generator are unique and ascending
// while the clock does not go back.

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/random.h>

#include "sillok/core/bytes.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/time.hpp"

namespace sillok {

struct uuid {
    std::array<std::uint8_t, 16> octets{};

    // 0 in every place: "none".
    constexpr bool is_nil() const noexcept {
        const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(octets);
        return (words[0] | words[1]) == 0;
    }
    friend constexpr auto operator<=>(const uuid&, const uuid&) = default;
};

// "0190163d-8694-739b-aea5-966c26f8ad91", lower case.
inline std::string to_string(const uuid& id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[id.octets[i] >> 4];
        text += digits[id.octets[i] & 15];
    }
    return text;
}

// The id written in `text` in the form of `to_string`, of either case; nothing where it is not one.
constexpr std::optional<uuid> parse_uuid(std::string_view text) noexcept {
    if (text.size() != 36) return std::nullopt;
    uuid id;
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            if (text[at++] != '-') return std::nullopt;
        unsigned octet = 0;
        for (int half = 0; half < 2; ++half) {
            const char c = text[at++];
            octet <<= 4;
            if (c >= '0' && c <= '9')
                octet |= static_cast<unsigned>(c - '0');
            else if (c >= 'a' && c <= 'f')
                octet |= static_cast<unsigned>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                octet |= static_cast<unsigned>(c - 'A' + 10);
            else
                return std::nullopt;
        }
        id.octets[i] = static_cast<std::uint8_t>(octet);
    }
    return id;
}

// Makes ids of version 7.
//
// Threads:    one at a time.
// Complexity: O(1); no system call after construction and the first id behind a fork.
class uuid_generator {
public:
    // Seeded by the operating system; the copy in a forked child is seeded again.
    uuid_generator() : uuid_generator(entropy()) { is_given_ = false; }
    // The same ids for the same seed, for tests.
    explicit uuid_generator(std::uint64_t seed) { begin(seed); }

    uuid operator()(timestamp now) noexcept {
        if (watch_.is_in_child()) [[unlikely]]
            part_from_parent();
        const auto since = static_cast<std::uint64_t>(now.nanoseconds < 0 ? 0 : now.nanoseconds);
        const std::uint64_t ms = since / 1'000'000;
        const std::uint64_t fraction = (since % 1'000'000) * 4096 / 1'000'000;
        tail_ += 1 + (next_random() & 0xFFFFFFFF);
        const std::uint64_t high = (ms << 16) | 0x7000 | fraction;
        const std::uint64_t low = (tail_ & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
        return std::bit_cast<uuid>(std::array{detail::big_endian(high), detail::big_endian(low)});
    }

private:
    static std::uint64_t entropy() noexcept {
        std::uint64_t seed = 0;
        if (::getentropy(&seed, sizeof seed) != 0) seed = static_cast<std::uint64_t>(clock_ref{}.now().nanoseconds);
        return seed;
    }

    void begin(std::uint64_t seed) noexcept {
        state_ = seed;
        tail_ = next_random();
    }
    [[gnu::__cold__, gnu::noinline]] void part_from_parent() noexcept {
        watch_.renew();
        if (!is_given_) begin(entropy());
    }

    // splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    std::uint64_t next_random() noexcept {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    std::uint64_t state_ = 0;
    std::uint64_t tail_ = 0;
    fork_watch watch_;
    bool is_given_ = true;  // the seed
};

}  // namespace sillok
