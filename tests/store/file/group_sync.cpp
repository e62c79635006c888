#include "sillok/store/file/group_sync.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace sillok;
using detail::group_sync;
using namespace std::chrono_literals;

namespace {

// What is written, and how far a sync of a millisecond has made it durable.
struct slow_log {
    group_sync syncs;
    std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> durable{0};
    std::atomic<unsigned> count{0};
    std::atomic<unsigned> at_once{0};
    std::atomic<bool> overlapped{false};

    result<void> append() {
        const std::uint64_t own = ++written;
        return syncs.wait([&]() -> result<bool> { return durable.load() >= own; }, [&] { return sync(); });
    }
    result<void> sync() {
        if (at_once.fetch_add(1) != 0) overlapped = true;
        const std::uint64_t upto = written;
        std::this_thread::sleep_for(1ms);
        durable = upto;
        ++count;
        at_once.fetch_sub(1);
        return {};
    }
};

}  // namespace

TEST_CASE("one sync runs at a time, and serves all who had written before it began") {
    slow_log log;
    std::vector<std::thread> threads;
    std::atomic<unsigned> failed{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n)
                if (!log.append()) ++failed;
        });
    for (std::thread& each : threads) each.join();
    CHECK(failed == 0);
    CHECK_FALSE(log.overlapped);
    CHECK(log.durable == 400);
    CHECK(log.count >= 50);
    CHECK(log.count < 200);  // two for each act of eight would be plain leader and follower
}

TEST_CASE("who is alone does not wait for others, and what is durable needs no sync") {
    slow_log log;
    for (int n = 0; n < 5; ++n) CHECK(log.append().has_value());
    CHECK(log.count == 5);
    CHECK(log.syncs.wait([]() -> result<bool> { return true; }, [&] { return log.sync(); }).has_value());
    CHECK(log.count == 5);
}

TEST_CASE("a sync that fails, or throws, is told to whoever ran it, and the next one can run") {
    group_sync syncs;
    bool done = false;
    const auto is_done = [&]() -> result<bool> { return done; };
    const auto failed = syncs.wait(is_done, []() -> result<void> { return error(error_kind::io, "no"); });
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == error_kind::io);
    CHECK_THROWS_AS(syncs.wait(is_done, []() -> result<void> { throw std::bad_alloc(); }), std::bad_alloc);
    const auto hopeless = []() -> result<bool> { return error(error_kind::closed, "over"); };
    CHECK(syncs.wait(hopeless, []() -> result<void> { return {}; }).error() == error_kind::closed);
    CHECK(syncs
              .wait(is_done,
                    [&]() -> result<void> {
                        done = true;
                        return {};
                    })
              .has_value());
}
