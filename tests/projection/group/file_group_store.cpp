#include "sillok/projection/group/file_group_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/group_laws.hpp"
#include "store/file_recovery.hpp"

using namespace sillok;
using namespace std::chrono_literals;
using recovery_tests::scratch;
using sillok::testing::faulty_device;
using sillok::testing::manual_clock;
using sillok::testing::numbered_member;

namespace {

// Real files and real locks, without waiting for a disk.
struct hasty_device : posix_device {
    io_outcome sync(int) const noexcept { return {}; }
};
struct in_files {
    scratch place;
    hasty_device device;
    int groups = 0;
    std::optional<file_group_store> current;
    group_store_ref fresh(const group_settings& settings, clock_ref clock) {
        current.reset();
        const std::string name = "g" + std::to_string(++groups);
        current.emplace(
            file_group_store::open(place / "groups", name, settings, {.clock = clock, .device = device}).value());
        return *current;
    }
};
// Three handles, as processes have them: between these there is no lock but that of the file.
class several_handles {
public:
    several_handles(const std::string& place, const std::string& name, const group_settings& settings,
                    const group_file_options& options) {
        for (int i = 0; i < 3; ++i) handles_.push_back(file_group_store::open(place, name, settings, options).value());
    }
    result<group_identity> identity() const { return any().identity(); }
    result<std::vector<owned_partition>> join(const new_member& who) { return any().join(who); }
    result<std::vector<owned_partition>> renew(const uuid& member) { return any().renew(member); }
    result<void> leave(const uuid& member) { return any().leave(member); }
    result<void> commit(std::span<const partition_commit> commits) { return any().commit(commits); }
    result<group_status> status() const { return any().status(); }

private:
    file_group_store& any() const { return handles_[next_++ % handles_.size()]; }
    mutable std::vector<file_group_store> handles_;
    mutable std::atomic<std::size_t> next_{0};
};
struct in_several_handles {
    scratch place;
    hasty_device device;
    int groups = 0;
    std::optional<several_handles> current;
    group_store_ref fresh(const group_settings& settings, clock_ref clock) {
        current.reset();
        const std::string name = "g" + std::to_string(++groups);
        return current.emplace(place / "groups", name, settings, group_file_options{.clock = clock, .device = device});
    }
};
struct on_a_disk_in_memory {
    std::optional<faulty_device> disk;
    std::optional<file_group_store> current;
    group_store_ref fresh(const group_settings& settings, clock_ref clock) {
        current.reset();
        disk.emplace();
        disk->interrupt_every(5);
        disk->transfer_at_most(100);
        current.emplace(file_group_store::open("groups", "g", settings, {.clock = clock, .device = *disk}).value());
        return *current;
    }
};

template <class Source>
void keeps_every_law() {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    Source source;
    const auto seen = testing::check_groups(
        source, seed, [](const testing::finding& each) { FAIL_CHECK(each.law << ": " << each.what); });
    CHECK(seen.laws == 10);
    CHECK(seen.checks > 1000);
}

result<file_group_store> open(faulty_device& disk, clock_ref clock = {}, bool must_exist = false) {
    return file_group_store::open("groups", "g", {.partitions = 2},
                                  {.clock = clock, .patience = 20ms, .must_exist = must_exist, .device = disk});
}
partition_commit upto(const owned_partition& own, std::uint64_t position) {
    return {own.number, own.token, {position}};
}

}  // namespace

TEST_CASE("a group in a file keeps every law") { keeps_every_law<in_files>(); }
TEST_CASE("a group that several handles have open keeps every law") { keeps_every_law<in_several_handles>(); }
TEST_CASE("a group on a disk that interrupts and shortens every call keeps every law") {
    keeps_every_law<on_a_disk_in_memory>();
}

TEST_CASE("two handles of one group are one group, and it outlives them") {
    scratch place;
    const std::string at = place / "groups";
    const group_settings settings{.partitions = 4, .log = numbered_member(9)};
    uuid id;
    {
        auto one = file_group_store::open(at, "balances", settings).value();
        auto two = file_group_store::open(at, "balances", settings).value();
        auto other = file_group_store::open(at, "totals", settings).value();
        id = one.identity().value().id;
        CHECK(two.identity().value().id == id);
        CHECK(other.identity().value().id != id);
        const auto own = one.join({numbered_member(1), 30s, "first"}).value();
        CHECK(two.commit(std::vector{upto(own[2], 17)}));
        CHECK(two.status().value().members[0].name == "first");
        CHECK(other.status().value().members.empty());
    }
    auto later = file_group_store::open(at, "balances", settings, {.must_exist = true}).value();
    CHECK(later.identity().value().id == id);
    CHECK(later.status().value().partitions[2].committed == position{17});
    struct ::stat about {};
    CHECK(::stat((at + "/balances.group").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(::stat(at.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("a group is opened as what it was made, and under a name that is a file's") {
    scratch place;
    CHECK(file_group_store::open(place / "groups", "g", {.partitions = 4}, {.must_exist = true}).error() ==
          error_kind::no_such_store);
    CHECK(file_group_store::open(place / "groups", "g", {.partitions = 4}));
    CHECK(file_group_store::open(place / "groups", "h", {.partitions = 4}, {.must_exist = true}).error() ==
          error_kind::no_such_store);
    const auto other = file_group_store::open(place / "groups", "g", {.partitions = 5});
    REQUIRE(!other);
    CHECK(other.error() == error_kind::invalid_argument);
    CHECK(other.error().text().find("g.group: the group has 4 partitions, and the program says 5") !=
          std::string::npos);
    const std::vector<std::string> wrong{
        "", ".", "..", ".g", "a/b", "../g", "a b", std::string("a\0b", 3), std::string(65, 'a')};
    for (const std::string& name : wrong)
        CHECK(file_group_store::open(place / "groups", name, {}).error() == error_kind::invalid_argument);
    CHECK(file_group_store::open(place / "groups", "new", {.partitions = 0}).error() == error_kind::invalid_argument);
    CHECK(file_group_store::open(place / "a/b/c", "g", {}).error() == error_kind::io);
}

TEST_CASE("what is in the place of a group's file is told apart") {
    scratch place;
    const std::string at = place / "groups";
    auto group = file_group_store::open(at, "g", {.partitions = 2}).value();
    const std::string file = at + "/g.group";
    const auto put = [&](const std::string& text) {
        std::filesystem::remove_all(file);
        std::ofstream(file, std::ios::binary) << text;
    };
    const auto says = [&] {
        const auto opened = file_group_store::open(at, "g", {.partitions = 2});
        const auto asked = group.renew(numbered_member(1));
        REQUIRE(!opened);
        REQUIRE(!asked);
        CHECK(opened.error().kind() == asked.error().kind());
        CHECK(group.status().error().kind() == asked.error().kind());
        return asked.error().kind();
    };
    std::ifstream in(file, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};

    put("");
    CHECK(says() == error_kind::damaged);
    put(whole.substr(0, 100));
    CHECK(says() == error_kind::damaged);
    put("partitions: 2\n");
    CHECK(says() == error_kind::unsupported_format);
    put(std::string(2'000'000, 'x'));
    CHECK(says() == error_kind::unsupported_format);
    std::string newer = whole;
    newer[8] = 2;
    put(newer);
    CHECK(says() == error_kind::unsupported_format);
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK((says() == error_kind::unsupported_format || says() == error_kind::io));
    std::filesystem::remove(file);
    std::filesystem::create_symlink(at + "/elsewhere", file);
    CHECK(says() == error_kind::io);
    // Another group's file under this name.
    CHECK(file_group_store::open(at, "h", {.partitions = 2}));
    std::filesystem::remove(file);
    std::filesystem::copy_file(at + "/h.group", file);
    CHECK(says() == error_kind::unsupported_format);
    // Nobody damaged anything further.
    put(whole);
    CHECK(group.join({numbered_member(1), 30s, ""}));
}

TEST_CASE("a group that was removed and made anew is not taken for the old one") {
    scratch place;
    auto group = file_group_store::open(place / "groups", "g", {.partitions = 2}).value();
    const auto own = group.join({numbered_member(1), 30s, ""}).value();
    std::filesystem::remove(place / "groups/g.group");
    CHECK(group.commit(std::vector{upto(own[0], 5)}).error() == error_kind::no_such_store);
    auto anew = file_group_store::open(place / "groups", "g", {.partitions = 2}).value();
    CHECK(anew.join({numbered_member(1), 30s, ""}).value()[0].token == own[0].token);
    CHECK(group.commit(std::vector{upto(own[0], 5)}).error() == error_kind::no_such_store);
    CHECK(anew.status().value().partitions[0].committed == position{0});
}

TEST_CASE("whoever holds the lock for too long is waited for, and then named") {
    scratch place;
    auto group = file_group_store::open(place / "groups", "g", {.partitions = 2}, {.patience = 30ms}).value();
    const int other = ::open((place / "groups/g.lock").c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::flock(other, LOCK_EX) == 0);
    const auto waited = group.join({numbered_member(1), 30s, ""});
    REQUIRE(!waited);
    CHECK(waited.error() == error_kind::locked);
    CHECK(group.status());  // needs no lock
    std::thread later([&] {
        std::this_thread::sleep_for(10ms);
        ::close(other);
    });
    auto patient = file_group_store::open(place / "groups", "g", {.partitions = 2}, {.patience = 60s}).value();
    CHECK(patient.join({numbered_member(1), 30s, ""}));
    later.join();
}

TEST_CASE("a copy in a forked child is of no use, and takes no lock with it") {
    scratch place;
    auto group = file_group_store::open(place / "groups", "g", {.partitions = 2}).value();
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const bool is_closed = !group.join({numbered_member(1), 30s, ""}) && !group.status() && !group.identity() &&
                               group.commit({}).error() == error_kind::closed;
        ::_exit(is_closed ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(group.join({numbered_member(1), 30s, ""}));
}

// Every call of the operating system fails once, and then the group is as it was, or as it is to be.
TEST_CASE("whichever call fails, a commit is recorded whole or not at all, and the answer says so") {
    manual_clock clock;
    int unknown = 0;
    int failed = 0;
    for (const int number : {EIO, ENOSPC, EACCES}) {
        for (std::uint64_t call = 1;; ++call) {
            faulty_device disk;
            auto group = open(disk, clock).value();
            const auto own = group.join({numbered_member(1), 30s, ""}).value();
            CHECK(group.commit(std::vector{upto(own[0], 5), upto(own[1], 5)}));
            const std::uint64_t before = disk.calls();
            disk.fail_call(call, number);
            const auto done = group.commit(std::vector{upto(own[0], 9), upto(own[1], 9)});
            if (done && disk.calls() < before + call) break;  // there are no more calls
            disk.heal();
            const auto now = group.status().value().partitions;
            CHECK(now[0].committed == now[1].committed);
            if (done) CHECK(now[0].committed == position{9});
            if (!done && done.error() != error_kind::outcome_unknown) {
                ++failed;
                CHECK(now[0].committed == position{5});
                CHECK(done.error() == (number == ENOSPC ? error_kind::no_space : error_kind::io));
            }
            unknown += !done && done.error() == error_kind::outcome_unknown ? 1 : 0;
            // It goes on without being opened again.
            CHECK(group.commit(std::vector{upto(own[0], 10)}));
            CHECK(group.renew(numbered_member(1)).value().size() == 2);
            REQUIRE(call < 100);
        }
    }
    CHECK(unknown == 6);  // the rename and the sync behind it
    CHECK(failed > 10);
}

// The power goes at every call: what was acknowledged is there, and a token is never given twice.
TEST_CASE("a loss of power takes back nothing that was acknowledged") {
    std::uint64_t losses = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed)
        for (std::uint64_t call = 1;; ++call) {
            INFO("seed " << seed << " call " << call);
            manual_clock clock;
            faulty_device disk;
            std::optional<owned_partition> right;
            std::uint64_t acknowledged = 0;
            std::uint64_t attempted = 0;
            std::uint64_t token = 0;
            disk.stop_at_call(call);
            if (auto group = open(disk, clock)) {
                for (unsigned i = 1; i < 5; ++i) {
                    auto own = group->join({numbered_member(i), 30s, ""});
                    if (own && !own->empty()) {
                        right = own->front();
                        token = right->token;
                    }
                    if (!own) break;
                    attempted = i * 10;
                    if (right && group->commit(std::vector{upto(*right, attempted)})) acknowledged = attempted;
                    clock.advance(31s);
                }
            }
            const bool is_over = disk.calls() < call;
            disk.lose_power(seed * 1000 + call);
            auto again = open(disk, clock);
            REQUIRE(again);
            const auto now = again->status().value().partitions;
            CHECK(now[0].committed.value >= acknowledged);
            CHECK(now[0].committed.value <= attempted);
            CHECK(now[0].token >= token);
            clock.advance(31s);
            CHECK(again->join({numbered_member(77), 30s, ""}).value()[0].token > token);
            if (right) CHECK(!again->commit(std::vector{upto(*right, 1000)}));
            ++losses;
            if (is_over) break;
            REQUIRE(call < 500);
        }
    CHECK(losses > 200);
}

TEST_CASE("a full disk takes nothing away, and is left behind as soon as there is room") {
    manual_clock clock;
    faulty_device disk;
    auto group = open(disk, clock).value();
    const auto own = group.join({numbered_member(1), 30s, ""}).value();
    CHECK(group.commit(std::vector{upto(own[0], 5)}));
    for (const std::size_t room : {std::size_t{0}, std::size_t{1}, std::size_t{100}}) {
        disk.leave_space(room);
        CHECK(group.commit(std::vector{upto(own[0], 6)}).error() == error_kind::no_space);
        CHECK(group.status().value().partitions[0].committed == position{5});
        disk.heal();
    }
    CHECK(open(disk, clock, true));
    CHECK(group.commit(std::vector{upto(own[0], 6)}));
}
