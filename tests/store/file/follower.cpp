#include "sillok/store/file/follower.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "../many_segments.hpp"

using namespace recovery_tests;
using namespace std::chrono_literals;

namespace {

// What a reader does who must not miss or repeat anything: it reads up to the end, waits for more, and reads on from there.
// Returns the first position that is not the one to come, or 0.
template <class Store>
std::uint64_t follow(const Store& store, std::uint64_t upto, horizon until) {
    std::uint64_t next = 1;
    std::uint64_t wrong = 0;
    while (next <= upto && wrong == 0) {
        const auto read = store.read_all({.from = {next}, .upto = until}, [&](const record_view& r) {
            if (r.position().value != next) wrong = r.position().value;
            ++next;
            return wrong == 0;
        });
        if (!read || read->value + 1 != next) return next;
        if (next <= upto && !store.wait({next - 1}, until, 60s)) return next;
    }
    return wrong;
}

void append_from_threads(file_store& store, int threads, int each) {
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
        writers.emplace_back([&store, t, each] {
            const std::string key = "writer " + std::to_string(t);
            for (int n = 0; n < each; ++n) {
                const std::string payload = payload_of(n, static_cast<std::size_t>(20 + n % 300));
                const new_event events[] = {{.type = {"probe.event", 1}, .payload = as_bytes(payload)},
                                            {.type = {"probe.event", 1}, .payload = as_bytes("and")}};
                const stream_append to{{"account", key}, any_version{}, {events, n % 3 == 0 ? 2U : 1U}};
                if (!store.append({.streams = {&to, 1}})) std::abort();
            }
        });
    for (std::thread& each_writer : writers) each_writer.join();
}

}  // namespace

TEST_CASE("P9: a reader follows a live writer from segment to segment, and sees what is durable and nothing else") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto writer =
        file_store::open(
            path, {.clock = clock, .segment_bytes = segment_bytes_min, .durability = lose_unsynced{}, .device = disk})
            .value();
    auto reader = file_store::open(path, {.read_only = true, .device = disk}).value();
    std::vector<std::string> written;
    for (int n = 0; n < 60; ++n) {
        written.push_back(payload_of(n, static_cast<std::size_t>(100 + n * 37 % 1500)));
        REQUIRE(append(writer, written.back(), n).has_value());
        const auto durable = writer.last(horizon::durable);
        CHECK(reader.last(horizon::visible) == durable);
        CHECK(read(reader) ==
              std::vector<std::string>(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(durable.value)));
        if (n % 5 != 4) continue;
        REQUIRE(writer.sync().has_value());
        CHECK(reader.version_of({"account", "even"}).value() == writer.version_of({"account", "even"}).value());
        CHECK(reader.find_batch(batch_of(n)).value()->receipt.last == writer.last(horizon::durable));
        CHECK(read(reader) == written);
    }
    CHECK(disk.names(path).size() > 10);
    REQUIRE(writer.close().has_value());
    CHECK(read(reader) == written);

    auto successor = file_store::open(path, {.clock = clock, .device = disk}).value();
    written.push_back(payload_of(60, 1000));
    REQUIRE(append(successor, written.back(), 60).has_value());
    CHECK(read(reader) == written);
}

TEST_CASE("P9: what is damaged where the writer went on is said to the reader, and not given to it") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto writer = file_store::open(path, {.clock = clock, .device = disk}).value();
    REQUIRE(append(writer, "first", 1).has_value());
    auto reader = file_store::open(path, {.read_only = true, .device = disk}).value();
    REQUIRE(append(writer, "second", 2).has_value());
    auto& bytes = *disk.content(path, "0000000001.segment");
    std::size_t last = bytes.size() - 1;
    while (bytes[last] == std::byte{0}) --last;
    bytes[last] ^= std::byte{1};
    std::vector<error> errors;
    CHECK(read(reader, &errors).size() <= 1);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].kind() == error_kind::damaged);
    CHECK(errors[0].text().find("0000000001.segment at offset") != std::string::npos);
    CHECK(reader.last(horizon::visible) == position{1});
    bytes[last] ^= std::byte{1};
    CHECK(read(reader) == std::vector<std::string>{"first", "second"});
}

TEST_CASE("a reader that catches up and goes live has no gap and no duplicate at the seam, while writers race") {
    const scratch folder;
    for (const horizon until : {horizon::visible, horizon::durable}) {
        auto store = file_store::open(folder / (until == horizon::visible ? "v" : "d"),
                                      {.segment_bytes = 1 << 16, .durability = lose_recent{2ms}})
                         .value();
        constexpr std::uint64_t events = 4 * 4 * 200 / 3;
        std::thread writers([&] { append_from_threads(store, 4, 200); });
        std::uint64_t first_wrong[2] = {1, 1};
        std::thread second([&] { first_wrong[1] = follow(store, events / 2, horizon::visible); });
        // What was appended last becomes durable with the next sync.
        std::thread syncs([&] {
            while (store.last(horizon::durable).value < events) {
                if (!store.sync()) break;
                std::this_thread::yield();
            }
        });
        first_wrong[0] = follow(store, events, until);
        writers.join();
        second.join();
        syncs.join();
        CHECK(first_wrong[0] == 0);
        CHECK(first_wrong[1] == 0);
    }
}

TEST_CASE("P9: a reader in another process learns of every event of racing writers, in order, as it becomes durable") {
    const scratch folder;
    const std::string where = folder / "s";
    constexpr std::uint64_t events = 4 * 4 * 60 / 3;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    { REQUIRE(file_store::open(where, {.segment_bytes = 1 << 15}).has_value()); }
    const ::pid_t child = ::fork();
    if (child == 0) {
        const auto reader = file_store::open(where, {.read_only = true});
        char token = 0;
        if (!reader || ::write(ready[1], &token, 1) != 1) ::_exit(2);
        ::_exit(follow(*reader, events, horizon::durable) == 0 ? 0 : 1);
    }
    char token = 0;
    REQUIRE(::read(ready[0], &token, 1) == 1);
    auto store = file_store::open(where).value();
    append_from_threads(store, 4, 60);
    CHECK(store.last(horizon::durable).value == events);
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE(
    "who waits for another process is woken by its sync, returns when the time is over, and ends with its handle") {
    const scratch folder;
    auto writer = file_store::open(folder / "s").value();
    auto reader = file_store::open(folder / "s", {.read_only = true}).value();
    CHECK(reader.wait({}, horizon::durable, 1ms).value() == position{0});
    for (std::uint64_t n = 1; n <= 20; ++n) {
        result<position> seen = position{};
        std::thread waiting([&] { seen = reader.wait({n - 1}, horizon::durable, 60s); });
        REQUIRE(append(writer, "x", static_cast<int>(n)).has_value());
        waiting.join();
        CHECK(seen.value() == position{n});
    }
    REQUIRE(reader.close().has_value());
    CHECK(reader.wait({99}, horizon::durable, 60s).error() == error_kind::closed);
}

TEST_CASE(
    "P10: an index that a reader finds damaged in the middle of a batch is made anew, and the batch taken in once") {
    segment_tests::known_store known;
    known.live(60);
    auto writer = file_store::open(path, known.options());
    file_options options = known.options();
    options.read_only = true;
    const auto reader = file_store::open(path, options);
    REQUIRE((writer && reader));
    REQUIRE(known.reads_well(*reader));
    for (const std::string& name : known.named(".index")) {
        auto& bytes = known.file(name);
        const auto buckets = load_le<std::uint64_t>(bytes.data() + 112);
        for (std::uint64_t at = 0; at < load_le<std::uint64_t>(bytes.data() + 120); at += 512)
            bytes[static_cast<std::size_t>(buckets + at + 100)] ^= std::byte{1};
    }
    // The first one is in no index, so that only the second one is looked up in one.
    const new_event event{.type = {"probe.event", 1}, .payload = as_bytes("x")};
    const stream_append to[] = {{{"account", "brand new"}, any_version{}, {&event, 1}},
                                {{"account", "seldom"}, any_version{}, {&event, 1}}};
    REQUIRE(writer->append({.streams = to}).has_value());
    for (const std::string_view key : {"brand new", "seldom"}) {
        const auto seen = reader->version_of({"account", key});
        INFO((seen ? "" : seen.error().text()));
        REQUIRE(seen.has_value());
        CHECK(seen->value == known.of_stream(key).size() + 1);
    }
}
