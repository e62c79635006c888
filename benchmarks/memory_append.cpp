// Appending to the memory store, against a pipeline written by hand for one kind of event that does the same work: a lock,
// the version check, position and version, the store's time, an id of version 7, the envelope, CRC32C, the index of the
// stream and of the log. Payload 85 bytes, 1,000 streams, the next one at random; 1, 10 or 100 events a call.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/mman.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include "sillok/core/checksum.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace {

constexpr std::size_t streams = 1000;
constexpr std::size_t store_events = 400'000;  // then a new store is begun, outside of the measured time
constexpr std::string_view category = "account";
constexpr std::string_view type_name = "money.deposited";

struct stream_names {
    std::vector<std::string> keys;
    std::uint64_t state = 88172645463325252ULL;

    stream_names() {
        for (std::size_t i = 0; i < streams; ++i) keys.push_back(std::to_string(100'000 + i));
    }
    std::size_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<std::size_t>(state % streams);
    }
};

// What one would write for a program with one kind of event, without limits, conditions, batches, tags or readers.
class by_hand {
public:
    bool append(const std::string& key, std::uint64_t expected, const std::byte* payload, std::size_t bytes,
                std::size_t count) {
        const std::lock_guard hold(mutex_);
        auto& stream = streams_[key];
        if (stream.size() != expected) return false;
        const sillok::timestamp now = clock_.now();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t plain = 108 + bytes + type_name.size() + category.size() + key.size();
            const std::size_t size = (plain + 7) & ~std::size_t{7};
            if (left_ < size) grow();
            std::byte* const at = at_;
            at_ += size;
            left_ -= size;
            const sillok::uuid id = ids_(now);
            put<std::uint32_t>(at, 0, static_cast<std::uint32_t>(size));
            put<std::uint64_t>(at, 8, ++position_);
            put<std::uint64_t>(at, 16, stream.size() + 1);
            put<std::int64_t>(at, 24, now.nanoseconds);
            std::memcpy(at + 32, id.octets.data(), 16);
            std::memcpy(at + 48, id.octets.data(), 16);
            std::memcpy(at + 64, id.octets.data(), 16);
            std::memset(at + 80, 0, 28);
            put<std::uint32_t>(at, 80, 0x12345678);
            put<std::uint16_t>(at, 84, 1);
            put<std::uint8_t>(at, 88, static_cast<std::uint8_t>(type_name.size()));
            put<std::uint8_t>(at, 89, static_cast<std::uint8_t>(category.size()));
            put<std::uint16_t>(at, 92, static_cast<std::uint16_t>(key.size()));
            put<std::uint32_t>(at, 104, static_cast<std::uint32_t>(bytes));
            std::byte* to = at + 108;
            std::memcpy(to, payload, bytes);
            std::memcpy(to += bytes, type_name.data(), type_name.size());
            std::memcpy(to += type_name.size(), category.data(), category.size());
            std::memcpy(to += category.size(), key.data(), key.size());
            std::memset(to + key.size(), 0, size - plain);
            put<std::uint32_t>(at, 4, sillok::crc32c({at + 8, size - 8}));
            stream.push_back(static_cast<std::uint32_t>(position_));
            log_.push_back(at);
        }
        return true;
    }

private:
    template <class T>
    static void put(std::byte* at, std::size_t offset, T value) {
        std::memcpy(at + offset, &value, sizeof value);
    }
    void grow() {
        // Huge pages for both contenders: the page faults of small ones cost more than all the rest.
        auto* const fresh = static_cast<std::byte*>(std::aligned_alloc(chunk, chunk));
        chunks_.emplace_back(fresh);
        ::madvise(fresh, chunk, MADV_HUGEPAGE);
        at_ = fresh;
        left_ = chunk;
    }
    static constexpr std::size_t chunk = std::size_t{4} << 20;

    std::mutex mutex_;
    sillok::clock_ref clock_;
    sillok::uuid_generator ids_;
    boost::unordered_flat_map<std::string, std::vector<std::uint32_t>> streams_;
    std::vector<std::byte*> log_;
    struct release {
        void operator()(std::byte* at) const { std::free(at); }
    };
    std::vector<std::unique_ptr<std::byte, release>> chunks_;
    std::byte* at_ = nullptr;
    std::size_t left_ = 0;
    std::uint64_t position_ = 0;
};

template <class Make, class Append>
void run(benchmark::State& state, Make make, Append append) {
    const auto count = static_cast<std::size_t>(state.range(0));
    stream_names names;
    std::vector<std::uint64_t> versions(streams, 0);
    auto store = make();
    std::size_t events = 0;
    for (auto _ : state) {
        const std::size_t s = names.next();
        if (!append(*store, names.keys[s], versions[s], count)) {
            state.SkipWithError("an append failed");
            return;
        }
        versions[s] += count;
        events += count;
        if (events >= store_events) {
            state.PauseTiming();
            store = make();
            versions.assign(streams, 0);
            events = 0;
            state.ResumeTiming();
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["per_event"] = benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                                                     benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

const std::vector<std::byte> payload(85, std::byte{42});

void hand_written(benchmark::State& state) {
    run(
        state, [] { return std::make_unique<by_hand>(); },
        [](by_hand& store, const std::string& key, std::uint64_t version, std::size_t count) {
            return store.append(key, version, payload.data(), payload.size(), count);
        });
}

void memory_store(benchmark::State& state) {
    const std::vector<sillok::new_event> events(100, {.type = {type_name, 1}, .payload = payload});
    run(
        state, [] { return std::make_unique<sillok::memory_store>(); },
        [&](sillok::memory_store& store, const std::string& key, std::uint64_t version, std::size_t count) {
            const sillok::stream_append to{{category, key}, sillok::exactly{{version}}, {events.data(), count}};
            return sillok::store_ref(store).append({.streams = {&to, 1}}).has_value();
        });
}

BENCHMARK(hand_written)->Arg(1)->Arg(10)->Arg(100);
BENCHMARK(memory_store)->Arg(1)->Arg(10)->Arg(100);

}  // namespace
