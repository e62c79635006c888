#include "sillok/store/file/recovery.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "../file_recovery.hpp"

using namespace recovery_tests;

namespace {

constexpr int events = 6;
constexpr std::size_t bytes = 1200;  // three to a segment

std::uint64_t calls_of_a_life() {
    testing::faulty_device disk;
    history past;
    live(disk, past, 0, events, bytes);
    REQUIRE(past.acknowledged.size() == events);
    return disk.calls();
}

}  // namespace

TEST_CASE("P5 P6: whatever call fails, once, nothing acknowledged is lost and the store opens again") {
    const std::uint64_t calls = calls_of_a_life();
    std::size_t acknowledged = 0;
    std::size_t unknown = 0;
    for (const int why : {EIO, ENOSPC})
        for (std::uint64_t call = 1; call <= calls; ++call) {
            INFO("call " << call << " fails with " << why);
            testing::faulty_device disk;
            history past;
            disk.fail_call(call, why);
            live(disk, past, 0, events, bytes);
            acknowledged += past.acknowledged.size();
            unknown += past.possible.size() - past.acknowledged.size();
            disk.heal();
            lives_on(disk, past);
            disk.lose_power(call);
            lives_on(disk, past);
        }
    UNSCOPED_INFO(calls << " calls, " << acknowledged << " acknowledged, " << unknown << " unknown");
    CHECK(acknowledged > calls);
    CHECK(unknown > 0);
}

TEST_CASE("P6: short transfers and interruptions change nothing") {
    testing::faulty_device disk;
    disk.transfer_at_most(7);
    disk.interrupt_every(5);
    history past;
    live(disk, past, 0, events, bytes);
    CHECK(past.acknowledged.size() == events);
    lives_on(disk, past);
    disk.heal();
    disk.lose_power(1);
    lives_on(disk, past);
}

TEST_CASE("P1 P2: the power goes at any call, and any subset of the unsynced sectors survives") {
    const std::uint64_t calls = calls_of_a_life();
    std::size_t images = 0;
    std::size_t torn = 0;
    for (std::uint64_t call = 1; call <= calls; ++call)
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            INFO("power lost at call " << call << ", seed " << seed);
            testing::faulty_device disk;
            history past;
            disk.stop_at_call(call);
            live(disk, past, 0, events, bytes);
            // Writing went on until the power was gone, so anything that was asked for may be there in part.
            past.possible.clear();
            for (int n = 0; n < events; ++n) past.possible.push_back(payload_of(n, bytes));
            disk.lose_power(seed);
            {
                testing::manual_clock clock;
                auto store =
                    file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk});
                if (!store) FAIL("cannot be opened: " << store.error().text());
                torn += store->report().bytes_dropped != 0;
                is_a_possible_past(read(*store), past);
                const auto now = read(*store);
                past.acknowledged = past.possible = now;
            }
            disk.lose_power(seed + 1000);  // what was shown is durable
            lives_on(disk, past);
            ++images;
        }
    CHECK(images == calls * 40);
    CHECK(torn > 0);
}

TEST_CASE(
    "P1 P2: where appends do not wait for the disk, what is left of several segments is a prefix with all that was synced") {
    constexpr int many = 14;
    std::uint64_t calls = 1;
    std::size_t images = 0;
    std::size_t torn_before_the_last = 0;
    for (std::uint64_t call = 0; call <= calls; ++call)
        for (std::uint64_t seed = 0; seed < 25; ++seed) {
            INFO("power lost at call " << call << ", seed " << seed);
            testing::faulty_device disk;
            testing::manual_clock clock;
            const auto options = [&](testing::faulty_device& on) {
                return file_options{
                    .clock = clock, .segment_bytes = segment_bytes_min, .durability = lose_unsynced{}, .device = on};
            };
            std::vector<std::string> all;
            for (int n = 0; n < many; ++n) all.push_back(payload_of(n, bytes));
            std::size_t synced = 0;
            if (call != 0) disk.stop_at_call(call);
            if (auto store = file_store::open(path, options(disk)); store) {
                std::size_t appended = 0;
                for (int n = 0; n < many; ++n) {
                    appended += append(*store, all[static_cast<std::size_t>(n)], n).has_value();
                    if (n == 5 && store->sync()) synced = appended;
                }
                if (call == 0) calls = disk.calls();
            }
            disk.lose_power(seed);
            std::size_t shown = 0;
            // Who only reads is given what is known to be durable: not all that is, where the note of it was lost.
            if (auto reader = file_store::open(path, {.read_only = true, .device = disk}); reader)
                shown = read(*reader).size();
            std::size_t kept = 0;
            {
                auto store = file_store::open(path, options(disk));
                if (!store) FAIL("cannot be opened: " << store.error().text());
                const auto now = read(*store);
                kept = now.size();
                CHECK(now == std::vector<std::string>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept)));
                CHECK(kept >= synced);
                CHECK(kept >= shown);
                torn_before_the_last += store->report().torn_segment != 0 && kept > synced && kept + 3 < many;
            }
            disk.lose_power(seed + 1000);  // what was shown is durable
            auto store = file_store::open(path, options(disk));
            if (!store) FAIL("cannot be opened again: " << store.error().text());
            CHECK(read(*store).size() == kept);
            REQUIRE(append(*store, all[kept % many], 100 + static_cast<int>(kept)).has_value());
            CHECK(read(*store).size() == kept + 1);
            ++images;
        }
    CHECK(images > 1000);
    CHECK(torn_before_the_last > 0);
}

TEST_CASE("P2: what a failed sync left behind is written again before it counts") {
    testing::faulty_device disk;
    history past;
    testing::manual_clock clock;
    {
        auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
        REQUIRE(append(store, "first", 1).has_value());
        disk.fail_call(2, EIO);  // the write succeeds, its sync does not
        const auto lost = append(store, "second", 2);
        REQUIRE(!lost.has_value());
        CHECK(lost.error().kind() == error_kind::outcome_unknown);
        const auto later = append(store, "third", 3);
        REQUIRE(!later.has_value());
        CHECK(later.error().kind() == error_kind::closed);
        CHECK(read(store) == std::vector<std::string>{"first"});
    }
    {
        auto reader = file_store::open(path, {.clock = clock, .read_only = true, .device = disk}).value();
        CHECK(read(reader) == std::vector<std::string>{"first"});  // who does not write is shown what is proven
    }
    {
        auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
        CHECK(store.report().bytes_proven != 0);
        CHECK(read(store) == std::vector<std::string>{"first", "second"});
        CHECK(append(store, "second", 2).value().repeated);  // P12
    }
    disk.lose_power(3);
    auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
    CHECK(read(store) == std::vector<std::string>{"first", "second"});
}

TEST_CASE("P7: a full disk refuses and, when there is space again, goes on") {
    for (std::size_t space = 0; space < 9000; space += 331) {
        INFO("space for " << space << " bytes");
        testing::faulty_device disk;
        testing::manual_clock clock;
        history past;
        auto store =
            file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk}).value();
        disk.leave_space(space);
        std::size_t refused = 0;
        for (int n = 0; n < 9; ++n) {
            if (n == 7) disk.leave_space(1 << 20);
            const std::string payload = payload_of(n, bytes);
            const auto done = append(store, payload, n);
            if (done) {
                past.acknowledged.push_back(payload);
            } else {
                CHECK(done.error().kind() == error_kind::no_space);
                ++refused;
                CHECK(n < 7);
            }
            CHECK(read(store) == past.acknowledged);
        }
        CHECK(refused > 0);
        past.possible = past.acknowledged;
        CHECK(store.close().has_value());
        disk.heal();
        lives_on(disk, past);
    }
}

TEST_CASE("P1 P4: a store is cut at every byte of its last segment") {
    testing::faulty_device disk;
    history past;
    live(disk, past, 0, 5, 100);
    const std::size_t whole = disk.content(path, "0000000001.segment")->size();
    for (const bool was_closed : {true, false}) {
        if (!was_closed) disk.erase(path, "mark");
        for (std::size_t cut = 0; cut < whole; ++cut) {
            INFO("cut at " << cut << (was_closed ? ", closed" : ", crashed"));
            auto other = disk.copy();
            other->content(path, "0000000001.segment")->resize(cut);
            testing::manual_clock clock;
            auto store = file_store::open(path, {.clock = clock, .device = *other});
            if (was_closed || cut < detail::segment_header_bytes) {
                REQUIRE(!store.has_value());
                CHECK(store.error().kind() == error_kind::damaged);
                continue;
            }
            REQUIRE(store.has_value());
            const auto seen = read(*store);
            CHECK(seen ==
                  std::vector<std::string>(past.acknowledged.begin(),
                                           past.acknowledged.begin() + static_cast<std::ptrdiff_t>(seen.size())));
            CHECK((store->report().torn_segment == 1) == (store->report().bytes_dropped != 0));
        }
    }
}

TEST_CASE("P1 P3: after a crash, a flip below the durable mark is damage, and only one above it may look torn") {
    testing::faulty_device disk;
    history past;
    live(disk, past, 0, 5, 60);
    disk.erase(path, "mark");
    const auto& whole = *disk.content(path, "0000000001.segment");
    const std::size_t frame = (whole.size() - detail::segment_header_bytes) / 5;
    std::size_t damaged = 0;
    std::size_t torn = 0;
    for (std::size_t at = detail::segment_header_bytes; at < whole.size(); at += 3) {
        INFO("byte " << at);
        auto other = disk.copy();
        (*other->content(path, "0000000001.segment"))[at] ^= std::byte{16};
        testing::manual_clock clock;
        auto store = file_store::open(path, {.clock = clock, .device = *other});
        // The last frame is named by nobody; the one before it is named by the last.
        if (at < whole.size() - frame) {
            REQUIRE_FALSE(store.has_value());
            CHECK(store.error().kind() == error_kind::damaged);
            CHECK(store.error().text().find("0000000001.segment at offset ") != std::string::npos);
            ++damaged;
        } else {
            REQUIRE(store.has_value());
            CHECK(store->report().torn_offset == whole.size() - frame);
            CHECK(store->report().bytes_dropped > frame - 8);
            CHECK(read(*store).size() == 4);
            ++torn;
        }
    }
    CHECK(damaged > 0);
    CHECK(torn > 0);
}

TEST_CASE(
    "P4: a closed store whose last segment lost everything is damaged; a segment that was never used is not missed") {
    testing::manual_clock clock;
    for (const std::size_t left : {std::size_t{0}, std::size_t{100}, detail::segment_header_bytes}) {
        testing::faulty_device disk;
        history past;
        live(disk, past, 0, 3, bytes);
        auto& last = *disk.content(path, "0000000002.segment");
        last.resize(left);
        if (left != 0) last[50] ^= std::byte{1};
        const auto refused = file_store::open(path, {.clock = clock, .device = disk});
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().kind() == error_kind::damaged);
        REQUIRE(disk.content(path, "0000000002.segment") != nullptr);  // nobody took it away

        disk.erase(path, "mark");
        auto store = file_store::open(path, {.clock = clock, .device = disk});
        REQUIRE(store.has_value());
        CHECK(read(*store).size() == 2);
        const std::string more = payload_of(9, 50);
        CHECK(append(*store, more, 9).has_value());
    }
}

TEST_CASE("a stray segment behind one that is not sealed is named as what is wrong") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    history past;
    live(disk, past, 0, 2, 60);
    const int folder = static_cast<int>(disk.open_directory(path).value);
    const int stray = static_cast<int>(disk.open(folder, "0000000002.segment", open_mode::create).value);
    const char text[] = "not ours";
    REQUIRE(disk.write(stray, text, sizeof text, detail::segment_header_bytes).ok());
    const std::size_t end = disk.content(path, "0000000001.segment")->size();
    const auto refused = file_store::open(path, {.clock = clock, .device = disk});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == error_kind::damaged);
    CHECK(
        refused.error().text() ==
        std::string(path) + ": 0000000001.segment at offset " + std::to_string(end) +
            ", position 3: there is no seal, though another segment follows; the store can be opened for reading only, up to there; "
            "salvage() makes a new one of what is intact");
}

TEST_CASE("P3 P4: every bit of a closed store is flipped") {
    testing::faulty_device disk;
    history past;
    live(disk, past, 0, 4, 60);
    std::size_t flips = 0;
    std::size_t noticed = 0;
    for (const std::string& name : disk.names(path)) {
        const std::size_t size = disk.content(path, name)->size();
        for (std::size_t at = 0; at < size; ++at)
            for (unsigned bit = 0; bit < 8; ++bit) {
                const bool is_reserved = name.ends_with(".segment") && at >= 128 && at < detail::segment_header_bytes;
                if (is_reserved && (bit != at % 8 || at % 16 != 0)) continue;
                INFO("bit " << bit << " of byte " << at << " of " << name);
                auto other = disk.copy();
                (*other->content(path, name))[at] ^= static_cast<std::byte>(1U << bit);
                testing::manual_clock clock;
                ++flips;
                auto store = file_store::open(path, {.clock = clock, .device = *other});
                if (!store) {
                    const auto kind = store.error().kind();
                    CHECK((kind == error_kind::damaged || kind == error_kind::unsupported_format));
                    CHECK(name != "lock");
                    ++noticed;
                } else {
                    CHECK((name == "mark" || name == "lock"));  // nothing that an event depends on
                    CHECK(store->report().mark_ignored == (name == "mark"));
                    CHECK(read(*store) == past.acknowledged);
                }
                // Read only: what is given is what was written, and what is missing is said.
                auto reader = file_store::open(path, {.clock = clock, .read_only = true, .device = *other});
                if (!reader) continue;
                std::vector<error> errors;
                const auto seen = read(*reader, &errors);
                CHECK((seen == past.acknowledged || !errors.empty() ||
                       name == "mark"));  // without a mark, as after a crash
                CHECK(seen ==
                      std::vector<std::string>(past.acknowledged.begin(),
                                               past.acknowledged.begin() + static_cast<std::ptrdiff_t>(seen.size())));
            }
    }
    CHECK(flips > 5000);
    CHECK(noticed > 5000);
}

TEST_CASE("P3: a bit that flips while the store is open is not given out, and ends the writing") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
    for (int n = 0; n < 3; ++n) REQUIRE(append(store, payload_of(n, 80), n).has_value());
    auto& bytes_now = *disk.content(path, "0000000001.segment");
    std::size_t flipped = bytes_now.size() - 1;
    while (bytes_now[flipped] == std::byte{0}) --flipped;
    flipped -= 200;
    bytes_now[flipped] ^= std::byte{4};
    std::vector<error> errors;
    CHECK(read(store, &errors).size() == 2);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].kind() == error_kind::damaged);
    CHECK(errors[0].text().find("0000000001.segment at offset") != std::string::npos);
    CHECK(errors[0].text().find("position 3") != std::string::npos);
    const auto refused = append(store, "more", 4);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().kind() == error_kind::damaged);
    CHECK(store.close().has_value());
    bytes_now[flipped] ^= std::byte{4};
    const auto again = file_store::open(path, {.clock = clock, .device = disk});
    REQUIRE(!again.has_value());  // until it is salvaged
    CHECK(again.error().kind() == error_kind::damaged);
}
