#include "sillok/store/monitor.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

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
