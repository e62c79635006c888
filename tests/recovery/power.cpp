// The power goes at any call, and any of the sectors that were not synced survive: what is left is the first so many
// batches, all that were durable among them.
#include <random>

#include "arguments.hpp"
#include "life.hpp"
#include "scripted_device.hpp"

namespace recovery {

namespace {

constexpr std::size_t batches = 14;
constexpr std::size_t segment_bytes_max = 1200;
constexpr std::uint64_t recovery_calls = 40;  // about as many as it takes to open a store

struct outage {
    std::uint64_t setting;
    std::uint64_t closes;
    std::uint64_t call;
    std::uint64_t luck;  // which sectors survive; an odd one loses the power once more while the store is opened

    std::string name() const { return case_text({setting, closes, call, luck}); }
};

constexpr std::size_t outage_numbers = 4;

void suffer(const outage& what, const plan& all, tally& counts) {
    const setting& with = settings[what.setting];
    testing::faulty_device disk;
    ledger past;
    {
        scripted_device scripted(disk);
        scripted.stop_at(what.call);
        live(scripted, with, all, what.closes != 0, past, 1);
    }
    std::mt19937_64 random(what.luck * 1'000'003 + what.call);
    disk.lose_power(random());
    ++counts["images"];
    counts["acknowledged"] += past.acknowledged;
    if (what.luck % 2 == 1) {
        {
            scripted_device scripted(disk);
            scripted.stop_at(1 + random() % recovery_calls);
            testing::manual_clock clock;
            static_cast<void>(open_store(scripted, with, clock));
        }
        disk.lose_power(random());
        ++counts["images"];
    }
    const std::size_t asked = past.entries.size();
    {
        testing::manual_clock clock;
        auto store = open_store(disk, with, clock);
        if (!store) fail("cannot be opened: " + to_string(store.error()));
        counts["torn"] += store->report().bytes_dropped != 0;
        counts["proven"] += store->report().bytes_proven != 0;
        examine(*store, all, past, loss::power);
        counts["lost"] += asked - past.entries.size();
        // What was shown is durable: the power may go again at once.
        disk.lose_power(random());
        ++counts["images"];
    }
    lives_on(disk, with, all, all.size() - 2, past, loss::process);
    disk.lose_power(random());
    ++counts["images"];
    is_all_there(disk, with, all, past, loss::process);
}

}  // namespace

int check_power(const arguments& given) {
    tally counts(given);
    const plan all = make_plan(given.seed, batches, segment_bytes_max);
    const auto run = [&](const outage& what) {
        if (counts.goes_on()) counts.run(what.name(), [&] { suffer(what, all, counts); });
    };
    if (!given.only.empty()) {
        const auto n = case_numbers(given.only, outage_numbers);
        run({n[0], n[1], n[2], n[3]});
        return counts.finish();
    }
    for (std::uint64_t s = 0; s < setting_count; ++s)
        for (const std::uint64_t closes : {1U, 0U}) {
            testing::faulty_device disk;
            scripted_device scripted(disk);
            ledger past;
            counts.run("none", [&] { live(scripted, settings[s], all, closes != 0, past, 1); });
            const std::uint64_t calls = scripted.calls().size();
            counts["calls of a life"] += calls;
            for (std::uint64_t call = 1; call <= calls; ++call)
                for (std::uint64_t luck = 0; luck < given.images; ++luck) run({s, closes, call, luck});
        }
    counts.wants("torn");
    counts.wants("lost");
    return counts.finish();
}

}  // namespace recovery
