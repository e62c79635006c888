// Processes that share a log in files and a group in a file, and are killed and stopped at random.
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "projection/counted_events.hpp"
#include "sillok/projection/consumer.hpp"
#include "sillok/projection/group/file_group_store.hpp"
#include "sillok/store/file_store.hpp"
#include "store/file_recovery.hpp"

using namespace sillok;
using namespace std::chrono_literals;
using counted::thing_counted;
using recovery_tests::scratch;

namespace {

constexpr std::uint32_t partitions = 6;

// What all processes see, whoever dies.
struct shared_counts {
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> repeated{0};
    std::atomic<std::uint64_t> lapses{0};
    std::atomic<std::uint64_t> failures{0};

    static shared_counts& make() {
        void* const at =
            ::mmap(nullptr, sizeof(shared_counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(at != MAP_FAILED);
        return *new (at) shared_counts;
    }
};

// A file for each partition: who may write, how far it is, and what came of it. A lock makes reading and writing one act, and goes
// with its process; the write is one small one, so that a kill leaves the old or the new.
struct slot {
    std::uint64_t token = 0;
    std::uint64_t last = 0;
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
};
class file_sink {
public:
    explicit file_sink(std::string place) : place_(std::move(place)) {}

    void take(const fence& by, std::uint64_t position, shared_counts& counts) const {
        const int file = ::open(name_of(by.partition).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        static_cast<void>(::flock(file, LOCK_EX));
        slot now = read(file);
        if (by.token == 0 || by.token < now.token) {
            ++counts.refused;
        } else if (position <= now.last) {
            ++counts.repeated;
        } else {
            now = {by.token, position, now.count + 1, now.sum + position};
            static_cast<void>(!::pwrite(file, &now, sizeof now, 0));
        }
        ::close(file);
    }
    slot total() const {
        slot all;
        for (std::uint32_t i = 0; i < partitions; ++i) {
            const int file = ::open(name_of(i).c_str(), O_RDONLY | O_CLOEXEC);
            if (file < 0) continue;
            const slot one = read(file);
            all.count += one.count;
            all.sum += one.sum;
            ::close(file);
        }
        return all;
    }

private:
    static slot read(int file) {
        slot now;
        static_cast<void>(!::pread(file, &now, sizeof now, 0));
        return now;
    }
    std::string name_of(std::uint32_t partition) const { return place_ + "/sink-" + std::to_string(partition); }
    std::string place_;
};

struct file_counter {
    using events = counted::counted_events;
    sillok::fence fence;

    const file_sink& sink;
    shared_counts& counts;
    std::uint64_t stops_at = 0;

    void on(const thing_counted&, const metadata& m) {
        const sillok::fence by = fence;
        if (m.position().value == stops_at) ::raise(SIGSTOP);
        sink.take(by, m.position().value, counts);
    }
};

volatile std::sig_atomic_t is_to_stop = 0;

struct told_to_stop {
    ::pid_t parent;
    bool stop_requested() const { return is_to_stop != 0 || ::getppid() != parent; }
};

// One process that consumes until it is told to stop, or killed.
::pid_t start(const scratch& place, shared_counts& counts, std::uint64_t stops_at = 0) {
    const ::pid_t parent = ::getpid();
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child != 0) return child;
    std::signal(SIGTERM, [](int) { is_to_stop = 1; });
    int code = 1;
    {
        auto log = file_store::open(place / "log", {.read_only = true});
        auto group = file_group_store::open(place / "groups", "counters", {.partitions = partitions});
        if (!log || !group) {
            std::fprintf(stderr, "%s\n", to_string(log ? group.error() : log.error()).c_str());
            ++counts.failures;
            ::_exit(2);
        }
        const file_sink sink(place.path);
        file_counter handler{{}, sink, counts, stops_at};
        consumer one(*log, *group, handler, {.lease = 300ms, .batch = 40, .idle = 5ms});
        const auto end = one.run(told_to_stop{parent});
        counts.lapses += one.counts().lapses;
        if (!end) {
            std::fprintf(stderr, "%s\n", to_string(end.error()).c_str());
            ++counts.failures;
        }
        code = end ? 0 : 1;
    }
    ::_exit(code);
}

// Events in one append, up to 97, each in a stream of its own.
void append_batch(file_store& log, std::uint64_t& written, std::uint64_t count) {
    std::vector<std::string> keys(count);
    const std::string payload(8, '\0');
    const new_event event{.type = {"thing.counted", 1}, .payload = as_bytes(payload)};
    std::vector<stream_append> to;
    for (std::uint64_t i = 0; i < count; ++i) {
        keys[i] = "k" + std::to_string((written + i) % 97);
        to.push_back({{"account", keys[i]}, any_version{}, {&event, 1}});
    }
    log.append({.streams = to}).value();
    written += count;
}

bool reaches(const file_sink& sink, std::uint64_t count) {
    for (int i = 0; i < 12'000; ++i) {
        if (sink.total().count >= count) return true;
        ::usleep(5'000);
    }
    return false;
}

}  // namespace

TEST_CASE("processes that are killed while they share a log lose nothing, and each event is in effect once") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const scratch place;
    shared_counts& counts = shared_counts::make();
    auto log = file_store::open(place / "log").value();
    const file_sink sink(place.path);
    std::uint64_t written = 0;
    append_batch(log, written, 10);
    std::vector<::pid_t> children;
    int kills = 0;
    for (int i = 0; i < 3; ++i) children.push_back(start(place, counts));
    for (int batch = 0; batch < 150; ++batch) {
        append_batch(log, written, 20);
        if (random() % 4 == 0) ::usleep(static_cast<::useconds_t>(random() % 20'000));
        if (random() % 10 == 0 && children.size() > 1) {
            const std::size_t at = random() % children.size();
            ::kill(children[at], SIGKILL);
            REQUIRE(::waitpid(children[at], nullptr, 0) == children[at]);
            children.erase(children.begin() + static_cast<std::ptrdiff_t>(at));
            ++kills;
        }
        if (children.size() < 4 && random() % 5 == 0) children.push_back(start(place, counts));
    }
    CHECK(reaches(sink, written));
    for (const ::pid_t each : children) {
        ::kill(each, SIGTERM);
        int status = 0;
        REQUIRE(::waitpid(each, &status, 0) == each);
        CHECK(status == 0);
    }
    const slot all = sink.total();
    CHECK(all.count == written);
    CHECK(all.sum == written * (written + 1) / 2);
    CHECK(counts.failures == 0);
    CHECK(kills > 0);
    // Those who were told to stop have left, and what was handled is committed.
    auto group =
        file_group_store::open(place / "groups", "counters", {.partitions = partitions}, {.must_exist = true}).value();
    const auto status = group.status().value();
    CHECK(status.members.size() <= static_cast<std::size_t>(kills));
    for (const partition_status& each : status.partitions) CHECK(each.committed.value <= written);
    UNSCOPED_INFO("kills " << kills << ", repeated " << counts.repeated << ", refused " << counts.refused);
    CHECK(counts.repeated + counts.refused < written);
}

TEST_CASE("a process that was stopped until its lease was over changes nothing when it wakes") {
    const scratch place;
    shared_counts& counts = shared_counts::make();
    auto log = file_store::open(place / "log").value();
    const file_sink sink(place.path);
    std::uint64_t written = 0;
    for (int i = 0; i < 4; ++i) append_batch(log, written, 50);
    const ::pid_t sleeper = start(place, counts, 100);
    int status = 0;
    REQUIRE(::waitpid(sleeper, &status, WUNTRACED) == sleeper);
    REQUIRE(WIFSTOPPED(status));
    CHECK(sink.total().count == 99);
    const ::pid_t other = start(place, counts);
    REQUIRE(reaches(sink, written));
    CHECK(counts.refused == 0);
    ::kill(sleeper, SIGCONT);
    for (int i = 0; i < 2'000 && counts.refused == 0; ++i) ::usleep(5'000);
    CHECK(counts.refused >= 1);  // the event over which it slept
    for (int i = 0; i < 2; ++i) append_batch(log, written, 50);
    CHECK(reaches(sink, written));
    for (const ::pid_t each : {sleeper, other}) {
        ::kill(each, SIGTERM);
        REQUIRE(::waitpid(each, &status, 0) == each);
        CHECK(status == 0);
    }
    CHECK(counts.lapses >= 1);
    CHECK(counts.failures == 0);
    CHECK(sink.total().count == written);
    CHECK(sink.total().sum == written * (written + 1) / 2);
}

TEST_CASE("a kill at any moment leaves a group's file as it was or as it is to be") {
    const scratch place;
    auto group = file_group_store::open(place / "groups", "g", {.partitions = 2}).value();
    std::uint64_t last = 0;
    std::mt19937 random(std::random_device{}());
    for (int round = 0; round < 40; ++round) {
        const ::pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            auto own = file_group_store::open(place / "groups", "g", {.partitions = 2}).value();
            uuid id;
            id.octets[0] = static_cast<std::uint8_t>(round + 1);
            const auto right = own.join({id, timeout(1ms), "short"}).value();
            for (std::uint64_t i = last + 1; !right.empty(); ++i) {
                std::vector<partition_commit> both;
                for (const owned_partition& each : right) both.push_back({each.number, each.token, {i}});
                if (!own.commit(both)) break;
            }
            for (;;) ::pause();
        }
        // Every other one gets as far as a commit, however slow the disk is.
        const auto now = [&] { return group.status().value().partitions[0].committed.value; };
        for (int i = 0; round % 2 == 0 && now() == last && i < 20'000; ++i) ::usleep(500);
        ::usleep(static_cast<::useconds_t>(random() % 15'000));
        ::kill(child, SIGKILL);
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        const auto status = group.status();
        REQUIRE(status);
        CHECK(status->partitions[0].committed.value >= last);
        CHECK(status->partitions[0].committed == status->partitions[1].committed);
        last = status->partitions[0].committed.value;
        uuid other;
        other.octets[0] = 0xEE;
        ::usleep(2'000);
        CHECK(group.join({other, timeout(1h), ""}).value().size() == 2);  // no lock is left behind
        CHECK(group.leave(other));
    }
    CHECK(last >= 20);
}
