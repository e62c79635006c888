// Every allocation fails once: a table is as it was before, and goes on.

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <new>
#include <string>

#include "projection/sample_payments.hpp"

namespace {

thread_local long allocations_left = -1;  // -1: as many as are wanted

void* allocated(std::size_t bytes, std::size_t alignment) {
    const bool may = allocations_left < 0 || allocations_left-- > 0;
    void* const at = !may ? nullptr
                     : alignment <= alignof(max_align_t)
                         ? std::malloc(bytes == 0 ? 1 : bytes)
                         : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (at == nullptr) throw std::bad_alloc();
    return at;
}

}  // namespace

// The allocations of this program's tests; all others are passed on.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return allocated(bytes, 1); }
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    try {
        return allocated(bytes, 1);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocated(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::align_val_t) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }

namespace {

// Runs `act` with 0, 1, 2, ... allocations until it has enough; after each failure the table is as it was. Returns how many failed.
template <class Act>
std::size_t all_or_nothing(payments& rows, Act act) {
    const payments before = rows;
    for (long allowed = 0;; ++allowed) {
        try {
            allocations_left = allowed;
            act();
            allocations_left = -1;
            REQUIRE(rows.is_sound());
            return static_cast<std::size_t>(allowed);
        } catch (const std::bad_alloc&) {
            allocations_left = -1;
            REQUIRE(rows.is_sound());
            REQUIRE(rows == before);
        }
    }
}

payment_row long_row(std::uint64_t id, std::int64_t at) {
    payment_row row = paid(id, "user " + std::to_string(id % 5), 1, at);
    row.user.append(100, 'u');
    row.receipt.append(100, 'r');
    return row;
}

}  // namespace

TEST_CASE("a table that runs out of memory is as it was before") {
    for (const bool in_transaction : {false, true}) {
        CAPTURE(in_transaction);
        payments rows;
        payments at_begin;
        std::size_t failures = 0;
        for (std::uint64_t id = 0; id < 70; ++id) {
            if (in_transaction && id == 10) {
                rows.begin();
                at_begin = rows;
            }
            const payment_row row = long_row(id, 7);
            failures += all_or_nothing(rows, [&] { rows.put(row).value(); });
            if (id % 3 == 0)
                failures += all_or_nothing(rows, [&] {
                    rows.modify(id, [](payment_row& r) { r.at = second(3), r.user.append(50, 'x'); }).value();
                });
            if (id % 5 == 0) failures += all_or_nothing(rows, [&] { rows.put(long_row(id, 9)).value(); });
            if (id % 7 == 0) failures += all_or_nothing(rows, [&] { rows.erase(id); });
        }
        failures += all_or_nothing(rows, [&] { payments copy = rows; });
        CHECK(failures > 200);
        if (in_transaction) {
            failures += all_or_nothing(rows, [&] { rows.clear(); });
            allocations_left = 0;  // taking back takes no memory
            rows.rollback();
            allocations_left = -1;
            CHECK(rows == at_begin);
            CHECK(rows.is_sound());
        }
    }
}
