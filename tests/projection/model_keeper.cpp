#include "sillok/projection/model_keeper.hpp"

#include <optional>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/memory_store.hpp"

namespace {

using namespace ledgers;
using sillok::position;

// Keeps one model in memory.
struct drawer {
    std::optional<std::pair<balances, position>> kept{};
    sillok::result<position> load(const sillok::store_ref&, sillok::shared_model<balances>& into) const {
        if (!kept) return position{};
        into.update([&](balances& model) { model = kept->first; });
        return kept->second;
    }
    sillok::result<void> save(const sillok::store_ref&, const balances& model, position at) {
        kept = {model, at};
        return {};
    }
};
static_assert(sillok::model_keeper<drawer, balances>);

}  // namespace

TEST_CASE("a projector keeps its model as often as is said and when it ends, and begins with what is kept") {
    sillok::memory_store store;
    for (int i = 0; i < 10; ++i) pay(store, "ada", 1);
    drawer keeper;
    {
        sillok::shared_model<balances> shown;
        sillok::projector<balances> follow(store, shown, keeper, {.batch = 2, .keep_every = 4});
        REQUIRE(follow.step());
        CHECK_FALSE(keeper.kept);
        REQUIRE(follow.step());
        REQUIRE(keeper.kept);
        CHECK(keeper.kept->second == position{4});
        REQUIRE(follow.catch_up());
        CHECK(keeper.kept->second == position{10});
    }
    pay(store, "ada", 1);
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown, keeper);
    CHECK(follow.step()->taken == 1);
    CHECK(shown.read([](const balances& b) { return b.by_account.at("ada"); }) == 11);
    CHECK_FALSE(sillok::model_keeper_ref<balances>());
}
