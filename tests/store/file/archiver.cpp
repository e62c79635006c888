#include "sillok/store/file/archiver.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
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

constexpr std::uint64_t keys_count = 7;
constexpr const char* place = "/archive";

struct numbered {
    testing::faulty_device disk;
    testing::manual_clock clock;

    file_options options(bool clustered = false) {
        return {.clock = clock, .segment_bytes = segment_bytes_min, .clustered = clustered, .device = disk};
    }
};

stream_view stream_of(std::uint64_t key) {
    static const std::string names[] = {"0", "1", "2", "3", "4", "5", "6"};
    return {"account", names[key]};
}
// Event n is the next one of stream n % 7, and says so.
result<receipt> append(file_store& store, std::uint64_t n) {
    const std::string payload = "event " + std::to_string(n);
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(payload)};
    const stream_append to{stream_of(n % keys_count), exactly{version{(n - 1) / keys_count}}, {&event, 1}};
    uuid id;
    id.octets[0] = 3;
    id.octets[14] = static_cast<std::uint8_t>(n >> 8);
    id.octets[15] = static_cast<std::uint8_t>(n);
    return store.append({.streams = {&to, 1}, .batch = id});
}
void fill(file_store& store, std::uint64_t count) {
    for (std::uint64_t n = store.last(horizon::visible).value + 1; count > 0; --count, ++n) {
        const auto done = append(store, n);
        if (!done) UNSCOPED_INFO(done.error().text());
        REQUIRE(done.has_value());
    }
}
void check(const file_store& store, std::uint64_t count) {
    std::uint64_t at = 0;
    const auto read = store.read_all({}, [&](const record_view& r) {
        ++at;
        return r.position().value == at && as_text(r.payload()) == "event " + std::to_string(at);
    });
    if (!read) UNSCOPED_INFO(read.error().text());
    REQUIRE(read.has_value());
    REQUIRE(at == count);
    for (std::uint64_t key = 0; key < keys_count; ++key) {
        std::uint64_t next = 1;
        REQUIRE(
            store.read_stream(stream_of(key), {}, [&](const record_view& r) { return r.version().value == next++; }));
        REQUIRE(store.version_of(stream_of(key)).value() == version{next - 1});
    }
}

}  // namespace

TEST_CASE("what was moved is read as if it had not been", "[archive]") {
    for (const bool clustered : {false, true}) {
        numbered n;
        auto store = file_store::open("s", n.options(clustered)).value();
        fill(store, 300);
        const auto other = file_store::open("s", {.clock = n.clock, .read_only = true, .device = n.disk}).value();
        check(other, 300);
        const auto moved = store.archive(position{150}, place);
        REQUIRE(moved.has_value());
        CHECK(moved->segments > 3);
        CHECK(moved->events == moved->last.value);
        CHECK(moved->last.value <= 150);
        CHECK(moved->last.value > 100);
        check(store, 300);
        check(other, 300);
        CHECK(n.disk.content("s", detail::segment_name(1))->size() == detail::segment_header_bytes);
        CHECK(n.disk.content("s", detail::clustered_name(1)) == nullptr);
        CHECK(store.archive(position{150}, place)->segments == 0);
        fill(store, 50);
        check(other, 350);

        REQUIRE(store.close());
        store = file_store::open("s", n.options(clustered)).value();
        CHECK(store.report().archived == moved->segments);
        check(store, 350);
        REQUIRE(append(store, 10)->repeated);
        CHECK(append(store, 10)->first == position{10});
        const auto more = store.archive(position{~std::uint64_t{0}}, "/archive two");
        CHECK(more->last.value > 300);
        check(store, 350);
        check(other, 350);
        REQUIRE(store.close());
        store = file_store::open("s", n.options(clustered)).value();
        check(store, 350);
        CHECK(as_text(*n.disk.content("s", "archived")) == std::to_string(moved->segments) + " /archive\n" +
                                                               std::to_string(moved->segments + more->segments) +
                                                               " /archive two\n");

        // An archive is a store that ends early.
        const auto early = file_store::open(place, {.clock = n.clock, .read_only = true, .device = n.disk}).value();
        check(early, moved->last.value);
        CHECK(file_store::open(place, n.options()).error() == error_kind::unsupported_format);
        CHECK(early.id() == store.id());

        // Indexes are made anew from where the segments are.
        for (const std::string& name : n.disk.names("s"))
            if (name.ends_with(".index")) n.disk.erase("s", name);
        REQUIRE(store.close());
        store = file_store::open("s", n.options(clustered)).value();
        check(store, 350);
    }
}

TEST_CASE("a reader that had stopped goes over what was moved meanwhile", "[archive]") {
    numbered n;
    auto store = file_store::open("s", n.options()).value();
    fill(store, 10);
    const auto late = file_store::open("s", {.clock = n.clock, .read_only = true, .device = n.disk}).value();
    fill(store, 400);
    REQUIRE(delete_stream(store, stream_of(3)));
    for (std::uint64_t i = 411; i < 500; ++i)
        if (i % keys_count != 3) {
            const new_event event{.type = {"probe.event", 1}, .payload = as_bytes("x")};
            const stream_append to{stream_of(i % keys_count), any_version{}, {&event, 1}};
            REQUIRE(store.append({.streams = {&to, 1}}));
        }
    REQUIRE(store.archive(position{450}, place)->segments > 5);
    CHECK(late.last(horizon::durable) == store.last(horizon::durable));
    CHECK(late.version_of(stream_of(3)).error() == error_kind::stream_deleted);
    std::uint64_t there = 0;
    std::uint64_t here = 0;
    REQUIRE(late.read_all({}, [&](const record_view&) { return ++there != 0; }));
    REQUIRE(store.read_all({}, [&](const record_view&) { return ++here != 0; }));
    CHECK(there == here);
}

TEST_CASE("where an archive is not there, what needs it says so, and all else goes on", "[archive]") {
    recovery_tests::scratch folder;
    const std::string where = folder / "archive";
    {
        auto store = file_store::open(folder / "s", {.segment_bytes = segment_bytes_min}).value();
        fill(store, 300);
        REQUIRE(store.archive(position{150}, where)->segments > 0);
        check(store, 300);
    }
    std::filesystem::rename(where, folder / "elsewhere");
    {
        auto store = file_store::open(folder / "s").value();
        std::uint64_t at = 0;
        const auto all = store.read_all({}, [&](const record_view&) { return ++at != 0; });
        REQUIRE_FALSE(all.has_value());
        CHECK(all.error() == error_kind::io);
        CHECK(all.error().text().find("0000000001.segment: " + where + ": cannot be opened") != std::string::npos);
        CHECK(store.read_all({.from = position{200}}, [](const record_view&) { return true; }).has_value());
        CHECK(store.read_stream(stream_of(2), {.from = version{30}}, [](const record_view&) { return true; })
                  .has_value());
        CHECK(store.read_stream(stream_of(2), {}, [](const record_view&) { return true; }).error() == error_kind::io);
        fill(store, 20);
        CHECK(store.version_of({"account", "new"}).value() == version{0});
        CHECK(store.version_of(stream_of(1)).value().value > 40);
    }
    // It moved: the file says where it is now.
    std::string last;
    {
        std::ifstream old(folder / "s/archived");
        old >> last;
    }
    std::ofstream(folder / "s/archived") << last << ' ' << (folder / "elsewhere") << '\n';
    auto store = file_store::open(folder / "s").value();
    check(store, 320);
}

TEST_CASE("an archive goes where nothing else is", "[archive]") {
    numbered n;
    auto store = file_store::open("s", n.options()).value();
    fill(store, 100);
    auto other = file_store::open("/other", n.options()).value();
    fill(other, 100);
    using enum error_kind;
    CHECK(store.archive(position{50}, "relative").error() == invalid_argument);
    CHECK(store.archive(position{50}, "").error() == invalid_argument);
    CHECK(store.archive(position{50}, "/two\nlines").error() == invalid_argument);
    CHECK(store.archive(position{50}, "/other").error() == invalid_argument);
    REQUIRE(other.archive(position{50}, place));
    const auto refused = store.archive(position{50}, place);
    CHECK(refused.error() == invalid_argument);
    CHECK(refused.error().text().find("is an archive of store " + to_string(other.id())) != std::string::npos);
    // What is not ours is left alone.
    REQUIRE(n.disk.make_directory("/mine").ok());
    const detail::directory mine(n.disk,
                                 detail::owned_file(n.disk, static_cast<int>(n.disk.open_directory("/mine").value)));
    REQUIRE(mine.open_file("letter.new", open_mode::create));
    static_cast<void>(store.archive(position{0}, "/mine"));
    CHECK(n.disk.content("/mine", "letter.new") != nullptr);
    check(store, 100);
    check(other, 100);
    auto reader = file_store::open("s", {.clock = n.clock, .read_only = true, .device = n.disk}).value();
    CHECK(reader.archive(position{50}, place).error() == closed);
}

TEST_CASE("an archiving that is stopped anywhere loses nothing", "[archive]") {
    numbered n;
    {
        auto store = file_store::open("s", n.options()).value();
        fill(store, 60);
    }
    recovery_tests::stop_anywhere(
        n.disk, n.options(), [](file_store& store) { return store.archive(position{60}, place); },
        [](const file_store& store) { check(store, 60); });
}

TEST_CASE("what was scrubbed is moved, and what was moved is not scrubbed", "[archive]") {
    numbered n;
    auto store = file_store::open("s", n.options()).value();
    fill(store, 200);
    REQUIRE(delete_stream(store, stream_of(6)));
    REQUIRE(store.scrub()->segments > 0);
    REQUIRE(store.archive(position{100}, place)->segments > 0);
    REQUIRE(delete_stream(store, stream_of(5)));
    const auto scrubbed = store.scrub();
    CHECK(scrubbed->archived > 0);
    CHECK(scrubbed->segments > 0);
    const auto seen = [](const file_store& from) {
        std::uint64_t count = 0;
        REQUIRE(from.read_all({}, [&](const record_view& r) {
            CHECK(as_text(r.payload()) == "event " + std::to_string(r.position().value));
            return ++count != 0;
        }));
        return count;
    };
    CHECK(seen(store) == 200 - 28 - 28);
    REQUIRE(store.close());
    store = file_store::open("s", n.options()).value();
    CHECK(seen(store) == 200 - 28 - 28);
}

TEST_CASE("readers and a writer go on while segments are moved", "[archive]") {
    recovery_tests::scratch folder;
    auto store =
        file_store::open(folder / "s", {.segment_bytes = segment_bytes_min, .durability = lose_unsynced{}}).value();
    fill(store, 500);
    REQUIRE(store.sync());
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    const auto read = [&](const file_store& from) {
        std::uint64_t at = 0;
        if (!from.read_all({}, [&](const record_view& r) { return r.position().value == ++at; }) || at < 500) ++wrong;
        for (std::uint64_t key = 0; key < keys_count; ++key) {
            std::uint64_t next = 1;
            if (!from.read_stream(stream_of(key), {},
                                  [&](const record_view& r) { return r.version().value == next++; }))
                ++wrong;
            if (next < 70) ++wrong;
        }
    };
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        while (!done.load()) read(store);
    });
    threads.emplace_back([&] {
        const auto other = file_store::open(folder / "s", {.read_only = true}).value();
        while (!done.load()) read(other);
    });
    for (std::uint64_t upto = 50; upto <= 500; upto += 50) {
        if (!store.archive(position{upto}, folder / ("archive" + std::to_string(upto / 200)))) ++wrong;
        if (!append(store, store.last(horizon::visible).value + 1)) ++wrong;
    }
    done = true;
    for (std::thread& each : threads) each.join();
    CHECK(wrong == 0);
    check(store, 510);
}

TEST_CASE("an archive by itself has all that was moved, whatever durability was chosen", "[archive]") {
    numbered n;
    auto store =
        file_store::open(
            "s",
            {.clock = n.clock, .segment_bytes = segment_bytes_min, .durability = lose_unsynced{}, .device = n.disk})
            .value();
    fill(store, 300);
    const auto moved = store.archive(position{200}, place).value();
    n.disk.lose_power(1);
    const auto early = file_store::open(place, {.clock = n.clock, .read_only = true, .device = n.disk}).value();
    check(early, moved.last.value);
    const auto health = verify_store(place, n.disk).value();
    CHECK(health.is_sound());
    CHECK(health.last == moved.last);
    CHECK(health.durable == moved.last);
}

TEST_CASE("acts that are in archived segments hold after any loss of power, for who comes first", "[archive]") {
    numbered n;
    {
        auto store = file_store::open("s", n.options()).value();
        fill(store, 40);
        REQUIRE(delete_stream(store, stream_of(2)));
        for (std::uint64_t i = 41; i < 100; ++i)
            if (i % keys_count != 2) {
                const new_event event{.type = {"probe.event", 1}, .payload = as_bytes("x")};
                const stream_append to{stream_of(i % keys_count), any_version{}, {&event, 1}};
                REQUIRE(store.append({.streams = {&to, 1}}));
            }
    }
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto disk = n.disk.copy();
        file_options options = n.options();
        options.device = *disk;
        {
            auto store = file_store::open("s", options).value();
            REQUIRE(store.archive(position{60}, place)->segments > 1);
            REQUIRE(delete_stream(store, stream_of(3)));
            disk->lose_power(seed);
        }
        CAPTURE(seed);
        options.read_only = true;
        const auto reader = file_store::open("s", options);
        if (!reader) UNSCOPED_INFO(reader.error().text());
        REQUIRE(reader.has_value());
        CHECK(reader->version_of(stream_of(2)).error() == error_kind::stream_deleted);
        CHECK(reader->version_of(stream_of(3)).error() == error_kind::stream_deleted);
        options.read_only = false;
        const auto writer = file_store::open("s", options);
        REQUIRE(writer.has_value());
        CHECK(writer->version_of(stream_of(2)).error() == error_kind::stream_deleted);
    }
}

TEST_CASE("a segment that was brought back is moved again, to another place", "[archive]") {
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{5}}) {
        numbered n;
        auto store = file_store::open("s", n.options()).value();
        fill(store, 300);
        REQUIRE(store.archive(position{150}, place)->segments >= 5);
        REQUIRE(store.close());
        *n.disk.content("s", detail::segment_name(number)) = *n.disk.content(place, detail::segment_name(number));
        store = file_store::open("s", n.options()).value();
        check(store, 300);
        REQUIRE(store.archive(position{150}, "/two")->segments == 1);
        check(store, 300);
        REQUIRE(store.close());
        store = file_store::open("s", n.options()).value();
        check(store, 300);
    }
}

TEST_CASE("an archive that went and is there again is found", "[archive]") {
    recovery_tests::scratch folder;
    const std::string where = folder / "archive";
    auto store = file_store::open(folder / "s", {.segment_bytes = segment_bytes_min, .cache_bytes = 0}).value();
    fill(store, 300);
    REQUIRE(store.archive(position{300}, where)->segments > 3);
    check(store, 300);
    std::filesystem::copy(where, folder / "copy");
    std::filesystem::remove_all(where);
    const auto read = [&] { return store.read_all({}, [](const record_view&) { return true; }); };
    static_cast<void>(read());  // what is open is read on
    std::filesystem::rename(folder / "copy", where);
    check(store, 300);
    // Where it is another one's, it is not read.
    REQUIRE(store.close());
    store = file_store::open(folder / "s").value();
    std::filesystem::rename(where, folder / "copy");
    CHECK(read().error() == error_kind::io);
    std::filesystem::rename(folder / "copy", where);
    check(store, 300);
}

TEST_CASE("a header that is torn behind an archived segment is damage, and no header is removed", "[archive]") {
    numbered n;
    {
        auto store = file_store::open("s", n.options()).value();
        fill(store, 40);
        REQUIRE(store.archive(position{40}, place)->segments > 0);
        REQUIRE(store.close());
    }
    n.disk.erase("s", "mark");
    std::uint64_t last = 1;
    while (n.disk.content("s", detail::segment_name(last + 1)) != nullptr) ++last;
    std::vector<std::byte>& bytes = *n.disk.content("s", detail::segment_name(last));
    bytes.assign(detail::segment_header_bytes, std::byte{0});
    const auto names = n.disk.names("s");
    const auto refused = file_store::open("s", n.options());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == error_kind::damaged);
    CHECK(n.disk.names("s") == names);
}
