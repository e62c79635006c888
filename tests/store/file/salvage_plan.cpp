#include "sillok/store/file/salvage_plan.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sillok/event/record_writer.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

struct event {
    std::string key;
    std::uint64_t version = 0;
};

// A plan that sees events one by one, as if each were a batch.
struct trial {
    salvage_report report;
    kept_streams kept{3};
    salvage_plan plan{report, kept, 11, 12};
    std::uint64_t end = 1;
    std::vector<std::pair<std::uint64_t, event>> seen;

    trial() { begin(1); }
    void begin(std::uint64_t number) {
        segment_header header;
        header.number = number;
        plan.begin(header);
    }
    result<void> see(std::uint64_t position, const std::string& key, std::uint64_t version,
                     std::string_view category = "account") {
        const record_fields fields{
            .position = {position}, .version = {version}, .type = {"probe.event", 1}, .stream = {category, key}};
        std::vector<std::byte> bytes(record_bytes(fields));
        write_record(bytes.data(), fields);
        frame_header header;
        header.count = 1;
        header.first = position;
        end = position + 1;
        seen.emplace_back(position, event{key, version});
        return plan.frame(header, bytes, 0);
    }
    void finish() { REQUIRE(plan.finish(end).has_value()); }

    // The events and placeholders by position, as a writer has them; those of no stream as "".
    std::map<std::uint64_t, event> whole() const {
        std::map<std::uint64_t, event> all;
        for (const auto& [position, each] : seen) all[position] = each;
        for (std::uint64_t at = 1; at < end; ++at) {
            if (all.contains(at)) continue;
            const salvage_plan::run run = plan.run_at(at);
            CHECK(run.position == at);
            CHECK(run.count > 0);
            all[at] = {run.version == 0 ? std::string() : std::string(run.stream.key), run.version};
        }
        return all;
    }
};

bool versions_continue(const std::map<std::uint64_t, event>& all) {
    std::map<std::string, std::uint64_t> versions;
    for (const auto& [position, each] : all)
        if (!each.key.empty() && each.version != ++versions[each.key]) return false;
    return true;
}

}  // namespace

TEST_CASE("a lost position goes to the stream that has to have it first") {
    trial t;
    REQUIRE(t.see(1, "a", 1).has_value());
    REQUIRE(t.see(2, "b", 1).has_value());
    // 3 is lost: either could have it. 5 is lost, too, and only b can have that.
    REQUIRE(t.see(4, "a", 3).has_value());
    REQUIRE(t.see(6, "b", 3).has_value());
    t.finish();
    const auto all = t.whole();
    CHECK(all.at(3).key == "a");
    CHECK(all.at(5).key == "b");
    CHECK(versions_continue(all));
    REQUIRE(t.report.lost.size() == 2);
    REQUIRE(t.report.versions.size() == 2);
    CHECK(t.report.versions[0].key == "a");
    CHECK(t.report.versions[0].first == version{2});
    CHECK(t.report.versions[0].last == version{2});
    CHECK(t.report.ended.empty());
}

TEST_CASE("a stream that begins with a later version lost those before it; what belongs to no stream is lost alone") {
    trial t;
    REQUIRE(t.see(5, "a", 3).has_value());
    REQUIRE(t.see(6, "x", 1, "sillok").has_value());
    t.finish();
    const auto all = t.whole();
    CHECK(all.at(1).key == "a");
    CHECK(all.at(2).key == "a");
    CHECK(all.at(3).version == 0);
    CHECK(all.at(4).version == 0);
    CHECK(t.plan.lost_stream() == stream_view{"sillok", "lost"});
    CHECK(versions_continue(all));
}

TEST_CASE("the stream for what is lost is one that was not there before") {
    trial t;
    REQUIRE(t.see(1, "lost", 1, "sillok").has_value());
    REQUIRE(t.see(2, "lost 2", 1, "sillok").has_value());
    t.finish();
    const auto key = t.plan.lost_stream().key;
    CHECK(key != "lost");
    CHECK(key != "lost 2");
}

TEST_CASE("a stream whose versions go back, repeat or have no room ends there, and is named") {
    const std::vector<std::vector<std::uint64_t>> wrong{
        {1, 2, 2, 3}, {1, 2, 1, 3}, {1, 3, 4}, {2, 3}, {1, 2, ~std::uint64_t{0}, 3}};
    for (const auto& versions : wrong) {
        trial t;
        std::uint64_t at = 1;
        for (const std::uint64_t each : versions) {
            REQUIRE(t.see(at, "a", each).has_value());
            REQUIRE(t.see(at + 1, "other " + std::to_string(at), 1).has_value());
            at += 2;
        }
        t.finish();
        REQUIRE(t.report.ended.size() == 1);
        CHECK(t.report.ended[0].key == "a");
        const std::uint64_t first = t.report.ended[0].at.value;
        CHECK(t.seen[first - 1].second.key == "a");
        CHECK(t.seen[first - 1].second.version == t.report.ended[0].found.value);
        std::vector<std::byte> bytes(4096);
        const auto is_out = [&](std::uint64_t position, std::string_view key) {
            write_record(
                bytes.data(),
                {.position = {position}, .version = {1}, .type = {"probe.event", 1}, .stream = {"account", key}});
            return t.plan.leaves_out(record_view(bytes.data()));
        };
        CHECK_FALSE((first > 1 && is_out(first - 1, "a")));
        CHECK(is_out(first, "a"));
        CHECK(is_out(first + 100, "a"));
        CHECK_FALSE(is_out(first + 100, "b"));
    }
}

TEST_CASE("two streams that want one position cannot both have it: the later one ends") {
    trial t;
    REQUIRE(t.see(1, "a", 1).has_value());
    REQUIRE(t.see(2, "b", 1).has_value());
    REQUIRE(t.see(4, "a", 3).has_value());
    REQUIRE(t.see(5, "b", 3).has_value());
    REQUIRE(t.see(7, "b", 5).has_value());  // which would have room
    t.finish();
    CHECK(t.plan.run_at(3).stream.key == "a");
    REQUIRE(t.report.ended.size() == 1);
    CHECK(t.report.ended[0].key == "b");
    CHECK(t.report.ended[0].at == position{5});
    CHECK(t.plan.run_at(6).version == 0);
}

TEST_CASE("a stream that was cut begins where it was cut to, and has a placeholder there if that is lost") {
    {
        trial t;
        t.kept.cut({"account", "a"}, version{5});
        REQUIRE(t.see(1, "a", 1).has_value());  // still there, and not kept
        REQUIRE(t.see(2, "b", 1).has_value());
        REQUIRE(t.see(4, "a", 5).has_value());
        t.finish();
        CHECK(t.report.ended.empty());
        CHECK(t.report.versions.empty());
        CHECK(t.plan.run_at(3).version == 0);
        CHECK(t.plan.seen() == 2);
    }
    {
        trial t;
        t.kept.cut({"account", "a"}, version{5});
        REQUIRE(t.see(2, "a", 7).has_value());
        REQUIRE(t.see(5, "a", 8).has_value());
        t.finish();
        REQUIRE(t.report.ended.size() == 1);  // 5 and 6 have one position
        CHECK(t.report.ended[0].at == position{2});
        CHECK(t.plan.run_at(1).version == 5);
    }
    {
        trial t;
        t.kept.cut({"account", "a"}, version{5});
        t.kept.cut({"account", "gone"}, none_kept);
        REQUIRE(t.see(1, "a", 4).has_value());
        REQUIRE(t.see(2, "b", 1).has_value());
        REQUIRE(t.see(3, "gone", 9).has_value());
        t.finish();
        CHECK(t.plan.next() == 5);  // behind the last one
        CHECK(t.plan.run_at(4).version == 5);
        CHECK(t.plan.run_at(4).stream.key == "a");
        CHECK(t.report.ended.empty());
    }
}

TEST_CASE("a segment that claims more than there can have been is not believed") {
    trial t;
    REQUIRE(t.see(1, "a", 1).has_value());
    t.begin(3);
    const auto seen = t.see(std::uint64_t{1} << 60, "a", 2);
    REQUIRE_FALSE(seen.has_value());
    CHECK(seen.error() == error_kind::damaged);
    CHECK(seen.error().text().find("0000000003.segment") == 0);
}

TEST_CASE("whatever is lost of a log, its placeholders continue every stream") {
    const std::uint64_t seed = Catch::getSeed();
    CAPTURE(seed);
    std::size_t lost = 0;
    for (std::uint64_t round = 0; round < 2000; ++round) {
        std::mt19937_64 random(seed * 10'000 + round);
        trial t;
        std::map<std::string, std::uint64_t> versions;
        std::map<std::string, std::uint64_t> survived;  // the last version of each stream
        const std::uint64_t events = 1 + random() % 60;
        const std::uint64_t streams = 1 + random() % 12;
        bool is_losing = false;
        for (std::uint64_t at = 1; at <= events; ++at) {
            const std::string key(1, static_cast<char>('a' + random() % streams));
            const std::uint64_t version = ++versions[key];
            if (random() % 4 == 0) is_losing = random() % 2 == 0;
            lost += is_losing ? 1 : 0;
            if (is_losing) continue;
            REQUIRE(t.see(at, key, version).has_value());
            survived[key] = version;
        }
        t.end = events + 1;
        t.finish();
        CHECK(t.report.ended.empty());
        const auto all = t.whole();
        CHECK(all.size() == events);
        CHECK(versions_continue(all));
        // No stream got more than it lost before an event that is there.
        std::map<std::string, std::uint64_t> reached;
        for (const auto& [position, each] : all)
            if (!each.key.empty()) reached[each.key] = each.version;
        CHECK(reached == survived);
    }
    CHECK(lost > 1000);
}
