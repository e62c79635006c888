// Processes that bring kept models forward live, while another one appends, and that are killed at random.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "projection/archive_model.hpp"
#include "projection/ledger_events.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/event/kept_state.hpp"
#include "sillok/projection/checkpoint_file.hpp"
#include "sillok/projection/model_folder.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/projection/table.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/replay.hpp"
#include "store/file_recovery.hpp"

namespace {

using namespace ledgers;
using namespace std::chrono_literals;
using recovery_tests::scratch;
using sillok::horizon;
using sillok::position;

// Sends letters to an office that is somewhere else: a file to which each is appended by one write, which a kill leaves whole or out.
struct letters {
    static constexpr sillok::name name = "letters";
    static constexpr bool at_least_once = true;
    using events = sillok::select<ledger_events, paid>;
    struct letter {
        std::uint64_t position;
        sillok::uuid key;  // the event's id, by which the office knows what it has had
    };
    int to = -1;
    void on(const paid&, const sillok::metadata& m) const {
        const letter one{m.position().value, m.id()};
        static_cast<void>(!::write(to, &one, sizeof one));
    }
};

constexpr std::uint64_t kills_max = 60;
constexpr std::uint64_t letters_batch = 16;
constexpr std::uint64_t letters_keep_every = 32;

struct row {
    std::string account;
    std::int64_t balance;
    std::uint64_t payments;
};
struct accounts {
    static constexpr sillok::name name = "accounts";
    using events = sillok::select<ledger_events, paid, closed>;
    sillok::table<row, sillok::unique<&row::account>, sillok::ordered<&row::balance>> rows{};
    struct snapshot {
        std::vector<row> rows;
    };
    snapshot kept() const { return {rows.kept()}; }
    static accounts restored(const snapshot& from) { return {decltype(rows)::restored(from.rows).value()}; }
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        const std::string key(m.key());
        const row* const there = rows.find(key);
        return rows.put(
            {key, (there == nullptr ? 0 : there->balance) + e.amount, (there == nullptr ? 0 : there->payments) + 1});
    }
    void on(const closed&, const sillok::metadata& m) { rows.erase(std::string(m.key())); }
};

// All of them, each live on a thread of its own, until they are told to stop; what went wrong, or 0.
int bring_forward(const scratch& place, writing when, const std::stop_token& stop) {
    auto log = sillok::file_store::open(place / "log", {.read_only = true});
    auto folder = sillok::model_folder::open(place / "models");
    auto filed = sillok::checkpoint_file::open(place / "archive.checkpoint");
    auto sent = sillok::checkpoint_file::open(place / "letters.checkpoint");
    auto file = archive::open(place / "archive", when);
    if (!log || !folder || !filed || !sent || !file) return 2;
    const int office = ::open((place / "office").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (office < 0) return 3;
    sillok::shared_model<archive> archived(*std::move(file));
    sillok::shared_model<letters> sending(letters{office});
    sillok::shared_model<balances> summed;
    sillok::shared_model<accounts> listed;
    sillok::projector<archive> a(*log, archived, *filed, {.batch = 8, .keep_every = 24});
    sillok::projector<letters> l(*log, sending, *sent, {.batch = letters_batch, .keep_every = letters_keep_every});
    sillok::projector<balances> b(*log, summed, *folder, {.batch = 7, .keep_every = 20});
    sillok::projector<accounts> c(*log, listed, *folder, {.batch = 5, .keep_every = 30});
    std::atomic<int> wrong = 0;
    const auto run = [&](auto& follow) {
        if (const auto ended = follow.run(stop); !ended) {
            std::fprintf(stderr, "%s\n", to_string(ended.error()).c_str());
            wrong = 4;
        }
    };
    {
        std::jthread threads[] = {std::jthread([&] { run(a); }), std::jthread([&] { run(l); }),
                                  std::jthread([&] { run(b); }), std::jthread([&] { run(c); })};
    }
    ::close(office);
    if (archived.read([](const archive& m) { return m.disorder(); }) != 0) return 5;
    return wrong;
}

template <class Model>
std::string encoded(const Model& model) {
    sillok::byte_buffer bytes;
    sillok::detail::write_state<Model>(&model, bytes);
    return std::string(sillok::as_text(bytes.view()));
}
template <class Model>
void is_as_replayed(sillok::file_store& log, const scratch& place) {
    auto folder = sillok::model_folder::open(place / "models").value();
    sillok::shared_model<Model> kept;
    CHECK(folder.load<Model>(log, kept).value() == log.last(horizon::durable));
    Model fresh;
    REQUIRE(sillok::replay(log, {}, fresh));
    CHECK(kept.read([](const Model& m) { return encoded(m); }) == encoded(fresh));
}
std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
std::vector<letters::letter> letters_at(const std::string& office) {
    const std::string bytes = content(office);
    std::vector<letters::letter> all(bytes.size() / sizeof(letters::letter));
    if (!all.empty()) std::memcpy(all.data(), bytes.data(), all.size() * sizeof(letters::letter));
    return all;
}

void append_some(sillok::file_store& log, std::mt19937_64& random) {
    std::vector<std::string> keys(1 + random() % 12);
    std::vector<sillok::byte_buffer> payloads(keys.size());
    std::vector<sillok::new_event> events(keys.size());
    std::vector<sillok::stream_append> to;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i] = "k" + std::to_string(i) + "-" + std::to_string(random() % 7);
        const auto type = random() % 9 == 0 ? sillok::encode_event<ledger_events>(closed{}, payloads[i])
                                            : sillok::encode_event<ledger_events>(
                                                  paid{static_cast<std::int64_t>(random() % 1000)}, payloads[i]);
        events[i] = {.type = type, .payload = payloads[i].view()};
        to.push_back({{"ledger", keys[i]}, sillok::any_version{}, {&events[i], 1}});
    }
    log.append({.streams = to}).value();
}

void kill_and_compare(writing when) {
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const scratch place;
    auto log = sillok::file_store::open(place / "log").value();
    append_some(log, random);
    const auto sent = [&] {
        std::error_code none;
        const auto bytes = std::filesystem::file_size(place / "office", none);
        return none ? std::uintmax_t{0} : bytes;
    };
    std::uint64_t kills = 0;
    const auto deadline = std::chrono::steady_clock::now() + 4s;
    while (kills < kills_max && (kills < 10 || std::chrono::steady_clock::now() < deadline)) {
        const ::pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) ::_exit(bring_forward(place, when, std::stop_token()));
        // Every other one gets as far as a letter, however slow the machine is.
        const auto before = sent();
        for (int i = 0; kills % 2 == 0 && sent() == before && i < 20'000; ++i) {
            append_some(log, random);
            ::usleep(500);
        }
        for (std::uint64_t i = random() % 12; i != 0; --i) {
            append_some(log, random);
            if (random() % 4 == 0) ::usleep(static_cast<::useconds_t>(random() % 10'000));
        }
        ::kill(child, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));  // none of them had ended by itself
        ++kills;
    }

    std::stop_source stop;
    std::jthread last([&] { CHECK(bring_forward(place, when, stop.get_token()) == 0); });
    const auto end = log.last(horizon::durable);
    REQUIRE(end == log.last(horizon::visible));
    const auto is_there = [&] {
        const auto all = letters_at(place / "office");
        std::uint64_t newest = 0;
        for (const auto& each : all) newest = (std::max)(newest, each.position);
        return newest;
    };
    std::uint64_t last_letter = 0;
    REQUIRE(log.read_all({}, [&](const sillok::record_view& r) {
        if (r.type() == "ledger.paid") last_letter = r.position().value;
        return true;
    }));
    for (int i = 0; i < 20'000 && is_there() != last_letter; ++i) ::usleep(500);
    ::usleep(20'000);
    stop.request_stop();
    last.join();

    // The others may have been told to stop before they were at the end.
    {
        sillok::shared_model<balances> summed;
        sillok::shared_model<accounts> listed;
        auto folder = sillok::model_folder::open(place / "models").value();
        REQUIRE(sillok::projector<balances>(log, summed, folder).catch_up());
        REQUIRE(sillok::projector<accounts>(log, listed, folder).catch_up());
        CHECK(folder.counts().loaded == 2);
        auto kept = sillok::checkpoint_file::open(place / "archive.checkpoint", {.must_exist = true}).value();
        sillok::shared_model<archive> archived(archive::open(place / "archive", when).value());
        REQUIRE(sillok::projector<archive>(log, archived, kept).catch_up());
    }
    is_as_replayed<balances>(log, place);
    is_as_replayed<accounts>(log, place);

    sillok::shared_model<archive> fresh(archive::open(place / "fresh", writing::at_once).value());
    REQUIRE(sillok::projector<archive>(log, fresh).catch_up());
    const bool is_the_same = content(place / "archive/archive") == content(place / "fresh/archive");
    CHECK(is_the_same);
    CHECK(content(place / "archive/archive").size() == end.value * archive::entry_bytes);

    // Each letter was sent; such as were sent twice are few, and known by their ids.
    std::set<std::uint64_t> positions;
    std::set<sillok::uuid> keys;
    std::uint64_t repeated = 0;
    for (const auto& each : letters_at(place / "office")) {
        const bool is_new = positions.insert(each.position).second;
        CHECK(keys.insert(each.key).second == is_new);
        if (!is_new) ++repeated;
    }
    std::uint64_t wanted = 0;
    REQUIRE(log.read_all({}, [&](const sillok::record_view& r) {
        if (r.type() != "ledger.paid") return true;
        ++wanted;
        if (!positions.contains(r.position().value)) FAIL_CHECK("no letter for " << r.position().value);
        return true;
    }));
    CHECK(positions.size() == wanted);
    CHECK(repeated < kills * (letters_batch + letters_keep_every));
    if (kills == kills_max) CHECK(repeated > 0);  // on a slow machine nobody may have come so far
    UNSCOPED_INFO(kills << " kills, " << end.value << " events, " << repeated << " letters sent again");
    CHECK(kills >= 10);
}

}  // namespace

TEST_CASE("processes that are killed at random leave models that end as a replay, byte for byte") {
    kill_and_compare(writing::at_once);
}

TEST_CASE("so do those whose model writes when it is synced") { kill_and_compare(writing::when_synced); }
