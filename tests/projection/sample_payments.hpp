#pragma once
// A table of payments for tests, and the same as a plain list that is searched from front to back.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "sillok/core/time.hpp"
#include "sillok/projection/table.hpp"

// [row]
struct payment_row {
    std::uint64_t id;
    std::string user;
    std::string receipt;
    std::int64_t amount;
    sillok::timestamp at;
    bool failed;
};
using payments = sillok::table<payment_row, sillok::unique<&payment_row::id>,  // the first one is the key
                               sillok::unique<&payment_row::receipt>, sillok::ordered<&payment_row::at>,
                               sillok::ordered<&payment_row::user, &payment_row::at>>;
// [/row]

inline sillok::timestamp second(std::int64_t n) { return sillok::timestamp(n * 1'000'000'000); }

inline payment_row paid(std::uint64_t id, std::string user, std::int64_t amount, std::int64_t at, bool failed = false) {
    return {id, std::move(user), "r" + std::to_string(id), amount, second(at), failed};
}

// Rows in the order of their keys.
class payment_list {
public:
    std::vector<payment_row> rows;

    payment_row* find(std::uint64_t id) {
        for (payment_row& row : rows)
            if (row.id == id) return &row;
        return nullptr;
    }
    bool has_receipt(const std::string& receipt, std::uint64_t but) const {
        return std::any_of(rows.begin(), rows.end(),
                           [&](const payment_row& row) { return row.id != but && row.receipt == receipt; });
    }
    bool put(payment_row fresh) {
        if (has_receipt(fresh.receipt, fresh.id)) return false;
        if (payment_row* const there = find(fresh.id))
            *there = std::move(fresh);
        else
            rows.insert(
                std::find_if(rows.begin(), rows.end(), [&](const payment_row& row) { return row.id > fresh.id; }),
                std::move(fresh));
        return true;
    }
    bool erase(std::uint64_t id) {
        return std::erase_if(rows, [&](const payment_row& row) { return row.id == id; }) != 0;
    }
};

// Few users, moments and receipts, so that many are equal, and some of every kind of thing that is refused.
class payment_dice {
public:
    explicit payment_dice(std::uint64_t seed) : random_(seed) {}
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    std::string user() { return std::string(1 + below(2) * 30, static_cast<char>('a' + below(6))); }
    std::string receipt() { return "r" + std::to_string(below(4000)); }
    sillok::timestamp at() { return second(static_cast<std::int64_t>(below(60)) - 20); }
    payment_row row() {
        return {below(300), user(), receipt(), static_cast<std::int64_t>(below(41)) - 20, at(), below(4) == 0};
    }

private:
    std::mt19937_64 random_;
};

inline bool same_rows(const std::vector<payment_row>& a, const std::vector<payment_row>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const payment_row& x, const payment_row& y) { return sillok::same(x, y); });
}
