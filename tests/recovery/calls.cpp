// Whatever call fails, once, twice or for good: nothing acknowledged is lost, nothing is invented, and the store goes on.
#include <cerrno>
#include <random>

#include "arguments.hpp"
#include "life.hpp"
#include "scripted_device.hpp"

namespace recovery {

namespace {

// How the calls fail, and what happens then.
struct trouble {
    std::uint64_t setting;
    std::uint64_t closes;  // each session ends with a close
    fault one;
    fault other;
    std::uint64_t stop;  // the call from which on all fail
    std::uint64_t
        shortest;         // bytes that a transfer moves at most, and every so many calls are interrupted; 0: no limit
    std::uint64_t power;  // afterwards the power is lost, not only the process

    std::string name() const {
        return case_text({setting, closes, one.call, static_cast<std::uint64_t>(one.error), other.call,
                          static_cast<std::uint64_t>(other.error), stop, shortest, power});
    }
};

constexpr std::size_t trouble_numbers = 9;
constexpr std::size_t bytes_max = 1500;  // a few batches to a segment

plan plan_of(const arguments& given) {
    plan all = make_plan(given.seed, 14, bytes_max);
    all[5] = make_batch(given.seed, 5, 6 * bytes_max);  // perhaps larger than a segment
    return all;
}

// Which of the batches may be refused or left unknown by a single failure is not left open.
void expect(const trouble& what, call_kind kind, const ledger& past, const plan& all) {
    const bool is_sync = kind == call_kind::sync;
    if (what.other.call != 0 || what.stop != 0) return;
    if (what.one.error == EINTR && !is_sync && past.acknowledged != all.size())
        fail("a call that was interrupted was not repeated");
    const int error = system_error(what.one.error);
    if ((error == ENOSPC || error == EDQUOT) && kind == call_kind::write && past.unknown != 0)
        fail("a write without space was not taken back");
    if (kind == call_kind::close && past.acknowledged != all.size()) fail("a close that failed was taken for more");
}

void suffer(const trouble& what, const plan& all, tally& counts) {
    const setting& with = settings[what.setting];
    testing::faulty_device disk;
    scripted_device scripted(disk);
    scripted.fail(what.one, what.other);
    scripted.stop_at(what.stop);
    if (what.shortest != 0) {
        disk.transfer_at_most(what.shortest);
        disk.interrupt_every(3 + what.shortest % 5);
    }
    ledger past;
    const int attempts = what.other.call != 0 ? 3 : 2;
    const bool opened = live(scripted, with, all, what.closes != 0, past, attempts);
    if (!opened && what.stop == 0) fail("cannot be opened when the failure is over");
    if (what.one.call != 0 && what.one.call <= scripted.calls().size())
        expect(what, scripted.calls()[what.one.call - 1], past, all);
    if (what.shortest != 0 && past.acknowledged != all.size()) fail("short transfers were not continued");
    counts["acknowledged"] += past.acknowledged;
    counts["unknown"] += past.unknown;
    counts["refused"] += past.refused;

    disk.heal();
    if (what.power != 0) {
        disk.lose_power(what.one.call + what.stop);
    } else {
        disk.lose_process();
    }
    lives_on(disk, with, all, 0, past, what.power != 0 ? loss::power : loss::process);
    counts["repeated or retried"] += all.size();
    disk.lose_power(what.one.call + what.stop + 1);
    is_all_there(disk, with, all, past, loss::process);  // it was closed: nothing may be lost
}

}  // namespace

int check_calls(const arguments& given) {
    tally counts(given);
    const plan all = plan_of(given);
    const auto run = [&](const trouble& what) {
        if (counts.goes_on()) counts.run(what.name(), [&] { suffer(what, all, counts); });
    };
    if (!given.only.empty()) {
        const auto n = case_numbers(given.only, trouble_numbers);
        run({n[0], n[1], {n[2], static_cast<int>(n[3])}, {n[4], static_cast<int>(n[5])}, n[6], n[7], n[8]});
        return counts.finish();
    }
    std::mt19937_64 random(given.seed);
    for (std::uint64_t s = 0; s < setting_count; ++s)
        for (const std::uint64_t closes : {1U, 0U}) {
            testing::faulty_device disk;
            scripted_device scripted(disk);
            ledger past;
            counts.run("none", [&] { live(scripted, settings[s], all, closes != 0, past, 1); });
            const std::vector<call_kind> calls = scripted.calls();
            counts["calls of a life"] += calls.size();
            if (past.acknowledged != all.size()) counts.note("none", "a life without failures is not acknowledged");
            for (std::uint64_t c = (given.seed - 1) % given.stride; c < calls.size(); c += given.stride)
                for (const std::uint64_t power : {0U, 1U}) {
                    for (const int error : errors_of(calls[c])) run({s, closes, {c + 1, error}, {}, 0, 0, power});
                    run({s, closes, {}, {}, c + 1, 0, power});
                }
            for (const std::uint64_t shortest : {1U, 7U, 100U, 513U})
                for (const std::uint64_t power : {0U, 1U}) run({s, closes, {}, {}, 0, shortest, power});
            for (std::uint64_t p = 0; p < given.pairs; ++p) {
                // The second one is near the first one, in what is done about it, or anywhere.
                const std::uint64_t one = random() % calls.size();
                const std::uint64_t other =
                    random() % 2 == 0 ? one + 1 + random() % 8 : one + 1 + random() % calls.size();
                const auto error = [&](std::uint64_t call) {
                    const auto& errors = errors_of(calls[call % calls.size()]);
                    return errors[random() % errors.size()];
                };
                const fault first{one + 1, error(one)};
                const fault second{other + 1, error(other)};
                run({s, closes, first, second, 0, 0, random() % 2});
            }
        }
    counts.wants("unknown");
    counts.wants("refused");
    return counts.finish();
}

}  // namespace recovery
