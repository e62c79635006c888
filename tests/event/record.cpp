#include "sillok/event/record.hpp"

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace {

// A record written by hand after docs/format.md#record, so that reader and writer are not tested against each other.
class handmade {
public:
    handmade() {
        put<std::uint32_t>(0);                         // size, filled in below
        put<std::uint32_t>(0);                         // checksum, filled in below
        put<std::uint64_t>(17);                        // position
        put<std::uint64_t>(3);                         // version
        put<std::int64_t>(1'700'000'000'123'456'789);  // time
        for (const unsigned first : {0x10U, 0x20U, 0x30U})
            for (unsigned i = 0; i < 16; ++i) put(static_cast<std::uint8_t>(first + i));  // id, correlation, causation
        put<std::uint32_t>(0x11223344);                                                   // hash of the type
        put<std::uint16_t>(2);                                                            // revision
        put<std::uint8_t>(1);                                                             // codec: JSON
        put<std::uint8_t>(0);                                                             // flags
        put<std::uint8_t>(15);                                                            // bytes of the type
        put<std::uint8_t>(7);                                                             // bytes of the category
        put<std::uint8_t>(4);                                                             // bytes of the source
        put<std::uint8_t>(0);                                                             // reserved
        put<std::uint16_t>(3);                                                            // bytes of the key
        put<std::uint16_t>(2 + 4 + 2 + 5);                                                // bytes of the tags
        put<std::uint16_t>(4 + 4 + 1);                                                    // bytes of the headers
        put<std::uint16_t>(0);                                                            // reserved
        put<std::uint32_t>(2);                                                            // sealed
        put<std::uint32_t>(5);                                                            // payload
        text("\"x\"  ");
        text("money.withdrawn");
        text("account");
        text(std::string_view("4\0002", 3));
        text("till");
        put<std::uint16_t>(4);
        text("tx:1");
        put<std::uint16_t>(5);
        text("by:me");
        put<std::uint16_t>(4);
        put<std::uint16_t>(1);
        text("lang");
        text("k");
        text("\x01\x02");
        while (bytes_.size() % 8 != 0) put<std::uint8_t>(0);
        const auto size = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data(), &size, 4);
        const std::uint32_t checksum = sillok::crc32c({bytes_.data() + 8, bytes_.size() - 8});
        std::memcpy(bytes_.data() + 4, &checksum, 4);
    }
    std::vector<std::byte> bytes_;
    sillok::record_view view() const { return sillok::record_view(bytes_.data()); }

private:
    template <class T>
    void put(T value) {
        std::array<std::byte, sizeof(T)> raw{};
        sillok::store_le(raw.data(), value);
        bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    }
    void text(std::string_view value) {
        const auto bytes = sillok::as_bytes(value);
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
};

sillok::uuid counted(std::uint8_t first) {
    sillok::uuid id;
    for (std::uint8_t i = 0; i < 16; ++i) id.octets[i] = static_cast<std::uint8_t>(first + i);
    return id;
}

}  // namespace

TEST_CASE("every field of a record is read where docs/format.md says that it is") {
    const handmade made;
    const sillok::record_view record = made.view();
    CHECK(record.size() == made.bytes_.size());
    CHECK(record.bytes().size() == made.bytes_.size());
    CHECK(record.position() == sillok::position{17});
    CHECK(record.version() == sillok::version{3});
    CHECK(record.time() == sillok::timestamp{1'700'000'000'123'456'789});
    CHECK(record.id() == counted(0x10));
    CHECK(record.correlation() == counted(0x20));
    CHECK(record.causation() == counted(0x30));
    CHECK(record.type_hash() == 0x11223344);
    CHECK(record.revision() == 2);
    CHECK(record.codec() == sillok::payload_codec::json);
    CHECK(sillok::as_text(record.payload()) == "\"x\"  ");
    CHECK(record.type() == "money.withdrawn");
    CHECK(record.stream() == sillok::stream_view{"account", std::string_view("4\0002", 3)});
    CHECK(record.source() == "till");
    CHECK(sillok::as_text(record.sealed()) == "\x01\x02");
}

TEST_CASE("name, revision and codec of a record stand in one word") {
    CHECK(handmade().view().type_word() == 0x0001'0002'1122'3344);
}

TEST_CASE("tags are a range of texts") {
    const handmade made;
    std::vector<std::string> seen;
    for (const std::string_view tag : made.view().tags()) seen.emplace_back(tag);
    CHECK(seen == std::vector<std::string>{"tx:1", "by:me"});
    CHECK(made.view().tags().contains("by:me"));
    CHECK_FALSE(made.view().tags().contains("by:m"));
    CHECK(sillok::tag_list().empty());
}

TEST_CASE("headers are found by name") {
    const handmade made;
    REQUIRE_FALSE(made.view().headers().empty());
    CHECK(*made.view().headers().begin() == sillok::header{"lang", "k"});
    CHECK(made.view().headers()["lang"] == "k");
    CHECK(made.view().headers()["other"].empty());
    CHECK(sillok::header_list().empty());
}

TEST_CASE("a flipped bit anywhere behind the size shows") {
    handmade made;
    REQUIRE(made.view().is_intact());
    // The size itself is out of the checksum's reach; `is_record` checks it.
    for (std::size_t at = 4; at < made.bytes_.size(); ++at) {
        made.bytes_[at] ^= std::byte{0x10};
        CHECK_FALSE(made.view().is_intact());
        made.bytes_[at] ^= std::byte{0x10};
    }
    CHECK(made.view().is_intact());
}
