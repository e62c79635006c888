#include "sillok/store/file/device.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <string>
#include <type_traits>

#include "sillok/store/file/posix_device.hpp"
#include "sillok/testing/faulty_device.hpp"

using namespace sillok;

static_assert(device<posix_device> && device<testing::faulty_device> && device<device_ref>);
static_assert(!device<int> && std::is_trivially_copyable_v<device_ref>);

TEST_CASE("a reference to a device asks the device") {
    testing::faulty_device disk;
    const device_ref device = disk;
    REQUIRE(device.make_directory("d").ok());
    CHECK(device.make_directory("d").error == EEXIST);
    const int folder = static_cast<int>(device.open_directory("d").value);
    const int file = static_cast<int>(device.open(folder, "f", open_mode::create).value);
    CHECK(device.write(file, "text", 4, 0).value == 4);
    CHECK(device.truncate(file, 3).ok());
    CHECK(device.file_size(file).value == 3);
    char read[4] = {};
    CHECK(device.read(file, read, 4, 0).value == 3);
    CHECK(std::string(read) == "tex");
    CHECK(device.sync(file).ok());
    CHECK(device.sync_data(file).ok());
    CHECK(device.try_lock(file).ok());
    const int second = static_cast<int>(device.open(folder, "f", open_mode::write).value);
    CHECK(device.try_lock(second).error == EWOULDBLOCK);
    CHECK(device.close(file).ok());
    CHECK(device.try_lock(second).ok());
    CHECK(device.rename(folder, "f", "g").ok());
    std::string names;
    CHECK(device.list(folder, [&](std::string_view name) { names += name; }).ok());
    CHECK(names == "g");
    CHECK(device.remove(folder, "g").ok());
    CHECK(device.open(folder, "g", open_mode::read).error == ENOENT);
}
