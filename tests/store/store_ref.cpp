#include "sillok/store/store_ref.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "conformance.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/retention.hpp"
#include "store/counting_store.hpp"

using namespace sillok;

namespace {

// A reference to a reference to a store, which is a store as well.
struct referred_source {
    std::optional<memory_store> current;
    std::optional<store_ref> reference;
    store_ref fresh(clock_ref clock) { return reference.emplace(current.emplace(clock)); }
};

static_assert(event_store<store_ref>);
static_assert(std::is_trivially_copyable_v<store_ref> && sizeof(store_ref) == 2 * sizeof(void*));
static_assert(!std::is_constructible_v<store_ref, int&>);

}  // namespace

TEST_CASE("from where on a stream is kept is asked of a store that knows, and read of any other") {
    counting_store plain;
    const store_ref knows = plain.inner;
    const store_ref reads = plain;
    const new_event event{.type = {"probe.event", 1}};
    const std::vector<new_event> five(5, event);
    for (const std::string_view key : {"1", "2"}) {
        const stream_append to{{"account", key}, any_version{}, five};
        REQUIRE(plain.append({.streams = {&to, 1}}));
    }
    REQUIRE(truncate(plain.inner, {"account", "1"}, version{4}));
    for (const store_ref& each : {knows, reads, store_ref(reads)}) {
        CHECK(each.first_kept({"account", "1"}).value() == version{4});
        CHECK(each.first_kept({"account", "2"}).value() == version{1});
        CHECK(each.first_kept({"account", "3"}).value() == version{1});
    }
    plain.records = 0;
    static_cast<void>(knows.first_kept({"account", "1"}));
    CHECK(plain.records == 0);
    static_cast<void>(reads.first_kept({"account", "1"}));
    CHECK(plain.records == 1);
    REQUIRE(delete_stream(plain.inner, {"account", "1"}));
    for (const store_ref& each : {knows, reads})
        CHECK(each.first_kept({"account", "1"}).error() == error_kind::stream_deleted);
}

TEST_CASE("a reference to a store keeps every law of stores") {
    referred_source source;
    keeps_every_law(source);
}
