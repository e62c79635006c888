#include "sillok/store/file/current_view.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../many_segments.hpp"
#include "sillok/store/file/stream_walk.hpp"

using namespace segment_tests;

namespace {

// The view of a store of many segments.
struct open_view {
    known_store known;
    std::unique_ptr<found_log> log;
    std::unique_ptr<current_view> view;

    explicit open_view(bool writes = false) {
        known.live(100);
        log = std::make_unique<found_log>(known.disk);
        view = std::make_unique<current_view>(log->log, log->guard, writes, false);
        view->install(std::move(log->view));
    }
    static std::string index_of(const extent& in) { return index_name(in.segment->number()); }
};

const error lost(error_kind::damaged, "not what was looked for");

}  // namespace

TEST_CASE("who has a view keeps it, whole, while it is replaced extent by extent") {
    open_view o;
    const auto first = o.view->now();
    std::vector<std::size_t> of = o.known.of_stream("often 1");
    std::atomic<bool> done{false};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> readers;
    for (int t = 0; t < 2; ++t)
        readers.emplace_back([&] {
            do {
                const auto view = o.view->now();
                log_reader reader(512);
                stream_walk walk(*view, {"account", "often 1"}, reader);
                const auto last = walk.last();
                if (!last || *last != of.size()) ++wrong;
                for (std::uint64_t at = 1; at <= of.size(); ++at) {
                    const auto record = walk.at(at);
                    if (!record || record->position().value != of[static_cast<std::size_t>(at - 1)] + 1) ++wrong;
                }
            } while (!done.load());
        });
    for (int round = 0; round < 4; ++round)
        for (std::size_t i = 0; i + 1 < first->extents.size(); ++i) {
            auto fresh = reindex(first->extents[i]->segment);
            if (fresh)
                o.view->replace(*std::move(fresh));
            else
                ++wrong;
        }
    done = true;
    for (std::thread& each : readers) each.join();
    CHECK(wrong == 0);
    for (std::size_t i = 0; i + 1 < first->extents.size(); ++i) {
        CHECK(first->extents[i]->index != nullptr);
        CHECK(o.view->now()->extents[i]->postings != nullptr);
    }
}

TEST_CASE("a look that failed because of an index is repeated with one that was made anew") {
    for (const bool writes : {false, true}) {
        open_view o(writes);
        const auto before = o.view->now();
        int looks = 0;
        const auto answer = o.view->looking([&](const log_view& view) -> result<int> {
            ++looks;
            if (looks < 3) return log_view::suspect(*view.extents[static_cast<std::size_t>(looks)], lost);
            return looks;
        });
        CHECK(answer.value() == 3);
        const auto now = o.view->now();
        for (const std::size_t i : {1U, 2U}) {
            CHECK(now->extents[i] != before->extents[i]);
            CHECK((now->extents[i]->index != nullptr) == writes);
            CHECK_FALSE(now->extents[i]->is_suspect.load());
        }
        CHECK(now->extents[3] == before->extents[3]);
    }
}

TEST_CASE("a look that failed for another reason is not repeated, and damage of the segment itself is the answer") {
    open_view o;
    int looks = 0;
    const auto fail = [&](const log_view&) -> result<int> {
        ++looks;
        return lost;
    };
    CHECK(o.view->looking(fail).error().text() == lost.text());
    CHECK(looks == 1);

    const auto view = o.view->now();
    auto& bytes = o.known.file(view->extents[1]->segment->file.name());
    bytes[bytes.size() - seal_bytes - 8] ^= std::byte{1};
    const auto blame = [&](const log_view& at) -> result<int> {
        ++looks;
        return log_view::suspect(*at.extents[1], lost);
    };
    const auto answer = o.view->looking(blame);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().kind() == error_kind::damaged);
    CHECK(answer.error().text().find("0000000002.segment at offset") != std::string::npos);
    CHECK(looks == 2);
    CHECK(o.view->now() == view);
}

TEST_CASE("indexes that are only in memory go into files, and stay where that does not work") {
    open_view o(true);
    const auto view = o.view->now();
    const std::string name = open_view::index_of(*view->extents[0]);
    const std::vector<std::byte> right = o.known.file(name);
    o.view->replace(reindex(view->extents[0]->segment).value());
    o.known.disk.erase(path, name);
    o.known.disk.leave_space(10);
    o.view->file_indexes();
    CHECK(o.view->now()->extents[0]->postings != nullptr);
    CHECK(o.known.disk.content(path, name) == nullptr);
    o.known.disk.heal();
    o.view->file_indexes();
    CHECK(o.view->now()->extents[0]->postings == nullptr);
    CHECK(o.view->now()->extents[0]->index != nullptr);
    CHECK(o.known.file(name) == right);
    CHECK(o.view->now()->extents.back()->postings != nullptr);
}

TEST_CASE("an index that was made anew and is blamed again is not made anew once more") {
    for (const bool writes : {false, true}) {
        open_view o(writes);
        int looks = 0;
        const auto blame = [&](const log_view& view) -> result<int> {
            REQUIRE(++looks < 10);
            return log_view::suspect(*view.extents[looks % 2 == 0 ? 2 : 1], lost);
        };
        CHECK(o.view->looking(blame).error().text() == lost.text());
        CHECK(looks == 3);
        for (const auto& each : o.view->now()->extents) CHECK_FALSE(each->is_suspect.load());
    }
}

TEST_CASE("a look that failed while somebody else made the index anew is repeated with theirs") {
    open_view o;
    int looks = 0;
    std::shared_ptr<const log_view> theirs;
    const auto answer = o.view->looking([&](const log_view& view) -> result<int> {
        if (++looks > 1) return &view == theirs.get() ? 1 : 0;
        int others = 0;
        static_cast<void>(o.view->looking([&](const log_view& seen) -> result<int> {
            if (++others > 1) return others;
            return log_view::suspect(*seen.extents[1], lost);
        }));
        theirs = o.view->now();
        return log_view::suspect(*view.extents[1], lost);
    });
    CHECK(answer.value() == 1);
    CHECK(o.view->now() == theirs);
}
