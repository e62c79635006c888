#include "sillok/testing/broken_stores.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sillok/store/memory_store.hpp"
#include "sillok/testing/store_conformance.hpp"

using namespace sillok;

namespace {

std::vector<testing::finding> findings_of(auto& source) {
    std::vector<testing::finding> found;
    const testing::conformance seen =
        testing::check_store(source, [&](const testing::finding& each) { found.push_back(each); });
    CHECK(seen.checks > 100);
    CHECK(seen.findings == found.size());
    return found;
}

// A memory store behind a decorator; reopening does what the decorator calls losing.
template <class Broken>
struct broken_source {
    std::optional<memory_store> whole;
    std::optional<Broken> broken;

    store_ref fresh(clock_ref clock) {
        broken.reset();
        whole.emplace(clock);
        return broken.emplace(*whole);
    }
};

struct losing_source : broken_source<testing::tail_losing_store> {
    store_ref reopen() {
        broken->lose();
        return *broken;
    }
};

template <class Source>
void is_flagged(std::string_view law) {
    Source source;
    const auto found = findings_of(source);
    std::set<std::string> laws;
    for (const testing::finding& each : found) laws.insert(each.law);
    std::string all;
    for (const std::string& each : laws) all += each + "; ";
    INFO("laws found broken: " << all);
    CHECK(laws.contains(std::string(law)));
}

}  // namespace

TEST_CASE("a store that passes everything on keeps every law") {
    broken_source<testing::passing_store> source;
    for (const testing::finding& each : findings_of(source)) FAIL_CHECK(each.law << ": " << each.what);
}

TEST_CASE("a store that loses its tail is flagged") {
    is_flagged<losing_source>("what is recorded outlives the store");
    is_flagged<losing_source>("notes outlive the store");
}

TEST_CASE("a store that acknowledges what it does not record is flagged") {
    is_flagged<broken_source<testing::forgetting_store>>("positions and versions have no gap");
}

TEST_CASE("a store that leaves a gap is flagged") {
    is_flagged<broken_source<testing::gap_leaving_store>>("positions and versions have no gap");
    is_flagged<broken_source<testing::gap_leaving_store>>("no update is lost and no reader sees a gap");
}

TEST_CASE("a store that checks without locking is flagged, in every run") {
    for (int run = 0; run < 3; ++run)
        is_flagged<broken_source<testing::unlocked_store>>("of those who expect one version one wins");
}

TEST_CASE("a store that reorders is flagged") {
    is_flagged<broken_source<testing::reordering_store>>("what was appended is read");
}

TEST_CASE("a store that duplicates is flagged") {
    is_flagged<broken_source<testing::duplicating_store>>("positions and versions have no gap");
    is_flagged<broken_source<testing::forgetful_of_batches>>("a batch is recorded once");
}

TEST_CASE("a store that forgets a tag is flagged") {
    is_flagged<broken_source<testing::tag_forgetting_store>>("the log is filtered");
    is_flagged<broken_source<testing::tag_forgetting_store>>("conditions hold or nothing is written");
}

TEST_CASE("a store that checks only some of many conditions is flagged") {
    is_flagged<broken_source<testing::hasty_store>>("a thousand tags are taken in one act");
}

TEST_CASE("a store whose time decreases is flagged") {
    is_flagged<broken_source<testing::time_reversing_store>>("time never decreases");
}

TEST_CASE("a store that writes half a batch is flagged") {
    is_flagged<broken_source<testing::half_writing_store>>("several streams are written together or not at all");
}

TEST_CASE("a store that joins category and key is flagged") {
    is_flagged<broken_source<testing::joining_store>>("keys are any bytes");
}

TEST_CASE("a store that does not wake who waits is flagged") {
    is_flagged<broken_source<testing::sleeping_store>>("no wake-up is missed");
}

TEST_CASE("a store that notes no layout, or the same one again, is flagged") {
    is_flagged<broken_source<testing::unnoting_store>>("the first event of a version notes its layout");
    is_flagged<broken_source<testing::noting_again_store>>("the first event of a version notes its layout");
}

TEST_CASE("a store that takes an event whose struct changed is flagged") {
    is_flagged<broken_source<testing::gullible_store>>("a contradiction is refused and nothing is written");
    is_flagged<broken_source<testing::gullible_store>>("of those who bring two layouts one wins");
    is_flagged<broken_source<testing::one_noting_store>>("a contradiction is refused and nothing is written");
}

TEST_CASE("a store that notes what it refuses is flagged") {
    is_flagged<broken_source<testing::hasty_noting_store>>("an append that is refused leaves no note");
}
