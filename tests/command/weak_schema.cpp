// Events that are recorded as JSON under a weak schema, beside others, through repositories of programs that differ.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "sillok/codec/json.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/store/memory_snapshots.hpp"
#include "sillok/store/memory_store.hpp"

namespace {

struct add {
    std::string text;
};

// Two programs of different years: what is written down of a task changed, without a new version.
template <class Added, class Paid, class Codec>
struct program {
    struct events : sillok::events<sillok::event<"task.added", sillok::coded_by<Codec>, Added>,
                                   sillok::event<"task.paid", Paid>> {};
    struct task {
        static constexpr sillok::name name = "task";
        using events = program::events;
        using commands = sillok::commands<add>;
        std::string text{};
        std::int64_t paid = 0;
        void apply(const Added& e) { text += e.text + (e.urgent() ? "!" : "."); }
        void apply(const Paid& e) { paid += e.amount; }
        sillok::decision<Added, Paid> decide(const add& c) const {
            Added added;
            added.text = c.text;
            return {added, Paid{1}};
        }
    };
};

struct added_then {
    std::string text{};
    std::int32_t colour = 3;
    static constexpr bool urgent() { return false; }
};
struct added_now {
    std::string text{};
    std::int32_t weight = 9;
    bool urgent() const { return weight > 8; }
};
struct paid {
    std::int64_t amount;
};
struct paid_otherwise {
    std::int32_t amount;
};

using then = program<added_then, paid, sillok::weak_json_codec>;
using now = program<added_now, paid, sillok::weak_json_codec>;

}  // namespace

TEST_CASE("members of an event with a weak codec come and go between programs, forwards and backwards") {
    sillok::memory_store store;
    REQUIRE(sillok::repository<then::task>(store).execute("1", add{"a"}));
    REQUIRE(sillok::repository<now::task>(store).execute("1", add{"b"}));
    CHECK(sillok::repository<now::task>(store).load("1")->state.text == "a!b!");
    CHECK(sillok::repository<then::task>(store).load("1")->state.text == "a.b.");
    CHECK(store.schema_count() == 1);  // of what is binary
}

TEST_CASE("beside an event with a weak codec those that are binary are held to their layout") {
    using changed = program<added_now, paid_otherwise, sillok::weak_json_codec>;
    sillok::memory_store store;
    REQUIRE(sillok::repository<then::task>(store).execute("1", add{"a"}));
    CHECK(sillok::repository<changed::task>(store).load("1").error() == sillok::error_kind::schema_changed);
}

TEST_CASE("what was recorded in binary before holds its revision, also where that has a weak codec now") {
    using binary = program<added_then, paid, sillok::binary_codec>;
    sillok::memory_store store;
    REQUIRE(sillok::repository<binary::task>(store).execute("1", add{"a"}));
    REQUIRE(sillok::repository<then::task>(store).execute("1", add{"b"}));
    CHECK(sillok::repository<then::task>(store).load("1")->state.text == "a.b.");
    CHECK(sillok::repository<now::task>(store).load("1").error() == sillok::error_kind::schema_changed);
}

TEST_CASE("a snapshot of what an older struct became is not taken for that of another") {
    sillok::memory_store store;
    sillok::memory_snapshots kept;
    const sillok::snapshots every{kept, {.events = 1}};
    sillok::repository<then::task> before(store, every);
    REQUIRE(before.execute("1", add{"a"}));
    REQUIRE(before.load("1"));
    REQUIRE(before.load("1"));
    CHECK(before.snapshot_counts().used > 0);
    CHECK(sillok::repository<now::task>(store, every).load("1")->state.text == "a!");
}

TEST_CASE("a snapshot is not believed by a program that reads its events by another codec") {
    using strict = program<added_now, paid, sillok::json_codec>;
    sillok::memory_store store;
    sillok::memory_snapshots kept;
    const sillok::snapshots each{kept, {.events = 1}};
    REQUIRE(sillok::repository<then::task>(store).execute("1", add{"a"}));
    REQUIRE(sillok::repository<now::task>(store, each).load("1"));
    REQUIRE(sillok::repository<now::task>(store, each).load("1"));
    CHECK(sillok::repository<strict::task>(store).load("1").error() == sillok::error_kind::malformed);
    CHECK(sillok::repository<strict::task>(store, each).load("1").error() == sillok::error_kind::malformed);
}
