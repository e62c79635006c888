#include "sillok/event/event.hpp"

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace {

using bank::account_events;

struct no_events : sillok::events<> {};
struct not_a_catalogue {};

static_assert(sillok::catalogue<account_events> && sillok::catalogue<no_events>);
static_assert(!sillok::catalogue<not_a_catalogue> && !sillok::catalogue<int> &&
              !sillok::catalogue<bank::money_deposited>);
static_assert(account_events::size == 3 && no_events::size == 0);
static_assert(account_events::is_sound);
static_assert(no_events::is_sound);
static_assert(std::is_same_v<account_events::current_types,
                             sillok::types<bank::account_opened, bank::money_deposited, bank::money_withdrawn>>);

// A type's place, by its current struct and by every older version.
constexpr bool types_have_places() {
    return sillok::entry_index<account_events, bank::account_opened> == 0 &&
           sillok::entry_index<account_events, bank::money_withdrawn> == 2 &&
           sillok::entry_index<account_events, bank::v1::money_withdrawn> == 2 &&
           sillok::entry_index<account_events, bank::v2::money_withdrawn> == 2 &&
           sillok::entry_index<account_events, bank::transfer_started> == sillok::npos &&
           sillok::entry_index<no_events, bank::transfer_started> == sillok::npos;
}
static_assert(types_have_places());

constexpr bool versions_are_counted_from_one() {
    using namespace bank;
    return sillok::event_type_of<account_events, v1::money_withdrawn> == sillok::event_type("money.withdrawn", 1) &&
           sillok::event_type_of<account_events, v2::money_withdrawn> == sillok::event_type("money.withdrawn", 2) &&
           sillok::event_type_of<account_events, money_withdrawn> == sillok::event_type("money.withdrawn", 3) &&
           sillok::event_type_of<account_events, account_opened> == sillok::event_type("account.opened", 1);
}
static_assert(versions_are_counted_from_one());

// The tables of a catalogue do without, so that they cost nothing where nobody asks.
constexpr bool a_version_has_its_shape() {
    using namespace bank;
    using sillok::detail::shape_of;
    return sillok::event_type_of<account_events, v1::money_withdrawn>.shape == &shape_of<v1::money_withdrawn>::value &&
           sillok::event_type_of<account_events, money_withdrawn>.shape == &shape_of<money_withdrawn>::value &&
           sillok::detail::entries_of<account_events>.list[2].current.shape == nullptr;
}
static_assert(a_version_has_its_shape());

static_assert(sillok::current_event_of<bank::money_withdrawn, account_events>);
static_assert(!sillok::current_event_of<bank::v1::money_withdrawn, account_events>);
static_assert(!sillok::current_event_of<bank::transfer_started, account_events>);

// More events than clang 14 takes in one fold, and more than any default limit would bear if it were recursion.
template <std::size_t I>
struct numbered {
    int value;
};
template <std::size_t I>
consteval auto numbered_name() {
    char text[] = "numbered.000";
    for (std::size_t at = 11, rest = I; at > 8; --at, rest /= 10) text[at] = static_cast<char>('0' + rest % 10);
    return sillok::fixed_string<sizeof text>(text);
}
template <class Indices>
struct numbered_events;
template <std::size_t... I>
struct numbered_events<std::index_sequence<I...>> : sillok::events<sillok::event<numbered_name<I>(), numbered<I>>...> {
};
struct large : numbered_events<std::make_index_sequence<520>> {};

static_assert(large::size == 520);
static_assert(sillok::entry_index<large, numbered<0>> == 0 && sillok::entry_index<large, numbered<519>> == 519);
static_assert(sillok::event_type_of<large, numbered<307>>.name == "numbered.307");

}  // namespace

TEST_CASE("a type has a place in its catalogue, whichever version it is") { CHECK(types_have_places()); }

TEST_CASE("a version is a place in the list, counted from one") { CHECK(versions_are_counted_from_one()); }

TEST_CASE("each version says what its struct looks like") { CHECK(a_version_has_its_shape()); }

TEST_CASE("a record is found by name and revision") {
    using namespace bank;
    CHECK(sillok::find_entry<account_events>(record_of<account_events>(account_opened{"Ada"})) == 0);
    CHECK(sillok::find_entry<account_events>(record_of<account_events>(v1::money_withdrawn{1})) == 2);
    CHECK(sillok::find_entry<account_events>(record_of<account_events>(money_withdrawn{1, 0, "KRW"})) == 2);
    CHECK(sillok::find_entry<account_events>(record_of<transfer_events>(transfer_started{"1", "2"})) == sillok::npos);
    CHECK(sillok::find_entry<no_events>(record_of<account_events>(account_opened{"Ada"})) == sillok::npos);
    CHECK(sillok::find_entry<account_events>(record_of({"money.withdrawn", 4}, {})) == sillok::npos);
}

TEST_CASE("a name with the same hash is another name") {
    struct rejected {
        int reason;
    };
    struct shop_events : sillok::events<sillok::event<"wallet.rejected_by_hand_v", rejected>> {};
    CHECK(sillok::find_entry<shop_events>(bank::record_of({"wallet.rejected_by_hand_v", 1}, {})) == 0);
    CHECK(sillok::find_entry<shop_events>(bank::record_of({"session.opened_at_noon", 1}, {})) == sillok::npos);
}

TEST_CASE("a catalogue of 520 events is searched like a small one") {
    for (const char* const name : {"numbered.000", "numbered.123", "numbered.519"})
        CHECK(sillok::find_entry<large>(bank::record_of({name, 1}, {})) != sillok::npos);
    CHECK(sillok::find_entry<large>(bank::record_of({"numbered.520", 1}, {})) == sillok::npos);
}
