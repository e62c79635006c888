#include "sillok/store/file/segment_index.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "sillok/store/file/index_builder.hpp"
#include "sillok/testing/faulty_device.hpp"

using namespace sillok;
using namespace sillok::detail;

namespace {

struct index_disk {
    testing::faulty_device disk;
    directory within;
    open_files files;

    index_disk() : within(opened(disk)), files(within, 4) {}

    static directory opened(testing::faulty_device& disk) {
        static_cast<void>(disk.make_directory("d"));
        return directory(disk, owned_file(disk, static_cast<int>(disk.open_directory("d").value)));
    }
    std::unique_ptr<segment_index> open(const std::vector<std::byte>& content) {
        static_cast<void>(within.remove("i"));
        auto file = within.open_file("i", open_mode::create).value();
        REQUIRE(within.write(file, content, 0).ok());
        return segment_index::open(files, "i").value();
    }
};

// What is asked of an index in one go: the answers, or that one of them is an error.
struct answers {
    std::map<std::uint64_t, std::vector<std::uint32_t>> places;
    std::vector<std::uint64_t> before;
    std::uint64_t step = 0;
    friend bool operator==(const answers&, const answers&) = default;
};

std::optional<answers> ask(const segment_index& index, const std::vector<std::uint64_t>& hashes) {
    answers all;
    for (const std::uint64_t hash : hashes)
        for (const keys of : {keys::streams, keys::tags, keys::batches}) {
            const auto may = index.may_have(of, hash);
            if (!may) return std::nullopt;
            bool failed = false;
            const auto found = index.find(of, hash, [&](const index_entry& key) {
                std::vector<std::uint32_t> at(key.count < 1000 ? key.count : 1000);
                failed |= !index.places(of, key, 0, at);
                std::vector<std::uint32_t>& into = all.places[hash * 3 + static_cast<std::uint64_t>(of)];
                into.insert(into.end(), at.begin(), at.end());
                all.before.push_back(key.before + (std::uint64_t{key.place} << 32));
                return true;
            });
            if (!found || failed) return std::nullopt;
        }
    const auto step = index.step_before({150});
    if (!step) return std::nullopt;
    all.step = step->offset;
    return all;
}

}  // namespace

TEST_CASE("an index gives back what went in, however many keys there are") {
    for (const std::uint32_t count : {0U, 1U, 17U, 18U, 19U, 500U, 20'000U}) {
        std::mt19937_64 random(count + 1);
        index_builder builder;
        std::map<std::uint64_t, std::pair<index_entry, std::vector<std::uint32_t>>> expected;
        for (std::uint32_t i = 0; i < count; ++i) {
            std::vector<std::uint32_t> places(1 + random() % 5);
            for (std::uint32_t& each : places) each = static_cast<std::uint32_t>(random());
            const index_entry key{.hash = random(), .before = random()};
            builder.add(keys::streams, key, places);
            expected[key.hash] = {key, places};
        }
        index_disk d;
        const index_header header{uuid{{7}}, 3, 4, 5, 6, 7, 8, timestamp{9}, 10, 11, 12};
        const auto opened = d.open(builder.build(header));
        REQUIRE(opened != nullptr);
        const segment_index& index = *opened;
        CHECK(index.header().store == header.store);
        CHECK(index.header().end == 7);
        CHECK(index.header().time == timestamp{9});
        CHECK(index.header().events == 11);
        CHECK(index.header().batches == 12);
        std::size_t wrong = 0;
        for (const auto& each : expected) {
            const std::uint64_t hash = each.first;
            const auto& want = each.second;
            wrong += !index.may_have(keys::streams, hash).value();
            std::size_t found = 0;
            REQUIRE(index
                        .find(keys::streams, hash,
                              [&](const index_entry& key) {
                                  ++found;
                                  wrong += key.before != want.first.before || key.place != want.second.front();
                                  std::vector<std::uint32_t> at(want.second.size() + 1);
                                  wrong += index.places(keys::streams, key, 0, at).value() != want.second.size();
                                  for (std::size_t i = 0; i < want.second.size(); ++i) wrong += at[i] != want.second[i];
                                  std::uint32_t last[1];
                                  wrong += index.places(keys::streams, key, key.count - 1, last).value() != 1;
                                  wrong += last[0] != want.second.back();
                                  return true;
                              })
                        .has_value());
            wrong += found != 1;
        }
        for (int i = 0; i < 1000; ++i)
            REQUIRE(index.find(keys::streams, random(), [&](const index_entry&) { return ++wrong != 0; }).has_value());
        CHECK(wrong == 0);
    }
}

TEST_CASE("two keys with one hash are both found; a key of streams is none of tags") {
    index_builder builder;
    builder.add(keys::streams, {.hash = 5, .before = 1}, std::vector<std::uint32_t>{1});
    builder.add(keys::streams, {.hash = 5, .before = 2}, std::vector<std::uint32_t>{2, 3});
    builder.add(keys::tags, {.hash = 6}, std::vector<std::uint32_t>{4});
    index_disk d;
    const auto opened = d.open(builder.build({}));
    REQUIRE(opened != nullptr);
    const segment_index& index = *opened;
    std::vector<std::uint64_t> before;
    const auto collect = [&](const index_entry& key) {
        before.push_back(key.before);
        return true;
    };
    REQUIRE(index.find(keys::streams, 5, collect).has_value());
    CHECK(before == std::vector<std::uint64_t>{1, 2});
    REQUIRE(index.find(keys::tags, 5, collect).has_value());
    CHECK(before.size() == 2);
    CHECK(index.may_have(keys::tags, 6).value());
    CHECK_FALSE(index.may_have(keys::streams, 6).value());
}

TEST_CASE("the step before a position comes back") {
    index_builder builder;
    for (std::uint64_t i = 0; i < 10; ++i) builder.add(index_step{1 + i * 100, 4096 + i * 800});
    index_disk d;
    const auto index = d.open(builder.build({}));
    REQUIRE(index != nullptr);
    CHECK(index->step_before({1})->offset == 4096);
    CHECK(index->step_before({100})->offset == 4096);
    CHECK(index->step_before({101})->offset == 4896);
    CHECK(index->step_before({5000})->offset == 4096 + 9 * 800);
}

TEST_CASE("P10: every bit of an index is flipped, and it is cut at every byte: no answer is another one") {
    index_builder builder;
    std::vector<std::uint64_t> hashes;
    std::mt19937_64 random(1);
    for (std::uint32_t i = 0; i < 30; ++i) {
        hashes.push_back(random());
        builder.add(keys::streams, {.hash = hashes.back(), .before = i}, std::vector<std::uint32_t>{i, i + 1});
        if (i < 5) builder.add(keys::batches, {.hash = hashes.back()}, std::vector<std::uint32_t>{i + 9});
        if (i < 4) builder.add(keys::tags, {.hash = hashes.back()}, std::vector<std::uint32_t>{i});
    }
    for (std::uint64_t i = 0; i < 3; ++i) builder.add(index_step{1 + i * 100, 4096 + i * 800});
    index_header header;
    header.segment = 1;
    const auto good = builder.build(header);
    index_disk d;
    const auto index = d.open(good);
    REQUIRE(index != nullptr);
    const auto expected = ask(*index, hashes);
    REQUIRE(expected.has_value());
    std::size_t noticed = 0;
    std::size_t other = 0;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] ^= std::byte{1} << (bit % 8);
        const auto opened = d.open(bad);
        const auto now = opened ? ask(*opened, hashes) : std::nullopt;
        if (!now)
            ++noticed;
        else if (*now != *expected)
            ++other;
    }
    for (std::size_t size = 0; size < good.size(); size += 3) {
        const auto opened = d.open({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)});
        const auto now = opened ? ask(*opened, hashes) : std::nullopt;
        other += now.has_value() && *now != *expected && size + 8 < good.size();
        noticed += !now;
    }
    CHECK(other == 0);
    CHECK(noticed > good.size() * 6);
}
