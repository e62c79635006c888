#include "sillok/projection/query_bus.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sillok/projection/shared_model.hpp"

namespace {

// [queries]
struct balance_of {
    std::string account;
    using answer = std::optional<std::int64_t>;
};
struct richest {
    std::size_t count;
    using answer = std::vector<std::string>;
};
struct balances {
    using queries = sillok::queries<balance_of, richest>;
    std::map<std::string, std::int64_t> by_account;
    std::optional<std::int64_t> answer(const balance_of& q) const {
        const auto found = by_account.find(q.account);
        return found == by_account.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<std::string> answer(const richest& q) const {
        std::multimap<std::int64_t, std::string, std::greater<>> sorted;
        for (const auto& [account, balance] : by_account) sorted.emplace(balance, account);
        std::vector<std::string> names;
        for (auto at = sorted.begin(); at != sorted.end() && names.size() < q.count; ++at) names.push_back(at->second);
        return names;
    }
};
// [/queries]

struct rate_of {
    std::string currency;
    using answer = double;
};
// Answers from elsewhere, and is no read model.
struct exchange {
    using queries = sillok::queries<rate_of>;
    double answer(const rate_of& q) const { return q.currency == "KRW" ? 1.0 : 1400.0; }
};

}  // namespace

TEST_CASE("a question finds the one who answers it") {
    // [ask]
    sillok::shared_model<balances> shown(balances{{{"ada", 5}, {"bob", 9}, {"eve", 1}}});
    exchange rates;
    const sillok::query_bus ask(shown, rates);
    CHECK(ask(balance_of{"ada"}) == 5);
    CHECK(ask(balance_of{"nobody"}) == std::nullopt);
    CHECK(ask(richest{2}) == std::vector<std::string>{"bob", "ada"});
    CHECK(ask(rate_of{"KRW"}) == 1.0);
    // [/ask]
    shown.update([](balances& b) { b.by_account["ada"] = 6; });
    CHECK(ask(balance_of{"ada"}) == 6);
}
