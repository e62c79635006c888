#include <sys/stat.h>
#include <unistd.h>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <sillok/event/schema_lock_file.hpp>

namespace {

struct opened {
    std::string owner;
};
struct opened_again {
    std::string owner;
    std::int64_t limit;
    static opened_again upcast(const opened& e) { return {e.owner, 0}; }
};
struct opened_otherwise {
    std::int32_t owner;
};

struct first : sillok::events<sillok::event<"account.opened", opened>> {};
struct second : sillok::events<sillok::event<"account.opened", opened, opened_again>> {};
struct other : sillok::events<sillok::event<"account.opened", opened_otherwise>> {};
struct nothing : sillok::events<> {};

// A directory that goes with the test.
struct directory {
    std::filesystem::path path;
    directory() {
        std::string name = (std::filesystem::temp_directory_path() / "sillok-lock-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    ~directory() { std::filesystem::remove_all(path); }
    std::string lock() const { return (path / "bank.lock").string(); }
    std::ptrdiff_t files() const { return std::distance(std::filesystem::directory_iterator(path), {}); }
};

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
ino_t inode(const std::string& path) {
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_ino;
}

}  // namespace

TEST_CASE("a lock is written where there is none, and not touched where it says everything", "[schema_lock_file]") {
    const directory here;
    const auto written = sillok::write_schema_lock<first>(here.lock(), "first_schema_lock");
    REQUIRE(written);
    CHECK(written->is_written);
    CHECK(written->versions == 1);
    CHECK(written->added == 1);
    CHECK(content(here.lock()) == sillok::schema_lock_text<first>("first_schema_lock"));
    CHECK(here.files() == 1);

    const ino_t before = inode(here.lock());
    const auto again = sillok::write_schema_lock<first>(here.lock(), "another_name");
    REQUIRE(again);
    CHECK(!again->is_written);
    CHECK(again->versions == 1);
    CHECK(inode(here.lock()) == before);
}

TEST_CASE("a version that is new is added, and nothing else changes", "[schema_lock_file]") {
    const directory here;
    REQUIRE(sillok::write_schema_lock<first>(here.lock(), "t"));
    const std::string before = content(here.lock());
    const auto added = sillok::write_schema_lock<second>(here.lock(), "t");
    REQUIRE(added);
    CHECK(added->added == 1);
    CHECK(content(here.lock()) == before + "{\"account.opened\", 2,\n \"owner: string; \"\n \"limit: i64\"},\n");
    CHECK(here.files() == 1);
}

TEST_CASE("a lock that would change is left alone", "[schema_lock_file]") {
    const directory here;
    REQUIRE(sillok::write_schema_lock<second>(here.lock(), "t"));
    const std::string before = content(here.lock());
    const auto changed = sillok::write_schema_lock<other>(here.lock(), "t");
    REQUIRE(!changed);
    CHECK(changed.error() == sillok::error_kind::condition_failed);
    CHECK(changed.error().text().starts_with(here.lock() + ": what is locked is never changed"));
    CHECK(changed.error().text().find("account.opened revision 1 (line 2) changed: `owner` was string, now i32") !=
          std::string::npos);
    CHECK(changed.error().text().find("account.opened revision 2 (line 4) is not in the catalogue any more") !=
          std::string::npos);
    CHECK(content(here.lock()) == before);
    CHECK(sillok::run_schema_lock<other>(here.lock()) == 1);
    CHECK(sillok::run_schema_lock<second>(here.lock()) == 0);
    CHECK(here.files() == 1);
}

TEST_CASE("an empty catalogue has a lock, and an empty file is one", "[schema_lock_file]") {
    const directory here;
    REQUIRE(sillok::write_schema_lock<nothing>(here.lock())->is_written);
    CHECK(!sillok::write_schema_lock<nothing>(here.lock())->is_written);
    std::ofstream(here.lock(), std::ios::trunc);
    CHECK(sillok::write_schema_lock<first>(here.lock())->added == 1);
}

TEST_CASE("a file that is no lock is left alone", "[schema_lock_file]") {
    const directory here;
    std::ofstream(here.lock()) << "// a note\n{\"account.opened\", 1, \"own";
    const auto cut = sillok::write_schema_lock<first>(here.lock());
    REQUIRE(!cut);
    CHECK(cut.error().text() == here.lock() + ": line 2: the text ends within a version, it has been cut");
    CHECK(content(here.lock()).ends_with("\"own"));
}

TEST_CASE("what the system refuses is an error with its words", "[schema_lock_file]") {
    const directory here;
    const auto nowhere = sillok::write_schema_lock<first>((here.path / "no" / "bank.lock").string());
    REQUIRE(!nowhere);
    CHECK(nowhere.error() == sillok::error_kind::io);
    CHECK(nowhere.error().text().find("No such file or directory") != std::string::npos);
    const auto a_directory = sillok::write_schema_lock<first>(here.path.string());
    REQUIRE(!a_directory);
    CHECK(a_directory.error() == sillok::error_kind::io);
    // What was written beside is not left there.
    std::filesystem::create_directory(here.path / "taken");
    CHECK(!sillok::detail::replace_lock_file((here.path / "taken").string(), "text"));
    CHECK(here.files() == 1);
    std::filesystem::remove(here.path / "taken");
    if (::geteuid() != 0) {
        REQUIRE(sillok::write_schema_lock<first>(here.lock()));
        REQUIRE(::chmod(here.path.c_str(), 0500) == 0);
        CHECK(!sillok::write_schema_lock<second>(here.lock()));
        REQUIRE(::chmod(here.path.c_str(), 0700) == 0);
        CHECK(here.files() == 1);
    }
}

TEST_CASE("a lock behind a link is replaced behind it", "[schema_lock_file]") {
    const directory here;
    REQUIRE(sillok::write_schema_lock<first>(here.lock()));
    const std::string link = (here.path / "link").string();
    std::filesystem::create_symlink(here.lock(), link);
    REQUIRE(sillok::write_schema_lock<second>(link));
    CHECK(std::filesystem::is_symlink(link));
    CHECK(content(here.lock()).find("account.opened\", 2") != std::string::npos);
}
