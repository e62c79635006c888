// What docs/guides/rebuilding.md shows, and that it does what is said there.
#include <cstdint>
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/sillok.hpp"

namespace {

using namespace ledgers;

// [letters]
struct post {
    std::map<std::string, std::string> sent;  // by the event's id: who is asked twice sends once
    void send(const std::string& id, std::string text) { sent.emplace(id, std::move(text)); }
};

struct letters {
    static constexpr sillok::name name = "letters";
    using events = sillok::select<ledger_events, paid>;
    sillok::effects* acts = nullptr;
    post* office = nullptr;
    std::map<std::string, std::int64_t> by_account{};

    void on(const paid& e, const sillok::metadata& m) {
        const std::int64_t sum = by_account[std::string(m.key())] += e.amount;
        if (acts->are_live()) office->send(to_string(m.id()), std::string(m.key()) + " has " + std::to_string(sum));
    }
};
// [/letters]

}  // namespace

TEST_CASE("the guide to rebuilding: a new version beside the old one") {
    sillok::memory_store store;
    post office;
    for (int i = 0; i < 5; ++i) pay(store, "ada", 10);
    sillok::effects acts_first("letters", 1);
    sillok::shared_model<letters> first(letters{&acts_first, &office});
    sillok::projector<letters> follow_first(store, first, {.effects = &acts_first});
    REQUIRE(follow_first.catch_up());
    CHECK(office.sent.size() == 5);
    // [beside]
    sillok::effects acts_second("letters", 2);  // inert: version 1 acts
    sillok::shared_model<letters> second(letters{&acts_second, &office});
    sillok::projector<letters> follow_second(store, second, {.effects = &acts_second});
    REQUIRE(follow_second.catch_up());  // the whole log, and not one letter
    // [/beside]
    CHECK(office.sent.size() == 5);
    pay(store, "bob", 7);
    // [switch]
    const sillok::position at = sillok::switch_to(store, "letters", 2).value();
    // [/switch]
    pay(store, "bob", 1);
    REQUIRE(follow_second.catch_up());
    REQUIRE(follow_first.catch_up());
    CHECK(at == sillok::position{7});
    CHECK(office.sent.size() == 7);
    // [compare]
    const auto sums = [](const letters& l) { return l.by_account; };
    CHECK(first.read(sums) == second.read(sums));
    // [/compare]
}
