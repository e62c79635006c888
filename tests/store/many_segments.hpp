#pragma once
// A history that goes over many small segments, and the log of it as the parts of the file store see it.

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file_recovery.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/recovery.hpp"

namespace segment_tests {

using namespace recovery_tests;
using namespace sillok::detail;

// An event that was recorded.
struct told {
    std::uint64_t position = 0;
    std::uint64_t version = 0;
    std::string key;
    std::string payload;
    std::vector<std::string> tags;
    uuid batch;

    friend bool operator==(const told&, const told&) = default;
};

inline told told_of(const record_view& record, const uuid& batch = {}) {
    told seen{record.position().value,
              record.version().value,
              std::string(record.stream().key),
              std::string(as_text(record.payload())),
              {},
              batch};
    for (const std::string_view each : record.tags()) seen.tags.emplace_back(each);
    return seen;
}

// A store of which it is known what is in it.
struct known_store {
    testing::faulty_device disk;
    testing::manual_clock clock;
    std::vector<told> events;
    std::map<std::string, std::uint64_t> versions;

    file_options options(bool clustered = false) {
        return {.clock = clock, .segment_bytes = segment_bytes_min, .clustered = clustered, .device = disk};
    }
    // Many events of seven streams, some of a stream that is seen seldom, and some that are alone.
    static std::string key_of(int n) {
        return n % 19 == 5 ? "seldom" : n % 11 == 3 ? "once " + std::to_string(n) : "often " + std::to_string(n % 7);
    }
    static uuid batch_of(int n) {
        uuid batch;
        if (n % 3 == 0) return batch;
        batch.octets[0] = 1;
        store_le(reinterpret_cast<std::byte*>(batch.octets.data()) + 8, static_cast<std::uint64_t>(n));
        return batch;
    }
    void append(file_store& store, int n, std::size_t bytes) {
        told next{events.size() + 1, 0, key_of(n), payload_of(n, bytes), {}, batch_of(n)};
        if (n % 2 == 0) next.tags.push_back("even:" + std::to_string(n % 4));
        if (n % 13 == 0) next.tags.emplace_back("bad:luck");
        next.version = ++versions[next.key];
        const std::vector<std::string_view> tags(next.tags.begin(), next.tags.end());
        const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(next.payload), .tags = tags};
        const stream_append to{{"account", next.key}, any_version{}, {&event, 1}};
        REQUIRE(store.append({.streams = {&to, 1}, .batch = next.batch}).has_value());
        events.push_back(std::move(next));
    }
    // Opens the store, appends so many events, and closes it.
    void live(int count, const file_options& chosen) {
        auto store = file_store::open(path, chosen);
        REQUIRE(store.has_value());
        for (int i = 0; i < count; ++i) {
            const int n = static_cast<int>(events.size());
            append(*store, n, static_cast<std::size_t>(40 + n * 37 % 700));
        }
        REQUIRE(store->close().has_value());
    }
    void live(int count) { live(count, options()); }

    // The numbers of the events of a stream, from 0.
    std::vector<std::size_t> of_stream(std::string_view key) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < events.size(); ++i)
            if (events[i].key == key) found.push_back(i);
        return found;
    }
    std::vector<std::string> named(std::string_view ending) const {
        std::vector<std::string> names;
        for (const std::string& name : disk.names(path))
            if (name.ends_with(ending)) names.push_back(name);
        return names;
    }
    std::vector<std::byte>& file(const std::string& name) {
        auto* const content = disk.content(path, name);
        if (content == nullptr) FAIL("there is no " << name);
        return *content;
    }
    // Whether every stream reads as it was written, in both directions.
    bool reads_well(const file_store& store) const {
        for (const auto& each : versions) {
            const std::vector<std::size_t> wanted = of_stream(each.first);
            for (const direction order : {direction::forwards, direction::backwards}) {
                std::size_t at = 0;
                bool fits = true;
                const auto read =
                    store.read_stream({"account", each.first}, {.order = order}, [&](const record_view& r) {
                        const std::size_t i = order == direction::forwards ? at : wanted.size() - 1 - at;
                        fits = fits && at < wanted.size() && told_of(r, events[wanted[i]].batch) == events[wanted[i]];
                        ++at;
                        return fits;
                    });
                if (!read) UNSCOPED_INFO(read.error().text());
                if (!read || !fits || at != wanted.size()) return false;
            }
        }
        return true;
    }
};

// The log of a store that was closed, as it is found when it is opened.
struct found_log {
    directory within;
    store_identity identity;
    file_log log;
    monitor guard;
    open_report report;
    kept_streams kept{0};
    schema_book schemas;
    std::shared_ptr<log_view> view;

    explicit found_log(testing::faulty_device& disk)
        : within(disk, owned_file(disk, static_cast<int>(disk.open_directory(path).value))),
          identity(read_identity(within).value()),
          log(directory(disk, owned_file(disk, static_cast<int>(disk.open_directory(path).value))), identity),
          view(std::make_shared<log_view>(identity.store, guard)) {
        const auto mark = read_mark(within, identity.store, report);
        recovery found(log, *view, kept, schemas, *mark, report);
        REQUIRE(found.read(open_mode::read).has_value());
        REQUIRE(report.damage.empty());
        if (!log.end().is_sealed) log.segment()->end.store(log.end().offset);
    }
};

}  // namespace segment_tests
