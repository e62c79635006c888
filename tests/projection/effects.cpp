#include "sillok/projection/effects.hpp"

#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/replay.hpp"

namespace {

using namespace ledgers;
using sillok::position;

// Writes a letter for each payment, into a box that it is given.
struct letters {
    static constexpr sillok::name name = "letters";
    using events = sillok::select<ledger_events, paid>;
    sillok::effects* acts = nullptr;
    std::vector<std::string>* box = nullptr;
    std::int64_t seen = 0;
    void on(const paid& e, const sillok::metadata& m) {
        ++seen;
        if (acts != nullptr && acts->are_live())
            box->push_back("v" + std::to_string(acts->version()) + " #" + std::to_string(m.position().value) + " " +
                           std::to_string(e.amount));
    }
};

struct running {
    std::vector<std::string>& box;
    sillok::effects acts;
    sillok::shared_model<letters> model;
    sillok::projector<letters> follow;
    running(const sillok::store_ref& store, std::uint32_t version, std::vector<std::string>& into)
        : box(into),
          acts("letters", version),
          model(letters{&acts, &into}),
          follow(store, model, {.batch = 2, .effects = &acts}) {}
};

}  // namespace

TEST_CASE("one version acts up to the switch and the other from it on, whatever each has read before") {
    sillok::memory_store store;
    std::vector<std::string> box;
    running first(store, 1, box);
    for (const std::int64_t amount : {1, 2, 3}) pay(store, "ada", amount);
    REQUIRE(first.follow.catch_up());
    CHECK(box == std::vector<std::string>{"v1 #1 1", "v1 #2 2", "v1 #3 3"});
    box.clear();

    running second(store, 2, box);
    REQUIRE(second.follow.catch_up());
    CHECK(box.empty());
    pay(store, "ada", 4);
    REQUIRE(second.follow.catch_up());
    CHECK(sillok::switch_to(store, "letters", 2).value() == position{5});
    pay(store, "ada", 6);
    REQUIRE(second.follow.catch_up());
    REQUIRE(first.follow.catch_up());
    CHECK(box == std::vector<std::string>{"v2 #6 6", "v1 #4 4"});
    box.clear();

    REQUIRE(sillok::switch_to(store, "letters", 1));  // and back
    pay(store, "ada", 8);
    REQUIRE(first.follow.catch_up());
    REQUIRE(second.follow.catch_up());
    CHECK(box == std::vector<std::string>{"v1 #8 8"});
    CHECK(second.model.read([](const letters& l) { return l.seen; }) == 6);
}

TEST_CASE("nothing is acted on while a model is made anew, nor outside of its projector") {
    sillok::memory_store store;
    std::vector<std::string> box;
    running first(store, 1, box);
    pay(store, "ada", 1);
    REQUIRE(first.follow.catch_up());
    box.clear();
    CHECK_FALSE(first.acts.are_live());
    REQUIRE(first.follow.rebuild(letters{&first.acts, &box}));
    CHECK(box.empty());
    letters by_hand{&first.acts, &box};
    REQUIRE(sillok::replay(store, {}, by_hand));
    CHECK(box.empty());
    pay(store, "ada", 2);
    REQUIRE(first.follow.catch_up());
    CHECK(box == std::vector<std::string>{"v1 #2 2"});
}

TEST_CASE("switches of other projections are not theirs, and what the library records is unknown to nobody") {
    sillok::memory_store store;
    REQUIRE(sillok::switch_to(store, "others", 7));
    pay(store, "ada", 1);
    std::vector<std::string> box;
    running first(store, 1, box);
    REQUIRE(first.follow.catch_up());
    CHECK(box == std::vector<std::string>{"v1 #2 1"});
    CHECK(first.follow.counts() == sillok::passed_over{});
}
