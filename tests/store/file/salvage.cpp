#include "sillok/store/file/salvage.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../many_segments.hpp"
#include "command/domain.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/store/file/verify.hpp"
#include "sillok/store/retention.hpp"

using namespace segment_tests;

namespace {

constexpr const char* to = "saved.sillok";

using record_bytes_at = std::map<std::uint64_t, std::vector<std::byte>>;  // by position
using folder_content = std::map<std::string, std::vector<std::byte>>;

folder_content content_of(testing::faulty_device& disk, const std::string& folder = path) {
    folder_content all;
    for (const std::string& name : disk.names(folder)) all[name] = *disk.content(folder, name);
    return all;
}

void keep(record_bytes_at& records, const record_view& record) {
    records[record.position().value].assign(record.bytes().begin(), record.bytes().end());
}

// What can be read of a store, whatever is damaged.
struct readable {
    record_bytes_at records;

    void begin(const segment_header&) {}
    result<void> frame(const frame_header& frame, bytes_view body, std::uint64_t) {
        if (frame.kind == frame_kind::batch)
            for_each_intact(frame, body, [&](const record_view& r) { keep(records, r); });
        return {};
    }
    result<void> pieces(const frame_header&, bytes_view, std::uint64_t) { return {}; }
    result<void> end(std::uint64_t, bool) { return {}; }
    void note(const finding&) {}
    void torn(std::uint64_t) {}
    static bool ends_where_torn() noexcept { return false; }
    result<void> unsupported(std::uint64_t, std::uint64_t, const frame_header&) { return {}; }

    static record_bytes_at of(testing::faulty_device& disk, const uuid& store) {
        readable found;
        const auto within = open_store_directory(disk, path, false).value();
        damage_walk walk(within, store, 0, found);
        REQUIRE(walk.run(segment_numbers(within).value()).has_value());
        return found.records;
    }
};

// Batches of one to four events in one or two streams, some with an id.
struct bank : known_store {
    record_bytes_at records;
    uuid id;
    std::vector<std::pair<uuid, receipt>> batches;

    static constexpr int streams = 5;
    static result<receipt> act(file_store& store, int n) {
        std::vector<std::string> payloads;
        for (int i = 0; i < 1 + n % 4; ++i)
            payloads.push_back(payload_of(n * 10 + i, static_cast<std::size_t>(30 + n * 41 % 300)));
        std::vector<new_event> events;
        const std::string_view tag = "kind:probe";
        for (const std::string& each : payloads)
            events.push_back(
                {.type = {"probe.event", 1}, .payload = as_bytes(each), .tags = {&tag, n % 2 == 0 ? 1U : 0U}});
        const std::string first = "account " + std::to_string(n % streams);
        const std::string second = "account " + std::to_string(streams + n % 3);
        const std::size_t split = events.size() / 2;
        std::vector<stream_append> parts;
        parts.push_back({{"account", first}, any_version{}, std::span(events).first(events.size() - split)});
        if (split != 0) parts.push_back({{"account", second}, any_version{}, std::span(events).last(split)});
        return store.append({.streams = parts, .batch = known_store::batch_of(n)});
    }
    explicit bank(int count) {
        auto store = file_store::open(path, options()).value();
        for (int n = 0; n < count; ++n) {
            auto done = act(store, n);
            REQUIRE(done.has_value());
            if (n % 3 != 0) batches.emplace_back(known_store::batch_of(n), *done);
        }
        REQUIRE(store.read_all({}, [&](const record_view& r) { return keep(records, r), true; }).has_value());
        id = store.id();
        REQUIRE(store.close().has_value());
    }
    result<salvage_report> save(testing::faulty_device& on, salvage_options chosen = {}) {
        return salvage(
            path, to,
            {.clock = clock, .segment_bytes = chosen.segment_bytes, .clustered = chosen.clustered, .device = on});
    }
};

bool is_placeholder(const record_view& r) {
    return r.type() == "sillok.lost" && r.revision() == 1 && r.payload().empty();
}

std::string texts(const salvage_report& report) {
    std::string all;
    for (const finding& each : report.findings) all += each.what + '\n';
    for (const lost_range& each : report.lost)
        all += "lost " + std::to_string(each.first.value) + " to " + std::to_string(each.last.value) + ": " +
               each.what + '\n';
    return all;
}

// Looks at everything that a salvaged store promises, and returns the positions of the events that were kept.
std::set<std::uint64_t> check_saved(const bank& known, testing::faulty_device& disk, const salvage_report& report,
                                    bool has_lost_power = false) {
    const auto health = verify_store(to, disk).value();
    for (const finding& each : health.findings) UNSCOPED_INFO(each.what);
    CHECK((has_lost_power ? health.is_sound() : health.findings.empty()));
    CHECK(health.torn_bytes == 0);
    const auto names = disk.names(to);
    const auto count = [&](std::string_view ending) {
        return std::count_if(names.begin(), names.end(), [&](const std::string& n) { return n.ends_with(ending); });
    };
    if (!has_lost_power) CHECK(count(".index") >= count(".segment") - 1);

    std::set<std::uint64_t> kept;
    std::set<std::uint64_t> lost;
    std::map<std::string, std::uint64_t> versions;
    std::uint64_t next = 1;
    timestamp time{(std::numeric_limits<std::int64_t>::min)()};
    std::size_t wrong = 0;
    testing::manual_clock clock;
    auto store = file_store::open(to, {.clock = clock, .must_exist = true, .device = disk});
    REQUIRE(store.has_value());
    CHECK(store->report().was_closed);
    CHECK(store->report().bytes_proven == 0);
    CHECK(store->id() == report.to);
    CHECK(store->id() != known.id);
    REQUIRE(store
                ->read_all({},
                           [&](const record_view& r) {
                               const std::uint64_t at = r.position().value;
                               wrong += at == next++ ? 0 : 1;
                               wrong += r.time() >= time ? 0 : 1;
                               time = r.time();
                               std::string name(r.stream().category);
                               name += '\0';
                               name += r.stream().key;
                               wrong += r.version().value == ++versions[name] ? 0 : 1;
                               if (is_placeholder(r)) {
                                   lost.insert(at);
                                   return true;
                               }
                               kept.insert(at);
                               const auto before = known.records.find(at);
                               wrong += before != known.records.end() && std::ranges::equal(before->second, r.bytes())
                                            ? 0
                                            : 1;
                               return true;
                           })
                .has_value());
    CHECK(wrong == 0);
    for (const auto& [name, version] : versions) {
        const stream_view stream{std::string_view(name).substr(0, name.find('\0')),
                                 std::string_view(name).substr(name.find('\0') + 1)};
        CHECK(store->version_of(stream).value().value == version);
    }
    CHECK(report.events == kept.size());
    CHECK(report.lost_events == lost.size());
    CHECK(report.last.value == next - 1);
    CHECK(report.last == store->last(horizon::durable));
    std::set<std::uint64_t> told;
    for (const lost_range& each : report.lost)
        for (std::uint64_t at = each.first.value; at <= each.last.value; ++at) told.insert(at);
    if (report.ended.empty()) CHECK(told == lost);
    for (const lost_range& each : report.lost) CHECK_FALSE(each.what.empty());

    // It lives on.
    CHECK(bank::act(*store, 1000).value().first.value == next);
    for (const auto& [name, version] : versions) {
        const new_event event{.type = {"probe.event", 1}};
        const stream_append next_one{
            {std::string_view(name).substr(0, name.find('\0')), std::string_view(name).substr(name.find('\0') + 1)},
            exactly{store
                        ->version_of({std::string_view(name).substr(0, name.find('\0')),
                                      std::string_view(name).substr(name.find('\0') + 1)})
                        .value()},
            {&event, 1}};
        CHECK(store->append({.streams = {&next_one, 1}}).has_value());
    }
    REQUIRE(store->close().has_value());
    return kept;
}

// The frames of a segment: offset and header.
std::vector<std::pair<std::size_t, frame_header>> frames_of(const std::vector<std::byte>& segment) {
    std::vector<std::pair<std::size_t, frame_header>> all;
    for (std::size_t at = segment_header_bytes; at + frame_header_bytes <= segment.size();) {
        const frame_header frame = frame_header::decode(segment.data() + at);
        if (frame.sequence == 0) break;
        all.emplace_back(at, frame);
        at += frame.length;
    }
    return all;
}

}  // namespace

TEST_CASE("a store without damage is copied: the same events, and batches that are repeated are known") {
    bank known(60);
    const auto before = content_of(known.disk);
    REQUIRE(before.size() > 8);
    const auto report = known.save(known.disk).value();
    INFO(texts(report));
    CHECK(content_of(known.disk) == before);
    CHECK(report.is_complete());
    CHECK(report.findings.empty());
    CHECK(report.lost.empty());
    CHECK(report.batches == 60);
    CHECK(report.partial_batches == 0);
    CHECK(report.from == known.id);
    {
        auto store = file_store::open(to, known.options()).value();
        for (int n = 0; n < 60; ++n) {
            if (n % 3 == 0) continue;
            const auto again = bank::act(store, n).value();
            const receipt& first = known.batches[static_cast<std::size_t>(n - 1 - n / 3)].second;
            CHECK(again.repeated);
            CHECK(again.first == first.first);
            CHECK(again.last == first.last);
            CHECK(again.version == first.version);
            CHECK(again.time == first.time);
        }
    }
    CHECK(check_saved(known, known.disk, report).size() == known.records.size());
}

TEST_CASE("a bit flipped anywhere costs the batch that it is in, and no more") {
    bank known(60);
    const auto segments = known.named(".segment");
    REQUIRE(segments.size() >= 4);
    std::size_t flips = 0;
    const auto flip = [&](const std::string& name, std::size_t at, std::size_t events_lost_max) {
        INFO(name << ", byte " << at);
        const auto disk = known.disk.copy();
        (*disk->content(path, name))[at] ^= std::byte{16};
        disk->erase(path, "lock");
        const auto before = content_of(*disk);
        const auto report = known.save(*disk);
        if (!report) FAIL(report.error().text());
        INFO(texts(*report));
        CHECK(content_of(*disk) == before);
        const auto kept = check_saved(known, *disk, *report);
        CHECK(kept.size() + events_lost_max >= known.records.size());
        CHECK((report->last.value == known.records.size() || report->ends_early));
        CHECK(report->findings.empty() == !name.ends_with(".segment"));
        ++flips;
    };
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}, segments.size() - 1}) {
        const std::string& name = segments[i];
        const auto frames = frames_of(known.file(name));
        for (std::size_t at = 0; at < segment_header_bytes; at += at < 112 ? 1 : 399) flip(name, at, 0);
        for (const auto& [offset, frame] : {frames[0], frames[frames.size() / 2], frames.back()}) {
            const std::size_t events = frame.kind == frame_kind::batch ? frame.count : 0;
            for (std::size_t at = 0; at < frame_header_bytes; at += 9) flip(name, offset + at, events);
            for (std::size_t at = frame_header_bytes; at < frame.length; at += 97)
                flip(name, offset + at, std::min<std::size_t>(events, 1));
        }
    }
    for (const char* const name : {"0000000001.index", "0000000002.index"})
        for (std::size_t at = 0; at < known.file(name).size(); at += 333) flip(name, at, 0);
    CHECK(flips > 300);
}

TEST_CASE("a batch that is damaged in part keeps what is intact of it, and its id") {
    bank known(40);
    std::uint64_t number = 1;
    std::pair<std::size_t, frame_header> found;
    for (; found.second.count == 0; ++number)
        for (const auto& each : frames_of(known.file(segment_name(number + 1))))
            if (each.second.count >= 3 && !each.second.batch.is_nil()) found = each;
    const auto& [offset, frame] = found;
    auto& segment = known.file(segment_name(number));
    const std::size_t first = record_view(segment.data() + offset + frame_header_bytes).size();
    segment[offset + frame_header_bytes + first + 20] ^= std::byte{1};  // the second one's version
    const auto report = known.save(known.disk).value();
    INFO(texts(report));
    CHECK(report.partial_batches == 1);
    CHECK(report.lost_events == 1);
    REQUIRE(report.lost.size() == 1);
    CHECK(report.lost[0].first.value == frame.first + 1);
    CHECK(report.lost[0].segment == number);
    CHECK(report.lost[0].offset == offset);
    CHECK(report.lost[0].what.find("a record has another checksum") != std::string::npos);
    {
        auto store = file_store::open(to, known.options()).value();
        const auto batch = store.find_batch(frame.batch).value();
        REQUIRE(batch.has_value());
        CHECK(batch->receipt.first.value == frame.first);
        CHECK(batch->receipt.last.value == frame.first + frame.count - 1);
        CHECK(batch->content == frame.content);
    }
    CHECK(check_saved(known, known.disk, report).size() + 1 == known.records.size());
}

TEST_CASE("versions that a stream lost between two events have placeholders in it, and who loads it meets them") {
    bank known(60);
    known.disk.erase(path, "0000000002.segment");
    const auto report = known.save(known.disk).value();
    INFO(texts(report));
    CHECK_FALSE(report.is_complete());
    CHECK_FALSE(report.ends_early);
    REQUIRE(report.lost.size() == 1);
    CHECK(report.lost[0].segment == 2);
    CHECK(report.lost[0].what.find("0000000002.segment at offset 0") == 0);
    CHECK_FALSE(report.versions.empty());
    std::uint64_t counted = 0;
    {
        auto store = file_store::open(to, known.options()).value();
        for (const lost_versions& each : report.versions) {
            std::uint64_t version = 0;
            REQUIRE(store
                        .read_stream({each.category, each.key}, {},
                                     [&](const record_view& r) {
                                         ++version;
                                         const bool is_lost = version >= each.first.value && version <= each.last.value;
                                         CHECK(is_placeholder(r) == is_lost);
                                         CHECK(r.version().value == version);
                                         counted += is_lost ? 1 : 0;
                                         return true;
                                     })
                        .has_value());
        }
    }
    // Every stream went on after the lost segment, so that every place is known.
    CHECK(counted == report.lost_events);
    check_saved(known, known.disk, report);
}

TEST_CASE("an aggregate that lost an event in its midst is not loaded; another one is") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    {
        auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
        const repository<domain::account> accounts(store);
        for (int n = 0; n < 3; ++n) REQUIRE(accounts.execute("1", domain::deposit{5}).has_value());
        REQUIRE(accounts.execute("2", domain::deposit{5}).has_value());
    }
    auto& segment = *disk.content(path, "0000000001.segment");
    segment[frames_of(segment)[1].first + frame_header_bytes + 60] ^= std::byte{1};
    REQUIRE(salvage(path, to, {.clock = clock, .device = disk}).has_value());
    auto store = file_store::open(to, {.clock = clock, .device = disk}).value();
    const repository<domain::account> accounts(store);
    CHECK(accounts.load("1").error() == error_kind::unknown_event);
    CHECK_FALSE(accounts.execute("1", domain::deposit{5}).has_value());
    CHECK(accounts.execute("2", domain::deposit{5}).has_value());
}

TEST_CASE("several places, missing ends and beginnings, and the files beside the log") {
    bank known(60);
    const auto segments = known.named(".segment");
    const auto last = segments.back();
    const auto tried = [&](auto damage) {
        const auto disk = known.disk.copy();
        damage(*disk);
        const auto before = content_of(*disk);
        auto report = known.save(*disk);
        if (!report) FAIL(report.error().text());
        INFO(texts(*report));
        CHECK(content_of(*disk) == before);
        check_saved(known, *disk, *report);
        return *std::move(report);
    };
    // Two damaged places, in two segments.
    auto report = tried([&](testing::faulty_device& disk) {
        for (const char* const name : {"0000000001.segment", "0000000003.segment"})
            (*disk.content(path, name))[segment_header_bytes + 10] ^= std::byte{1};
    });
    CHECK(report.lost.size() == 2);
    // The first segment: streams begin with versions that are lost.
    report = tried([&](testing::faulty_device& disk) { disk.erase(path, "0000000001.segment"); });
    CHECK(report.lost[0].first.value == 1);
    // The last one is cut, within a batch whose header is there, at an edge of one, and is missing.
    const auto frames = frames_of(known.file(last));
    const std::uint64_t end = known.records.size();
    const std::size_t offset = frames.back().first;
    const frame_header& frame = frames.back().second;
    report = tried(
        [&](testing::faulty_device& disk) { disk.content(path, last)->resize(offset + frame_header_bytes + 16); });
    CHECK(report.last.value == end);
    CHECK_FALSE(report.ends_early);
    CHECK(report.torn_bytes == 0);
    report = tried([&](testing::faulty_device& disk) { disk.content(path, last)->resize(offset); });
    CHECK(report.last.value == frame.first - 1);
    CHECK(report.ends_early);
    report = tried([&](testing::faulty_device& disk) { disk.erase(path, last); });
    CHECK(report.ends_early);
    // What was noted as damage is read past, and the mark and the identity can be gone.
    report = tried([&](testing::faulty_device& disk) {
        const int folder = static_cast<int>(disk.open_directory(path).value);
        const int file = static_cast<int>(disk.open(folder, "damage", open_mode::create).value);
        REQUIRE(disk.write(file, "bad\n", 4, 0).ok());
        disk.lose_process();
    });
    CHECK(report.is_complete());
    report = tried([&](testing::faulty_device& disk) { disk.content(path, "mark")->at(20) ^= std::byte{1}; });
    CHECK(report.is_complete());
    report = tried([&](testing::faulty_device& disk) { disk.erase(path, "mark"); });
    CHECK(report.is_complete());
    for (const std::size_t at : {0U, 8U, 12U, 20U, 33U}) {
        report = tried([&](testing::faulty_device& disk) { disk.content(path, "store")->at(at) ^= std::byte{1}; });
        CHECK(report.is_complete());
        CHECK(report.from == known.id);
        CHECK(report.findings.size() == 1);
    }
    report = tried([&](testing::faulty_device& disk) { disk.erase(path, "store"); });
    CHECK(report.is_complete());
}

TEST_CASE("a torn tail is left out, and counted") {
    testing::faulty_device disk;
    testing::manual_clock clock;
    {
        auto store = file_store::open(path, {.clock = clock, .durability = lose_unsynced{}, .device = disk}).value();
        for (int n = 0; n < 3; ++n) REQUIRE(append(store, payload_of(n, 100), n).has_value());
        disk.lose_process();
    }
    auto& segment = *disk.content(path, "0000000001.segment");
    segment.resize(segment.size() - 10);
    const auto report = salvage(path, to, {.clock = clock, .device = disk}).value();
    INFO(texts(report));
    CHECK(report.is_complete());
    CHECK(report.torn_bytes > 100);
    CHECK(report.events == 2);
    CHECK(report.last == position{2});
    CHECK(verify_store(to, disk).value().findings.empty());
}

TEST_CASE("a salvaged store that is damaged again can be salvaged again") {
    bank known(60);
    known.disk.erase(path, "0000000002.segment");
    known.disk.erase(path, known.named(".segment").back());
    const auto first = known.save(known.disk).value();
    CHECK(first.lost_events != 0);
    (*known.disk.content(to, "0000000001.segment"))[segment_header_bytes + 10] ^= std::byte{1};
    const auto second = salvage(to, "again.sillok", {.clock = known.clock, .device = known.disk}).value();
    INFO(texts(second));
    CHECK(second.ended.empty());
    CHECK(second.lost_events >= 1);
    CHECK(verify_store("again.sillok", known.disk).value().findings.empty());
}

TEST_CASE("what cannot be salvaged is refused before anything is written") {
    bank known(20);
    const auto names = known.disk.names(path);
    CHECK(salvage("", to, {.device = known.disk}).error() == error_kind::invalid_argument);
    CHECK(salvage("none", to, {.device = known.disk}).error() == error_kind::no_such_store);
    CHECK(salvage(path, path, {.device = known.disk}).error() == error_kind::invalid_argument);
    CHECK(salvage(path, std::string(path) + "/new", {.device = known.disk}).error() == error_kind::invalid_argument);
    CHECK(salvage(path, to, {.segment_bytes = 100, .device = known.disk}).error() == error_kind::invalid_argument);
    CHECK(known.disk.names(path) == names);
    CHECK(known.disk.open_directory(to).error == ENOENT);
    {
        auto other = known.disk.copy();
        auto writer = file_store::open(path, {.clock = known.clock, .device = *other}).value();
        CHECK(salvage(path, to, {.device = *other}).error() == error_kind::locked);
    }
    {  // of another store altogether
        auto other = known.disk.copy();
        store_identity{uuid{}, segment_bytes_default, {}}.encode(other->content(path, "store")->data());
        CHECK(salvage(path, to, {.device = *other}).error() == error_kind::damaged);
        other->erase(path, "store");
        for (const auto& name : known.named(".segment")) other->content(path, name)->resize(100);
        CHECK(salvage(path, to, {.device = *other}).error() == error_kind::damaged);
    }
    {  // of a later version
        auto other = known.disk.copy();
        std::byte* const block = other->content(path, "store")->data();
        store_le(block + 8, std::uint32_t{2});
        store_le(block + 12, block_checksum({block, identity_bytes}));
        CHECK(salvage(path, to, {.device = *other}).error() == error_kind::unsupported_format);
    }
    // A directory that is empty is as good as none.
    REQUIRE(known.disk.make_directory(to).ok());
    CHECK(
        salvage(path, to,
                {.clock = known.clock, .segment_bytes = segment_bytes_min * 4, .clustered = true, .device = known.disk})
            .has_value());
    CHECK(salvage(path, to, {.device = known.disk}).error() == error_kind::invalid_argument);
}

TEST_CASE("P7: whatever fails while it writes, there is no store, and the old one is as it was") {
    bank known(40);
    const auto before = content_of(known.disk);
    {
        auto disk = known.disk.copy();
        disk->leave_space(40'000);
        const auto report = known.save(*disk);
        REQUIRE_FALSE(report.has_value());
        CHECK(report.error() == error_kind::no_space);
        CHECK(report.error().text().find("is not a store, and can be removed") != std::string::npos);
        CHECK_FALSE(file_store::open(to, {.must_exist = true, .device = *disk}).has_value());
        CHECK(content_of(*disk) == before);
    }
    std::size_t failed = 0;
    for (std::uint64_t n = 1; n < 400; n += 3) {
        INFO("call " << n);
        auto disk = known.disk.copy();
        disk->fail_call(n, EIO);
        const auto report = known.save(*disk);
        disk->heal();
        failed += report ? 0 : 1;
        CHECK(content_of(*disk) == before);
        const auto opened = file_store::open(to, {.clock = known.clock, .must_exist = true, .device = *disk});
        if (report) {
            REQUIRE(opened.has_value());
            CHECK(opened->last(horizon::durable).value == known.records.size());
        } else if (opened) {  // what failed came after the last byte
            CHECK(opened->last(horizon::durable).value == known.records.size());
        }
    }
    CHECK(failed > 50);
    // The power goes as soon as it is there.
    auto disk = known.disk.copy();
    const auto report = known.save(*disk).value();
    disk->lose_power(7);
    check_saved(known, *disk, report, true);  // indexes are derived, and are not synced
}

TEST_CASE("random damage: all that can be read is in the new store, and nothing else but placeholders") {
    bank known(60);
    known.disk.erase(path, "lock");
    const auto names = known.disk.names(path);
    const auto seed = static_cast<std::uint64_t>(Catch::getSeed());
    CAPTURE(seed);
    std::size_t lost = 0;
    std::size_t refused = 0;
    for (std::uint64_t round = 0; round < 300; ++round) {
        std::mt19937_64 random(seed * 1000 + round);
        const auto disk = known.disk.copy();
        std::string done;
        for (std::uint64_t i = 0; i <= random() % 4; ++i) {
            const std::string& name = names[random() % names.size()];
            auto* const file = disk->content(path, name);
            if (file == nullptr || file->empty()) continue;
            const std::size_t at = random() % file->size();
            const auto kind = random() % 10;
            done += name + " byte " + std::to_string(at) + " kind " + std::to_string(kind) + "; ";
            if (kind < 5)
                (*file)[at] ^= static_cast<std::byte>(1U << random() % 8);
            else if (kind < 7)
                std::fill_n(file->begin() + static_cast<std::ptrdiff_t>(at),
                            std::min<std::size_t>(file->size() - at, 1 + random() % 1024), std::byte{0});
            else if (kind < 8)
                file->resize(at);
            else if (kind < 9)
                disk->erase(path, name);
            else if (auto* const other = disk->content(path, names[random() % names.size()]); other != nullptr)
                std::swap(*file, *other);
        }
        INFO("round " << round << ": " << done);
        const auto before = content_of(*disk);
        const record_bytes_at can_be_read = readable::of(*disk, known.id);
        if (const auto health = verify_store(path, *disk)) CHECK(health->events == can_be_read.size());
        const auto report = known.save(*disk);
        CHECK(content_of(*disk) == before);
        if (!report) {
            INFO(report.error().text());
            ++refused;
            CHECK(can_be_read.empty());
            continue;
        }
        INFO(texts(*report));
        lost += report->lost_events;
        CHECK(report->ended.empty());
        const auto kept = check_saved(known, *disk, *report);
        std::size_t missing = 0;
        for (const auto& [at, bytes] : can_be_read)
            missing += kept.contains(at) && known.records.at(at) == bytes ? 0 : 1;
        CHECK(missing == 0);
    }
    CHECK(lost > 1000);
    CHECK(refused < 20);
}

TEST_CASE("segments of two histories of one store, mixed, make a store that is in order all the same") {
    bank known(20);
    const auto other = known.disk.copy();
    const auto live_on = [&](testing::faulty_device& disk, int from) {
        testing::manual_clock clock;
        clock.set(timestamp{known.clock.now().nanoseconds + from});
        auto store = file_store::open(path, {.clock = clock, .device = disk}).value();
        for (int n = from; n < from + 40; ++n) REQUIRE(bank::act(store, n).has_value());
    };
    live_on(known.disk, 100);
    live_on(*other, 203);
    const std::uint64_t seed = Catch::getSeed();
    CAPTURE(seed);
    std::size_t ended = 0;
    for (std::uint64_t round = 0; round < 60; ++round) {
        std::mt19937_64 random(seed * 1000 + round);
        const auto disk = known.disk.copy();
        for (const std::string& name : other->names(path))
            if (auto* const mine = disk->content(path, name); mine != nullptr && random() % 2 == 0)
                *mine = *other->content(path, name);
        INFO("round " << round);
        const auto report = known.save(*disk);
        if (!report) FAIL(report.error().text());
        INFO(texts(*report));
        ended += report->ended.size();
        const auto health = verify_store(to, *disk).value();
        CHECK(health.findings.empty());
        CHECK(health.events == report->events + report->lost_events);
        auto store = file_store::open(to, {.clock = known.clock, .must_exist = true, .device = *disk});
        REQUIRE(store.has_value());
        CHECK(bank::act(*store, 1000).has_value());
    }
    CHECK(ended > 0);
}

TEST_CASE("what was cut off, deleted or scrubbed stays so, and costs no placeholder") {
    const bool is_scrubbed = GENERATE(false, true);
    CAPTURE(is_scrubbed);
    bank known(60);
    record_bytes_at raw = known.records;
    record_bytes_at visible;
    std::size_t acts = 0;
    std::map<std::string, std::uint64_t> versions;
    const auto account = [](int n) { return "account " + std::to_string(n); };
    {
        auto store = file_store::open(path, known.options()).value();
        const std::string cut = account(1);
        const std::string gone = account(2);
        REQUIRE(truncate(store, {"account", cut}, version{12}, {.reason = "closed"}).has_value());
        REQUIRE(delete_stream(store, {"account", gone}).has_value());
        if (is_scrubbed) REQUIRE(store.scrub({}).value().events > 20);
        for (int n = 60; n < 70; ++n)
            if (n % bank::streams != 2) REQUIRE(bank::act(store, n).has_value());
        REQUIRE(store.read_all({}, [&](const record_view& r) { return keep(visible, r), true; }).has_value());
        for (const auto& [at, bytes] : visible) raw[at] = bytes;
        for (int n = 0; n < 8; ++n)
            if (n != 2) versions[account(n)] = store.version_of({"account", account(n)}).value().value;
        REQUIRE(store.read_acts([&](const retention_act&) { return ++acts, true; }).has_value());
        REQUIRE(store.close().has_value());
    }
    known.disk.erase(path, "lock");
    {
        const auto health = verify_store(path, known.disk).value();
        for (const finding& each : health.findings) UNSCOPED_INFO(each.what);
        CHECK(health.findings.empty());
    }
    {
        const auto disk = known.disk.copy();
        const auto report = known.save(*disk).value();
        INFO(texts(report));
        CHECK(report.is_complete());
        CHECK(report.events == visible.size());
        CHECK(report.ended.empty());
        CHECK(verify_store(to, *disk).value().findings.empty());
        auto store = file_store::open(to, {.clock = known.clock, .device = *disk}).value();
        record_bytes_at seen;
        REQUIRE(store.read_all({}, [&](const record_view& r) { return keep(seen, r), true; }).has_value());
        CHECK(seen == visible);
        for (const auto& [key, version] : versions) CHECK(store.version_of({"account", key}).value().value == version);
        CHECK(store.version_of({"account", account(2)}).error() == error_kind::stream_deleted);
        std::size_t again = 0;
        REQUIRE(store.read_acts([&](const retention_act&) { return ++again, true; }).has_value());
        CHECK(again == acts);
        for (const auto& [id, first] : known.batches) {
            const auto found = store.find_batch(id).value();
            REQUIRE(found.has_value());
            CHECK(found->receipt.first == first.first);
            CHECK(found->receipt.last == first.last);
            CHECK(found->receipt.version == first.version);
        }
        CHECK(bank::act(store, 100).has_value());
        // Nothing of what was deleted is in the files of the new store.
        const std::string text = payload_of(20, 30);  // of the first batch of account 2
        const auto hold = [&](const std::string& folder) {
            const auto all = content_of(*disk, folder);
            return std::any_of(all.begin(), all.end(), [&](const auto& file) {
                const bytes_view sought = as_bytes(text);
                return std::search(file.second.begin(), file.second.end(), sought.begin(), sought.end()) !=
                       file.second.end();
            });
        };
        CHECK(hold(path) != is_scrubbed);
        CHECK_FALSE(hold(to));
    }
    const std::uint64_t seed = Catch::getSeed();
    CAPTURE(seed);
    const auto segments = known.named(".segment");
    for (std::uint64_t round = 0; round < 150; ++round) {
        std::mt19937_64 random(seed * 1000 + round);
        const auto disk = known.disk.copy();
        const std::string& name = segments[random() % segments.size()];
        auto& file = *disk->content(path, name);
        const std::size_t at = random() % file.size();
        const auto kind = random() % 4;
        INFO("round " << round << ": " << name << " byte " << at << " kind " << kind);
        if (kind < 2) file[at] ^= std::byte{2};
        if (kind == 2) file.resize(at);
        if (kind == 3) disk->erase(path, name);
        const record_bytes_at can_be_read = readable::of(*disk, known.id);
        const auto report = known.save(*disk);
        if (!report) FAIL(report.error().text());
        INFO(texts(*report));
        const auto health = verify_store(to, *disk).value();
        for (const finding& each : health.findings) UNSCOPED_INFO(each.what);
        CHECK(health.findings.empty());
        auto opened = file_store::open(to, {.clock = known.clock, .device = *disk});
        if (!opened) FAIL(opened.error().text());
        std::size_t wrong = 0;
        record_bytes_at seen;
        REQUIRE(opened
                    ->read_all({},
                               [&](const record_view& r) {
                                   if (is_placeholder(r)) return true;
                                   keep(seen, r);
                                   wrong += raw.contains(r.position().value) &&
                                                    std::ranges::equal(raw.at(r.position().value), r.bytes())
                                                ? 0
                                                : 1;
                                   return true;
                               })
                    .has_value());
        CHECK(wrong == 0);
        std::size_t missing = 0;
        if (report->ended.empty())
            for (const auto& [position, bytes] : can_be_read)
                missing += !visible.contains(position) || seen.contains(position) ? 0 : 1;
        CHECK(missing == 0);
        for (int n = 0; n < 8; ++n) {
            const auto last = opened->version_of({"account", account(n)});
            if (!last) continue;
            const new_event event{.type = {"probe.event", 1}};
            const std::string key = account(n);
            stream_append next_one{{"account", key}, no_stream{}, {&event, 1}};
            if (last->value != 0) next_one.expected = exactly{last->value};
            CHECK(opened->append({.streams = {&next_one, 1}}).has_value());
            std::uint64_t reached = 0;
            CHECK(opened
                      ->read_stream({"account", key}, {},
                                    [&](const record_view& r) { return reached = r.version().value, true; })
                      .has_value());
            CHECK(reached == last->value + 1);
        }
    }
}

TEST_CASE("segments that were archived are read where they are, and have to be there") {
    bank known(60);
    {
        auto store = file_store::open(path, known.options()).value();
        const auto moved = store.archive(position{60}, "/archive");
        if (!moved) FAIL(moved.error().text());
        REQUIRE(store.close().has_value());
    }
    const auto health = verify_store(path, known.disk).value();
    for (const finding& each : health.findings) UNSCOPED_INFO(each.what);
    CHECK(health.findings.empty());
    CHECK(health.events == known.records.size());
    {
        const auto disk = known.disk.copy();
        const auto report = known.save(*disk).value();
        INFO(texts(report));
        CHECK(report.is_complete());
        CHECK(check_saved(known, *disk, report).size() == known.records.size());
    }
    known.disk.erase("/archive", "0000000002.segment");
    CHECK(known.save(known.disk).error() == error_kind::io);
    CHECK(known.disk.open_directory(to).error == ENOENT);
}

TEST_CASE("on real files") {
    const scratch folder;
    testing::manual_clock clock;
    {
        auto store = file_store::open(folder / "a", {.clock = clock, .segment_bytes = segment_bytes_min}).value();
        for (int n = 0; n < 50; ++n) REQUIRE(bank::act(store, n).has_value());
    }
    std::filesystem::resize_file(folder / "a/0000000002.segment", segment_header_bytes + 700);
    REQUIRE_FALSE(verify_store(folder / "a").value().is_sound());
    const auto report = salvage(folder / "a", folder / "b", {.clock = clock}).value();
    INFO(texts(report));
    CHECK(report.lost_events > 0);
    CHECK(verify_store(folder / "b").value().findings.empty());
    auto store = file_store::open(folder / "b", {.clock = clock}).value();
    CHECK(store.last(horizon::durable) == report.last);
    CHECK(bank::act(store, 100).has_value());
}
