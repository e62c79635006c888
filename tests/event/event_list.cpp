#include "sillok/event/event_list.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace {

struct small_bank : sillok::context<bank::account_events, bank::transfer_events> {};

struct account {
    using events = bank::account_events;
    void apply(const bank::account_opened&) {}
    void apply(const bank::money_deposited&) {}
    void apply(const bank::money_withdrawn&) {}
};
struct balances {
    using events = sillok::select<small_bank, bank::money_withdrawn, bank::money_deposited>;
    void on(const bank::money_deposited&) {}
    void on(const bank::money_withdrawn_view&) {}
};
struct nothing_taken {
    using events = sillok::select<small_bank>;
};

// An aggregate takes its whole catalogue and is looked up in it.
static_assert(std::is_same_v<sillok::events_taken<account>, bank::account_events::current_types>);
static_assert(std::is_same_v<sillok::catalogue_of<account>, bank::account_events>);
static_assert(sillok::detail::handler_is_sound<account>());

// A projection takes what it selects, in its order, and is looked up in the context.
static_assert(
    std::is_same_v<sillok::events_taken<balances>, sillok::types<bank::money_withdrawn, bank::money_deposited>>);
static_assert(std::is_same_v<sillok::catalogue_of<balances>, small_bank>);
static_assert(sillok::detail::handler_is_sound<balances>());

static_assert(sillok::detail::handler_is_sound<nothing_taken>());

constexpr bool a_selection_knows_its_places() {
    constexpr sillok::detail::selection_of<small_bank, sillok::events_taken<balances>> selected;
    return !selected.has[0] && selected.has[1] && selected.has[2] && !selected.has[3];
}
static_assert(a_selection_knows_its_places());

static_assert(sillok::detail::has_event_list<account> && sillok::detail::has_event_list<balances>);
static_assert(!sillok::detail::has_event_list<int> && !sillok::detail::has_event_list<bank::account_opened>);

}  // namespace

TEST_CASE("a selection knows which places of its context it takes") { CHECK(a_selection_knows_its_places()); }
