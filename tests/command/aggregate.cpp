#include "sillok/command/aggregate.hpp"

#include <catch2/catch_test_macros.hpp>

#include "command/domain.hpp"

using namespace domain;

static_assert(sillok::is_aggregate<account>);
static_assert(sillok::is_aggregate<address>);
static_assert(sillok::is_aggregate<ledger>);

namespace {

struct base_command {};
struct derived_command : base_command {};
struct amount {
    int value;
    amount(int v) : value(v) {}  // NOLINT(google-explicit-constructor)
};
struct convertible {
    operator amount() const { return 1; }  // NOLINT(google-explicit-constructor)
};

struct by_base {
    sillok::decision<account_opened> decide(const base_command&) const;
};
struct by_conversion {
    sillok::decision<account_opened> decide(const amount&) const;
};
struct by_anything {
    sillok::decision<account_opened> decide(const auto&) const { return sillok::nothing; }
};
struct by_name {
    sillok::decision<account_opened> decide(const derived_command&) const;
    sillok::decision<account_opened> decide(convertible) const;
    static sillok::decision<account_opened> decide(const amount&);
    sillok::decision<account_opened> decide(const open_account&);  // changes the state: not a decision
};

template <class A, class C>
constexpr bool decides = sillok::detail::decides_exactly<A, C, sillok::decision<account_opened>>;

static_assert(!decides<by_base, derived_command>);
static_assert(!decides<by_conversion, convertible>);
static_assert(!decides<by_anything, open_account>);
static_assert(decides<by_name, derived_command>);
static_assert(decides<by_name, convertible>);
static_assert(decides<by_name, amount>);
static_assert(!decides<by_name, open_account>);

static_assert(sillok::detail::yields_only<sillok::decision<account_opened>, account_events>);
static_assert(!sillok::detail::yields_only<sillok::decision<account_opened, address_reserved>, account_events>);
static_assert(!sillok::detail::yields_only<account_opened, account_events>);

}  // namespace

TEST_CASE("what an aggregate must have is settled when it compiles") { SUCCEED(); }
