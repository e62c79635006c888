#include "sillok/testing/store_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "sillok/store/memory_store.hpp"

using namespace sillok;

TEST_CASE("a probe says which law is broken, what was seen and what was wanted") {
    memory_store store;
    testing::manual_clock clock;
    std::vector<std::string> found;
    const auto note = [&](const testing::finding& each) { found.push_back(each.law + ": " + each.what); };
    testing::store_probe probe(store, clock, "a law", note);
    CHECK(probe.expect(true, "fine"));
    CHECK_FALSE(probe.expect(false, "not fine"));
    CHECK_FALSE(probe.expect_equal(position{1}, position{2}, "where"));
    CHECK_FALSE(probe.expect_error(store.version_of({"a", "1"}), error_kind::conflict, "asking"));
    CHECK(probe.append({{"a", "1"}, no_stream{}, {"x", "y"}, {"t:1"}}).has_value());
    CHECK(probe.payloads(probe.stream({"a", "1"})) == "x y");
    CHECK(probe.looked_at == position{0});
    CHECK(probe.log().back().tags == std::vector<std::string>{"t:1"});
    CHECK(probe.looked_at == position{2});
    CHECK(found == std::vector<std::string>{"a law: not fine", "a law: where: position 1 instead of position 2",
                                            "a law: asking: no error instead of conflict"});
    CHECK(probe.checks > 4);
}
