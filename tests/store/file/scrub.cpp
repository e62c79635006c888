#include "sillok/store/file/scrub.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "../file_recovery.hpp"
#include "sillok/store/file/verify.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace sillok;

namespace {

constexpr int keys_count = 12;

// Events of a dozen streams in some segments. Those of streams 0 to 3 are in batches with those of streams 4 to 7.
struct written_store {
    testing::faulty_device disk;
    testing::manual_clock clock;
    std::map<std::uint64_t, std::string> payloads;  // by position
    std::map<std::uint64_t, int> key_of;
    std::map<int, receipt> receipts;  // by batch
    int batches = 0;

    file_options options(bool clustered = false) {
        return {.clock = clock, .segment_bytes = segment_bytes_min, .clustered = clustered, .device = disk};
    }
    static uuid id_of(int n) {
        uuid id;
        id.octets[0] = 7;
        id.octets[14] = static_cast<std::uint8_t>(n >> 8);
        id.octets[15] = static_cast<std::uint8_t>(n);
        return id;
    }
    append_request request(int n, std::vector<stream_append>& to, std::vector<new_event>& events,
                           std::vector<std::string>& texts) const {
        const int first = n % 8;
        texts.clear();
        for (int i = 0; i < 3; ++i) texts.push_back("payload " + std::to_string(n) + '.' + std::to_string(i) + '!');
        static const std::string names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};
        events.clear();
        for (const std::string& each : texts) events.push_back({.type = {"probe.event", 1}, .payload = as_bytes(each)});
        to.clear();
        to.push_back({{"account", names[first]}, any_version{}, {events.data(), 2}});
        to.push_back({{"account", names[first + 4]}, any_version{}, {events.data() + 2, 1}});
        return {.streams = to, .batch = id_of(n)};
    }
    result<receipt> append(file_store& store, int n) {
        std::vector<stream_append> to;
        std::vector<new_event> events;
        std::vector<std::string> texts;
        return store.append(request(n, to, events, texts));
    }
    void fill(file_store& store, int count) {
        for (int n = batches; n < batches + count; ++n) {
            const auto done = append(store, n);
            REQUIRE(done.has_value());
            receipts[n] = *done;
            for (int i = 0; i < 3; ++i) {
                payloads[done->first.value + static_cast<std::uint64_t>(i)] =
                    "payload " + std::to_string(n) + '.' + std::to_string(i) + '!';
                key_of[done->first.value + static_cast<std::uint64_t>(i)] = n % 8 + (i == 2 ? 4 : 0);
            }
        }
        batches += count;
    }
    // Whether a text is anywhere in the files of a store.
    bool holds(std::string_view text) {
        for (const std::string& name : disk.names("s")) {
            const std::vector<std::byte>& bytes = *disk.content("s", name);
            if (std::search(bytes.begin(), bytes.end(), as_bytes(text).begin(), as_bytes(text).end()) != bytes.end())
                return true;
        }
        return false;
    }
};

stream_view stream_of(int key) {
    static const std::string names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};
    return {"account", names[key]};
}

// Every event that is kept is where it was, and no other is given out.
void check(const file_store& store, const written_store& w, const std::vector<int>& deleted) {
    const auto is_deleted = [&](int key) { return std::find(deleted.begin(), deleted.end(), key) != deleted.end(); };
    std::map<std::uint64_t, std::string> seen;
    REQUIRE(store.read_all({}, [&](const record_view& r) {
        seen[r.position().value] = std::string(as_text(r.payload()));
        return true;
    }));
    std::map<std::uint64_t, std::string> wanted;
    std::map<int, std::uint64_t> versions;
    for (const auto& [position, payload] : w.payloads) {
        ++versions[w.key_of.at(position)];
        if (!is_deleted(w.key_of.at(position))) wanted[position] = payload;
    }
    CHECK(seen == wanted);
    for (int key = 0; key < keys_count; ++key) {
        if (is_deleted(key)) {
            CHECK(store.version_of(stream_of(key)).error() == error_kind::stream_deleted);
            continue;
        }
        CHECK(store.version_of(stream_of(key)).value() == version{versions[key]});
        std::uint64_t next = 1;
        REQUIRE(store.read_stream(stream_of(key), {}, [&](const record_view& r) {
            CHECK(r.version() == version{next++});
            CHECK(w.payloads.at(r.position().value) == as_text(r.payload()));
            return true;
        }));
        CHECK(next == versions[key] + 1);
    }
    for (const auto& [n, receipt] : w.receipts) {
        const auto found = store.find_batch(written_store::id_of(n));
        REQUIRE(found.has_value());
        REQUIRE(found->has_value());
        CHECK((*found)->receipt.first == receipt.first);
        CHECK((*found)->receipt.last == receipt.last);
        CHECK((*found)->receipt.version == receipt.version);
        CHECK((*found)->receipt.time == receipt.time);
    }
}

}  // namespace

TEST_CASE("what a scrub removes is in no file any more, and all else is where it was", "[scrub]") {
    for (const bool clustered : {false, true}) {
        written_store w;
        auto store = file_store::open("s", w.options(clustered)).value();
        w.fill(store, 200);
        REQUIRE(store.report().segments == 1);
        REQUIRE(delete_stream(store, stream_of(1)));
        REQUIRE(delete_stream(store, stream_of(5)));
        CHECK(w.holds("payload 1.0!"));
        const auto done = store.scrub();
        REQUIRE(done.has_value());
        CHECK(done->segments > 3);
        CHECK(done->events == 25 * 2 + 50 + 25);
        CHECK(done->bytes > 75 * 108);
        for (int n = 1; n < 200; n += 8)
            for (const char* const part : {".0!", ".1!", ".2!"})
                CHECK_FALSE(w.holds("payload " + std::to_string(n) + part));
        CHECK(w.holds("payload 0.0!"));
        check(store, w, {1, 5});
        CHECK(store.scrub()->segments == 0);
    }
}

TEST_CASE("a store that was scrubbed again and again opens, follows and repeats batches as before", "[scrub]") {
    for (const bool clustered : {false, true}) {
        written_store w;
        std::vector<int> deleted;
        for (int round = 0; round < 4; ++round) {
            {
                auto store = file_store::open("s", w.options(clustered)).value();
                check(store, w, deleted);
                for (int n = 0; n < 40; ++n) {
                    const int next = w.batches;
                    const bool is_open = std::find(deleted.begin(), deleted.end(), next % 8) == deleted.end() &&
                                         std::find(deleted.begin(), deleted.end(), next % 8 + 4) == deleted.end();
                    if (is_open)
                        w.fill(store, 1);
                    else
                        ++w.batches;
                }
                REQUIRE(delete_stream(store, stream_of(2 * round + 4)));
                deleted.push_back(2 * round + 4);
                REQUIRE(store.scrub());
                check(store, w, deleted);
                if (round % 2 == 0) REQUIRE(store.close());
            }
            if (round == 1) w.disk.lose_process();
            if (round == 2)
                for (const std::string& name : w.disk.names("s"))
                    if (name.ends_with(".index")) w.disk.erase("s", name);
            const auto reader = file_store::open("s", {.clock = w.clock, .read_only = true, .device = w.disk}).value();
            check(reader, w, deleted);
        }
    }
}

TEST_CASE("readers that are in the middle go on when segments are written anew", "[scrub]") {
    written_store w;
    auto store = file_store::open("s", w.options()).value();
    w.fill(store, 400);
    const auto other = file_store::open("s", {.clock = w.clock, .read_only = true, .device = w.disk}).value();
    const auto late = file_store::open("s", {.clock = w.clock, .read_only = true, .device = w.disk}).value();
    check(other, w, {});
    int looked = 0;
    std::uint64_t next = 1;
    REQUIRE(delete_stream(store, stream_of(5)));
    // In the middle of a stream, and of the log, of the same process and of another one.
    for (const file_store* const reader : {&std::as_const(store), &other}) {
        next = 1;
        REQUIRE(reader->read_stream(stream_of(4), {}, [&](const record_view& r) {
            if (++looked == 10) REQUIRE(store.scrub()->events > 0);
            CHECK(r.version() == version{next++});
            return true;
        }));
        CHECK(next == 151);
    }
    check(store, w, {5});
    check(other, w, {5});
    check(late, w, {5});
    REQUIRE(delete_stream(store, stream_of(6)));
    std::uint64_t seen = 0;
    REQUIRE(other.read_all({}, [&](const record_view& r) {
        if (++seen == 100) REQUIRE(store.scrub()->events > 0);
        CHECK(as_text(r.payload()) == w.payloads.at(r.position().value));
        return true;
    }));
    check(store, w, {5, 6});
    check(other, w, {5, 6});
}

TEST_CASE("readers, a writer and a scrub at once", "[scrub]") {
    recovery_tests::scratch folder;
    auto store = file_store::open(folder / "s", {.segment_bytes = 16 << 10, .durability = lose_unsynced{}}).value();
    written_store w;
    w.fill(store, 300);
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    const auto read = [&](const file_store& from) {
        for (int key = 0; key < 12; ++key) {
            std::uint64_t at = 0;
            const auto streamed = from.read_stream(stream_of(key), {}, [&](const record_view& r) {
                if (r.version().value != ++at) ++wrong;
                return true;
            });
            if (!streamed && streamed.error() != error_kind::stream_deleted) ++wrong;
        }
        std::uint64_t last = 0;
        const auto all = from.read_all({}, [&](const record_view& r) {
            if (r.position().value <= last) ++wrong;
            last = r.position().value;
            return true;
        });
        if (!all) ++wrong;
    };
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        while (!done.load()) read(store);
    });
    threads.emplace_back([&] {
        const auto other = file_store::open(folder / "s", {.read_only = true}).value();
        while (!done.load()) read(other);
    });
    threads.emplace_back([&] {
        for (int n = 1000; !done.load(); ++n) {
            const new_event event{.type = {"probe.event", 1}, .payload = as_bytes("live")};
            const stream_append to{stream_of(8 + n % 4), any_version{}, {&event, 1}};
            if (const auto put = store.append({.streams = {&to, 1}}); !put && put.error() != error_kind::stream_deleted)
                ++wrong;
        }
    });
    std::uint64_t removed = 0;
    for (int key = 0; key < 8; ++key) {
        if (!delete_stream(store, stream_of(key))) ++wrong;
        const auto scrubbed = store.scrub();
        if (!scrubbed) ++wrong;
        if (scrubbed) removed += scrubbed->events;
    }
    done = true;
    for (std::thread& each : threads) each.join();
    CHECK(wrong == 0);
    CHECK(removed > 700);
}

TEST_CASE("a scrub that is stopped anywhere leaves every segment as it was or as it was to be", "[scrub]") {
    written_store w;
    {
        auto store = file_store::open("s", w.options()).value();
        w.fill(store, 60);
        REQUIRE(delete_stream(store, stream_of(4)));
        REQUIRE(delete_stream(store, stream_of(1)));
    }
    recovery_tests::stop_anywhere(
        w.disk, w.options(), [](file_store& store) { return store.scrub(); },
        [&](const file_store& store) {
            check(store, w, {4, 1});
        });
}

TEST_CASE("a segment that is damaged is not written anew, and what it was stays", "[scrub]") {
    written_store w;
    auto store = file_store::open("s", w.options()).value();
    w.fill(store, 60);
    REQUIRE(delete_stream(store, stream_of(4)));
    std::vector<std::byte>& bytes = *w.disk.content("s", detail::segment_name(2));
    bytes[bytes.size() - 400] ^= std::byte{4};
    const auto before = bytes;
    const auto done = store.scrub();
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error() == error_kind::damaged);
    CHECK(done.error().text().find("0000000002.segment at offset") != std::string::npos);
    CHECK(*w.disk.content("s", detail::segment_name(2)) == before);
    CHECK(w.disk.content("s", detail::segment_name(2) + ".new") == nullptr);
}

TEST_CASE("a scrub writes anew only what gives enough back", "[scrub]") {
    written_store w;
    auto store = file_store::open("s", w.options()).value();
    w.fill(store, 200);
    REQUIRE(truncate(store, stream_of(0), version{3}));
    CHECK(store.scrub({.least_share = 0.5})->segments == 0);
    const auto done = store.scrub({.least_share = 0.01});
    CHECK(done->segments == 1);
    CHECK(done->events == 2);
    CHECK(store.version_of(stream_of(0)).value() == version{50});
}

TEST_CASE("a store is closed only when nobody replaces its segments any more", "[scrub]") {
    for (int round = 0; round < 5; ++round) {
        recovery_tests::scratch folder;
        auto store = file_store::open(folder / "s", {.segment_bytes = segment_bytes_min}).value();
        written_store w;
        w.fill(store, 200);
        REQUIRE(delete_stream(store, stream_of(3)));
        std::atomic<bool> begun{false};
        std::thread scrubbing([&] {
            begun = true;
            const auto done = store.scrub();
            if (!done && done.error() != error_kind::closed) begun = false;
        });
        while (!begun.load()) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(round * 3));
        REQUIRE(store.close());
        auto second = file_store::open(folder / "s").value();
        CHECK(second.report().was_closed);
        check(second, w, {3});
        scrubbing.join();
        CHECK(begun);
        CHECK(store.scrub().error() == error_kind::closed);
        REQUIRE(second.scrub());
        check(second, w, {3});
        REQUIRE(second.close());
        CHECK(verify_store(folder / "s").value().findings.empty());
    }
}

TEST_CASE("a reader that is behind, or in the middle of the segment that is written, follows over a scrub", "[scrub]") {
    for (const bool archives : {false, true}) {
        written_store w;
        auto store = file_store::open("s", w.options()).value();
        w.fill(store, 3);
        const auto within = file_store::open("s", {.clock = w.clock, .read_only = true, .device = w.disk}).value();
        const auto behind = file_store::open("s", {.clock = w.clock, .read_only = true, .device = w.disk}).value();
        int looked = 0;
        REQUIRE(within.read_all({}, [&](const record_view&) {
            if (++looked == 4) {
                w.fill(store, 30);
                REQUIRE(delete_stream(store, stream_of(4)));
                if (archives) REQUIRE(store.archive(store.last(horizon::durable), "/elsewhere")->segments > 0);
                REQUIRE(store.scrub());
            }
            return true;
        }));
        check(within, w, {4});
        check(behind, w, {4});
        for (int more = 0; more < 3; ++more) {
            while (w.batches % 8 == 0 || w.batches % 8 == 4) ++w.batches;
            w.fill(store, 1);
            check(within, w, {4});
            check(behind, w, {4});
        }
    }
}

TEST_CASE("a reader that does not know of an act meets the segments that it was scrubbed from", "[scrub]") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk}).value();
    const std::string payload(3000, 'x');
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{stream_of(1), any_version{}, {&event, 1}};
    for (int n = 0; n < 200; ++n) REQUIRE(store.append({.streams = {&to, 1}}));
    const auto reader = file_store::open("s", {.clock = clock, .read_only = true, .device = disk}).value();
    std::uint64_t last = 0;
    int looked = 0;
    const auto read = reader.read_stream(stream_of(1), {}, [&](const record_view& r) {
        CHECK(r.version().value > last);
        last = r.version().value;
        if (++looked == 5) {
            REQUIRE(truncate(store, stream_of(1), version{180}));
            REQUIRE(store.scrub()->events == 179);
        }
        return true;
    });
    if (!read) UNSCOPED_INFO(read.error().text());
    CHECK(read.has_value());
    CHECK(last == 200);
}

TEST_CASE("what was on its way to its name when its writer ended is gone with the next one", "[scrub]") {
    written_store w;
    {
        auto store = file_store::open("s", w.options()).value();
        w.fill(store, 20);
        const detail::directory files(w.disk,
                                      detail::owned_file(w.disk, static_cast<int>(w.disk.open_directory("s").value)));
        REQUIRE(files.open_file("0000000001.segment.new", open_mode::create));
        REQUIRE(files.open_file("mark.new", open_mode::create));
    }
    const auto store = file_store::open("s", w.options()).value();
    for (const std::string& name : w.disk.names("s")) CHECK_FALSE(name.ends_with(".new"));
    check(store, w, {});
}
