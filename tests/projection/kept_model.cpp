#include "sillok/projection/kept_model.hpp"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "sillok/testing/faulty_device.hpp"

namespace {

using sillok::position;
using sillok::detail::kept_model;

sillok::byte_buffer written(std::string_view magic, const std::string& state) {
    sillok::byte_buffer bytes;
    kept_model kept{77, {12}, {}, "balances", sillok::as_bytes(state)};
    kept.event.octets[3] = 9;
    kept.encode(magic, bytes);
    return bytes;
}

}  // namespace

TEST_CASE("what is kept of a model comes back as it was, and only as what it was") {
    const sillok::byte_buffer bytes = written(kept_model::of_model, "its state");
    CHECK(bytes.size() == kept_model::header_bytes + 8 + 9);
    const auto kept = kept_model::decode(kept_model::of_model, bytes.view());
    REQUIRE(kept);
    CHECK(kept->fingerprint == 77);
    CHECK(kept->position == position{12});
    CHECK(kept->event.octets[3] == 9);
    CHECK(kept->name == "balances");
    CHECK(sillok::as_text(kept->state) == "its state");
    CHECK_FALSE(kept_model::decode(kept_model::of_position, bytes.view()));
    CHECK_FALSE(kept_model::decode(kept_model::of_model, bytes.view().first(bytes.size() - 1)));
    CHECK_FALSE(kept_model::decode(kept_model::of_model, {}));
}

TEST_CASE("lengths that do not add up are no model, also where the checksum is right") {
    for (const std::size_t field : {std::size_t{14}, std::size_t{48}}) {
        sillok::byte_buffer bytes = written(kept_model::of_position, "");
        sillok::store_le(bytes.data() + field, std::uint16_t{9});
        sillok::store_le(bytes.data() + 8, sillok::crc32c(bytes.view().subspan(12)));
        CHECK(kept_model::is_whole(kept_model::of_position, bytes.view()));
        CHECK_FALSE(kept_model::decode(kept_model::of_position, bytes.view()));
    }
}

TEST_CASE("a file is read whole, or as much of it as is wanted") {
    sillok::testing::faulty_device disk;
    REQUIRE(disk.make_directory("d").ok());
    const sillok::detail::directory files(
        disk, sillok::detail::owned_file(disk, static_cast<int>(disk.open_directory("d").value)));
    sillok::byte_buffer bytes;
    CHECK_FALSE(sillok::detail::read_kept(files, "f", 100, bytes).value());
    REQUIRE(files.replace("f", sillok::as_bytes("some bytes")));
    CHECK(sillok::detail::read_kept(files, "f", 100, bytes).value());
    CHECK(sillok::as_text(bytes.view()) == "some bytes");
    sillok::byte_buffer fewer;
    CHECK(sillok::detail::read_kept(files, "f", 4, fewer).value());
    CHECK(sillok::as_text(fewer.view()) == "some");
    disk.fail_call(1, EACCES);
    CHECK(sillok::detail::read_kept(files, "f", 4, fewer).error() == sillok::error_kind::io);
}
