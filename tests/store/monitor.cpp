#include "sillok/store/monitor.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using sillok::detail::monitor;
using sillok::detail::monitor_lock;

TEST_CASE("who waits is woken by the announcement of what it waits for") {
    monitor shared;
    int turn = 0;
    bool in_time = true;
    const auto play = [&](int me) {
        for (int i = 0; i < 500; ++i) {
            const monitor_lock hold(shared);
            in_time = shared.wait(20'000'000'000, [&] { return turn % 2 == me; }) && in_time;
            ++turn;
            shared.announce();
        }
    };
    std::thread other(play, 1);
    play(0);
    other.join();
    CHECK(turn == 1000);
    CHECK(in_time);
}

TEST_CASE("waiting ends when the time is over") {
    monitor shared;
    const monitor_lock hold(shared);
    CHECK_FALSE(shared.wait(0, [] { return false; }));
    CHECK_FALSE(shared.wait(1'000, [] { return false; }));
    CHECK(shared.wait(0, [] { return true; }));
}

TEST_CASE("a forked child can let go of what a thread of its parent waits for") {
    auto shared = std::make_unique<monitor>();
    std::atomic<bool> looked{false};
    bool over = false;
    std::thread waiting([&] {
        const monitor_lock hold(*shared);
        shared->wait(20'000'000'000, [&] {
            looked = true;
            looked.notify_one();
            return over;
        });
    });
    looked.wait(false);
    const ::pid_t child = [&] {
        const monitor_lock waits_by_now(*shared);
        return ::fork();
    }();
    if (child == 0) {
        ::alarm(10);
        shared.reset();
        ::_exit(0);
    }
    int status = 1;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    {
        const monitor_lock hold(*shared);
        over = true;
        shared->announce();
    }
    waiting.join();
}
