#include "sillok/projection/idempotence.hpp"

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"
#include "projection/ledger_events.hpp"
#include "sillok/codec/binary.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/projection/together.hpp"
#include "sillok/store/memory_store.hpp"

namespace {

using namespace ledgers;
using sillok::position;

// What is outside of a model: it is there whatever becomes of the model.
struct outside {
    std::vector<std::int64_t> amounts{};
    std::set<std::uint64_t> had{};
    int questions = 0;
};

struct sums {
    static constexpr sillok::name name = "sums";
    using events = sillok::select<ledger_events, paid>;
    outside* to = nullptr;
    bool has_taken(const sillok::metadata& m) const {
        ++to->questions;
        return to->had.contains(m.position().value);
    }
    void on(const paid& e, const sillok::metadata& m) {
        to->amounts.push_back(e.amount);
        to->had.insert(m.position().value);
    }
};

// Asks a database that may fail, and writes to one that may not say whether it did.
struct far_sums {
    static constexpr sillok::name name = "far_sums";
    using events = sillok::select<ledger_events, paid>;
    outside* to = nullptr;
    std::uint64_t silent_at = 0;
    std::uint64_t gone_at = 0;
    bool throws = false;
    sillok::result<bool> has_taken(const sillok::metadata& m) const {
        if (m.position().value == gone_at) {
            if (throws) throw std::runtime_error("nobody is there");
            return sillok::error(sillok::error_kind::io, "the database is gone");
        }
        return to->had.contains(m.position().value);
    }
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        to->amounts.push_back(e.amount);
        to->had.insert(m.position().value);
        if (m.position().value == silent_at) return sillok::error(sillok::error_kind::timed_out, "no answer");
        return {};
    }
};

struct paid_view {
    using view_of = paid;
    std::int64_t amount;
};
struct viewing {
    static constexpr sillok::name name = "viewing";
    using events = sillok::select<ledger_events, paid, closed>;
    position last{};
    std::int64_t sum = 0;
    bool has_taken(const sillok::metadata& m) const { return m.position() <= last; }
    void on(const paid_view& e) { sum += e.amount; }
    sillok::result<void> on(const closed&, const sillok::metadata&) {
        sum *= 2;
        return {};
    }
    std::uint64_t unknown = 0;
    void on_unknown(const sillok::unknown_event&) { ++unknown; }
};

// An old event is several of today's: a crash may come between them.
struct lines {
    static constexpr sillok::name name = "lines";
    using events = sillok::select<evolution::order_events, evolution::order_placed, evolution::line_added>;
    std::vector<std::string>* to = nullptr;
    std::pair<std::uint64_t, std::uint32_t>* last = nullptr;
    bool has_taken(const sillok::metadata& m) const { return std::pair(m.position().value, m.part() + 1) <= *last; }
    void on(const evolution::order_placed& e, const sillok::metadata& m) { put(e.customer, m); }
    void on(const evolution::line_added& e, const sillok::metadata& m) { put(e.sku, m); }
    void put(const std::string& text, const sillok::metadata& m) const {
        to->push_back(text);
        *last = {m.position().value, m.part() + 1};
    }
};

struct takes_a_position {
    bool has_taken(position) const { return true; }
};
struct answers_a_number {
    int has_taken(const sillok::metadata&) const { return 1; }
};
struct not_const {
    bool has_taken(const sillok::metadata&) { return true; }
};
struct bears_it {
    static constexpr bool at_least_once = true;
};
struct does_not_bear_it {
    static constexpr bool at_least_once = false;
};
struct syncs_and_says_nothing {
    void sync() const {}
};

static_assert(sillok::idempotent_model<sums> && sillok::idempotent_model<far_sums>);
static_assert(!sillok::idempotent_model<balances> && !sillok::idempotent_model<takes_a_position> &&
              !sillok::idempotent_model<answers_a_number> && !sillok::idempotent_model<not_const>);
static_assert(sillok::repeatable_model<bears_it> && !sillok::repeatable_model<does_not_bear_it> &&
              !sillok::repeatable_model<sums>);
static_assert(!sillok::synced_model<syncs_and_says_nothing> && sillok::detail::mentions_sync<syncs_and_says_nothing>);
static_assert(std::same_as<sillok::detail::dispatcher_to<balances>::type, sillok::dispatcher<balances>>);

}  // namespace

TEST_CASE("an event that a model has had is passed over and counted, and no other is") {
    sillok::memory_store store;
    for (int i = 1; i <= 10; ++i) pay(store, "ada", i);
    close(store, "ada");
    outside there;
    there.had = {1, 2, 5};
    sillok::shared_model<sums> shown(sums{&there});
    sillok::projector<sums> follow(store, shown, {.batch = 4});
    const auto first = follow.step();
    REQUIRE(first);
    CHECK(first->taken == 4);
    CHECK(first->repeated == 2);
    REQUIRE(follow.catch_up());
    CHECK(there.amounts == std::vector<std::int64_t>{3, 4, 6, 7, 8, 9, 10});
    CHECK(follow.health()->repeated == 3);
    CHECK(there.questions == 10);  // not for what it did not select

    sillok::shared_model<sums> again(sums{&there});  // as after a crash, from the start
    sillok::projector<sums> after(store, again);
    REQUIRE(after.catch_up());
    CHECK(there.amounts.size() == 7);
    CHECK(after.health()->repeated == 10);
}

TEST_CASE("an event whose handler did it and could not say so is not handed over again") {
    sillok::memory_store store;
    for (int i = 1; i <= 5; ++i) pay(store, "ada", i);
    for (const std::uint64_t silent_at : {1U, 3U}) {
        outside there;
        sillok::shared_model<far_sums> shown(far_sums{&there, silent_at});
        sillok::projector<far_sums> follow(store, shown);
        const auto one = follow.step();  // the third is tried again by the next step, the first has been
        CHECK(one.has_value() == (silent_at == 3));
        CHECK(follow.at() == position{silent_at - 1});
        CHECK(*follow.catch_up() == position{5});
        CHECK(there.amounts == std::vector<std::int64_t>{1, 2, 3, 4, 5});
        CHECK(follow.health()->repeated == 1);
    }
}

TEST_CASE("a model that cannot say whether it had an event stops its projection there") {
    sillok::memory_store store;
    for (int i = 1; i <= 3; ++i) pay(store, "ada", i);
    for (const bool throws : {false, true}) {
        outside there;
        sillok::shared_model<far_sums> shown(far_sums{&there, 0, 2, throws});
        sillok::projector<far_sums> follow(store, shown);
        const auto ended = follow.catch_up();
        REQUIRE(!ended);
        CHECK(ended.error() == (throws ? sillok::error_kind::handler_failed : sillok::error_kind::io));
        CHECK(ended.error().text().find("projection far_sums: ledger.paid revision 1 at position 2 of ledger/ada: ") ==
              0);
        CHECK(there.amounts == std::vector<std::int64_t>{1});
    }
}

TEST_CASE("what is taken as a view, and what is unknown, is asked for as well") {
    sillok::memory_store store;
    const auto unknown = [&] {
        const sillok::new_event event{.type = {"from.elsewhere", 1}};
        const sillok::stream_append to{{"ledger", "x"}, sillok::any_version{}, {&event, 1}};
        store.append({.streams = {&to, 1}}).value();
    };
    pay(store, "ada", 100);
    unknown();
    pay(store, "ada", 3);
    close(store, "ada");
    unknown();
    sillok::shared_model<viewing> shown(viewing{.last = {2}});
    sillok::projector<viewing> follow(store, shown, {.unknown = sillok::unknown::keep});
    REQUIRE(follow.catch_up());
    CHECK(shown.read([](const viewing& v) { return v.sum; }) == 6);
    CHECK(shown.read([](const viewing& v) { return v.unknown; }) == 1);
    CHECK(follow.health()->repeated == 2);
}

TEST_CASE("of an old event that became several, each is asked for") {
    sillok::memory_store store;
    sillok::byte_buffer payload;
    sillok::binary_codec::encode(evolution::v1::order_placed{"ada", 3, {{"ink", 1}, {"paper", 2}}}, payload);
    const sillok::new_event event{.type = sillok::event_type_of<evolution::order_events, evolution::v1::order_placed>,
                                  .payload = payload.view()};
    const sillok::stream_append to{{"order", "1"}, sillok::any_version{}, {&event, 1}};
    store.append({.streams = {&to, 1}}).value();
    const std::vector<std::string> wanted{"ada", "ink", "paper"};
    for (std::uint32_t crash_behind = 0; crash_behind <= 3; ++crash_behind) {
        std::vector<std::string> there(wanted.begin(), wanted.begin() + crash_behind);
        std::pair<std::uint64_t, std::uint32_t> last{crash_behind == 0 ? 0 : 1, crash_behind};
        sillok::shared_model<lines> shown(lines{&there, &last});
        sillok::projector<lines> follow(store, shown);
        REQUIRE(follow.catch_up());
        CHECK(there == wanted);
        CHECK(follow.health()->repeated == crash_behind);
    }
}

TEST_CASE("models that are brought forward together are each asked what they have had") {
    sillok::memory_store store;
    for (int i = 1; i <= 4; ++i) pay(store, "ada", i);
    outside one, two;
    one.had = {1};
    two.had = {1, 2, 3};
    using both = sillok::together<"both", sums, far_sums>;
    static_assert(sillok::repeatable_model<both> && !sillok::repeatable_model<sillok::together<"b", sums, balances>>);
    sillok::shared_model<both> shown(both(sums{&one}, far_sums{&two}));
    sillok::projector<both> follow(store, shown);
    REQUIRE(follow.catch_up());
    CHECK(one.amounts == std::vector<std::int64_t>{2, 3, 4});
    CHECK(two.amounts == std::vector<std::int64_t>{4});
}
