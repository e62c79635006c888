#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include <sillok/core/result.hpp>

using sillok::error;
using sillok::error_kind;
using sillok::result;

namespace {

struct throws_when_moved {
    bool armed = false;
    throws_when_moved() = default;
    explicit throws_when_moved(bool arm) : armed(arm) {}
    throws_when_moved(const throws_when_moved&) = default;
    throws_when_moved(throws_when_moved&& other) noexcept(false) : armed(other.armed) {
        if (armed) throw 1;
    }
    throws_when_moved& operator=(const throws_when_moved&) = default;
    throws_when_moved& operator=(throws_when_moved&&) = default;
};

}  // namespace

TEST_CASE("a result holds a value or an error", "[result]") {
    result<std::string> good = std::string("value");
    CHECK(good.has_value());
    CHECK(*good == "value");
    CHECK(good->size() == 5);
    CHECK(good.value_or("other") == "value");
    result<std::string> bad = error(error_kind::no_space, "full");
    CHECK(!bad);
    CHECK(bad.error() == error_kind::no_space);
    CHECK(bad.error().text() == "full");
    CHECK(bad.value_or("other") == "other");
    CHECK_THROWS_AS(bad.value(), sillok::bad_result);
}

TEST_CASE("results are copied and moved, whatever they hold", "[result]") {
    const result<std::string> good = std::string("value");
    const result<std::string> bad = error(error_kind::io, "no");
    result<std::string> both = good;
    both = bad;
    CHECK(both.error() == error_kind::io);
    both = good;
    CHECK(*both == "value");
    result<std::unique_ptr<int>> only_moved = std::make_unique<int>(7);
    result<std::unique_ptr<int>> taken = std::move(only_moved);
    CHECK(**taken == 7);
    CHECK(*std::move(taken).value() == 7);
}

TEST_CASE("a result of nothing holds success or an error", "[result]") {
    result<void> good;
    CHECK(good.has_value());
    good.value();
    result<void> bad = error(error_kind::damaged, "broken");
    result<void> copy = bad;
    CHECK(!copy);
    CHECK(copy.error().text() == "broken");
    copy = good;
    CHECK(copy);
    copy = std::move(bad);
    CHECK(copy.error() == error_kind::damaged);
    CHECK_THROWS_AS(copy.value(), sillok::bad_result);
    STATIC_REQUIRE(sizeof(result<void>) == sizeof(void*));
}

TEST_CASE("a value that throws while it is assigned leaves the error in place", "[result]") {
    result<throws_when_moved> target = error(error_kind::io, "before");
    result<throws_when_moved> source = throws_when_moved{};
    source->armed = true;
    CHECK_THROWS(target = std::move(source));
    REQUIRE(!target);
    CHECK(target.error().text() == "before");
}

TEST_CASE("an error says its kind, its text and where it happened", "[result]") {
    CHECK(error(error_kind::io, "no").within("file").text() == "file: no");
    const error conflict = error::conflict("stream moved on", 3, 5);
    CHECK(conflict == error_kind::conflict);
    CHECK(conflict.expected() == 3);
    CHECK(conflict.actual() == 5);
    for (int kind = 0; kind <= static_cast<int>(error_kind::not_authorised); ++kind)
        CHECK(!to_string(static_cast<error_kind>(kind)).empty());
    CHECK(to_string(error_kind::not_authorised) == "not_authorised");
    CHECK(to_string(error_kind::locked) == "locked");
}
