#include "sillok/event/downcast.hpp"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace {

namespace v1 {
struct paid {
    std::int64_t amount;
    friend bool operator==(const paid&, const paid&) = default;
};
}  // namespace v1
namespace v2 {
struct paid {
    std::int64_t amount;
    std::int64_t fee;
    static paid upcast(const v1::paid& e) { return {e.amount, 0}; }
    friend bool operator==(const paid&, const paid&) = default;
};
constexpr v1::paid downcast(const paid& e, std::type_identity<v1::paid>) { return {e.amount + e.fee}; }
}  // namespace v2
// [downcast]
struct paid {
    std::int64_t amount;
    std::int64_t fee;
    std::string currency;
    static paid upcast(const v2::paid& e) { return {e.amount, e.fee, "KRW"}; }
    static v2::paid downcast(const paid& e) { return {e.amount, e.fee}; }
};
// [/downcast]

namespace v0 {
struct opened {
    std::string owner;
};
}  // namespace v0
struct newly_opened {
    std::string owner;
    static newly_opened upcast(const v0::opened& e) { return {e.owner}; }
};

struct account_events : sillok::events<sillok::event<"paid", v1::paid, v2::paid, paid>,
                                       sillok::event<"opened", v0::opened, newly_opened>> {};

}  // namespace

TEST_CASE("a current event is given as any version to which there are steps") {
    const paid now{10, 2, "EUR"};
    CHECK(sillok::downcast_to<v2::paid, account_events>(now) == v2::paid{10, 2});
    CHECK(sillok::downcast_to<v1::paid, account_events>(now) == v1::paid{12});
    CHECK(sillok::downcast_to<paid, account_events>(now).currency == "EUR");
    static_assert(sillok::downcastable<paid, v2::paid>);
    static_assert(!sillok::downcastable<paid, v1::paid>);
    static_assert(!sillok::downcastable<newly_opened, v0::opened>);
}

TEST_CASE("a payload is encoded as the revision that is asked for") {
    const paid now{10, 2, "EUR"};
    for (std::uint16_t revision = 1; revision <= 3; ++revision) {
        sillok::byte_buffer out;
        const auto type = sillok::encode_event<account_events>(now, out, revision);
        REQUIRE(type);
        CHECK(type->name == "paid");
        CHECK(type->revision == revision);
        sillok::byte_buffer expected;
        if (revision == 1) sillok::binary_codec::encode(v1::paid{12}, expected);
        if (revision == 2) sillok::binary_codec::encode(v2::paid{10, 2}, expected);
        if (revision == 3) sillok::binary_codec::encode(now, expected);
        CHECK(sillok::as_text(out.view()) == sillok::as_text(expected.view()));
    }
}

TEST_CASE("a revision that is not there, or has no way to it, is an error and writes nothing") {
    sillok::byte_buffer out;
    const auto refused = [&](const auto& e, std::uint16_t revision) {
        const auto type = sillok::encode_event<account_events>(e, out, revision);
        REQUIRE_FALSE(type);
        CHECK(type.error() == sillok::error_kind::invalid_argument);
        CHECK(out.size() == 0);
        return type.error().text();
    };
    CHECK(refused(paid{1, 1, ""}, 0) == "paid has the revisions 1 to 3, and not 0");
    CHECK(refused(paid{1, 1, ""}, 4) == "paid has the revisions 1 to 3, and not 4");
    CHECK(refused(newly_opened{"ada"}, 1) == "opened cannot be given as revision 1: revision 2 has no downcast to it");
}
