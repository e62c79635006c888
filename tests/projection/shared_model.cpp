#include "sillok/projection/shared_model.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sillok/projection/table.hpp"

namespace {

struct transfer_row {
    std::uint64_t id;
    std::string from;
    std::int64_t amount;
};
using transfers = sillok::table<transfer_row, sillok::unique<&transfer_row::id>,
                                sillok::ordered<&transfer_row::from, &transfer_row::id>>;

}  // namespace

TEST_CASE("a shared model is read and updated by functions") {
    // [use]
    sillok::shared_model<transfers> model;
    model.update([](transfers& rows) { return rows.put({1, "ada", 30}); }).value();
    const auto page = model.read([](const transfers& rows) { return rows.select().page({.number = 1, .size = 20}); });
    // [/use]
    CHECK(page.total == 1);
    CHECK(page.rows.at(0).from == "ada");
    sillok::shared_model<int> seven(7);
    CHECK(seven.read([](int n) { return n; }) == 7);
}

TEST_CASE("a function that throws leaves a shared model open to others") {
    sillok::shared_model<int> model(1);
    CHECK_THROWS_AS(model.read([](int) -> int { throw std::runtime_error("read"); }), std::runtime_error);
    CHECK_THROWS_AS(model.update([](int& n) -> int { throw std::runtime_error("update" + std::to_string(n = 2)); }),
                    std::runtime_error);
    CHECK(model.read([](int n) { return n; }) == 2);
    model.update([](int& n) { n = 3; });
    CHECK(model.read([](int n) { return n; }) == 3);
}

TEST_CASE("readers of a shared model see every update whole") {
    // Every update moves an amount from one row to another, so the sum is always the same.
    constexpr std::uint64_t accounts = 20;
    constexpr int updates = 2000;
    sillok::shared_model<transfers> model;
    model.update([](transfers& rows) {
        for (std::uint64_t id = 0; id < accounts; ++id) rows.put({id, "bank", 100}).value();
    });
    std::atomic<bool> over{false};
    std::atomic<int> torn{0};
    std::atomic<std::uint64_t> reads{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            while (!over) {
                const auto sum =
                    model.read([](const transfers& rows) { return rows.select().sum(&transfer_row::amount).value(); });
                const auto page = model.read([](const transfers& rows) {
                    return rows.select().equal<&transfer_row::from>("bank").page({.number = 1, .size = 100});
                });
                if (sum != 100 * static_cast<std::int64_t>(accounts) || page.total != accounts) ++torn;
                ++reads;
            }
        });
    for (int i = 0; i < updates; ++i)
        model.update([i](transfers& rows) {
            const auto from = static_cast<std::uint64_t>(i) % accounts;
            const auto to = static_cast<std::uint64_t>(i * 7 + 1) % accounts;
            rows.begin();
            rows.modify(from, [](transfer_row& row) { row.amount -= 1; }).value();
            if (i % 3 == 0) {
                rows.rollback();
                return;
            }
            rows.modify(to, [](transfer_row& row) { row.amount += 1; }).value();
            rows.commit();
        });
    while (reads == 0) std::this_thread::yield();
    over = true;
    for (auto& reader : readers) reader.join();
    CHECK(torn == 0);
    CHECK(model.read([](const transfers& rows) { return rows.is_sound(); }));
}

TEST_CASE("who wants to read waits for a writer that waits already, and goes before the next one") {
    sillok::detail::fair_gate gate;
    std::string order;  // changed by who is inside alone
    const auto until = [&](std::uint32_t readers, std::uint32_t writers) {
        for (auto now = gate.waiting(); now.readers != readers || now.writers != writers; now = gate.waiting())
            std::this_thread::yield();
    };
    gate.enter_reader();
    std::thread first([&] {
        gate.enter_writer();
        order += 'w';
        until(1, 1);  // the reader and the second writer
        gate.leave_writer();
    });
    until(0, 1);
    std::thread reader([&] {
        gate.enter_reader();
        order += 'r';
        gate.leave_reader();
    });
    until(1, 1);
    gate.leave_reader();
    until(1, 0);
    std::thread second([&] {
        gate.enter_writer();
        order += 'W';
        gate.leave_writer();
    });
    for (std::thread* const each : {&first, &reader, &second}) each->join();
    CHECK(order == "wrW");
}

TEST_CASE("readers who follow each other without a gap do not keep a writer out") {
    sillok::shared_model<int> model(0);
    std::atomic<bool> written{false};
    std::atomic<int> inside{0};
    std::atomic<int> wanting{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            while (!written) {
                ++wanting;
                model.read([&](int) {
                    --wanting;
                    ++inside;
                    while (!written && inside < 2 && wanting == 0) std::this_thread::yield();
                    --inside;
                });
            }
        });
    threads.emplace_back([&] {
        while (inside == 0) std::this_thread::yield();
        model.update([&](int& n) { n = 1; });
        written = true;
    });
    for (auto& thread : threads) thread.join();
    CHECK(model.read([](int n) { return n; }) == 1);
}

TEST_CASE("writers who follow each other without a gap do not keep a reader out") {
    sillok::shared_model<std::uint64_t> model(0);
    std::atomic<bool> read{false};
    std::atomic<int> started{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            ++started;
            while (!read) model.update([](std::uint64_t& n) { ++n; });
        });
    threads.emplace_back([&] {
        while (started < 2) std::this_thread::yield();
        model.read([](std::uint64_t) {});
        read = true;
    });
    for (auto& thread : threads) thread.join();
    CHECK(model.read([](std::uint64_t n) { return n; }) > 0);
}

TEST_CASE("a model that is held is held alone, until it is let go") {
    sillok::shared_model<int> model(1);
    std::atomic<bool> was_read = false;
    std::jthread reader;
    {
        const sillok::shared_model<int>::updating held(model);
        reader = std::jthread([&] {
            CHECK(model.read([](int value) { return value; }) == 3);
            was_read = true;
        });
        *held = 2;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        CHECK_FALSE(was_read);
        *held = 3;
    }
    reader.join();
    CHECK(was_read);
}
