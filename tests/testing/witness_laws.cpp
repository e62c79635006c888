#include "sillok/testing/witness_laws.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "sillok/store/memory_store.hpp"
#include "sillok/testing/broken_stores.hpp"

using namespace sillok;

namespace {

// Records first, and shows it afterwards.
class late_store : public testing::passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        append_request blind = request;
        blind.witness = nullptr;
        auto done = inner().append(blind);
        if (!done || request.witness == nullptr) return done;
        result<void> agreed;
        static_cast<void>(inner().read_all({.from = done->first}, [&](const record_view& each) {
            agreed = request.witness->before(each);
            return agreed.has_value();
        }));
        request.witness->after(agreed.has_value());
        return agreed ? done : result<receipt>(std::move(agreed).error());
    }
};

// Has no witness look.
class unwitnessed_store : public testing::passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        append_request blind = request;
        blind.witness = nullptr;
        return inner().append(blind);
    }
};

template <class Broken>
std::size_t findings(void (*law)(testing::store_probe&)) {
    memory_store whole;
    Broken broken(whole);
    testing::manual_clock clock;
    std::size_t found = 0;
    const auto report = [&](const testing::finding&) { ++found; };
    testing::store_probe probe(broken, clock, "witness", report);
    law(probe);
    return found;
}

}  // namespace

TEST_CASE("a store that shows its events to nobody, or when it is too late, is flagged") {
    CHECK(findings<unwitnessed_store>(testing::laws::a_witness_sees_each_event_before_it_is_recorded) > 0);
    CHECK(findings<late_store>(testing::laws::a_witness_sees_each_event_before_it_is_recorded) > 0);
    CHECK(findings<late_store>(testing::laws::what_a_witness_refuses_never_was) > 0);
    CHECK(findings<testing::passing_store>(testing::laws::a_witness_sees_each_event_before_it_is_recorded) == 0);
    CHECK(findings<testing::passing_store>(testing::laws::what_a_witness_refuses_never_was) == 0);
}
