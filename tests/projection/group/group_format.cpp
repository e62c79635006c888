#include "sillok/projection/group/group_format.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "sillok/testing/group_probe.hpp"

using namespace sillok;
using sillok::testing::numbered_member;

namespace {

detail::group_content sample() {
    detail::group_content made;
    made.name = "balances";
    made.identity = {numbered_member(1), 3, "key", numbered_member(2)};
    made.changes = 4711;
    made.table = detail::group_table(3);
    made.table.members = {{numbered_member(3), "desk", 30'000'000'000, -5}, {numbered_member(4), "", 1, 77}};
    made.table.partitions = {
        {numbered_member(3), 9, {1000}}, {uuid{}, 2, {0}}, {numbered_member(4), 1, {~std::uint64_t{0}}}};
    return made;
}
std::vector<std::byte> written(const detail::group_content& content) {
    byte_buffer buffer;
    detail::write_group(content, buffer);
    return {buffer.view().begin(), buffer.view().end()};
}
// As whoever knew how to repair a checksum would.
void seal(std::vector<std::byte>& file) {
    store_le(file.data() + detail::group_layout::checksum, detail::group_checksum(file));
}

}  // namespace

TEST_CASE("a group is read as it was written") {
    const auto file = written(sample());
    CHECK(file.size() == 80 + 8 + 3 + 3 * 32 + 2 * 34 + 4);
    const auto read = detail::read_group(file).value();
    CHECK(read.name == "balances");
    CHECK(read.identity.id == numbered_member(1));
    CHECK(read.identity.partitions == 3);
    CHECK(read.identity.partitioned_by == "key");
    CHECK(read.identity.log == numbered_member(2));
    CHECK(read.changes == 4711);
    CHECK(read.table.members.size() == 2);
    CHECK(read.table.members[0].name == "desk");
    CHECK(read.table.members[0].lease_ns == 30'000'000'000);
    CHECK(read.table.members[0].until_ns == -5);
    CHECK(read.table.partitions[0].token == 9);
    CHECK(read.table.partitions[0].committed == position{1000});
    CHECK(read.table.partitions[1].owner.is_nil());
    CHECK(read.table.partitions[2].committed.value == ~std::uint64_t{0});
    CHECK(written(read) == file);
}

TEST_CASE("the fields of a group's file are where the page on formats says") {
    const auto file = written(sample());
    CHECK(as_text({file.data(), 8}) == "SILLOKGR");
    CHECK(load_le<std::uint32_t>(file.data() + 8) == 1);
    CHECK(load_le<std::uint32_t>(file.data() + 16) == file.size());
    CHECK(load_le<std::uint32_t>(file.data() + 20) == 3);
    CHECK(load_le<std::uint32_t>(file.data() + 24) == 2);
    CHECK(load_le<std::uint16_t>(file.data() + 28) == 8);
    CHECK(load_le<std::uint16_t>(file.data() + 30) == 3);
    CHECK(load_le<std::uint64_t>(file.data() + 64) == 4711);
    CHECK(as_text({file.data() + 80, 11}) == "balanceskey");
    const std::byte* const first = file.data() + 91;
    CHECK(detail::load_id(first) == numbered_member(3));
    CHECK(load_le<std::uint64_t>(first + 16) == 9);
    CHECK(load_le<std::uint64_t>(first + 24) == 1000);
    const std::byte* const member = first + 3 * 32;
    CHECK(load_le<std::int64_t>(member + 16) == 30'000'000'000);
    CHECK(load_le<std::int64_t>(member + 24) == -5);
    CHECK(as_text({member + 34, load_le<std::uint16_t>(member + 32)}) == "desk");
}

TEST_CASE("no bit of a group's file can change, and no byte be missing, without being noticed") {
    const auto whole = written(sample());
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        auto file = whole;
        file[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        const auto read = detail::read_group(file);
        REQUIRE(!read);
        CHECK(read.error() == (bit < 12 * 8 ? error_kind::unsupported_format : error_kind::damaged));
    }
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        const auto read = detail::read_group({whole.data(), bytes});
        REQUIRE(!read);
        CHECK(read.error() == (bytes > 0 && bytes < 8 ? error_kind::unsupported_format : error_kind::damaged));
    }
    auto longer = whole;
    longer.push_back(std::byte{0});
    CHECK(detail::read_group(longer).error() == error_kind::damaged);
}

TEST_CASE("a newer format is told from damage, with both numbers") {
    auto file = written(sample());
    store_le(file.data() + 8, std::uint32_t{2});
    seal(file);
    const auto read = detail::read_group(file);
    REQUIRE(!read);
    CHECK(read.error() == error_kind::unsupported_format);
    CHECK(read.error().text() == "has format 2, and this program knows 1");
}

TEST_CASE("parts that do not fit are refused also where the checksum is right") {
    const auto with = [](std::size_t at, auto value) {
        auto file = written(sample());
        store_le(file.data() + at, value);
        seal(file);
        const auto read = detail::read_group(file);
        return !read && read.error() == error_kind::damaged;
    };
    CHECK(with(20, std::uint32_t{0}));
    CHECK(with(20, std::uint32_t{4}));
    CHECK(with(20, std::uint32_t{0xFFFFFFFF}));
    CHECK(with(24, std::uint32_t{1}));
    CHECK(with(24, std::uint32_t{3}));
    CHECK(with(24, std::uint32_t{0xFFFFFFFF}));
    CHECK(with(28, std::uint16_t{0xFFFF}));
    CHECK(with(30, std::uint16_t{0xFFFF}));
    CHECK(with(91, std::uint64_t{7}));           // an owner who is not there
    CHECK(with(91 + 96 + 16, std::int64_t{0}));  // a member without a lease
    CHECK(with(91 + 96 + 16, std::int64_t{-1}));
    CHECK(with(91 + 96 + 16, std::int64_t{1} << 62));  // one longer than there can be
    CHECK(with(91 + 96 + 32, std::uint16_t{65}));      // a longer name
    // At random, with the checksum repaired: refused or read, and what is read is written the same.
    std::mt19937_64 random(1);
    const auto whole = written(sample());
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto file = whole;
        for (auto n = 1 + random() % 4; n > 0; --n)
            file[16 + random() % (file.size() - 16)] =
                static_cast<std::byte>(random() % 2 == 0 ? random() % 4 : random());
        seal(file);
        const auto read = detail::read_group(file);
        refused += read ? 0 : 1;
        if (read) CHECK(read->table.partitions.size() == read->identity.partitions);
    }
    CHECK(refused > 1000);
}
