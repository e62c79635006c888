#include "sillok/event/record_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace sillok;

namespace {

std::vector<std::byte> written(const record_fields& fields) {
    std::vector<std::byte> bytes(record_bytes(fields), std::byte{0xAA});
    CHECK(write_record(bytes.data(), fields) == bytes.data() + bytes.size());
    return bytes;
}

std::vector<std::byte> full_record() {
    const std::string_view tags[] = {"tx:1", "user:ada"};
    const header headers[] = {{"trace", "1-2"}, {"empty", ""}};
    return written({.position = {7},
                    .version = {3},
                    .time = timestamp{-5},
                    .id = uuid{{1}},
                    .correlation = uuid{{2}},
                    .causation = uuid{{3}},
                    .type = {"money.deposited", 2, payload_codec::json},
                    .stream = {"account", std::string_view("4\0002", 3)},
                    .source = "bank",
                    .tags = tags,
                    .headers = headers,
                    .sealed = as_bytes("secret"),
                    .payload = as_bytes("{\"amount\":1}")});
}

// Everything that a reader may ask, so that a sanitizer sees where it looks.
std::size_t read_all_of(const record_view& r) {
    std::size_t sum =
        r.type().size() + r.stream().category.size() + r.source().size() + r.sealed().size() + r.payload().size();
    for (const char c : r.stream().key) sum += static_cast<unsigned char>(c);
    for (const std::string_view tag : r.tags())
        for (const char c : tag) sum += static_cast<unsigned char>(c);
    for (const header each : r.headers()) sum += each.name.size() + each.value.size();
    for (const std::byte b : r.sealed()) sum += static_cast<std::size_t>(b);
    return sum + (r.is_intact() ? 1 : 0);
}

}  // namespace

TEST_CASE("a record gives back what it was made of") {
    const auto bytes = full_record();
    CHECK(bytes.size() % 8 == 0);
    REQUIRE(is_record(bytes));
    const record_view r(bytes.data());
    CHECK(r.is_intact());
    CHECK(r.size() == bytes.size());
    CHECK(r.position() == position{7});
    CHECK(r.version() == version{3});
    CHECK(r.time() == timestamp{-5});
    CHECK(r.id() == uuid{{1}});
    CHECK(r.correlation() == uuid{{2}});
    CHECK(r.causation() == uuid{{3}});
    CHECK(r.type() == "money.deposited");
    CHECK(r.type_hash() == name_hash("money.deposited"));
    CHECK(r.revision() == 2);
    CHECK(r.codec() == payload_codec::json);
    CHECK(r.stream() == stream_view{"account", std::string_view("4\0002", 3)});
    CHECK(r.source() == "bank");
    CHECK(std::vector<std::string_view>(r.tags().begin(), r.tags().end()) ==
          std::vector<std::string_view>{"tx:1", "user:ada"});
    CHECK(r.headers()["trace"] == "1-2");
    CHECK(as_text(r.sealed()) == "secret");
    CHECK(as_text(r.payload()) == "{\"amount\":1}");
}

TEST_CASE("the bytes of a record are the same for ever") {
    const auto bytes =
        written({.position = {1}, .version = {1}, .type = {"a", 1}, .stream = {"b", "c"}, .payload = as_bytes("d")});
    REQUIRE(bytes.size() == 112);
    CHECK(load_le<std::uint32_t>(bytes.data()) == 112);
    CHECK(load_le<std::uint32_t>(bytes.data() + 80) == 0xE40C292C);
    CHECK(as_text(bytes_view(bytes).subspan(108)) == "dabc");
    CHECK(load_le<std::uint32_t>(bytes.data() + 4) == crc32c(bytes_view(bytes).subspan(8)));
}

TEST_CASE("a short text is copied whole at every length") {
    for (std::size_t size = 0; size < 100; ++size) {
        std::string text(size, 'x');
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
        std::vector<std::byte> to(size + 2, std::byte{0x7F});
        CHECK(detail::store_short(to.data() + 1, text) == to.data() + 1 + size);
        CHECK(as_text({to.data() + 1, size}) == text);
        CHECK(to.front() == std::byte{0x7F});
        CHECK(to.back() == std::byte{0x7F});
    }
}

TEST_CASE("P15: a record that is cut is not a record") {
    const auto bytes = full_record();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(is_record(cut));
    }
}

TEST_CASE("P15: whatever is_record lets through can be read without leaving it") {
    const auto whole = full_record();
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::size_t accepted = 0;
    std::size_t sum = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> bytes = whole;
        for (unsigned i = 0; i < 1 + random() % 3; ++i) {
            // Lengths first of all: they stand in the bytes 0 to 3, 88 to 107, and before each tag and header.
            const std::size_t at = random() % 3 == 0 ? random() % bytes.size() : 84 + random() % 24;
            bytes[at] = static_cast<std::byte>(random() % 2 == 0 ? random() : static_cast<unsigned>(bytes[at]) + 1);
        }
        bytes.resize(bytes.size() - random() % 2);
        if (!is_record(bytes)) continue;
        ++accepted;
        sum += read_all_of(record_view(bytes.data()));
    }
    CHECK(accepted > 100);
    CHECK(sum > 0);
}
