#include "sillok/command/atomically.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>
#include <vector>

#include "command/domain.hpp"
#include "sillok/store/memory_store.hpp"

using namespace domain;
using sillok::atomically;
using sillok::command_context;
using sillok::command_to;
using sillok::version;

TEST_CASE("two aggregates change together, at adjoining positions") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("from", deposit{100}).value();
    const auto moved =
        atomically({}, command_to(accounts, "from", withdraw{30}), command_to(accounts, "to", deposit{30})).value();
    CHECK(moved.last.value == moved.first.value + 1);
    CHECK(moved.version == version{2});
    CHECK(accounts.load("from").value()->balance == 70);
    CHECK(accounts.load("to").value()->balance == 30);
}

TEST_CASE("one rejection, and nothing is recorded") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    const auto refused =
        atomically({}, command_to(accounts, "to", deposit{30}), command_to(accounts, "from", withdraw{30}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().rejection_as<insufficient_funds>()->missing == 30);
    CHECK(store.last(sillok::horizon::visible) == sillok::position{0});
}

TEST_CASE("an address belongs to one user, however many ask for it at once", "[threads]") {
    sillok::memory_store store;
    const sillok::repository<account> users(store, {.retries = 1'000'000});
    const sillok::repository<address> addresses(store);
    constexpr int names = 50;
    std::atomic<int> taken = 0;
    std::atomic<int> won = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < names; ++i) {
                const std::string user = std::to_string(t) + "-" + std::to_string(i);
                const std::string mail = "user" + std::to_string(i) + "@example.org";
                const auto done = atomically({}, command_to(users, user, open_account{mail}),
                                             command_to(addresses, mail, reserve_address{user}));
                if (done)
                    ++won;
                else if (done.error().rejection_as<address_taken>())
                    ++taken;
            }
        });
    for (auto& each : threads) each.join();
    CHECK(won == names);
    CHECK(taken == 3 * names);
    int accounts = 0;
    static_cast<void>(
        store.read_all({.category = "account"}, [&](const sillok::record_view&) { return ++accounts, true; }).value());
    CHECK(accounts == names);
}

TEST_CASE("a stream on which nothing was decided must still be where it was") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("a", open_account{"Ada"}).value();
    // open_account decides nothing for "a"; the other half is recorded.
    const auto done =
        atomically({}, command_to(accounts, "a", open_account{"Ada"}), command_to(accounts, "b", deposit{1})).value();
    CHECK(done.first == done.last);
    CHECK(accounts.load("a").value().version == version{1});
    CHECK(accounts.load("b").value()->balance == 1);
}

TEST_CASE("an act under an id is done once") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    sillok::uuid id;
    id.octets[0] = 7;
    const auto act = [&](std::int64_t amount) {
        return atomically(command_context{}.with_id(id), command_to(accounts, "a", deposit{amount}),
                          command_to(accounts, "b", deposit{amount}));
    };
    CHECK_FALSE(act(10).value().repeated);
    CHECK(act(10).value().repeated);
    CHECK(act(11).error().is(sillok::error_kind::command_reused));
    CHECK(accounts.load("a").value()->balance == 10);
}

TEST_CASE("repositories of different stores cannot act as one") {
    sillok::memory_store one;
    sillok::memory_store other;
    const sillok::repository<account> here(one);
    const sillok::repository<account> there(other);
    const auto done = atomically({}, command_to(here, "a", deposit{1}), command_to(there, "b", deposit{1}));
    REQUIRE_FALSE(done);
    CHECK(done.error().is(sillok::error_kind::invalid_argument));
}

TEST_CASE("a version that is expected says of which aggregate") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("a", deposit{1}).value();
    const auto unclear = atomically(command_context{}.expecting(version{1}), command_to(accounts, "a", deposit{1}));
    REQUIRE_FALSE(unclear);
    CHECK(unclear.error().is(sillok::error_kind::invalid_argument));
    const auto late = atomically({}, command_to(accounts, "a", deposit{1}).expecting(version{0}),
                                 command_to(accounts, "b", deposit{1}));
    REQUIRE_FALSE(late);
    CHECK(late.error().is(sillok::error_kind::conflict));
    CHECK(atomically({}, command_to(accounts, "a", deposit{1}).expecting(version{1}),
                     command_to(accounts, "b", deposit{1})));
}

TEST_CASE("an aggregate stands in an act once") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    const auto twice = atomically({}, command_to(accounts, "a", deposit{1}), command_to(accounts, "a", deposit{1}));
    REQUIRE_FALSE(twice);
    CHECK(twice.error().is(sillok::error_kind::invalid_argument));
}
