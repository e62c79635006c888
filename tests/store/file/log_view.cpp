#include "sillok/store/file/log_view.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "../many_segments.hpp"
#include "sillok/store/memory_store.hpp"

using namespace recovery_tests;

namespace {

// Asks a store in memory and one in many small files the same things.
struct twins {
    testing::faulty_device disk;
    testing::manual_clock clock;
    memory_store model{clock};
    std::optional<file_store> files;
    std::mt19937_64 random;
    std::uint64_t wrong = 0;
    std::uint64_t asked = 0;

    explicit twins(std::uint64_t seed) : random(seed) { open(); }

    void open() {
        files.reset();
        auto opened = file_store::open(path, {.clock = clock, .segment_bytes = segment_bytes_min, .device = disk});
        if (!opened) {
            const auto* const damage = disk.content(path, "damage");
            FAIL("cannot be opened: " << opened.error().text() << (damage == nullptr ? "" : as_text(*damage)));
        }
        files.emplace(*std::move(opened));
    }
    std::uint64_t below(std::uint64_t n) { return random() % n; }
    std::string key() { return std::to_string(below(below(4) == 0 ? 200 : 12)); }
    std::string tag() { return "tag:" + std::to_string(below(below(4) == 0 ? 300 : 8)); }

    void append() {
        const std::size_t count = 1 + below(3);
        std::vector<std::string> keys(count);
        std::vector<std::string> payloads;
        std::vector<std::vector<std::string>> tag_texts;
        for (std::size_t i = 0; i < count; ++i) keys[i] = "k" + std::to_string(i) + key();
        std::vector<std::vector<std::string_view>> tags;
        std::vector<std::vector<new_event>> events(count);
        std::vector<stream_append> streams;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t here = below(8) == 0 && i != 0 ? 0 : 1 + below(3);
            for (std::size_t k = 0; k < here; ++k) {
                payloads.push_back(payload_of(static_cast<int>(random() % 1000), 20 + below(900)));
                tag_texts.emplace_back();
                while (below(3) == 0) tag_texts.back().push_back(tag());
            }
        }
        for (const auto& texts : tag_texts) tags.emplace_back(texts.begin(), texts.end());
        std::size_t next = 0;
        for (std::size_t i = 0; i < count; ++i) {
            while (events[i].size() < (i == 0 ? 1 : 0) + (next < payloads.size() ? below(4) : 0) &&
                   next < payloads.size()) {
                events[i].push_back({.type = {next % 2 == 0 ? "even" : "odd", 1},
                                     .payload = as_bytes(payloads[next]),
                                     .tags = tags[next]});
                ++next;
            }
            const version at = model.version_of({"c", keys[i]}).value();
            const std::uint64_t choice = below(6);
            const expectation expected = choice == 0   ? expectation(no_stream{})
                                         : choice == 1 ? expectation(stream_exists{})
                                         : choice == 2 ? expectation(exactly{at})
                                         : choice == 3 ? expectation(exactly{{at.value + 1}})
                                                       : expectation(any_version{});
            streams.push_back({{"c", keys[i]}, expected, events[i]});
        }
        const std::string condition_tag = tag();
        const none_tagged condition{condition_tag};
        uuid batch;
        if (below(2) == 0) {
            batch.octets[0] = 7;
            batch.octets[14] = static_cast<std::uint8_t>(below(4));
            batch.octets[15] = static_cast<std::uint8_t>(below(256));
        }
        const append_request request{.streams = streams,
                                     .conditions = {&condition, below(8) == 0 ? std::size_t{1} : std::size_t{0}},
                                     .batch = batch,
                                     .content = batch.is_nil() ? 0 : 1 + below(2)};
        if (below(3) == 0) clock.advance(std::chrono::seconds(1));
        const auto wanted = model.append(request);
        const auto done = files->append(request);
        ++asked;
        if (wanted.has_value() != done.has_value()) {
            ++wrong;
            UNSCOPED_INFO("append: " << (wanted ? "done" : wanted.error().text()) << " / "
                                     << (done ? "done" : done.error().text()));
        } else if (!wanted) {
            wrong += std::string(path) + ": " + wanted.error().text() != done.error().text() &&
                     wanted.error().text() != done.error().text();
        } else {
            wrong += wanted->first != done->first || wanted->last != done->last || wanted->version != done->version ||
                     wanted->time != done->time || wanted->repeated != done->repeated;
        }
    }

    template <class Read>
    static std::string seen(Read read) {
        std::string text;
        const auto answer = read([&](const record_view& r) {
            text += std::to_string(r.position().value) + ':' + std::to_string(r.version().value) + ':' +
                    std::string(r.stream().key) + ':' + std::string(as_text(r.payload())) + '\n';
            return true;
        });
        if (!answer) return answer.error().text();
        if constexpr (requires { answer->value; }) text += std::to_string(answer->value);
        return text;
    }
    void compare(const std::string& wanted, const std::string& now, const char* what) {
        ++asked;
        if (wanted == now) return;
        ++wrong;
        if (wrong < 4) UNSCOPED_INFO(what << ": " << now.substr(0, 2000) << "\ninstead of\n" << wanted.substr(0, 2000));
    }
    void look() {
        const std::string name = "k" + std::to_string(below(3)) + key();
        const stream_view stream{"c", name};
        wrong += model.version_of(stream).value() != files->version_of(stream).value();
        const stream_range range{.from = {below(3) == 0 ? 0 : below(30)},
                                 .order = below(2) == 0 ? direction::forwards : direction::backwards,
                                 .limit = below(3) == 0 ? 1 + below(5) : no_limit};
        compare(seen([&](auto v) { return model.read_stream(stream, range, v); }),
                seen([&](auto v) { return files->read_stream(stream, range, v); }), "read_stream");
        std::vector<std::string> texts{tag(), tag()};
        std::vector<std::string_view> tags;
        if (below(2) == 0) tags.assign(texts.begin(), texts.begin() + 1 + static_cast<std::ptrdiff_t>(below(2)));
        const std::string_view types[] = {"even"};
        const log_range all{.from = {below(model.last(horizon::visible).value + 3)},
                            .limit = below(2) == 0 ? 1 + below(20) : no_limit,
                            .types = {types, below(2) == 0 ? std::size_t{1} : std::size_t{0}},
                            .tags = tags};
        compare(seen([&](auto v) { return model.read_all(all, v); }),
                seen([&](auto v) { return files->read_all(all, v); }), "read_all");
    }
    std::vector<std::string> indexes() {
        std::vector<std::string> names;
        for (const std::string& name : disk.names(path))
            if (name.ends_with(".index")) names.push_back(name);
        return names;
    }
};

}  // namespace

TEST_CASE("a store of many segments answers as a store in memory does") {
    for (std::uint64_t round = 0; round < 3; ++round) {
        const std::uint64_t seed = Catch::getSeed() + round;
        INFO("seed " << seed);
        twins t(seed);
        for (int i = 0; i < 600; ++i) {
            t.append();
            if (t.below(3) == 0) t.look();
            if (t.below(60) == 0) t.open();
        }
        for (int i = 0; i < 200; ++i) t.look();
        CHECK(t.indexes().size() > 20);
        CHECK(t.asked > 1200);
        REQUIRE(t.wrong == 0);
    }
}

TEST_CASE(
    "P10: an index that is missing, cut, changed or of another segment is made anew, and no answer is another one") {
    const std::uint64_t seed = Catch::getSeed();
    INFO("seed " << seed);
    twins t(seed);
    for (int i = 0; i < 300; ++i) t.append();
    std::size_t spoilt = 0;
    for (int round = 0; round < 60; ++round) {
        const bool while_open = t.below(2) == 0;
        if (!while_open) t.files.reset();
        const auto names = t.indexes();
        REQUIRE(names.size() > 10);
        for (std::size_t n = 1 + t.below(3); n > 0; --n, ++spoilt) {
            const std::string& name = names[static_cast<std::size_t>(t.below(names.size()))];
            auto* const content = t.disk.content(path, name);
            if (content == nullptr) continue;
            switch (t.below(while_open ? 1 : 4)) {
                case 0:
                    for (int k = 0; k < 40; ++k)
                        (*content)[static_cast<std::size_t>(t.below(content->size()))] ^=
                            static_cast<std::byte>(1 + t.below(255));
                    break;
                case 1: content->resize(static_cast<std::size_t>(t.below(content->size()))); break;
                case 2:
                    if (const auto* const other =
                            t.disk.content(path, names[static_cast<std::size_t>(t.below(names.size()))]))
                        *content = *other;
                    break;
                default: t.disk.erase(path, name);
            }
        }
        if (!while_open) t.open();
        for (int i = 0; i < 10; ++i) t.look();
        for (int i = 0; i < 3; ++i) t.append();
    }
    CHECK(spoilt > 60);
    CHECK(t.wrong == 0);
    t.open();
    CHECK(t.disk.content(path, "damage") == nullptr);
    CHECK(t.indexes().size() + 1 >= t.files->report().segments);
}

TEST_CASE("P15: a stream that is not there, and was named to have the hash of one that is, is not there") {
    segment_tests::known_store known;
    auto store = file_store::open(path, known.options());
    REQUIRE(store.has_value());
    // The second half of such a name takes the state of the hash to 0, whatever the first half is.
    const auto named = [&](std::string_view first) {
        const std::uint64_t state = detail::hash_bytes(detail::hash_seed(store->id()), as_bytes("account"));
        const std::uint64_t next = detail::fold_product(
            state ^ 0xE7037ED1A0B428DB ^ 16 ^ load_le<std::uint64_t>(as_bytes(first).data()), 0xA0761D6478BD642F);
        std::byte half[8];
        store_le(half, next);
        return std::string(first) + std::string(as_text(half));
    };
    const std::string there = named("is there"), absent = named("is not 1"), later = named("is later");
    const std::uint64_t seed = detail::hash_seed(store->id());
    REQUIRE(detail::hash_name(seed, {"account", there}) == detail::hash_name(seed, {"account", absent}));
    const auto append_to = [&](const std::string& key) {
        const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(key)};
        const stream_append to{{"account", key}, any_version{}, {&event, 1}};
        REQUIRE(store->append({.streams = {&to, 1}}).has_value());
    };
    const auto read = [&](const std::string& key) {
        std::vector<std::string> seen;
        const auto done = store->read_stream({"account", key}, {}, [&](const record_view& r) {
            seen.emplace_back(as_text(r.payload()));
            return true;
        });
        CHECK(done.has_value());
        return seen;
    };
    append_to(there);
    for (int n = 0; n < 40; ++n) append_to("between " + payload_of(n, 500));
    append_to(later);
    for (int n = 0; n < 40; ++n) append_to("behind " + payload_of(n, 500));
    CHECK(store->version_of({"account", absent}).value() == version{0});
    CHECK(read(absent).empty());
    CHECK(read(there) == std::vector<std::string>{there});
    CHECK(read(later) == std::vector<std::string>{later});
}
