#include "sillok/command/carry_out.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sillok/store/memory_store.hpp"
#include "sillok/testing/broken_stores.hpp"

namespace {

// A step that appends one event to a stream at the version it is at.
struct one_event {
    sillok::memory_store& store;
    std::string_view unique = {};
    int runs = 0;

    sillok::result<void, sillok::failure> operator()(sillok::prepared_batch& batch) {
        ++runs;
        batch.begin({"a", "1"}, store.version_of({"a", "1"}).value());
        for (int i = 0; i < (unique.empty() ? 1 : 2); ++i)
            batch.add(
                sillok::event_type("a.b", 1), [](sillok::byte_buffer&) {},
                [&](sillok::tags& out) {
                    if (!unique.empty()) out.unique("id", unique);
                });
        return {};
    }
};

}  // namespace

TEST_CASE("a known command id is answered before anything is decided") {
    sillok::memory_store store;
    sillok::uuid id;
    id.octets[0] = 1;
    const auto context = sillok::command_context{}.with_id(id);
    one_event step{store};
    CHECK_FALSE(sillok::detail::carry_out(store, context, 5, "", 3, step).value().repeated);
    CHECK(sillok::detail::carry_out(store, context, 5, "", 3, step).value().repeated);
    CHECK(step.runs == 1);
    CHECK(sillok::detail::carry_out(store, context, 6, "", 3, step).error().is(sillok::error_kind::command_reused));
    CHECK(step.runs == 1);
}

TEST_CASE("two events of one act may not carry the same unique tag") {
    sillok::memory_store store;
    one_event step{store, "7"};
    const auto done = sillok::detail::carry_out(store, {}, 0, "", 3, step);
    REQUIRE_FALSE(done);
    CHECK(done.error().is(sillok::error_kind::condition_failed));
    CHECK(store.last(sillok::horizon::visible) == sillok::position{0});
}

TEST_CASE("a command whose twin is accepted while it is decided gets the twin's receipt, and no rejection") {
    sillok::memory_store store;
    sillok::uuid id;
    id.octets[0] = 1;
    const auto context = sillok::command_context{}.with_id(id);
    one_event twin{store};
    for (const bool rejects : {true, false}) {
        id.octets[1] = rejects ? 1 : 2;
        const auto sent = context.with_id(id);
        const auto late = [&](sillok::prepared_batch&) -> sillok::result<void, sillok::failure> {
            sillok::detail::carry_out(store, sent, 5, "", 3, twin).value();
            if (rejects) return sillok::failure(sillok::reject("too late"));
            return {};  // nothing
        };
        const auto done = sillok::detail::carry_out(store, sent, 5, "", 3, late);
        REQUIRE(done);
        CHECK(done->repeated);
        CHECK(done->first != sillok::position{0});
    }
}

namespace {

// A store in which somebody else's sync fails.
struct unsettled_store : sillok::testing::passing_store {
    using passing_store::passing_store;
    static sillok::result<void> settle(sillok::position) {
        return sillok::error(sillok::error_kind::outcome_unknown, "a sync failed");
    }
};

}  // namespace

TEST_CASE("an answer that rests on what is not as lasting as an append is none") {
    sillok::memory_store memory;
    unsettled_store store(memory);
    sillok::uuid id;
    id.octets[0] = 1;
    const auto context = sillok::command_context{}.with_id(id);
    one_event step{memory};
    sillok::detail::carry_out(store, context, 5, "", 3, step).value();
    CHECK(sillok::detail::carry_out(store, context, 5, "", 3, step).error().is(sillok::error_kind::outcome_unknown));
    const auto nothing = [](sillok::prepared_batch&) -> sillok::result<void, sillok::failure> { return {}; };
    CHECK(sillok::detail::carry_out(store, {}, 0, "", 3, nothing).error().is(sillok::error_kind::outcome_unknown));
}
