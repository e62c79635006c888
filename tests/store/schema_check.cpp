#include "sillok/store/schema_check.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"
#include "sillok/testing/broken_stores.hpp"

using namespace sillok;

namespace {

// The same events as two programs have them.
namespace gen1 {
struct opened {
    std::string owner;
};
struct moved_v1 {
    std::int32_t amount;
};
struct moved {
    std::int64_t amount;
    static moved upcast(moved_v1 old) { return {old.amount}; }
};
struct all : events<event<"opened", opened>, event<"moved", moved_v1, moved>> {};
}  // namespace gen1
namespace gen2 {
struct opened {
    std::string owner;
};
struct moved_v1 {
    std::int32_t amount;
};
struct moved {
    std::int64_t amount;
    std::string why;
    static moved upcast(moved_v1 old) { return {old.amount, ""}; }
};
struct closed {};
struct all : events<event<"closed", closed>, event<"moved", moved_v1, moved>, event<"opened", opened>> {};
}  // namespace gen2

struct sums {
    using events = gen1::all;
    std::int64_t sum = 0;
    int calls = 0;
    void on(const gen1::opened&) { ++calls; }
    void on(const gen1::moved& e) { ++calls, sum += e.amount; }
};

template <class Catalogue, class E>
result<receipt> append(const store_ref& store, const E& event) {
    byte_buffer payload;
    binary_codec::encode(event, payload);
    const new_event one{.type = event_type_of<Catalogue, E>, .payload = payload.view()};
    const stream_append to{{"account", "1"}, any_version{}, {&one, 1}};
    return store.append({.streams = {&to, 1}});
}

constexpr const char* changed =
    "event \"moved\", revision 2: field 2 was recorded as \"why: string\", and is not there now. Leave the struct of that "
    "revision as it was recorded, and add the new one to the catalogue as a version of its own";

// A store into which another program writes while it is read.
struct overtaken_store : testing::passing_store {
    using passing_store::passing_store;
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return inner().read_all(range, [&](const record_view& r) {
            static_cast<void>(::append<gen2::all>(inner(), gen2::moved{1, "late"}));
            return visit(r);
        });
    }
};
// One whose notes cannot be read.
struct unreadable_store : testing::passing_store {
    using passing_store::passing_store;
    static result<void> read_schemas(schema_visitor) { return error(error_kind::io, "no"); }
};

}  // namespace

namespace {

result<position> start(const store_ref& store) {
    using shop_events = gen1::all;
    // [at_start]
    if (auto fits = sillok::check_schema<shop_events>(store); !fits) return std::move(fits).error();
    // [/at_start]
    return store.last(horizon::visible);
}

}  // namespace

TEST_CASE("a program that asks when it starts fails early") {
    memory_store store;
    CHECK(start(store).value() == position{0});
    append<gen2::all>(store, gen2::moved{1, "why"}).value();
    CHECK(start(store).error() == error_kind::schema_changed);
}

TEST_CASE("a catalogue is compared with what is recorded, version by version") {
    memory_store store;
    CHECK(check_schema<gen1::all>(store).has_value());
    append<gen1::all>(store, gen1::opened{"Ada"}).value();
    append<gen1::all>(store, gen1::moved_v1{1}).value();
    append<gen2::all>(store, gen2::closed{}).value();
    CHECK(check_schema<gen1::all>(store).has_value());
    CHECK(check_schema<gen2::all>(store).has_value());
    append<gen2::all>(store, gen2::moved{1, "why"}).value();
    CHECK(check_schema<gen2::all>(store).has_value());
    const auto wrong = check_schema<gen1::all>(store);
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error() == error_kind::schema_changed);
    CHECK(wrong.error().text() == changed);
    CHECK(check_schema<events<>>(store).has_value());
}

TEST_CASE("what was recorded under a former name is compared, too, and what is retired is not") {
    struct renamed : events<event<"moved.anew", formerly<"moved">, gen1::moved_v1, gen1::moved>, retired<"opened">> {};
    struct changed_since : events<event<"moved.anew", formerly<"moved">, gen2::moved_v1, gen2::moved>> {};
    memory_store store;
    append<gen1::all>(store, gen1::opened{"Ada"}).value();
    append<gen1::all>(store, gen1::moved{1}).value();
    CHECK(check_schema<renamed>(store).has_value());
    const auto wrong = check_schema<changed_since>(store);
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().text().starts_with("event \"moved\", revision 2: field 2 was not there when it was recorded"));
}

TEST_CASE("a name of the same hash is another event's") {
    struct noon {
        int at;
    };
    struct other : events<event<"session.opened_at_noon", noon>> {};
    memory_store store;
    append<gen1::all>(store, gen1::opened{"Ada"}).value();
    event_type type("wallet.rejected_by_hand_v", 1);
    type.shape = &detail::shape_of<gen1::opened>::value;
    const new_event one{.type = type, .payload = {}};
    const stream_append to{{"account", "1"}, any_version{}, {&one, 1}};
    store.append({.streams = {&to, 1}}).value();
    CHECK(check_schema<other>(store).has_value());
}

TEST_CASE("what was checked is not compared again until something is noted") {
    memory_store memory;
    struct counted_store : testing::passing_store {
        using passing_store::passing_store;
        mutable int reads = 0;
        result<void> read_schemas(schema_visitor visit) const {
            ++reads;
            return passing_store::read_schemas(visit);
        }
    };
    counted_store store(memory);
    detail::schema_guard guard;
    for (int i = 0; i < 5; ++i) CHECK(guard.compare<gen1::all>(store).has_value());
    CHECK(store.reads == 1);
    append<gen1::all>(store, gen1::opened{"Ada"}).value();
    for (int i = 0; i < 5; ++i) CHECK(guard.compare<gen1::all>(store).has_value());
    CHECK(store.reads == 2);
    append<gen2::all>(store, gen2::moved{1, ""}).value();
    for (int i = 0; i < 3; ++i) CHECK(guard.compare<gen1::all>(store).error() == error_kind::schema_changed);
    CHECK(guard.compare_again<gen1::all>(store).error().text() ==
          std::string("noted while it was read, so what was handed over may be wrong: ") + changed);
    unreadable_store unreadable(memory);
    CHECK(detail::schema_guard().compare<gen1::all>(unreadable).error() == error_kind::io);
}

TEST_CASE("a replay hands nothing over that was recorded with another struct") {
    memory_store store;
    append<gen1::all>(store, gen1::opened{"Ada"}).value();
    sums seen;
    replay(store, {}, seen).value();
    CHECK(seen.calls == 1);
    append<gen2::all>(store, gen2::moved{1, "why"}).value();
    const auto refused = replay(store, {}, seen);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == error_kind::schema_changed);
    CHECK(refused.error().text() == changed);
    CHECK(replay(store, {"account", "1"}, {}, seen).error() == error_kind::schema_changed);
    CHECK(seen.calls == 1);
}

TEST_CASE("a replay during which a contradiction is noted says that what it handed over may be wrong") {
    memory_store memory;
    append<gen1::all>(memory, gen1::opened{"Ada"}).value();
    overtaken_store store(memory);
    sums seen;
    const auto read = replay(store, {}, seen);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == error_kind::schema_changed);
    CHECK(read.error().text() ==
          std::string("noted while it was read, so what was handed over may be wrong: ") + changed);
}
