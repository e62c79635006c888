#include "sillok/testing/faulty_device.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

using namespace sillok;

namespace {

struct one_file {
    testing::faulty_device disk;
    int folder = 0;
    int file = 0;
    one_file() {
        static_cast<void>(disk.make_directory("d"));
        folder = static_cast<int>(disk.open_directory("d").value);
        file = static_cast<int>(disk.open(folder, "f", open_mode::create).value);
    }
    io_outcome write(const std::string& text, std::uint64_t at = 0) {
        return disk.write(file, text.data(), text.size(), at);
    }
    std::string now() {
        const auto* const bytes = disk.content("d", "f");
        return bytes == nullptr ? "nothing" : std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
};

}  // namespace

TEST_CASE("what was synced survives the loss of power, and any part of the rest may") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        one_file f;
        REQUIRE(f.write("old").ok());
        REQUIRE(f.disk.sync(f.file).ok());
        REQUIRE(f.disk.sync(f.folder).ok());
        REQUIRE(f.write("new").ok());
        f.disk.lose_power(seed);
        seen.insert(f.now());
    }
    CHECK(seen.contains("old"));
    CHECK(seen.contains("new"));
    CHECK((seen.contains("nld") || seen.contains("ned") || seen.size() == 2));
    CHECK_FALSE(seen.contains("nothing"));
}

TEST_CASE("a file whose directory was not synced may be gone") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 32; ++seed) {
        one_file f;
        REQUIRE(f.write("text").ok());
        REQUIRE(f.disk.sync(f.file).ok());
        f.disk.lose_power(seed);
        seen.insert(f.now());
    }
    CHECK(seen == std::set<std::string>{"nothing", "text"});
}

TEST_CASE("after a sync that failed, another one does not bring back what it lost") {
    one_file f;
    REQUIRE(f.disk.sync(f.folder).ok());
    REQUIRE(f.write("text").ok());
    f.disk.fail_call(1, EIO);
    CHECK(f.disk.sync_data(f.file).error == EIO);
    CHECK(f.now() == "text");  // as the kernel shows it
    CHECK(f.disk.sync_data(f.file).ok());
    f.disk.lose_power(1);
    CHECK(f.now() != "text");
}

TEST_CASE("calls fail, are short, are interrupted and run out of space as they are told") {
    one_file f;
    f.disk.fail_call(2, EIO);
    CHECK(f.write("a").ok());
    CHECK(f.write("b").error == EIO);
    CHECK(f.write("c").ok());
    f.disk.transfer_at_most(2);
    CHECK(f.write("abcdef").value == 2);
    f.disk.interrupt_every(1);
    CHECK(f.write("abcdef").error == EINTR);
    f.disk.heal();
    f.disk.leave_space(3);
    CHECK(f.write("abcdefgh").value == 5);  // two bytes were there
    CHECK(f.write("x", 5).error == ENOSPC);
    CHECK(f.write("xyz", 0).value == 3);
}
