// A process that appends to a store on the real disk is killed at a random moment, again and again. The parent keeps the
// ledger: what was acknowledged is there, whole and in order, and besides it at most what was under way.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <stdlib.h>

#include "arguments.hpp"
#include "child.hpp"
#include "history.hpp"
#include "life.hpp"

namespace recovery {

namespace {

enum : std::uint64_t { acknowledged = 1, broken = 2, seen = 3 };

constexpr std::uint64_t per_thread = 100'000;  // numbers of batches that a thread may use in a round
constexpr std::uint64_t threads_max = 4;
constexpr std::uint64_t per_round = per_thread * threads_max;

std::size_t bytes_of(std::uint64_t number) { return number % 97 == 0 ? 9000 : number % 5 == 0 ? 2500 : 300; }
planned_batch batch_of(std::uint64_t seed, std::uint64_t number) { return make_batch(seed, number, bytes_of(number)); }

[[noreturn]] void give_up(int pipe, const std::string& why) {
    report what;
    what.kind = broken;
    std::strncpy(what.text, why.c_str(), sizeof what.text - 1);
    say(pipe, what);
    ::_exit(1);
}

// What the writer does until it is killed.
struct writing {
    std::string path;
    std::uint64_t seed;
    std::uint64_t first;  // number of its first batch
    std::uint64_t threads;
    std::uint64_t setting;
    bool has_ids;
};

void write_on(const writing& what, int pipe) {
    auto store =
        file_store::open(what.path, {.segment_bytes = segment_bytes_min, .durability = settings[what.setting].chosen});
    if (!store) give_up(pipe, to_string(store.error()));
    const auto appends = [&](std::uint64_t thread) {
        for (std::uint64_t i = 0; i < per_thread; ++i) {
            report done;
            done.kind = acknowledged;
            done.number = what.first + thread * per_thread + i;
            planned_batch batch = batch_of(what.seed, done.number);
            if (!what.has_ids) batch.id = {};
            const auto said = append(*store, batch);
            if (!said) give_up(pipe, to_string(said.error()));
            if (settings[what.setting].syncs_each && store->last(horizon::durable) < said->last)
                give_up(pipe, "acknowledged and not durable");
            done.first = said->first.value;
            done.last = said->last.value;
            done.version = said->version.value;
            done.time = said->time.nanoseconds;
            say(pipe, done);
        }
    };
    std::vector<std::thread> others;
    for (std::uint64_t t = 1; t < what.threads; ++t) others.emplace_back(appends, t);
    appends(0);
    for (std::thread& each : others) each.join();
}

// The number that the payload of a record names, and which of how many events of its batch it is.
struct named {
    std::uint64_t number = 0;
    std::size_t event = 0;
    std::size_t events = 0;
};
bool read_name(const record_view& record, named& name) {
    const std::string payload(as_text(record.payload()).substr(0, 40));
    unsigned long long number = 0;
    if (std::sscanf(payload.c_str(), "b%llu/%zu/%zu;", &number, &name.event, &name.events) != 3) return false;
    name.number = number;
    return true;
}

// Whole batches at adjoining positions, at least up to `end`.
void look(const file_store& store, std::uint64_t end, int pipe) {
    std::uint64_t position = 0;
    named name;
    named before;
    const auto read = store.read_all({.upto = horizon::durable}, [&](const record_view& record) {
        if (!read_name(record, name)) give_up(pipe, "reader: foreign bytes");
        const bool begins = before.event + 1 == before.events || position == 0;
        if (begins ? name.event != 0 : name.number != before.number || name.event != before.event + 1)
            give_up(pipe, "reader: half a batch");
        if (record.position().value != ++position) give_up(pipe, "reader: a position is left out");
        before = name;
        return true;
    });
    if (!read) give_up(pipe, "reader: " + to_string(read.error()));
    if (position < end) give_up(pipe, "reader: the log ends before its durable end");
    if (position != 0 && before.event + 1 != before.events) give_up(pipe, "reader: half a batch at the end");
}

// Looks at the store again and again while it is written, several times with one handle or once with each: what it sees
// never goes back.
void read_along(const std::string& where, std::uint64_t looks, int pipe) {
    report last;
    last.kind = seen;
    for (;;) {
        const auto store = file_store::open(where, {.read_only = true});
        if (!store && store.error() == error_kind::no_such_store) continue;
        if (!store) give_up(pipe, "reader: " + to_string(store.error()));
        for (std::uint64_t i = 0; i < looks; ++i) {
            const std::uint64_t end = store->last(horizon::durable).value;
            if (end < last.last)
                give_up(pipe, i != 0                         ? "reader: the durable end went back"
                              : store->report().mark_ignored ? "reader: the durable end went back; mark ignored"
                                                             : "reader: the durable end went back with an open");
            look(*store, end, pipe);
            last.last = end;
            ++last.number;
            say(pipe, last);
        }
    }
}

// What is known of the store: the batches in the order of the log, and the receipts of those that were acknowledged.
struct known {
    std::vector<std::uint64_t> log;
    std::map<std::uint64_t, report> receipts;
    std::uint64_t versions[stream_count] = {};
};

// Reads the store after a kill and compares it with what is known and with what the writer reported.
void compare(const file_store& store, const writing& what, known& past, tally& counts) {
    std::uint64_t position = 0;
    std::size_t batches = 0;
    std::size_t event = 0;
    planned_batch now;
    named name;
    report place;
    std::uint64_t next_of[threads_max] = {};
    std::uint64_t versions[stream_count] = {};
    std::size_t found = 0;
    std::size_t under_way = 0;
    const auto visit = [&](const record_view& record) {
        if (!read_name(record, name)) fail("foreign bytes at position " + std::to_string(position + 1));
        if (event == 0) now = batch_of(what.seed, name.number);
        if (event == 0) place = {0, name.number, record.position().value, 0, 0, record.time().nanoseconds, {}};
        if (name.number != place.number || name.event != event || !is_it(now.events[event], record))
            fail(about(place.number) + " is not whole at position " + std::to_string(position + 1));
        if (record.position().value != ++position) fail("position " + std::to_string(position) + " is left out");
        const std::size_t stream = now.events[event].stream;
        if (record.version().value != ++versions[stream]) fail("versions of a stream are not contiguous");
        if (stream == now.events[0].stream) place.version = record.version().value;
        if (++event < now.events.size()) return true;
        event = 0;
        place.last = position;
        if (batches < past.log.size() && past.log[batches] != name.number)
            fail(about(past.log[batches]) + " was there before and is not any more");
        if (batches++ >= past.log.size()) {
            const std::uint64_t from = name.number - what.first;
            if (name.number < what.first || from >= per_round || from % per_thread != next_of[from / per_thread]++)
                fail(about(name.number) + " is out of order, there twice or from another round");
            past.log.push_back(name.number);
            if (!past.receipts.contains(name.number)) ++under_way;
        }
        const auto receipt = past.receipts.find(name.number);
        if (receipt == past.receipts.end()) return true;
        ++found;
        const report& said = receipt->second;
        if (said.first != place.first || said.last != position || said.version != place.version ||
            said.time != place.time)
            fail(about(name.number) + " is not where it was acknowledged");
        return true;
    };
    const auto read = store.read_all({}, visit);
    if (!read) fail("cannot be read: " + to_string(read.error()));
    if (event != 0) fail("the last batch is there by half");
    if (batches < past.log.size() || found != past.receipts.size())
        fail(std::to_string(past.receipts.size() - found) + " acknowledged batches are missing");
    if (under_way > what.threads) fail("more batches are there than were asked for");
    counts["under way and there"] += under_way;
    for (std::size_t s = 0; s < stream_count; ++s) {
        std::uint64_t count = 0;
        const auto stream = store.read_stream(streams()[s], {}, [&](const record_view& record) {
            return record.version().value == ++count && record.stream() == stream_view(streams()[s]);
        });
        if (!stream || count != versions[s]) fail("a stream is not as in the log");
    }
}

class rounds {
public:
    rounds(const arguments& given, tally& counts) : given_(given), counts_(counts), random_(given.seed) {
        std::string name = given.dir.empty() ? "/var/tmp/sillok-kill-XXXXXX" : given.dir + "/sillok-kill-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) fail("no directory " + name);
        dir_ = name;
    }
    rounds(const rounds&) = delete;
    rounds& operator=(const rounds&) = delete;
    ~rounds() {
        std::error_code ignored;
        if (!keeps_) std::filesystem::remove_all(dir_, ignored);
    }

    // A failure leaves the store where it is.
    void run(std::uint64_t round) {
        try {
            kill_once(round);
        } catch (const failure& e) {
            keeps_ = true;
            const std::string what = e.what();
            ++kept_;
            past_ = {};
            fail(what + "; the store is left in " + dir_ + '/' + std::to_string(kept_ - 1));
        }
    }

private:
    void kill_once(std::uint64_t round) {
        const std::string where = dir_ + '/' + std::to_string(kept_);
        if (random_() % 40 == 0) {
            std::filesystem::remove_all(where);
            past_ = {};
            ++counts_["stores"];
        }
        const writing what{where,
                           given_.seed,
                           (round + 1) * per_round,
                           random_() % 3 == 0 ? threads_max : 1,
                           random_() % setting_count,
                           random_() % 4 != 0};
        const bool has_reader = random_() % 3 == 0;
        const std::uint64_t looks = random_() % 2 == 0 ? 1 : 50;
        const auto microseconds = static_cast<::useconds_t>(random_() % 30'000);
        std::vector<report> said;
        std::vector<report> shown;
        {
            child writer([&](int pipe) { write_on(what, pipe); });
            if (has_reader) {
                child reader([&](int pipe) { read_along(where, looks, pipe); });
                ::usleep(microseconds);
                said = writer.end();
                ::usleep(2'000);  // a look at what was left behind
                shown = reader.end();
                if (reader.crashed()) fail("the reader crashed");
            } else {
                ::usleep(microseconds);
                said = writer.end();
            }
            if (writer.crashed()) fail("the writer crashed");
        }
        ++counts_["kills"];
        for (const report& each : said) {
            if (each.kind == broken) fail(each.text);
            past_.receipts[each.number] = each;
            ++counts_["acknowledged"];
        }
        std::uint64_t shown_last = 0;
        for (const report& each : shown) {
            if (each.kind == broken) fail(each.text);
            shown_last = each.last;
            ++counts_["looks of readers"];
        }
        auto store = file_store::open(where, {.segment_bytes = segment_bytes_min});
        if (!store) fail("cannot be opened: " + to_string(store.error()));
        counts_["torn"] += store->report().bytes_dropped != 0;
        if (store->last(horizon::durable).value < shown_last) fail("a reader was shown what is not there any more");
        compare(*store, what, past_, counts_);
        if (what.has_ids && !said.empty()) {
            const auto again = append(*store, batch_of(given_.seed, said.back().number));
            if (!again || !again->repeated || again->last.value != said.back().last)
                fail("a repetition is not known as one");
        }
        if (random_() % 2 == 0 && !store->close()) fail("cannot be closed");
    }

    const arguments& given_;
    tally& counts_;
    std::mt19937_64 random_;
    std::string dir_;
    known past_;
    int kept_ = 0;
    bool keeps_ = false;
};

}  // namespace

int check_kill(const arguments& given) {
    tally counts(given);
    rounds all(given, counts);
    for (std::uint64_t round = 0; round < given.rounds && counts.goes_on(); ++round)
        counts.run(std::to_string(round), [&] { all.run(round); });
    counts.wants("looks of readers");
    return counts.finish();
}

}  // namespace recovery
