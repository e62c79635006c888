#include "sillok/testing/given.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "command/domain.hpp"

using domain::account;
using sillok::given;

// The same domain without std::string, so that its tests are constant expressions on every compiler.
namespace constant {

struct opened {
    std::string_view owner;
};
struct paid {
    std::int64_t amount;
};
struct pay {
    std::int64_t amount;
};
struct too_much {
    std::int64_t by;
};
struct wallet_events : sillok::events<sillok::event<"wallet.opened", opened>, sillok::event<"wallet.paid", paid>> {};

struct wallet {
    static constexpr sillok::name name = "wallet";
    using events = wallet_events;
    using commands = sillok::commands<pay>;

    bool open = false;
    std::int64_t left = 100;

    constexpr void apply(const opened&) { open = true; }
    constexpr void apply(const paid& e) { left -= e.amount; }
    constexpr sillok::decision<paid> decide(const pay& c) const {
        if (!open) return sillok::reject("the wallet is not open");
        if (c.amount == 0) return sillok::nothing;
        if (c.amount > left) return sillok::reject(too_much{c.amount - left});
        return paid{c.amount};
    }
};

static_assert(given<wallet>(opened{"Ada"}).when(pay{30}).then(paid{30}));
static_assert(given<wallet>(opened{"Ada"}, paid{90}).when(pay{30}).then_rejected(too_much{20}));
static_assert(given<wallet>().when(pay{30}).then_rejected("the wallet is not open"));
static_assert(given<wallet>(opened{"Ada"}).when(pay{0}).then());
static_assert(!given<wallet>(opened{"Ada"}).when(pay{30}).then(paid{31}));
static_assert(!given<wallet>(opened{"Ada"}).when(pay{30}).then());
static_assert(!given<wallet>(opened{"Ada"}).when(pay{30}).then(paid{30}, paid{30}));
static_assert(!given<wallet>(opened{"Ada"}).when(pay{30}).then(opened{"Ada"}));
static_assert(!given<wallet>(opened{"Ada"}).when(pay{30}).then_rejected(too_much{20}));
static_assert(!given<wallet>().when(pay{30}).then_rejected(too_much{20}));
static_assert(given<wallet>(opened{"Ada"}, paid{90}).state().left == 10);

}  // namespace constant

// [rule]
TEST_CASE("a decision is tested in the words of the rule") {
    CHECK(given<account>(domain::account_opened{"Ada"}, domain::money_deposited{100, 1})
              .when(domain::withdraw{30, 2})
              .then(domain::money_withdrawn{30, 2}));
    CHECK(given<account>(domain::account_opened{"Ada"})
              .when(domain::withdraw{30})
              .then_rejected(domain::insufficient_funds{30}));
    CHECK(given<account>().when(domain::deposit{0}).then_rejected("an amount is positive"));
    CHECK(given<account>(domain::account_opened{"Ada"}).when(domain::open_account{"Ada"}).then());
    CHECK_FALSE(given<account>().when(domain::open_account{"Ada"}).then(domain::account_opened{"Bob"}));
}
// [/rule]

TEST_CASE("history that asks for metadata is given the version it would have") {
    const auto history = given<account>(domain::money_deposited{1, 0}, domain::account_opened{"Ada"});
    CHECK(history.state().applied_at == 2);
}

TEST_CASE("a verdict shows expected and actual fields side by side") {
    std::ostringstream out;
    out << given<account>(domain::money_deposited{100, 0})
               .when(domain::withdraw{30, 2})
               .then(domain::money_withdrawn{40, 2});
    CHECK(out.str() == R"(
          expected             actual
          money_withdrawn      money_withdrawn
  amount  40               !=  30
  day     2                    2)");
}

TEST_CASE("a verdict shows a rejection where events were expected, and the other way round") {
    std::ostringstream out;
    out << given<account>().when(domain::withdraw{30, 2}).then(domain::money_withdrawn{30, 2});
    CHECK(out.str().find("rejected: insufficient_funds{missing = 30}") != std::string::npos);
    CHECK(out.str().find("!=") != std::string::npos);

    out.str("");
    out << given<account>().when(domain::open_account{"Ada"}).then_rejected("no");
    CHECK(out.str().find("rejected: no") != std::string::npos);
    CHECK(out.str().find("account_opened") != std::string::npos);
    CHECK(out.str().find("\"Ada\"") != std::string::npos);

    out.str("");
    out << given<account>().when(domain::open_account{"Ada"}).then();
    CHECK(out.str().find("nothing") != std::string::npos);
}
