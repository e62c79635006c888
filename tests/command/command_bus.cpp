#include "sillok/command/command_bus.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "command/domain.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/store/memory_store.hpp"

using namespace domain;

namespace {

// A part of one's own.
struct greeting {
    std::string name;
};
struct greeter {
    using commands = sillok::commands<greeting>;
    int greeted = 0;
    std::string last{};

    sillok::result<sillok::receipt, sillok::failure> execute(std::string_view key, const greeting& c,
                                                             const sillok::command_context& context) {
        ++greeted;
        last = std::string(key) + ": " + c.name + ", from " + std::string(context.actor());
        if (c.name.empty()) return sillok::failure(sillok::reject("who?"));
        return sillok::receipt{};
    }
};

}  // namespace

TEST_CASE("a bus takes each command to the part that lists it") {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    sillok::repository<address> addresses(store);
    greeter greets;
    const auto bus = sillok::command_bus(accounts, addresses, greets);

    CHECK(bus.execute("42", deposit{5}));
    CHECK(bus.execute("a@example.org", reserve_address{"42"}));
    CHECK(bus.execute("", greeting{"Ada"}));
    CHECK_FALSE(bus.execute("", greeting{""}));
    CHECK(bus.execute("hall", greeting{"Bob"}, sillok::command_context{}.by("Ada")));
    CHECK(greets.last == "hall: Bob, from Ada");
    CHECK(accounts.load("42").value()->balance == 5);
    CHECK(addresses.load("a@example.org").value()->user == "42");
    CHECK(greets.greeted == 3);
}

TEST_CASE("a bus may be a part of a bus") {
    sillok::memory_store store;
    sillok::repository<account> accounts(store);
    sillok::repository<address> addresses(store);
    auto inner = sillok::command_bus(accounts);
    const auto outer = sillok::command_bus(inner, addresses);
    CHECK(outer.execute("42", deposit{5}));
    CHECK(outer.execute("a@example.org", reserve_address{"42"}));
}
