#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/json_reader.hpp>

namespace {

struct milli {
    static constexpr std::int64_t num = 1;
    static constexpr std::int64_t den = 1000;
};
struct day {
    static constexpr std::int64_t num = 86400;
    static constexpr std::int64_t den = 1;
};

}  // namespace

TEST_CASE("base64 is read exactly as it is written", "[json_reader]") {
    std::vector<std::byte> bytes;
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<unsigned char> some;
        for (std::size_t i = 0; i < size; ++i) some.push_back(static_cast<unsigned char>(i * 37 + size));
        REQUIRE(sillok::detail::from_base64(sillok::detail::to_base64(some.data(), some.size()), bytes));
        REQUIRE(bytes.size() == size);
        for (std::size_t i = 0; i < size; ++i) REQUIRE(static_cast<unsigned char>(bytes[i]) == some[i]);
    }
    for (const char* bad : {"A", "AA", "AAA", "AA=A", "=AAA", "A===", "AAAA=", "AA==AAAA", "A A=", "AB==", "AAB="})
        CHECK(!sillok::detail::from_base64(bad, bytes));
}

TEST_CASE("a moment is a count exactly or not at all", "[json_reader]") {
    using sillok::detail::count_at;
    std::int64_t count = 0;
    CHECK((count_at<milli>({1, 5, 1}, count) && count == 1500));
    CHECK((count_at<milli>({-1, 999, 3}, count) && count == -1));
    CHECK(!count_at<milli>({0, 1, 4}, count));
    CHECK((count_at<milli>({0, 10, 4}, count) && count == 1));
    CHECK((count_at<day>({-86400, 0, 0}, count) && count == -1));
    CHECK(!count_at<day>({1, 0, 0}, count));
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    CHECK((count_at<sillok::detail::nanosecond_period>({-9223372037, 145224192, 9}, count) && count == least));
    CHECK(!count_at<sillok::detail::nanosecond_period>({-9223372037, 145224191, 9}, count));
}
