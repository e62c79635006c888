#pragma once
// What all contenders of the storage benchmarks are given: events, names of streams, a random order, a folder; and what they
// are asked afterwards.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "sillok/core/bytes.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/store/event_store.hpp"

namespace storage {

// When an append returns: when the kernel has the events, or when the disk has them.
enum class keep { in_kernel, durable };

[[noreturn]] inline void fail(const char* what) {
    std::fprintf(stderr, "storage benchmark: %s\n", what);
    std::exit(1);
}
inline void expect(bool good, const char* what) {
    if (!good) fail(what);
}

// --- the domain: three types, a payload of 85 bytes ------------------------------------------------------------------------

struct account_opened {
    std::int64_t amount;
    std::int64_t at;
    std::string note;
};
struct money_deposited {
    std::int64_t amount;
    std::int64_t at;
    std::string note;
};
struct money_withdrawn {
    std::int64_t amount;
    std::int64_t at;
    std::string note;
};
struct account_events
    : sillok::events<sillok::event<"account.opened", account_opened>, sillok::event<"money.deposited", money_deposited>,
                     sillok::event<"money.withdrawn", money_withdrawn>> {};

template <class E>
struct view {
    using view_of = E;
    std::int64_t amount;
    std::int64_t at;
    std::string_view note;
};

// What a contender keeps of an event: 200 bytes, of which 101 are the event and the rest stands for names and ids.
inline constexpr std::size_t value_bytes = 200;
using value = std::array<std::byte, value_bytes>;
inline constexpr std::size_t note_bytes = 65;
inline constexpr std::size_t note_offset = 36;

inline value make_value(std::uint32_t type, std::int64_t amount) {
    value made{};
    sillok::store_le(made.data(), type);
    sillok::store_le(made.data() + 16, amount);
    sillok::store_le(made.data() + 24, std::int64_t{1});
    sillok::store_le(made.data() + 32, static_cast<std::uint32_t>(note_bytes));
    std::memset(made.data() + note_offset, 'n', note_bytes);
    return made;
}

// Reads a value as the payload of an event is read: every field, and the length that is checked.
struct fields {
    std::uint32_t type;
    view<money_deposited> of;
};
inline bool read_value(sillok::bytes_view in, fields& into) {
    if (in.size() < note_offset) return false;
    const std::size_t bytes = sillok::load_le<std::uint32_t>(in.data() + 32);
    if (bytes > in.size() - note_offset) return false;
    into.type = sillok::load_le<std::uint32_t>(in.data());
    into.of.amount = sillok::load_le<std::int64_t>(in.data() + 16);
    into.of.at = sillok::load_le<std::int64_t>(in.data() + 24);
    into.of.note = sillok::as_text(in.subspan(note_offset, bytes));
    return true;
}

// Events in both forms: as Sillok takes them, and as the values of the contenders.
struct event_batch {
    std::span<const value> values;
    std::span<const sillok::new_event> events;
    std::size_t size() const { return values.size(); }
    event_batch first(std::size_t count) const { return {values.first(count), events.first(count)}; }
    event_batch from(std::size_t at, std::size_t count) const {
        return {values.subspan(at, count), events.subspan(at, count)};
    }
};

// A pool of events of random types to take batches from. The amounts are 0 to 999.
class event_pool {
public:
    static constexpr std::size_t size = 4096;

    event_pool() {
        std::mt19937 engine(7);
        for (std::size_t i = 0; i < size; ++i) {
            const auto type = static_cast<std::uint32_t>(engine() % 3);
            const auto amount = static_cast<std::int64_t>(engine() % 1000);
            values_.push_back(make_value(type, amount));
            if (type == 0) encode(account_opened{amount, 1, std::string(note_bytes, 'n')});
            if (type == 1) encode(money_deposited{amount, 1, std::string(note_bytes, 'n')});
            if (type == 2) encode(money_withdrawn{amount, 1, std::string(note_bytes, 'n')});
        }
        for (std::size_t i = 0; i < size; ++i) events_.push_back({.type = types_[i], .payload = payloads_[i].view()});
    }
    // Of a number that walks around the pool; `count` is far below its size.
    event_batch take(std::size_t at, std::size_t count) const {
        const std::size_t start = at % (size - count);
        return {std::span(values_).subspan(start, count), std::span(events_).subspan(start, count)};
    }
    std::size_t payload_bytes() const { return payloads_.front().view().size(); }

private:
    template <class E>
    void encode(const E& event) {
        payloads_.emplace_back();
        types_.push_back(sillok::encode_event<account_events>(event, payloads_.back()));
    }
    std::vector<value> values_;
    std::vector<sillok::event_type> types_;
    std::vector<sillok::byte_buffer> payloads_;
    std::vector<sillok::new_event> events_;
};
inline const event_pool& pool() {
    static const event_pool made;
    return made;
}

// Events for one stream, and the version it must be at. A call of `append` takes several, as one atomic act.
struct part {
    std::string_view stream;
    std::uint64_t expected;
    event_batch events;
};

// --- streams and their order -----------------------------------------------------------------------------------------------

struct stream_names {
    explicit stream_names(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) keys.push_back(std::to_string(1'000'000 + i));
    }
    std::vector<std::string> keys;
};

// Small and good enough, so that choosing a stream costs nothing.
struct random_index {
    std::uint64_t state = 88172645463325252ULL;
    std::size_t operator()(std::size_t below) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<std::size_t>(state % below);
    }
};

// Fills a store with rounds of one event for each stream, in a new random order each round: streams are interleaved at
// random, and all are of the same length. Up to 500 events are one act.
template <class Log>
void fill(Log& log, const stream_names& names, std::size_t rounds) {
    std::vector<std::uint32_t> order(names.keys.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    std::mt19937 engine(42);
    std::vector<part> parts;
    std::size_t event = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::shuffle(order.begin(), order.end(), engine);
        for (std::size_t i = 0; i < order.size();) {
            parts.clear();
            for (; i < order.size() && parts.size() < 500; ++i)
                parts.push_back({names.keys[order[i]], round, pool().take(event++, 1)});
            expect(log.append(parts), "filling a store failed");
        }
    }
}

// --- places, times, memory -------------------------------------------------------------------------------------------------

// A folder that goes with the object; in the directory for temporary files, or in SILLOK_BENCH_DIR.
struct scratch {
    std::string path;
    scratch() {
        const char* const chosen = std::getenv("SILLOK_BENCH_DIR");
        const std::filesystem::path above = chosen != nullptr ? chosen : std::filesystem::temp_directory_path();
        path = (above / "sillok-bench-XXXXXX").string();
        expect(::mkdtemp(path.data()) != nullptr, "there is no folder for temporary files");
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() { std::filesystem::remove_all(path); }

    // Has the kernel write what it holds back, so that what is measured next does not wait for it.
    void flush() const {
        const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
        expect(folder >= 0 && ::syncfs(folder) == 0, "a folder cannot be synced");
        ::close(folder);
    }
    std::uint64_t free_bytes() const { return std::filesystem::space(path).available; }
};

template <class Act>
double seconds_of(Act&& act) {
    const auto begin = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Units: bytes. Freed memory is given back to the system first.
inline double resident_bytes() {
    ::malloc_trim(0);
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    long all = 0;
    long resident = 0;
    expect(file != nullptr && std::fscanf(file, "%ld %ld", &all, &resident) == 2, "statm cannot be read");
    std::fclose(file);
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

inline double percentile(std::vector<double> of, double part) {
    expect(!of.empty(), "nothing was measured");
    std::sort(of.begin(), of.end());
    return of[static_cast<std::size_t>(part * static_cast<double>(of.size() - 1))];
}
inline double median(const std::vector<double>& of) { return percentile(of, 0.5); }

// The exponent k of cost = c * size^k that fits best: the slope of the logarithms.
inline double exponent(const std::vector<double>& sizes, const std::vector<double>& costs) {
    double x = 0, y = 0, xx = 0, xy = 0;
    const auto n = static_cast<double>(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const double a = std::log(sizes[i]);
        const double b = std::log(std::max(costs[i], 1e-12));
        x += a, y += b, xx += a * a, xy += a * b;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

inline bool has_flag(int argc, char** argv, std::string_view flag) {
    return std::any_of(argv + 1, argv + argc, [&](const char* each) { return each == flag; });
}

}  // namespace storage
