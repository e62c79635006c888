#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <sillok/core/uuid.hpp>

using sillok::parse_uuid;
using sillok::timestamp;
using sillok::uuid;
using sillok::uuid_generator;

TEST_CASE("an id is written and read back", "[uuid]") {
    const std::string text = "0190163d-8694-739b-aea5-966c26f8ad91";
    CHECK(to_string(*parse_uuid(text)) == text);
    CHECK(parse_uuid("0190163D-8694-739B-AEA5-966C26F8AD91") == parse_uuid(text));
    STATIC_REQUIRE(parse_uuid("00000000-0000-0000-0000-000000000001")->octets[15] == 1);
    STATIC_REQUIRE(uuid{}.is_nil());
    CHECK(!parse_uuid(""));
    CHECK(!parse_uuid("0190163d-8694-739b-aea5-966c26f8ad9"));
    CHECK(!parse_uuid("0190163d-8694-739b-aea5-966c26f8ad911"));
    CHECK(!parse_uuid("0190163d+8694-739b-aea5-966c26f8ad91"));
    for (const char digit : {'/', ':', '@', 'G', '`'})
        CHECK(!parse_uuid("0190163" + std::string(1, digit) + "-8694-739b-aea5-966c26f8ad91"));
    CHECK(!parse_uuid("0190163g-8694-739b-aea5-966c26f8ad91"));
    CHECK(!parse_uuid("{190163d-8694-739b-aea5-966c26f8ad91"));
}

TEST_CASE("an id of version 7 starts with its milliseconds and says its version", "[uuid]") {
    uuid_generator make(42);
    const uuid id = make(timestamp{1'645'557'742'000'000'000});
    CHECK(to_string(id).starts_with("017f22e2-79b0-7"));
    CHECK((id.octets[8] & 0xC0) == 0x80);
    CHECK(to_string(make(timestamp{-5})).starts_with("00000000-0000-7"));
    CHECK(to_string(uuid_generator(42)(timestamp{1'645'557'742'000'123'456})) ==
          "017f22e2-79b0-71f9-bdd7-3226e2525f99");
}

TEST_CASE("an id is nil only where every octet is", "[uuid]") {
    for (std::size_t i = 0; i < 16; ++i) {
        uuid id;
        CHECK(id.is_nil());
        id.octets[i] = 1;
        CHECK_FALSE(id.is_nil());
    }
}

TEST_CASE("ids ascend with time, also within a nanosecond, and are unique", "[uuid]") {
    uuid_generator make(7);
    uuid before;
    std::set<uuid> seen;
    for (int i = 0; i < 100'000; ++i) {
        const uuid id = make(timestamp{1'700'000'000'000'000'000 + i / 10});
        REQUIRE(before < id);
        REQUIRE(seen.insert(id).second);
        before = id;
    }
    CHECK(uuid_generator(1)(timestamp{}) == uuid_generator(1)(timestamp{}));
    CHECK(uuid_generator()(timestamp{}) != uuid_generator()(timestamp{}));
}

TEST_CASE("a parent, its children and their children never make the same id", "[uuid]") {
    constexpr timestamp now{1'700'000'000'000'000'000};
    constexpr std::size_t each = 100;
    uuid_generator make;
    uuid_generator seeded(42);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto tell = [&] {
        std::array<uuid, each> ids;
        for (uuid& id : ids) id = make(now);
        if (!std::is_sorted(ids.begin(), ids.end())) return false;
        return ::write(ends[1], ids.data(), sizeof ids) == static_cast<ssize_t>(sizeof ids) &&
               seeded(now) == uuid_generator(42)(now);
    };
    const auto has_ended_well = [](::pid_t child) {
        int status = 1;
        return ::waitpid(child, &status, 0) == child && status == 0;
    };
    for (int child = 0; child < 2; ++child) {
        const ::pid_t forked = ::fork();
        if (forked == 0) {
            const ::pid_t grandchild = ::fork();
            const bool told = tell();
            if (grandchild == 0) ::_exit(told ? 0 : 1);
            ::_exit(told && has_ended_well(grandchild) ? 0 : 1);
        }
        CHECK(has_ended_well(forked));
    }
    CHECK(tell());
    std::set<uuid> seen;
    for (std::size_t i = 0; i < 5 * each; ++i) {
        uuid id;
        REQUIRE(::read(ends[0], &id, sizeof id) == static_cast<ssize_t>(sizeof id));
        CHECK(seen.insert(id).second);
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("fractions of a millisecond order ids of different generators", "[uuid]") {
    uuid_generator one(1);
    uuid_generator two(2);
    for (std::int64_t ns = 0; ns < 1'000'000; ns += 1000) {
        const uuid early = one(timestamp{1'700'000'000'000'000'000 + ns});
        const uuid late = two(timestamp{1'700'000'000'000'000'000 + ns + 500});
        REQUIRE(early.octets < late.octets);
    }
}
