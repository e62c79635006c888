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

}  // namespace

TEST_CASE("rules reject a command before it is decided, and leave the others alone") {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    const auto guarded = sillok::validated(accounts, rules{});
    CHECK_FALSE(guarded.execute("42", deposit{2'000'000}));
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
