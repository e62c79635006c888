#include "sillok/store/file/posix_device.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include "../file_recovery.hpp"

using namespace sillok;

TEST_CASE(
    "the operating system is asked without following links, and what is opened is closed when a program is started") {
    const recovery_tests::scratch folder;
    const posix_device device;
    const int where = static_cast<int>(device.open_directory(folder.path.c_str()).value);
    REQUIRE(where >= 0);
    const io_outcome file = device.open(where, "f", open_mode::create);
    REQUIRE(file.ok());
    const int number = static_cast<int>(file.value);
    CHECK(device.open(where, "f", open_mode::create).error == EEXIST);
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(where, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(device.write(number, "abc", 3, 2).value == 3);
    CHECK(device.file_size(number).value == 5);
    CHECK(device.sync(number).ok());
    CHECK(device.sync_data(number).ok());
    CHECK(device.sync(where).ok());

    std::filesystem::create_symlink(folder / "f", folder / "link");
    CHECK(device.open(where, "link", open_mode::read).error == ELOOP);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const io_outcome pipe = device.open(where, "pipe", open_mode::read);
    if (pipe.ok()) CHECK(device.file_size(static_cast<int>(pipe.value)).value == -1);
    std::size_t names = 0;
    CHECK(device.list(where, [&](std::string_view) { ++names; }).ok());
    CHECK(names == 3);
    if (pipe.ok()) CHECK(device.close(static_cast<int>(pipe.value)).ok());
    CHECK(device.close(number).ok());
    CHECK(device.close(where).ok());
    CHECK(device.open_directory((folder / "f").c_str()).error == ENOTDIR);
}
