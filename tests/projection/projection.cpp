#include "sillok/projection/projection.hpp"

#include <stdexcept>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"

namespace {

struct undoing {
    std::string acts{};
    void begin() { acts += 'b'; }
    void commit() { acts += 'c'; }
    void rollback() { acts += 'r'; }
};
struct positioned {
    std::string acts{};
    bool fails = false;
    sillok::result<sillok::checkpoint> checkpoint() const { return sillok::checkpoint{{3}, {}}; }
    sillok::result<void> begin() { return acts += 'b', sillok::result<void>(); }
    sillok::result<void> commit(const sillok::checkpoint& reached) {
        if (fails) return sillok::error(sillok::error_kind::io, "gone");
        return acts += std::to_string(reached.at.value), sillok::result<void>();
    }
    void rollback() { acts += 'r'; }
};

static_assert(sillok::named_projection<ledgers::balances>);
static_assert(!sillok::named_projection<undoing>);
static_assert(sillok::transactional_model<undoing> && !sillok::positioned_model<undoing>);
static_assert(sillok::positioned_model<positioned>);
static_assert(!sillok::transactional_model<ledgers::balances>);

}  // namespace

TEST_CASE("a unit of work that is not committed is taken back, once") {
    undoing model;
    {
        sillok::detail::unit_of_work<undoing> unit(model);
        REQUIRE(unit.begin());
    }
    CHECK(model.acts == "br");
    {
        sillok::detail::unit_of_work<undoing> unit(model);
        REQUIRE(unit.begin());
        REQUIRE(unit.commit({.at = {1}}));
        unit.rollback();
    }
    CHECK(model.acts == "brbc");
}

TEST_CASE("a model that keeps its position commits it, and goes back where that fails") {
    positioned model;
    sillok::detail::unit_of_work<positioned> unit(model);
    REQUIRE(unit.begin());
    REQUIRE(unit.commit({.at = {7}}));
    model.fails = true;
    REQUIRE(unit.begin());
    CHECK_FALSE(unit.commit({.at = {8}}));
    CHECK(model.acts == "b7br");
}

TEST_CASE("what is thrown is an error") {
    const auto thrown =
        sillok::detail::guarded([]() -> sillok::result<void> { throw std::runtime_error("a bad day"); });
    CHECK(thrown.error() == sillok::error_kind::handler_failed);
    CHECK(thrown.error().text() == "the handler threw: a bad day");
    CHECK(sillok::detail::guarded([]() -> sillok::result<void> { throw 1; }).error() ==
          sillok::error_kind::handler_failed);
    CHECK(sillok::detail::guarded([]() -> sillok::result<void> { return {}; }));
}
