// Read models whose process stops, or whose machine does, at each of its calls to the disk in turn: what is there in the end is what a
// fresh replay makes of the log that is there in the end, byte for byte.

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "projection/archive_model.hpp"
#include "projection/ledger_events.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/event/kept_state.hpp"
#include "sillok/projection/checkpoint_file.hpp"
#include "sillok/projection/model_folder.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/replay.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace {

using namespace ledgers;
using sillok::horizon;
using sillok::position;
using sillok::testing::faulty_device;

// How the parts of a life are written.
struct way {
    writing archive_is_written;
    sillok::durability log_is;
};

sillok::result<sillok::file_store> open_log(faulty_device& disk, sillok::testing::manual_clock& clock,
                                            sillok::durability how) {
    return sillok::file_store::open(
        "log", {.clock = clock, .segment_bytes = sillok::segment_bytes_min, .durability = how, .device = disk});
}

// Appends and projects in turns until the disk says no, or that was all. What was projected was durable by then.
bool live(faulty_device& disk, const way& how, int turns, int amount) {
    sillok::testing::manual_clock clock;
    auto log = open_log(disk, clock, how.log_is);
    if (!log) return false;
    auto folder = sillok::model_folder::open("models", disk);
    if (!folder) return false;
    auto kept = sillok::checkpoint_file::open("places/archive", {.clock = clock, .device = disk});
    if (!kept) return false;
    auto filed = archive::open("archive", how.archive_is_written, disk);
    if (!filed) return false;
    CHECK(filed->last() <= log->last(horizon::durable));
    sillok::shared_model<archive> archived(*std::move(filed));
    sillok::shared_model<balances> summed;
    sillok::projector<archive> filing(*log, archived, *kept, {.batch = 2, .keep_every = 4});
    sillok::projector<balances> summing(*log, summed, *folder, {.batch = 3, .keep_every = 6});
    for (int turn = 0; turn < turns; ++turn) {
        for (int i = 0; i < 3; ++i) {
            if (turn % 4 == 3 && i == 0) {
                if (!append(*log, "ada", closed{})) return false;
            } else if (!append(*log, i % 2 == 0 ? "ada" : "bob", paid{amount + turn})) {
                return false;
            }
        }
        if (turn % 2 == 1 && !log->sync()) return false;
        for (int i = 0; i < 2; ++i) {
            if (!filing.step() || !summing.step()) return false;
            CHECK(filing.at() <= log->last(horizon::durable));
        }
    }
    CHECK(archived.read([](const archive& a) { return a.disorder(); }) == 0);
    return filing.catch_up() && summing.catch_up();
}

template <class Model>
std::string encoded(const Model& model) {
    sillok::byte_buffer bytes;
    sillok::detail::write_state<Model>(&model, bytes);
    return std::string(sillok::as_text(bytes.view()));
}

// Brings what is on the disk to the end of the log, and compares it with what a replay makes.
void holds(faulty_device& disk) {
    sillok::testing::manual_clock clock;
    auto log = open_log(disk, clock, sillok::durable{}).value();
    auto folder = sillok::model_folder::open("models", disk).value();
    sillok::shared_model<balances> summed;
    REQUIRE(sillok::projector<balances>(log, summed, folder).catch_up());
    balances fresh;
    REQUIRE(sillok::replay(log, {}, fresh));
    CHECK(summed.read([](const balances& b) { return encoded(b); }) == encoded(fresh));

    {
        auto kept = sillok::checkpoint_file::open("places/archive", {.clock = clock, .device = disk}).value();
        sillok::shared_model<archive> archived(archive::open("archive", writing::at_once, disk).value());
        REQUIRE(sillok::projector<archive>(log, archived, kept).catch_up());
    }
    faulty_device other;
    sillok::shared_model<archive> replayed(archive::open("archive", writing::at_once, other).value());
    REQUIRE(sillok::projector<archive>(log, replayed).catch_up());
    auto* const is = disk.content("archive", "archive");
    auto* const to_be = other.content("archive", "archive");
    REQUIRE(is != nullptr);
    REQUIRE(to_be != nullptr);
    const bool is_the_same = *is == *to_be;
    CHECK(is_the_same);
}

// Stops a life at every call, and sees whether the next one ends well.
enum class stop { process, machine, once };  // once: one call fails, and the process ends for it
int stop_everywhere(const faulty_device& origin, const way& how, stop what, std::uint64_t round = 0) {
    const std::uint64_t seed = Catch::getSeed() + round * 1'000'000;
    INFO("seed " << seed << ", stop " << static_cast<int>(what));
    int stops = 0;
    for (std::uint64_t n = 1;; ++n) {
        INFO("call " << n);
        const auto disk = origin.copy();
        if (what == stop::once)
            disk->fail_call(n, EIO);
        else
            disk->stop_at_call(n);
        const std::uint64_t before = disk->calls();
        const bool is_over = live(*disk, how, 6, 100) && disk->calls() - before < n;
        if (what == stop::machine)
            disk->lose_power(seed + n);
        else
            disk->lose_process();
        if (is_over) return stops;
        ++stops;
        REQUIRE(live(*disk, how, 2, 1000));  // other events, perhaps at the positions of such as were lost
        disk->lose_process();
        holds(*disk);
    }
}

// A log and models that are not new.
std::unique_ptr<faulty_device> past(const way& how) {
    auto disk = std::make_unique<faulty_device>();
    REQUIRE(live(*disk, how, 4, 1));
    disk->lose_process();
    holds(*disk);
    return disk;
}

}  // namespace

TEST_CASE("a process that stops at any call leaves models that end as a replay") {
    for (const writing when : {writing::at_once, writing::when_synced}) {
        const way how{when, sillok::durable{}};
        CHECK(stop_everywhere(faulty_device(), how, stop::process) > 50);
        CHECK(stop_everywhere(*past(how), how, stop::process) > 50);
    }
}

TEST_CASE("a call that fails once leaves models that end as a replay") {
    for (const writing when : {writing::at_once, writing::when_synced}) {
        const way how{when, sillok::durable{}};
        CHECK(stop_everywhere(faulty_device(), how, stop::once) > 50);
        CHECK(stop_everywhere(*past(how), how, stop::once) > 50);
    }
}

TEST_CASE("a machine that stops at any call leaves models that end as a replay") {
    for (const writing when : {writing::at_once, writing::when_synced})
        for (const bool is_durable : {true, false}) {
            const way how{when, is_durable ? sillok::durability(sillok::durable{}) : sillok::lose_unsynced{}};
            for (std::uint64_t round = 0; round < 5; ++round) {
                CHECK(stop_everywhere(faulty_device(), how, stop::machine, round) > 50);
                CHECK(stop_everywhere(*past(how), how, stop::machine, round) > 50);
            }
        }
}
