#include "sillok/store/file/lock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "sillok/testing/faulty_device.hpp"

using namespace sillok;

TEST_CASE("a moment is written for people") {
    CHECK(detail::utc_text(timestamp{0}) == "1970-01-01T00:00:00Z");
    CHECK(detail::utc_text(timestamp{-1}) == "1969-12-31T23:59:59Z");
    CHECK(detail::utc_text(timestamp{1'769'860'800'999'999'999}) == "2026-01-31T12:00:00Z");
}

namespace {

const std::string mine = "pid " + std::to_string(::getpid()) + " since 1970-01-01T00:00:00Z";

// Writes a note when the lock's file is read for the nth time, as an owner does who has only just come.
struct late_note : testing::faulty_device {
    int reads = 0;
    int nth = 0;
    std::string note;

    io_outcome read(int file, void* to, std::size_t bytes, std::uint64_t offset) {
        if (++reads == nth) leave(note);
        return faulty_device::read(file, to, bytes, offset);
    }
    void leave(const std::string& text) {
        const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
        content("d", "lock")->assign(begin, begin + text.size());
    }
};

detail::directory make_folder(device_ref disk) {
    REQUIRE(disk.make_directory("d").ok());
    return {disk, detail::owned_file(disk, static_cast<int>(disk.open_directory("d").value))};
}

std::string refusal(const detail::directory& files) {
    const auto second = detail::writer_lock::take(files, timestamp{1});
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind() == error_kind::locked);
    return second.error().text();
}

}  // namespace

TEST_CASE("P8: a lock is held until it goes, and names its owner") {
    testing::faulty_device disk;
    const auto files = make_folder(disk);
    auto first = detail::writer_lock::take(files, timestamp{0});
    REQUIRE(first.has_value());
    for (int attempt = 0; attempt < 2; ++attempt)
        CHECK(refusal(files) == "this process has the store open for writing already: " + mine);
    first->release();
    CHECK(detail::writer_lock::take(files, timestamp{2}).has_value());
}

TEST_CASE("P8: who gives the lock back takes its name away, so that it is never taken for the next owner's") {
    testing::faulty_device disk;
    const auto files = make_folder(disk);
    REQUIRE(detail::writer_lock::take(files, timestamp{0}).has_value());
    CHECK(disk.content("d", "lock")->empty());
}

TEST_CASE("P8: an owner who has not yet written its name, or not all of it, is waited for") {
    const ::pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    REQUIRE(::waitpid(gone, nullptr, 0) == gone);
    const std::string stale = "pid " + std::to_string(gone) + " since 1970-01-01T00:00:00Z";
    for (const std::string& before : {std::string(), mine.substr(0, 5), mine, stale + '\n'}) {
        late_note disk;
        const auto files = make_folder(disk);
        const auto first = detail::writer_lock::take(files, timestamp{0});
        REQUIRE(first.has_value());
        disk.leave(before);
        disk.nth = 3;
        disk.note = mine + '\n';
        CHECK(refusal(files) == "this process has the store open for writing already: " + mine);
        CHECK(disk.reads >= 3);
    }
}

TEST_CASE("P8: where the owner cannot be known, that is said, and a lock that is given back meanwhile is taken") {
    const ::pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    REQUIRE(::waitpid(gone, nullptr, 0) == gone);
    testing::faulty_device disk;
    const auto files = make_folder(disk);
    disk.leave_space(0);  // the lock does not need its owner's name
    {
        const auto nameless = detail::writer_lock::take(files, timestamp{0});
        REQUIRE(nameless.has_value());
        CHECK(refusal(files) == "another writer has the store: it did not say who it is");
        const std::string stale = "pid " + std::to_string(gone) + " since 1970-01-01T00:00:00Z\n";
        const auto* const begin = reinterpret_cast<const std::byte*>(stale.data());
        disk.content("d", "lock")->assign(begin, begin + stale.size());
        CHECK(refusal(files) == "another writer has the store: " + stale.substr(0, stale.size() - 1) +
                                    ", which does not run here; a child that it forked may have it");
    }
    CHECK(detail::writer_lock::take(files, timestamp{1}).has_value());
}
