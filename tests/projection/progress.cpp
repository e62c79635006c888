#include "sillok/projection/progress.hpp"

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace {

using namespace sillok;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("who waits for a position is told when it is reached, however the two race") {
    for (int round = 0; round < 300; ++round) {
        detail::progress reader("reader", "");
        std::jthread moving([&] {
            for (std::uint64_t p = 1; p <= 20; ++p) reader.move_to({p});
        });
        std::atomic<bool> is_told = false;
        std::jthread other([&] { is_told = reader.wait_until({7}, 30s).has_value(); });
        REQUIRE(reader.wait_until({20}, 30s));
        CHECK(reader.at() == position{20});
        other.join();
        CHECK(is_told);
    }
}

TEST_CASE("who waits is told of what stops the reader, and of the time that is over") {
    detail::progress reader("reader", "r");
    CHECK(reader.wait_until({1}, 1ms).error().text() == "reader r is at position 0, and not yet at 1");
    CHECK(reader.wait_until({1}, 1ms).error() == error_kind::timed_out);
    std::jthread failing([&] {
        std::this_thread::sleep_for(5ms);
        static_cast<void>(reader.told(result<void>(error(error_kind::malformed, "a bad record"))));
    });
    const auto ended = reader.wait_until({1}, 30s);
    CHECK(ended.error().text() == "reader r: a bad record");
    failing.join();
    CHECK(reader.told(result<void>()));
    CHECK(reader.wait_until({1}, 1ms).error() == error_kind::timed_out);  // it goes on
}

TEST_CASE("attempts are counted for the event that fails now") {
    detail::progress reader("reader", "");
    CHECK(reader.attempt({5}) == 1);
    CHECK(reader.attempt({5}) == 2);
    CHECK(reader.attempt({6}) == 1);
    CHECK(reader.attempt({5}) == 1);
}

TEST_CASE("a reader's health says how far it is behind, in events and in time") {
    testing::manual_clock clock;
    memory_store store(clock);
    detail::progress reader("reader", "r");
    CHECK(reader.health(store, clock)->lag == 0);
    ledgers::pay(store, "ada", 1);
    clock.advance(2s);
    ledgers::pay(store, "ada", 1);
    clock.advance(3s);
    auto health = reader.health(store, clock).value();
    CHECK(health.name == "r");
    CHECK(health.lag == 2);
    CHECK(health.lag_nanoseconds == 5'000'000'000);
    reader.move_to({1});
    health = reader.health(store, clock).value();
    CHECK(health.at == position{1});
    CHECK(health.lag == 1);
    CHECK(health.lag_nanoseconds == 3'000'000'000);
    CHECK(reader.attempt({2}) == 1);
    CHECK(!reader.told(result<void>(error(error_kind::malformed, "a bad record"))));
    health = reader.health(store, clock).value();
    CHECK(health.attempts == 1);
    CHECK(health.stuck_with->text() == "reader r: a bad record");
}

TEST_CASE("a pause ends when it is over, or at once where one is told to stop") {
    const auto began = std::chrono::steady_clock::now();
    detail::rest(5ms, std::stop_token());
    CHECK(std::chrono::steady_clock::now() - began >= 5ms);
    std::stop_source source;
    std::jthread stopping([&] {
        std::this_thread::sleep_for(5ms);
        source.request_stop();
    });
    detail::rest(10min, source.get_token());
    CHECK(std::chrono::steady_clock::now() - began < 5min);
}
