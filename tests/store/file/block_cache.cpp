#include "sillok/store/file/block_cache.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "sillok/testing/faulty_device.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

constexpr std::size_t smallest = 16 * block_cache::block_bytes;  // a block in each part

// A file of random bytes that is read through a cache.
struct cached_file {
    testing::faulty_device disk;
    directory within;
    owned_file file;
    std::vector<std::byte> bytes;
    block_cache cache;
    std::uint64_t number = block_cache::next_file();

    cached_file(std::size_t size, std::size_t cached)
        : within(opened(disk)), file(*within.open_file("f", open_mode::create)), bytes(size), cache(cached) {
        std::mt19937_64 random(size);
        for (std::byte& each : bytes) each = static_cast<std::byte>(random());
        REQUIRE(within.write(file, bytes, 0).ok());
    }
    static directory opened(testing::faulty_device& disk) {
        static_cast<void>(disk.make_directory("d"));
        return {disk, owned_file(disk, static_cast<int>(disk.open_directory("d").value))};
    }
    io_outcome read(std::vector<std::byte>& to, std::uint64_t offset, std::uint64_t end) {
        return cache.read(number, within, file, to.data(), to.size(), offset, end);
    }
    // Whether a read gives what the file has below `end`.
    bool is_right(std::size_t offset, std::size_t count, std::size_t end) {
        std::vector<std::byte> to(count, std::byte{0xEE});
        const io_outcome got = read(to, offset, end);
        const std::size_t known = std::min(end, bytes.size());
        const std::size_t wanted = offset >= known ? 0 : std::min(count, known - offset);
        return got.ok() && static_cast<std::size_t>(got.value) == wanted &&
               std::equal(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(wanted),
                          bytes.begin() + static_cast<std::ptrdiff_t>(offset < known ? offset : 0));
    }
};

}  // namespace

TEST_CASE("a cache gives what the file has, wherever it is read, and whatever has to go for it") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    for (const std::size_t cached : {smallest, 3 * smallest, 600 * smallest}) {
        cached_file f(200'123, cached);
        std::mt19937_64 random(seed);
        std::size_t wrong = 0;
        for (int i = 0; i < 4000; ++i)
            wrong += !f.is_right(random() % 210'000, 1 + random() % (i % 10 == 0 ? 20'000 : 600), 300'000);
        CHECK(wrong == 0);
    }
}

TEST_CASE("what is behind the end is not kept: it may be written yet") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    cached_file f(60'000, 10 * smallest);
    std::mt19937_64 random(seed);
    std::size_t wrong = 0;
    for (std::size_t end = 1; end < f.bytes.size(); end += 1 + random() % 900) {
        // The bytes behind the end become others, as those of a frame that is written next.
        for (std::size_t i = end; i < f.bytes.size() && i < end + 5000; ++i)
            (*f.disk.content("d", "f"))[i] = f.bytes[i] = static_cast<std::byte>(random());
        for (int i = 0; i < 4; ++i) wrong += !f.is_right(random() % (end + 10), 1 + random() % 9000, end);
    }
    CHECK(wrong == 0);
}

TEST_CASE("a block that was read is not asked of the device again, and a device that fails is told of") {
    cached_file f(100'000, 64 * smallest);
    CHECK(f.is_right(5000, 200, 100'000));
    f.disk.stop_at_call(1);
    const std::uint64_t calls = f.disk.calls();
    CHECK(f.is_right(4096, 4096, 100'000));
    CHECK(f.disk.calls() == calls);
    std::vector<std::byte> to(4097);
    CHECK(f.read(to, 4096, 100'000).error == EIO);
    f.disk.heal();
    CHECK(f.is_right(4096, 4097, 100'000));
}

TEST_CASE("each file has its own blocks, and a number is given once") {
    cached_file f(10'000, 64 * smallest);
    CHECK(f.is_right(0, 500, 10'000));
    const auto other = f.within.open_file("g", open_mode::create);
    const std::vector<std::byte> content(500, std::byte{7});
    REQUIRE(f.within.write(*other, content, 0).ok());
    std::vector<std::byte> to(500);
    const std::uint64_t number = block_cache::next_file();
    CHECK(number != f.number);
    CHECK(f.cache.read(number, f.within, *other, to.data(), to.size(), 0, 500).value == 500);
    CHECK(to == content);
    CHECK(f.is_right(0, 500, 10'000));
}

TEST_CASE("a cache that has no room for a block in each of its parts is none") {
    CHECK_FALSE(block_cache(0).is_on());
    CHECK_FALSE(block_cache(smallest - 1).is_on());
    CHECK(block_cache(smallest).is_on());
}

TEST_CASE("several threads that drive out each other's blocks read what the file has") {
    cached_file f(300'000, smallest);
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> readers;
    for (unsigned t = 0; t < 4; ++t)
        readers.emplace_back([&f, &wrong, t] {
            std::mt19937_64 random(t);
            for (int i = 0; i < 3000; ++i)
                if (!f.is_right(random() % 290'000, 1 + random() % 6000, 300'000)) ++wrong;
        });
    for (std::thread& each : readers) each.join();
    CHECK(wrong == 0);
}
