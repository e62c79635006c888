#include "sillok/store/file/open_files.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cerrno>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "sillok/testing/faulty_device.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

// Files that each begin with a block, which here is 16 bytes with a checksum at offset 12.
struct some_files {
    testing::faulty_device disk;
    directory within;
    open_files among;
    std::vector<std::unique_ptr<known_file>> known;

    some_files(std::uint32_t count, std::size_t limit) : within(opened(disk)), among(within, limit) {
        for (std::uint32_t n = 0; n < count; ++n) {
            put(n, n);
            known.push_back(std::make_unique<known_file>(among, std::to_string(n), n));
        }
    }
    static directory opened(testing::faulty_device& disk) {
        static_cast<void>(disk.make_directory("d"));
        return {disk, owned_file(disk, static_cast<int>(disk.open_directory("d").value))};
    }
    void put(std::uint32_t n, std::uint32_t checksum) {
        std::byte block[16] = {};
        store_le(block + 12, checksum);
        REQUIRE(within.replace(std::to_string(n), block).has_value());
    }
    // The checksum in a file.
    std::uint32_t in(const owned_file& file) const {
        std::byte block[16] = {};
        return within.read(file, block, sizeof block, 0).ok() ? load_le<std::uint32_t>(block + 12) : 0xFFFFFFFF;
    }
};

}  // namespace

TEST_CASE("no more files are open than the limit says, and the one that goes was not asked for longest") {
    some_files f(10, 3);
    std::vector<std::weak_ptr<const owned_file>> given(10);
    const auto open_now = [&] {
        std::vector<std::size_t> numbers;
        for (std::size_t i = 0; i < given.size(); ++i)
            if (!given[i].expired()) numbers.push_back(i);
        return numbers;
    };
    for (std::size_t i = 0; i < 10; ++i) {
        given[i] = *f.known[i]->open();
        CHECK(open_now().size() == (i < 3 ? i + 1 : 3));
    }
    CHECK(open_now() == std::vector<std::size_t>{7, 8, 9});
    REQUIRE(f.known[7]->open().has_value());
    given[2] = *f.known[2]->open();
    CHECK(open_now() == std::vector<std::size_t>{2, 7, 9});
    f.known[7].reset();
    CHECK(open_now() == std::vector<std::size_t>{2, 9});
    given[0] = *f.known[0]->open();
    CHECK(open_now() == std::vector<std::size_t>{0, 2, 9});
}

TEST_CASE("a file that is in use stays open for who uses it, also when it had to go") {
    some_files f(3, 1);
    const auto kept = *f.known[0]->open();
    REQUIRE(f.known[1]->open().has_value());
    CHECK(f.in(*kept) == 0);
    CHECK(*f.known[0]->open() != kept);
}

TEST_CASE("a file that is open already is taken over, and counts") {
    some_files f(2, 1);
    const std::uint64_t calls = f.disk.calls();
    std::weak_ptr<const owned_file> first = *f.known[0]->open();
    auto file = std::make_shared<const owned_file>(*f.within.open_file("1", open_mode::read));
    f.known[1]->adopt(file);
    CHECK(first.expired());
    const std::uint64_t before = f.disk.calls();
    CHECK(before > calls);
    CHECK(*f.known[1]->open() == file);
    CHECK(f.disk.calls() == before);
}

TEST_CASE("another file under the name is refused, and the one that was there is taken again") {
    some_files f(2, 1);
    REQUIRE(f.known[0]->open().has_value());
    REQUIRE(f.known[1]->open().has_value());
    f.put(0, 77);
    const auto other = f.known[0]->open();
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().kind() == error_kind::io);
    CHECK(other.error().text().find("0: is another file") != std::string::npos);
    f.disk.content("d", "0")->resize(15);
    CHECK_FALSE(f.known[0]->open().has_value());
    f.put(0, 0);
    CHECK(f.known[0]->open().has_value());
}

TEST_CASE("a call of the device that fails is told of, and the next attempt goes on") {
    some_files f(1, 1);
    for (std::uint64_t call = 1; call <= 2; ++call) {
        f.disk.fail_call(call, EIO);
        const auto opened = f.known[0]->open();
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().kind() == error_kind::io);
    }
    CHECK(f.known[0]->open().has_value());
}

TEST_CASE("threads that want more files than may be open each get theirs") {
    some_files f(12, 3);
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> readers;
    for (unsigned t = 0; t < 4; ++t)
        readers.emplace_back([&f, &wrong, t] {
            std::mt19937_64 random(t);
            for (int i = 0; i < 2000; ++i) {
                const auto n = static_cast<std::uint32_t>(random() % 12);
                const auto file = f.known[n]->open();
                if (!file || f.in(**file) != n) ++wrong;
            }
        });
    for (std::thread& each : readers) each.join();
    CHECK(wrong == 0);
}

TEST_CASE("where the system gives no more files, one that is open is closed for another") {
    some_files f(3, 10);
    const std::weak_ptr<const owned_file> first = f.known[0]->open().value();
    REQUIRE(f.known[1]->open().has_value());
    f.disk.fail_call(1, EMFILE);
    CHECK(f.known[2]->open().has_value());
    CHECK(first.expired());
    CHECK(f.known[0]->open().has_value());

    some_files alone(1, 10);
    alone.disk.fail_call(1, EMFILE);
    CHECK(alone.known[0]->open().error() == error_kind::io);
}

TEST_CASE(
    "a file that is pinned is read as it was opened, whatever has its name now and however many others are open") {
    some_files f(5, 1);
    const auto held = *f.known[2]->open();
    f.known[2]->pin(held);
    f.put(2, 77);
    for (std::size_t i = 0; i < 5; ++i) REQUIRE(f.known[i]->open().has_value());
    CHECK(*f.known[2]->open() == held);
    CHECK_FALSE(f.known[2]->is_another());
    f.known[2]->pin(nullptr);
    REQUIRE(f.known[3]->open().has_value());
    const auto refused = f.known[2]->open();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().text().find("is another file") != std::string::npos);
    CHECK(f.known[2]->is_another());
    f.put(2, 2);
    CHECK(f.known[2]->open().has_value());
    CHECK_FALSE(f.known[2]->is_another());
}

TEST_CASE("a directory that is named by its path may come later, go, and come again") {
    testing::faulty_device disk;
    open_files among(disk, "later", 1, 0);
    known_file one(among, "one", 1);
    known_file two(among, "two", 2);
    CHECK(among.path() == "later");
    CHECK(one.path() == "later");
    const auto early = one.open();
    REQUIRE_FALSE(early.has_value());
    CHECK(early.error() == error_kind::io);
    CHECK(early.error().text().find("one: later: cannot be opened") == 0);

    REQUIRE(disk.make_directory("later").ok());
    const directory there(disk, owned_file(disk, static_cast<int>(disk.open_directory("later").value)));
    const auto put = [&](const std::string& name, std::uint32_t checksum) {
        std::byte block[16] = {};
        store_le(block + 12, checksum);
        REQUIRE(there.replace(name, block).has_value());
    };
    put("one", 1);
    CHECK(one.open().has_value());
    const auto missing = two.open();
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().text().find("later/two: cannot be opened") == 0);
    put("two", 2);
    CHECK(two.open().has_value());
    CHECK(one.open().has_value());
}
