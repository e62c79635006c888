#include "sillok/store/snapshot_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "sillok/store/memory_snapshots.hpp"

using namespace sillok;

namespace {

struct no_snapshots {
    result<void> save(const snapshot&) { return {}; }
    result<bool> load(stream_view, snapshot_visitor) const { return false; }
};

static_assert(snapshot_store<memory_snapshots>);
static_assert(snapshot_store<snapshot_store_ref>);
static_assert(!snapshot_store<no_snapshots>);
static_assert(!snapshot_store<int>);

}  // namespace

TEST_CASE("a reference to a store of snapshots asks that store") {
    memory_snapshots kept;
    const snapshot_store_ref ref = kept;
    const snapshot one{.stream = {"account", "1"}, .version = {3}, .fingerprint = 4, .state = as_bytes("abc")};
    ref.save(one).value();
    CHECK(kept.size() == 1);
    std::string state;
    CHECK(ref.load(one.stream, [&](const snapshot& seen) { state = as_text(seen.state); }).value());
    CHECK(state == "abc");
    ref.drop(one.stream).value();
    CHECK_FALSE(ref.load(one.stream, [](const snapshot&) {}).value());
    CHECK(kept.size() == 0);
}

TEST_CASE("a later snapshot outlasts an earlier one, and the same one outlasts itself") {
    const snapshot one{.version = {3}, .first = {1}, .fingerprint = 4};
    snapshot other = one;
    CHECK(outlasts(one, other));
    other.version = {4};
    CHECK_FALSE(outlasts(one, other));
    CHECK(outlasts(other, one));
    for (int what = 0; what < 3; ++what) {
        other = one;
        if (what == 0) other.fingerprint = 5;
        if (what == 1) other.event.octets[0] = 1;
        if (what == 2) other.first = {2};
        CHECK_FALSE(outlasts(one, other));
    }
}
