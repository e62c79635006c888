#include "sillok/event/context.hpp"

#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "event/bank_events.hpp"

namespace {

struct account {
    using events = bank::account_events;
};
struct transfer {
    using events = bank::transfer_events;
};
// Lists an event of the account once more, with all of its versions.
struct audit_noted {
    int by;
};
struct audit_events : sillok::events<sillok::event<"audit.noted", audit_noted>,
                                     sillok::event<"money.deposited", bank::money_deposited>> {};

struct small_bank : sillok::context<account, transfer> {};
struct audited_bank : sillok::context<small_bank, audit_events, account> {};
struct empty_world : sillok::context<> {};

static_assert(sillok::context_part<account> && sillok::context_part<bank::transfer_events> &&
              sillok::context_part<small_bank>);
static_assert(!sillok::context_part<audit_noted> && !sillok::context_part<int>);
static_assert(sillok::catalogue<small_bank> && sillok::catalogue<empty_world>);
static_assert(empty_world::size == 0);

constexpr bool parts_are_united_in_order() {
    return small_bank::size == 4 && sillok::entry_index<small_bank, bank::account_opened> == 0 &&
           sillok::entry_index<small_bank, bank::transfer_started> == 3 &&
           sillok::entry_index<small_bank, bank::v1::money_withdrawn> == 2;
}
static_assert(parts_are_united_in_order());

constexpr bool an_event_through_two_parts_counts_once() {
    return audited_bank::size == 5 && sillok::entry_index<audited_bank, bank::money_deposited> == 1 &&
           sillok::entry_index<audited_bank, audit_noted> == 4;
}
static_assert(an_event_through_two_parts_counts_once());

static_assert(sillok::select<small_bank, bank::money_deposited, bank::transfer_started>::is_sound);
static_assert(sillok::select<small_bank>::is_sound);

// Many parts with many events, some of them twice.
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
template <std::size_t First, class Indices>
struct part_of;
template <std::size_t First, std::size_t... I>
struct part_of<First, std::index_sequence<I...>>
    : sillok::events<sillok::event<numbered_name<First + I>(), numbered<First + I>>...> {};
template <class Indices>
struct wide;
template <std::size_t... P>
struct wide<std::index_sequence<P...>> : sillok::context<part_of<P * 8, std::make_index_sequence<10>>...> {};
struct wide_world : wide<std::make_index_sequence<40>> {};

// Each part has ten events, of which two are the next one's as well.
static_assert(wide_world::size == 40 * 8 + 2);
static_assert(sillok::entry_index<wide_world, numbered<0>> == 0);
static_assert(sillok::entry_index<wide_world, numbered<321>> == 321);

}  // namespace

TEST_CASE("a context is a catalogue of the events of its parts") {
    CHECK(parts_are_united_in_order());
    CHECK(sillok::find_entry<small_bank>(bank::record_of<bank::transfer_events>(bank::transfer_started{"1", "2"})) ==
          3);
}

TEST_CASE("the same event through two parts counts once") {
    CHECK(an_event_through_two_parts_counts_once());
    CHECK(sillok::find_entry<audited_bank>(bank::record_of<bank::account_events>(bank::money_deposited{1})) == 1);
}

TEST_CASE("forty parts of ten events are one catalogue") {
    CHECK(sillok::find_entry<wide_world>(bank::record_of({"numbered.321", 1}, {})) == 321);
    CHECK(sillok::find_entry<wide_world>(bank::record_of({"numbered.322", 1}, {})) == sillok::npos);
}
