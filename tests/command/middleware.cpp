#include "sillok/command/middleware.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string>
#include <vector>

#include "command/domain.hpp"
#include "sillok/command/command_bus.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/store/memory_store.hpp"

using namespace domain;
using sillok::command_context;

namespace {

// [parts]
struct rules {
    std::optional<sillok::rejection> validate(const deposit& c) const {
        if (c.amount > 1'000'000) return sillok::reject("more than may be deposited at once");
        return std::nullopt;
    }
};

struct tellers_only {
    template <class Command>
    sillok::result<void> authorise(std::string_view key, const Command&, const command_context& context) const {
        if (context.actor() == "teller") return {};
        return sillok::error(sillok::error_kind::not_authorised,
                             "only a teller may change account " + std::string(key));
    }
};
// [/parts]

// A part that notes what comes to it.
std::string said(std::string_view key, const deposit& c, const command_context& context) {
    return std::string(key) + ' ' + std::to_string(c.amount) + ' ' + std::string(context.actor());
}
struct listener {
    using commands = sillok::commands<deposit>;
    std::string heard{};

    sillok::result<sillok::receipt, sillok::failure> execute(std::string_view key, const deposit& c,
                                                             const command_context& context) {
        heard = said(key, c, context);
        return sillok::receipt{};
    }
};

}  // namespace

TEST_CASE("rules reject a command before it is decided, and leave the others alone") {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    const auto guarded = sillok::validated(accounts, rules{});
    const auto refused = guarded.execute("42", deposit{2'000'000});
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().rejection() != nullptr);
    CHECK(refused.error().rejection()->text() == "more than may be deposited at once");
    CHECK(guarded.execute("42", deposit{2'000}));
    CHECK(guarded.execute("42", withdraw{1'000}));
    CHECK(accounts.load("42").value()->balance == 1'000);
}

TEST_CASE("a policy refuses with a technical error, which is not a rejection") {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    const auto guarded = sillok::authorised(accounts, tellers_only{});
    const auto refused = guarded.execute("42", deposit{1});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().is(sillok::error_kind::not_authorised));
    CHECK(refused.error().error()->text() == "only a teller may change account 42");
    CHECK(guarded.execute("42", deposit{1}, command_context{}.by("teller")));
}

TEST_CASE("decorators nest, the outermost first") {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    const auto bus = sillok::command_bus(accounts);
    std::vector<std::string> order;
    const auto logged = [&](const char* name) {
        return [&order, name](std::string_view, const auto&, const command_context&, auto next) {
            order.emplace_back(std::string(name) + " in");
            auto done = next();
            order.emplace_back(std::string(name) + (done ? " done" : " refused"));
            return done;
        };
    };
    const auto guarded = sillok::surrounded(
        sillok::authorised(sillok::surrounded(bus, logged("inner")), tellers_only{}), logged("outer"));
    CHECK_FALSE(guarded.execute("42", deposit{1}));
    CHECK(guarded.execute("42", deposit{1}, command_context{}.by("teller")));
    CHECK(order ==
          std::vector<std::string>{"outer in", "outer refused", "outer in", "inner in", "inner done", "outer done"});
}

TEST_CASE("a decorator hands on what it was given, and is a part of a bus") {
    listener inside;
    std::string seen;
    const auto around = [&](std::string_view key, const deposit& c, const command_context& context, auto next) {
        seen = said(key, c, context);
        return next();
    };
    const auto is_handed_on = [&](const auto& decorated) {
        inside.heard.clear();
        const auto bus = sillok::command_bus(decorated);
        CHECK(bus.execute("7", deposit{5}, command_context{}.by("teller")));
        CHECK(inside.heard == "7 5 teller");
    };
    is_handed_on(sillok::surrounded(inside, around));
    CHECK(seen == "7 5 teller");
    is_handed_on(sillok::validated(inside, rules{}));
    is_handed_on(sillok::authorised(inside, tellers_only{}));
    is_handed_on(sillok::validated(sillok::authorised(inside, tellers_only{}), rules{}));
}

TEST_CASE("rules and a policy stand before a bus of several aggregates") {
    sillok::memory_store store;
    // [guarded_bus]
    sillok::repository<account> accounts(store);
    sillok::repository<address> addresses(store);
    sillok::command_bus bus(accounts, addresses);
    const auto guarded = sillok::authorised(sillok::validated(bus, rules{}), tellers_only{});

    const auto done = guarded.execute("42", deposit{100}, sillok::command_context{}.by("teller"));
    // [/guarded_bus]
    CHECK(done);
    CHECK_FALSE(guarded.execute("42", deposit{100}));
    CHECK_FALSE(guarded.execute("42", deposit{2'000'000}, sillok::command_context{}.by("teller")));
    CHECK(guarded.execute("a@example.org", reserve_address{"42"}, sillok::command_context{}.by("teller")));
}
