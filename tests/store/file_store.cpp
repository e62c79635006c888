#include "sillok/store/file_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance.hpp"
#include "file_recovery.hpp"
#include "sillok/store/store_ref.hpp"

using namespace sillok;
using recovery_tests::append;
using recovery_tests::batch_of;
using recovery_tests::payload_of;
using recovery_tests::read;
using recovery_tests::scratch;

namespace {

struct faulty_source {
    std::optional<testing::faulty_device> disk;
    std::optional<file_store> current;
    clock_ref clock;

    store_ref fresh(clock_ref time) {
        clock = time;
        current.reset();
        disk.emplace();
        return open();
    }
    store_ref reopen() {
        current.reset();
        return open();
    }
    store_ref open() {
        current.emplace(
            file_store::open("s", {.clock = clock, .segment_bytes = segment_bytes_min, .device = *disk}).value());
        return *current;
    }
};

}  // namespace

TEST_CASE("the file store keeps every law of stores") {
    faulty_source source;
    keeps_every_law(source);
}

TEST_CASE("the file store keeps every law of stores on the real disk") {
    struct {
        scratch folder;
        int n = 0;
        std::optional<file_store> current;
        clock_ref clock;
        store_ref fresh(clock_ref time) {
            clock = time;
            ++n;
            return reopen();
        }
        store_ref reopen() {
            current.reset();
            current.emplace(
                file_store::open(folder / std::to_string(n), {.clock = clock, .segment_bytes = 1 << 16}).value());
            return *current;
        }
    } source;
    keeps_every_law(source);
}

TEST_CASE("P8: a second writer is refused and told who the first one is; readers are not") {
    const scratch folder;
    const std::string path = folder / "bank.sillok";
    auto store = file_store::open(path).value();
    REQUIRE(append(store, "a", 1).has_value());
    for (int attempt = 0; attempt < 2; ++attempt) {  // closing the second handle does not lose the lock
        const auto second = file_store::open(path);
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().kind() == error_kind::locked);
        CHECK(second.error().text().find("pid " + std::to_string(::getpid()) + " since 20") != std::string::npos);
    }
    const auto reader = file_store::open(path, {.read_only = true});
    CHECK(reader.has_value());
    REQUIRE(store.close().has_value());
    CHECK(file_store::open(path).has_value());
    CHECK(append(store, "b", 2).error().kind() == error_kind::closed);
    CHECK(read(store).size() == 1);
}

TEST_CASE("who must not create a store does not, and who only reads changes nothing") {
    const scratch folder;
    const std::string path = folder / "none";
    CHECK(file_store::open(path, {.must_exist = true}).error().kind() == error_kind::no_such_store);
    CHECK(file_store::open(path, {.read_only = true}).error().kind() == error_kind::no_such_store);
    CHECK_FALSE(std::filesystem::exists(path));
    std::filesystem::create_directory(path);
    CHECK_FALSE(file_store::open(path, {.must_exist = true}).has_value());
    CHECK(std::filesystem::is_empty(path));

    {
        auto created = file_store::open(path).value();
        REQUIRE(append(created, "a", 1).has_value());
    }
    auto reader = file_store::open(path, {.read_only = true}).value();
    CHECK(read(reader) == std::vector<std::string>{"a"});
    CHECK(append(reader, "b", 2).error().kind() == error_kind::closed);
    CHECK(reader.report().was_closed);
}

TEST_CASE("P17: what is not a store of ours is refused, each with its reason") {
    CHECK(file_store::open("").error() == error_kind::invalid_argument);
    const scratch folder;
    const auto refused = [&](const std::string& path, error_kind kind, std::string_view text) {
        const auto opened = file_store::open(path);
        REQUIRE_FALSE(opened.has_value());
        INFO(opened.error().text());
        CHECK(opened.error().kind() == kind);
        CHECK(opened.error().text().find(text) != std::string::npos);
    };
    std::ofstream(folder / "file") << "text";
    refused(folder / "file", error_kind::unsupported_format, "not a directory");
    std::filesystem::create_directory(folder / "foreign");
    std::ofstream(folder / "foreign/thesis.tex") << "text";
    refused(folder / "foreign", error_kind::unsupported_format, "thesis.tex");
    CHECK_FALSE(std::filesystem::exists(folder / "foreign/lock"));
    refused(folder / "a/b", error_kind::io, "cannot be made");

    {
        auto store = file_store::open(folder / "s").value();
        REQUIRE(append(store, "a", 1).has_value());
    }
    const std::string segment = folder / "s/0000000001.segment";
    std::filesystem::rename(segment, folder / "moved");
    std::filesystem::create_symlink(folder / "moved", segment);
    refused(folder / "s", error_kind::io, "link");
    std::filesystem::remove(segment);
    REQUIRE(::mkfifo(segment.c_str(), 0600) == 0);
    refused(folder / "s", error_kind::io, "regular file");
    std::filesystem::remove(segment);
    refused(folder / "s", error_kind::damaged, "0000000001.segment is missing");
    std::filesystem::remove(folder / "s/store");
    std::filesystem::rename(folder / "moved", segment);
    refused(folder / "s", error_kind::unsupported_format, "missing");
}

TEST_CASE("P17: files are for their owner alone") {
    const scratch folder;
    const auto store = file_store::open(folder / "s").value();
    struct ::stat about {};
    REQUIRE(::stat((folder / "s").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
    for (const auto& each : std::filesystem::directory_iterator(folder / "s")) {
        REQUIRE(::stat(each.path().c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
    }
}

TEST_CASE("P20: a newer format and another store's segment are refused by name") {
    testing::faulty_device disk;
    recovery_tests::history past;
    recovery_tests::live(disk, past, 0, 4, 1200);
    testing::manual_clock clock;
    const auto open = [&](testing::faulty_device& on) {
        return file_store::open("bank.sillok", {.clock = clock, .device = on});
    };
    for (const char* const name : {"store", "mark", "0000000002.segment"}) {
        auto other = disk.copy();
        auto& content = *other->content("bank.sillok", name);
        content[8] = std::byte{9};
        store_le(content.data() + 12, detail::block_checksum(content));
        const auto opened = open(*other);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().kind() == error_kind::unsupported_format);
        CHECK(opened.error().text().find("format 9; this library reads up to 1") != std::string::npos);
    }
    testing::faulty_device second;
    recovery_tests::history other_past;
    recovery_tests::live(second, other_past, 0, 4, 1200);
    *second.content("bank.sillok", "0000000002.segment") = *disk.content("bank.sillok", "0000000002.segment");
    const auto mixed = open(second);
    REQUIRE_FALSE(mixed.has_value());
    CHECK(mixed.error().kind() == error_kind::unsupported_format);
    CHECK(mixed.error().text().find("belongs to store") != std::string::npos);
}

TEST_CASE("P19: after a fork the child's handle says that it is closed") {
    const scratch folder;
    auto store = file_store::open(folder / "s").value();
    REQUIRE(append(store, "a", 1).has_value());
    uuid batch;  // of the first append
    batch.octets[0] = batch.octets[15] = 1;
    const ::pid_t child = ::fork();
    if (child == 0) {
        const auto is_closed = [](const auto& answer) { return !answer && answer.error() == error_kind::closed; };
        const auto look = [](const record_view&) { return true; };
        const bool all =
            is_closed(append(store, "b", 2)) && is_closed(store.read_stream({"account", "odd"}, {}, look)) &&
            is_closed(store.read_all({}, look)) && is_closed(store.version_of({"account", "odd"})) &&
            is_closed(store.wait({}, horizon::visible, {})) && is_closed(store.find_batch(batch)) && store.close();
        ::_exit(all ? 0 : 1);
    }
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(store.find_batch(batch).value().has_value());
    CHECK(append(store, "c", 3).has_value());
    CHECK(read(store) == std::vector<std::string>{"a", "c"});
    CHECK_FALSE(file_store::open(folder / "s").has_value());  // the lock is still the parent's
}

TEST_CASE("P8 P19: a forked child does not give the lock back, and does not keep it from being given back") {
    const scratch folder;
    std::optional<file_store> store = file_store::open(folder / "s").value();
    int has_let_go[2];
    int may_end[2];
    REQUIRE((::pipe(has_let_go) == 0 && ::pipe(may_end) == 0));
    char token = 0;
    for (const bool lets_go : {true, false}) {
        const ::pid_t child = ::fork();
        if (child == 0) {
            if (lets_go) store.reset();
            ::_exit(::write(has_let_go[1], &token, 1) == 1 && ::read(may_end[0], &token, 1) == 1 ? 0 : 1);
        }
        REQUIRE(::read(has_let_go[0], &token, 1) == 1);
        const auto second = file_store::open(folder / "s");
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().text().find("pid " + std::to_string(::getpid()) + " since ") != std::string::npos);
        store.reset();
        auto again = file_store::open(folder / "s");
        CHECK(again.has_value());
        REQUIRE(::write(may_end[1], &token, 1) == 1);
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        if (again) store = *std::move(again);
    }
    for (const int end : {has_let_go[0], has_let_go[1], may_end[0], may_end[1]}) ::close(end);
}

TEST_CASE("a segment is begun when the last one is full, and one batch may be larger than a segment") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .device = disk};
    std::vector<std::string> wanted;
    {
        auto store = file_store::open("s", options).value();
        for (const int n : {1, 2, 3, 4}) {
            wanted.push_back(payload_of(n, n == 3 ? 100'000 : 1500));
            REQUIRE(append(store, wanted.back(), n).has_value());
        }
        CHECK(read(store) == wanted);
    }
    auto store = file_store::open("s", options).value();
    CHECK(store.report().segments == 3);
    CHECK(store.report().was_closed);
    CHECK(read(store) == wanted);
    for (const std::string& name : disk.names("s"))
        if (name.ends_with(".segment") && name != "0000000002.segment")
            CHECK(disk.content("s", name)->size() <= segment_bytes_min);
}

TEST_CASE("P12: the file store remembers at least as many batches as it is told, also when it is opened again") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    const file_options options{.clock = clock, .segment_bytes = segment_bytes_min, .batch_window = 5, .device = disk};
    const auto text = [](int n) { return payload_of(n, 1500); };  // two to a segment
    {
        auto store = file_store::open("s", options).value();
        for (int n = 1; n <= 20; ++n) REQUIRE(append(store, text(n), n).has_value());
        CHECK(append(store, text(16), 16).value().repeated);
    }
    auto store = file_store::open("s", options).value();
    for (int n = 16; n <= 20; ++n) {
        const auto again = append(store, text(n), n);
        CHECK(again.value().repeated);
        CHECK(again->first.value == static_cast<std::uint64_t>(n));
        CHECK(again->version.value == static_cast<std::uint64_t>((n + 1) / 2));
        CHECK(store.find_batch(batch_of(n)).value()->receipt.last == again->last);
    }
    CHECK(append(store, "other", 18).error().kind() == error_kind::command_reused);
    CHECK_FALSE(append(store, text(1), 1).value().repeated);
}

TEST_CASE("P9: another process reads what is durable as soon as it is, and nothing else") {
    const scratch folder;
    auto writer = file_store::open(folder / "s", {.durability = lose_unsynced{}}).value();
    REQUIRE(append(writer, "1", 1).has_value());
    const auto seen = [&] { return read(file_store::open(folder / "s", {.read_only = true}).value()).size(); };
    CHECK(seen() == 0);
    REQUIRE(writer.sync().has_value());
    CHECK(seen() == 1);
    REQUIRE(append(writer, "2", 2).has_value());
    CHECK(seen() == 1);
    REQUIRE(writer.sync().has_value());
    CHECK(seen() == 2);
}
