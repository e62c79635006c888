#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

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

// Counts those that are alive. Assignment takes another way where a move may throw.
template <bool MoveThrows>
struct counted {
    static inline int alive = 0;
    int number;

    explicit counted(int n) : number(n) { ++alive; }
    counted(const counted& other) : number(other.number) { ++alive; }
    counted(counted&& other) noexcept(!MoveThrows) : number(std::exchange(other.number, 0)) { ++alive; }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&& other) noexcept(!MoveThrows) {
        number = std::exchange(other.number, 0);
        return *this;
    }
    ~counted() {
        --alive;
        number = -1;
    }
};
struct reason : counted<false> {
    using counted::counted;
};

template <class Value>
void is_assigned_whole() {
    using either = result<Value, reason>;
    const auto make = [](bool good, int number) { return good ? either(Value(number)) : either(reason(number)); };
    const auto holds = [](const either& e, bool good, int number) {
        return e.has_value() == good && bool(e) == good && (good ? e->number : e.error().number) == number;
    };
    for (const bool was : {true, false})
        for (const bool is : {true, false}) {
            either target = make(was, 1);
            either source = make(is, 2);
            const either& itself = target;
            target = itself;
            CHECK(holds(target, was, 1));
            target = std::move(const_cast<either&>(itself));
            CHECK(holds(target, was, 1));
            target = source;
            CHECK((holds(target, is, 2) && holds(source, is, 2)));
            target = make(was, 3);
            target = std::move(source);
            CHECK((holds(target, is, 2) && holds(source, is, 0)));
            const either copy = target;
            CHECK((holds(copy, is, 2) && holds(target, is, 2)));
            const either moved = std::move(target);
            CHECK((holds(moved, is, 2) && holds(target, is, 0)));
        }
    const Value kept(7);
    CHECK(holds(either(kept), true, 7));
    CHECK(kept.number == 7);
}

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
    CHECK_FALSE(bad.has_value());
    CHECK_THROWS_WITH(bad.value(), "no_space: full");
    CHECK_THROWS_AS(std::as_const(bad).value(), sillok::bad_result);
    CHECK_THROWS_AS(std::move(bad).value(), sillok::bad_result);
    const result<int, reason> mute = reason(1);
    CHECK_THROWS_WITH(mute.value(), "sillok::result has no value");
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

TEST_CASE("whatever a result held and takes, it holds all of that and nothing else", "[result]") {
    is_assigned_whole<counted<false>>();
    is_assigned_whole<counted<true>>();
    CHECK(counted<false>::alive == 0);
    CHECK(counted<true>::alive == 0);
}

TEST_CASE("a result of nothing holds success or an error", "[result]") {
    result<void> good;
    CHECK(good.has_value());
    good.value();
    result<void> bad = error(error_kind::damaged, "broken");
    result<void> copy = bad;
    CHECK(!copy);
    CHECK(copy.error().text() == "broken");
    CHECK(bad.error().text() == "broken");
    CHECK_FALSE(bad.has_value());
    copy = good;
    CHECK(copy);
    copy = std::move(bad);
    CHECK(copy.error() == error_kind::damaged);
    CHECK_THROWS_AS(copy.value(), sillok::bad_result);
    const result<void> moved = std::move(copy);
    CHECK(moved.error() == error_kind::damaged);
    {
        result<void, reason> counts = reason(1);
        counts = result<void, reason>(reason(2));
        CHECK(counts.error().number == 2);
    }
    CHECK(reason::alive == 0);
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
    for (int kind = 0; kind <= static_cast<int>(error_kind::timed_out); ++kind)
        CHECK(!to_string(static_cast<error_kind>(kind)).empty());
    CHECK(to_string(error_kind::not_authorised) == "not_authorised");
    CHECK(to_string(error_kind::locked) == "locked");
}
